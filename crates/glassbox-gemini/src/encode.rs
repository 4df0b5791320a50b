//! From a request to the bytes of its body. Pure: what the user said is copied nowhere but into the body.

use glassbox_core::{Error, ErrorKind, Request, Result};
use http::{HeaderName, HeaderValue};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use self::contents::Conversation;
use crate::SchemaForm;
use crate::config::Platform;

mod contents;
mod model;
mod options;
mod parts;
mod results;
mod schema;
#[cfg(test)]
mod tests;
mod tools;

/// To whom a request goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) platform: Platform,
    pub(crate) model: &'a str,
    pub(crate) schema_form: SchemaForm,
    pub(crate) include_thoughts: Option<bool>,
}

/// A request as it is sent.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) body: Vec<u8>,
    /// The options that were left out and are to be reported.
    pub(crate) dropped: Vec<String>,
    /// Options that travel in headers.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// Writes the body of a request.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported), with every option named that the model or its API does not have.
pub(crate) fn encode(request: &Request, target: Target<'_>) -> Result<Encoded> {
    let dropped = options::check(request, target)?;
    let body = Body {
        conversation: Conversation::of(request, target),
        generation: options::generation(request, target),
        tools: tools::tools(request, target),
        tool_config: tools::config(request),
        service_tier: options::service_tier(request, target),
        extra: &request.extra,
    };
    let body = serde_json::to_vec(&body).map_err(|_| {
        Error::new(
            ErrorKind::InvalidRequest,
            "the request cannot be written as JSON",
        )
        .with_provider(target.platform.provider())
    })?;
    Ok(Encoded {
        body,
        dropped,
        headers: options::headers(request, target),
    })
}

struct Body<'a> {
    conversation: Conversation<'a>,
    generation: Map<String, Value>,
    tools: Vec<Value>,
    tool_config: Map<String, Value>,
    service_tier: Option<&'a str>,
    extra: &'a Map<String, Value>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let given = |name: &str| self.extra.contains_key(name);
        let mut map = serializer.serialize_map(None)?;
        if let Some(instruction) = &self.conversation.instruction
            && !given("systemInstruction")
        {
            map.serialize_entry("systemInstruction", instruction)?;
        }
        if !given("contents") {
            map.serialize_entry("contents", &self.conversation.contents)?;
        }
        let tools = self.tools();
        if !tools.is_empty() {
            map.serialize_entry("tools", &tools)?;
        }
        for (name, ours) in [
            ("toolConfig", &self.tool_config),
            ("generationConfig", &self.generation),
        ] {
            let merged = merged(ours, self.extra.get(name));
            if !matches!(&merged, Value::Object(fields) if fields.is_empty()) {
                map.serialize_entry(name, &merged)?;
            }
        }
        if let Some(tier) = self.service_tier
            && !given("serviceTier")
        {
            map.serialize_entry("serviceTier", tier)?;
        }
        for (name, value) in self.extra {
            if !matches!(name.as_str(), "tools" | "toolConfig" | "generationConfig") {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

impl Body<'_> {
    /// Google's own tools stand in the list of ours.
    fn tools(&self) -> Vec<&Value> {
        let extra = match self.extra.get("tools") {
            Some(Value::Array(tools)) => tools.as_slice(),
            Some(tool) => std::slice::from_ref(tool),
            None => &[],
        };
        self.tools.iter().chain(extra).collect()
    }
}

/// What the request adds by itself goes into our object, and wins there.
fn merged(ours: &Map<String, Value>, extra: Option<&Value>) -> Value {
    fn merge(into: &mut Value, over: &Value) {
        match (into, over) {
            (Value::Object(into), Value::Object(over)) => {
                for (name, value) in over {
                    merge(into.entry(name.as_str()).or_insert(json!({})), value);
                }
            }
            (into, over) => over.clone_into(into),
        }
    }
    let mut merged = Value::Object(ours.clone());
    if let Some(extra) = extra {
        merge(&mut merged, extra);
    }
    merged
}
