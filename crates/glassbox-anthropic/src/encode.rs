//! From a request to the bytes of its body. Pure, and in one pass: nothing is copied but into the body.

use std::borrow::Cow;

use bytes::Bytes;
use glassbox_core::{Delivery, Error, ErrorKind, OutputFormat, Request, Result, ToolSpec};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use self::messages::{Content, Conversation};
use self::options::{Plan, Think};
use crate::config::Settings;

mod blocks;
mod messages;
mod options;
mod schema;

/// A request as it is sent.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) body: Bytes,
    /// The options that were left out and are to be reported.
    pub(crate) dropped: Vec<String>,
    /// The beta features that the body uses.
    pub(crate) betas: Vec<&'static str>,
}

/// Writes the body of a request.
///
/// # Errors
///
/// [`Unsupported`](ErrorKind::Unsupported), with every option named that the model or the API does not have.
pub(crate) fn encode(request: &Request, settings: &Settings) -> Result<Encoded> {
    let mut plan = Plan::of(request, settings);
    let dropped = options::check(request, std::mem::take(&mut plan.missing))?;
    let conversation = Conversation::of(request);
    let betas = conversation.betas();
    let body = Body {
        request,
        settings,
        plan,
        conversation,
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
        betas,
    })
}

struct Body<'a> {
    request: &'a Request,
    settings: &'a Settings,
    plan: Plan<'a>,
    conversation: Conversation<'a>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            request,
            settings,
            plan,
            conversation,
        } = self;
        let mut fields = Fields {
            map: serializer.serialize_map(None)?,
            extra: &request.extra,
        };
        fields.add("model", &settings.model)?;
        fields.add("max_tokens", &plan.max_tokens)?;
        // What seldom changes comes first, as it does in the prompt that is cached.
        let tools = Tools {
            ours: &request.tools,
            theirs: &settings.server_tools,
        };
        if tools.len() > 0 {
            fields.add("tools", &tools)?;
        }
        fields.add_some("tool_choice", plan.tool_choice.as_ref())?;
        let system = &conversation.system;
        fields.add_some("system", (!system.is_empty()).then_some(&Content(system)))?;
        fields.add("messages", &conversation.turns)?;
        fields.add_some("temperature", plan.temperature)?;
        fields.add_some("top_p", plan.top_p)?;
        fields.add_some("top_k", plan.top_k)?;
        let stop = &request.parameters.stop_sequences;
        fields.add_some("stop_sequences", (!stop.is_empty()).then_some(stop))?;
        fields.add_some("service_tier", request.parameters.service_tier.as_ref())?;
        fields.add_some("thinking", plan.think.as_ref())?;
        let output = OutputConfig {
            effort: plan.think.as_ref().and_then(Think::effort),
            format: plan.format.then(|| format(request)).flatten(),
        };
        fields.add_some("output_config", (!output.is_empty()).then_some(&output))?;
        fields.add_some("cache_control", settings.prompt_cache.as_ref())?;
        let user = request.user.as_deref();
        fields.add_some("metadata", user.map(|user_id| Metadata { user_id }))?;
        if request.delivery == Delivery::Incremental {
            fields.add("stream", &true)?;
        }
        fields.end()
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

    fn add_some<T: Serialize>(&mut self, name: &str, value: Option<T>) -> Result<(), M::Error> {
        match value {
            Some(value) => self.add(name, &value),
            None => Ok(()),
        }
    }

    fn end(mut self) -> Result<M::Ok, M::Error> {
        for (name, value) in self.extra {
            self.map.serialize_entry(name, value)?;
        }
        self.map.end()
    }
}

#[derive(Serialize)]
struct Metadata<'a> {
    user_id: &'a str,
}

#[derive(Serialize)]
struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format<'a>>,
}

impl OutputConfig<'_> {
    fn is_empty(&self) -> bool {
        self.effort.is_none() && self.format.is_none()
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    JsonSchema { schema: Cow<'a, Value> },
}

fn format(request: &Request) -> Option<Format<'_>> {
    match request.output.as_deref()? {
        OutputFormat::Schema { schema, .. } => Some(Format::JsonSchema {
            schema: schema::constrained(schema),
        }),
        _ => None,
    }
}

/// Our tools, and then those that the provider runs.
struct Tools<'a> {
    ours: &'a [ToolSpec],
    theirs: &'a [Value],
}

impl Tools<'_> {
    fn len(&self) -> usize {
        self.ours.len() + self.theirs.len()
    }
}

impl Serialize for Tools<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Tool<'a> {
            name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            description: Option<&'a str>,
            input_schema: Cow<'a, Value>,
            #[serde(skip_serializing_if = "Option::is_none")]
            strict: Option<bool>,
        }
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for tool in self.ours {
            let schema = match tool.strict {
                Some(true) => schema::constrained(&tool.parameters),
                _ => Cow::Borrowed(&tool.parameters),
            };
            list.serialize_element(&Tool {
                name: &tool.name,
                description: tool.description.as_deref(),
                input_schema: schema::object(schema),
                strict: tool.strict,
            })?;
        }
        for tool in self.theirs {
            list.serialize_element(tool)?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests;
