//! From a request to the bytes of its body. Pure: the messages are borrowed, and written once.

use bytes::Bytes;
use glassbox_core::{Error, ErrorKind, Request, Result, Unsupported};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use self::family::Family;
use self::messages::Conversation;
use self::options::Options;
use self::tools::ToolConfig;
use crate::PROVIDER;

mod block;
mod family;
mod media;
mod messages;
mod options;
mod tools;

pub use block::{block, cache_point};

/// What is known of the model before any request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    family: Family,
    /// Whether to put cache points.
    cache: bool,
}

impl Setup {
    pub(crate) fn new(model: &str, cache: bool) -> Self {
        Self {
            family: Family::of(model),
            cache,
        }
    }
}

/// A request as it is sent.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) body: Bytes,
    /// The options that were left out and are to be reported.
    pub(crate) dropped: Vec<String>,
}

/// Writes the body of a request.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported), with every option named that Converse or the model does not have.
pub(crate) fn encode(request: &Request, setup: &Setup) -> Result<Encoded> {
    let mut missing = Missing::default();
    let conversation = Conversation::new(request, setup, &mut missing);
    let options = Options::new(request, setup.family, &mut missing);
    let tools = ToolConfig::new(request, setup, &conversation, &mut missing);
    let dropped = missing.settle(request.unsupported)?;
    let body = Body {
        conversation,
        options,
        tools,
        extra: &request.extra,
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

/// What the request wants and cannot have, by our names.
#[derive(Debug, Default)]
struct Missing(Vec<String>);

impl Missing {
    fn add(&mut self, name: impl Into<String>) {
        let name = name.into();
        if !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    /// Refuses the request, or says what to report, as it wishes.
    fn settle(self, wish: Unsupported) -> Result<Vec<String>> {
        match wish {
            _ if self.0.is_empty() => Ok(self.0),
            Unsupported::Drop => Ok(Vec::new()),
            Unsupported::Warn => Ok(self.0),
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                format!(
                    "this model or its API has no {}; leave it out, or let the request drop what is unsupported",
                    self.0.join(", ")
                ),
            )
            .with_provider(PROVIDER)),
        }
    }
}

struct Body<'a> {
    conversation: Conversation<'a>,
    options: Options<'a>,
    tools: Option<ToolConfig<'a>>,
    extra: &'a Map<String, Value>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            conversation,
            options,
            tools,
            extra,
        } = self;
        let mut fields = Fields {
            map: serializer.serialize_map(None)?,
            extra,
        };
        fields.add("messages", &conversation.turns)?;
        if !conversation.system.is_empty() {
            fields.add("system", &conversation.system)?;
        }
        if let Some(tools) = tools {
            fields.add("toolConfig", tools)?;
        }
        if !options.inference.is_empty() {
            fields.add("inferenceConfig", &options.inference)?;
        }
        if let Some(output) = &options.output {
            fields.add("outputConfig", output)?;
        }
        if let Some(tier) = &options.service_tier {
            fields.add("serviceTier", tier)?;
        }
        fields.end(&options.additional)
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

    /// Ends with the model's own fields, ours and the request's as one object, and all else that the request adds.
    fn end(mut self, ours: &Map<String, Value>) -> Result<M::Ok, M::Error> {
        const OWN: &str = "additionalModelRequestFields";
        match self.extra.get(OWN) {
            Some(Value::Object(theirs)) => {
                let mut both = ours.clone();
                both.extend(theirs.clone());
                self.map.serialize_entry(OWN, &both)?;
            }
            Some(other) => self.map.serialize_entry(OWN, other)?,
            None if !ours.is_empty() => self.map.serialize_entry(OWN, ours)?,
            None => {}
        }
        for (name, value) in self.extra.iter().filter(|(name, _)| *name != OWN) {
            self.map.serialize_entry(name, value)?;
        }
        self.map.end()
    }
}

#[cfg(test)]
mod tests;
