//! From a request to the bytes of its body. Pure, and in one pass: nothing is copied but into the body.

use bytes::Bytes;
use glassbox_core::{Delivery, Error, ErrorKind, OutputFormat, Request, Result, ToolSpec};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use self::messages::Conversation;

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
/// [`Unsupported`](ErrorKind::Unsupported), with every option named that Cohere does not have.
pub(crate) fn encode(request: &Request, model: &str) -> Result<Encoded> {
    let dropped = options::check(request)?;
    let body = Body { request, model };
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
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { request, model } = *self;
        let mut fields = Fields {
            map: serializer.serialize_map(None)?,
            extra: &request.extra,
        };
        fields.add("model", model)?;
        fields.add("messages", &Conversation(&request.messages))?;
        if !request.tools.is_empty() {
            fields.add("tools", &Tools(&request.tools))?;
            if options::is_strict(request) {
                fields.add("strict_tools", &true)?;
            }
        }
        if let Some(choice) = options::tool_choice(request) {
            fields.add("tool_choice", choice)?;
        }
        for setting in options::settings(request) {
            if let Some(field) = setting.field {
                fields.add(field, &setting.value)?;
            }
        }
        if let Some(format) = format(request) {
            fields.add("response_format", &format)?;
        }
        if request.delivery == Delivery::Incremental {
            fields.add("stream", &true)?;
        }
        fields.end()
    }
}

#[derive(Serialize)]
struct Format<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_schema: Option<&'a Value>,
}

fn format(request: &Request) -> Option<Format<'_>> {
    let json_schema = match request.output.as_deref()? {
        OutputFormat::Schema { schema, .. } => Some(schema),
        OutputFormat::Json => None,
        _ => return None,
    };
    Some(Format {
        r#type: "json_object",
        json_schema,
    })
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

    fn end(mut self) -> Result<M::Ok, M::Error> {
        for (name, value) in self.extra {
            self.map.serialize_entry(name, value)?;
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
