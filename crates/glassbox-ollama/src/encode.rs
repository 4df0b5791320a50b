//! From a request to the bytes of its body. Pure, and in one pass: nothing is copied but into the body.

use bytes::Bytes;
use glassbox_core::{Delivery, Error, ErrorKind, OutputFormat, Request, Result, ToolSpec};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use self::messages::Conversation;
use crate::config::Settings;

mod messages;
mod options;

/// A request as it is sent.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) body: Bytes,
    /// The options that were left out and are to be reported.
    pub(crate) dropped: Vec<String>,
}

/// Writes the body of a request to `model`.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported), with every option named that Ollama does not have.
pub(crate) fn encode(request: &Request, model: &str, settings: &Settings) -> Result<Encoded> {
    let dropped = options::check(request)?;
    let body = Body {
        request,
        model,
        settings,
    };
    let body = serde_json::to_vec(&body).map_err(|_| {
        Error::new(
            ErrorKind::InvalidRequest,
            "the request cannot be written as JSON",
        )
    })?;
    Ok(Encoded {
        body: body.into(),
        dropped,
    })
}

struct Body<'a> {
    request: &'a Request,
    model: &'a str,
    settings: &'a Settings,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            request,
            model,
            settings,
        } = *self;
        let mut fields = Fields {
            map: serializer.serialize_map(None)?,
            extra: &request.extra,
        };
        fields.add("model", model)?;
        fields.add("messages", &Conversation(&request.messages))?;
        if options::sends_tools(request) {
            fields.add("tools", &Tools(&request.tools))?;
        }
        if let Some(think) = options::think(request) {
            fields.add("think", &think)?;
        }
        match request.output.as_deref() {
            Some(OutputFormat::Json) => fields.add("format", "json")?,
            Some(OutputFormat::Schema { schema, .. }) => fields.add("format", schema)?,
            _ => {}
        }
        if let Some(duration) = &settings.keep_alive {
            fields.add("keep_alive", duration)?;
        }
        // A stream is what it gives unasked.
        fields.add("stream", &(request.delivery == Delivery::Incremental))?;
        fields.end(options::options(request, settings))
    }
}

/// The fields of the body. What the request adds by itself wins, and stands last and once.
struct Fields<'a, M> {
    map: M,
    extra: &'a Map<String, Value>,
}

impl<M: SerializeMap> Fields<'_, M> {
    fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), M::Error> {
        if self.extra.contains_key(name) {
            return Ok(());
        }
        self.map.serialize_entry(name, value)
    }

    /// Ends with the options, ours and those that the request adds, which win one by one.
    fn end(mut self, mut options: Map<String, Value>) -> Result<M::Ok, M::Error> {
        match self.extra.get("options") {
            Some(Value::Object(added)) => {
                let added = added.iter();
                options.extend(added.map(|(name, value)| (name.clone(), value.clone())));
            }
            Some(other) => {
                self.map.serialize_entry("options", other)?;
                options.clear();
            }
            None => {}
        }
        if !options.is_empty() {
            self.map.serialize_entry("options", &options)?;
        }
        for (name, value) in self.extra {
            if name != "options" {
                self.map.serialize_entry(name, value)?;
            }
        }
        self.map.end()
    }
}

struct Tools<'a>(&'a [ToolSpec]);

impl Serialize for Tools<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Tool<'a> {
            r#type: &'static str,
            function: Function<'a>,
        }
        #[derive(Serialize)]
        struct Function<'a> {
            name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            description: Option<&'a str>,
            parameters: &'a Value,
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for tool in self.0 {
            list.serialize_element(&Tool {
                r#type: "function",
                function: Function {
                    name: &tool.name,
                    description: tool.description.as_deref(),
                    parameters: &tool.parameters,
                },
            })?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests;
