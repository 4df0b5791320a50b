//! The conversation in Cohere's form.

use std::borrow::Cow;

use glassbox_core::{
    Blob, Message, Messages, Modality, Part, Reasoning, Role, ToolCall, ToolCallResponse,
};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::PROVIDER;

/// All messages. Every result of a tool becomes a message of its own.
pub(super) struct Conversation<'a>(pub(super) &'a Messages);

impl Serialize for Conversation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for message in self.0 {
            let mut results = 0;
            for part in &message.parts {
                if let Part::ToolCallResponse(result) = part {
                    list.serialize_element(&Tool::of(result))?;
                    results += 1;
                }
            }
            if results == 0 || results < message.parts.len() {
                list.serialize_element(&Spoken(message))?;
            }
        }
        list.end()
    }
}

/// The result of a tool.
#[derive(Serialize)]
struct Tool<'a> {
    role: &'static str,
    tool_call_id: &'a str,
    content: Cow<'a, str>,
}

impl<'a> Tool<'a> {
    fn of(result: &'a ToolCallResponse) -> Self {
        let text = result.to_text();
        // The format has no place for a failure, so the text has to say it.
        let content = if result.is_error && !begins_with_error(&text) {
            Cow::Owned(format!("Error: {text}"))
        } else {
            text
        };
        Self {
            role: "tool",
            tool_call_id: &result.id,
            content,
        }
    }
}

fn begins_with_error(text: &str) -> bool {
    text.get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("error"))
}

/// What somebody says.
struct Spoken<'a>(&'a Message);

impl Serialize for Spoken<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_model = self.0.role == Role::Assistant;
        let role = match &self.0.role {
            Role::Assistant => "assistant",
            Role::System => "system",
            Role::Other(role) if role == "developer" => "system",
            Role::Other(role) => role,
            // The results of tools are gone already; what is left, no tool said.
            _ => "user",
        };
        let blocks: Vec<Block<'_>> = self
            .0
            .parts
            .iter()
            .filter_map(|part| Block::of(part, is_model))
            .collect();
        let has_calls = is_model && self.0.tool_calls().next().is_some();
        let plan = self.plan().filter(|_| is_model);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("role", role)?;
        match &blocks[..] {
            // A message that says nothing is refused, one that calls is not.
            [] if has_calls || plan.is_some() => {}
            [] => map.serialize_entry("content", "")?,
            [Block::Text { text }] => map.serialize_entry("content", text)?,
            blocks => map.serialize_entry("content", blocks)?,
        }
        if let Some(plan) = plan {
            map.serialize_entry("tool_plan", &plan)?;
        }
        if has_calls {
            map.serialize_entry("tool_calls", &Calls(self.0))?;
        }
        map.end()
    }
}

impl Spoken<'_> {
    /// The plan for the calls, which has a field of its own.
    fn plan(&self) -> Option<String> {
        let plans = self.0.parts.iter().filter_map(|part| match part {
            Part::Reasoning(reasoning) if is_plan(reasoning) => Some(&*reasoning.content),
            _ => None,
        });
        let plan: String = plans.collect();
        (!plan.is_empty()).then_some(plan)
    }
}

fn is_plan(reasoning: &Reasoning) -> bool {
    let opaque = reasoning.opaque.as_ref();
    opaque
        .and_then(|opaque| opaque.of(PROVIDER)?.get("type"))
        .is_some_and(|kind| kind == "tool_plan")
}

/// A block of a message's content.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    ImageUrl { image_url: ImageUrl<'a> },
    Text { text: &'a str },
    Thinking { thinking: &'a str },
}

#[derive(Serialize)]
struct ImageUrl<'a> {
    url: Url<'a>,
}

/// A URL, or data that is written as one.
enum Url<'a> {
    Data(&'a Blob),
    Link(&'a str),
}

impl Serialize for Url<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Data(blob) => serializer.serialize_str(&blob.to_data_uri()),
            Self::Link(url) => serializer.serialize_str(url),
        }
    }
}

impl<'a> Block<'a> {
    fn of(part: &'a Part, is_model: bool) -> Option<Self> {
        let text = |text: &'a str| (!text.is_empty()).then_some(Self::Text { text });
        let image = |url| Self::ImageUrl {
            image_url: ImageUrl { url },
        };
        match part {
            Part::Text(said) => text(&said.content),
            Part::Refusal(refusal) => text(&refusal.content),
            Part::Compaction(compaction) => text(compaction.content.as_deref()?),
            Part::Reasoning(reasoning) if is_model && !is_plan(reasoning) => {
                // What another provider has signed is that provider's.
                let opaque = reasoning.opaque.as_ref();
                let is_ours = opaque.is_none_or(|opaque| opaque.provider == PROVIDER);
                (is_ours && !reasoning.content.is_empty()).then_some(Self::Thinking {
                    thinking: &reasoning.content,
                })
            }
            Part::Blob(blob) if blob.modality == Modality::Image && !is_model => {
                Some(image(Url::Data(blob)))
            }
            Part::Uri(uri) if uri.modality == Modality::Image && !is_model => {
                Some(image(Url::Link(&uri.uri)))
            }
            _ => None,
        }
    }
}

/// The tool calls of a message.
struct Calls<'a>(&'a Message);

impl Serialize for Calls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Call<'a> {
            id: &'a str,
            r#type: &'static str,
            function: Function<'a>,
        }
        #[derive(Serialize)]
        struct Function<'a> {
            name: &'a str,
            arguments: &'a str,
        }
        let calls = self.0.tool_calls().map(|call: &ToolCall| Call {
            id: &call.id,
            r#type: "function",
            function: Function {
                name: &call.name,
                // It is parsed, and nothing is not JSON.
                arguments: if call.arguments.is_blank() {
                    "{}"
                } else {
                    call.arguments.as_str()
                },
            },
        });
        serializer.collect_seq(calls)
    }
}
