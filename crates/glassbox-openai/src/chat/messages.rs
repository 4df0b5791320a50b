//! The conversation in the form of a host.

use std::borrow::Cow;

use glassbox_core::{Message, Messages, Part, Role, ToolCall, ToolCallResponse};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::instructions;
use super::parts::Parts;
use crate::dialect::{Dialect, ReasoningEcho};

/// All messages. Every result of a tool becomes a message of its own.
pub(super) struct Conversation<'a> {
    pub(super) messages: &'a Messages,
    pub(super) model: &'a str,
    pub(super) dialect: &'a Dialect,
}

impl Serialize for Conversation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            messages,
            model,
            dialect,
        } = *self;
        let mut list = serializer.serialize_seq(None)?;
        let gathered = instructions::gathered(messages, dialect);
        if let Some(instructions) = &gathered {
            list.serialize_element(instructions)?;
        }
        for message in messages.iter() {
            if gathered.is_some() && instructions::is_plain(message) {
                continue;
            }
            let mut results = 0;
            for part in &message.parts {
                if let Part::ToolCallResponse(result) = part {
                    let id = dialect.call_ids.spelt(&result.id, model);
                    list.serialize_element(&Tool { result, id })?;
                    results += 1;
                }
            }
            if results == 0 || results < message.parts.len() {
                list.serialize_element(&Spoken {
                    message,
                    model,
                    dialect,
                })?;
            }
        }
        list.end()
    }
}

/// The result of a tool.
struct Tool<'a> {
    result: &'a ToolCallResponse,
    id: Cow<'a, str>,
}

impl Serialize for Tool<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.result.to_text();
        // The format has no place for a failure, so the text has to say it.
        let content = if self.result.is_error && !begins_with_error(&text) {
            Cow::Owned(format!("Error: {text}"))
        } else {
            text
        };
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("role", "tool")?;
        map.serialize_entry("tool_call_id", &self.id)?;
        map.serialize_entry("content", &content)?;
        map.end()
    }
}

pub(crate) fn begins_with_error(text: &str) -> bool {
    text.get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("error"))
}

/// What somebody says.
struct Spoken<'a> {
    message: &'a Message,
    model: &'a str,
    dialect: &'a Dialect,
}

impl Serialize for Spoken<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let role = match &self.message.role {
            Role::Assistant => "assistant",
            Role::System => "system",
            // The results of tools are gone already; what is left, no tool said.
            Role::Tool | Role::User => "user",
            Role::Other(role) if role == "developer" && !self.dialect.developer_role => "system",
            Role::Other(role) => role,
            _ => "user",
        };
        map.serialize_entry("role", role)?;
        if self.message.role == Role::Assistant {
            self.assistant(&mut map)?;
        } else {
            let parts = Parts {
                parts: &self.message.parts,
                dialect: self.dialect,
            };
            map.serialize_entry("content", &parts)?;
        }
        if let (Some(field), Some(name)) = (self.dialect.options.name, &self.message.name) {
            map.serialize_entry(field, name)?;
        }
        map.end()
    }
}

impl Spoken<'_> {
    fn assistant<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let parts = &self.message.parts;
        let text = joined(parts, |part| match part {
            Part::Text(text) => Some(&text.content),
            Part::Refusal(refusal) if !self.dialect.refusals => Some(&refusal.content),
            Part::Compaction(compaction) => compaction.content.as_ref(),
            _ => None,
        });
        let refusal = joined(parts, |part| match part {
            Part::Refusal(refusal) if self.dialect.refusals => Some(&refusal.content),
            _ => None,
        });
        let audio = self.returned("audio").next();
        let calls = Calls {
            parts,
            model: self.model,
            dialect: self.dialect,
        };
        let has_calls = calls.iter().next().is_some();
        let thinking = self.reasoning();
        match (text, thinking) {
            (text, Some(thinking)) if self.dialect.reasoning == ReasoningEcho::Parts => {
                map.serialize_entry("content", &Thought { thinking, text })?;
            }
            (Some(text), _) => map.serialize_entry("content", &text)?,
            (None, _) if has_calls || refusal.is_some() || audio.is_some() => {
                map.serialize_entry("content", &None::<()>)?;
            }
            (None, _) => map.serialize_entry("content", "")?,
        }
        if let Some(refusal) = refusal {
            map.serialize_entry("refusal", &refusal)?;
        }
        self.echo(map)?;
        if let Some(audio) = audio {
            map.serialize_entry("audio", audio)?;
        }
        if has_calls {
            map.serialize_entry("tool_calls", &calls)?;
        }
        Ok(())
    }

    /// Gives reasoning back where it has fields of its own.
    fn echo<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let field = match self.dialect.reasoning {
            ReasoningEcho::Omit | ReasoningEcho::Parts => return Ok(()),
            ReasoningEcho::Field(field) => field,
            ReasoningEcho::Details => {
                let lists = self.returned("reasoning_details");
                let details: Vec<&Value> = lists.filter_map(Value::as_array).flatten().collect();
                if !details.is_empty() {
                    return map.serialize_entry("reasoning_details", &details);
                }
                "reasoning"
            }
        };
        match self.reasoning() {
            Some(text) => map.serialize_entry(field, &text),
            None => Ok(()),
        }
    }

    /// The reasoning as text. What another provider has signed is that provider's.
    fn reasoning(&self) -> Option<Cow<'_, str>> {
        joined(&self.message.parts, |part| match part {
            Part::Reasoning(reasoning) => match &reasoning.opaque {
                Some(opaque) if opaque.provider != self.dialect.provider => None,
                _ => Some(&reasoning.content),
            },
            _ => None,
        })
        .filter(|text| !text.is_empty())
    }

    /// What this provider wants back under `field`, in order.
    fn returned(&self, field: &'static str) -> impl Iterator<Item = &Value> {
        let opaques = self.message.parts.iter().filter_map(|part| match part {
            Part::Opaque(opaque) => Some(opaque),
            Part::Reasoning(reasoning) => reasoning.opaque.as_ref(),
            Part::Text(text) => text.opaque.as_ref(),
            _ => None,
        });
        opaques.filter_map(move |opaque| opaque.of(self.dialect.provider)?.get(field))
    }
}

/// The texts that `pick` finds, as one. `None` where it finds none.
fn joined<'a>(
    parts: &'a [Part],
    pick: impl Fn(&'a Part) -> Option<&'a String>,
) -> Option<Cow<'a, str>> {
    let mut texts = parts.iter().filter_map(pick);
    let first = texts.next()?;
    let mut whole = Cow::Borrowed(first.as_str());
    for text in texts {
        whole.to_mut().push_str(text);
    }
    Some(whole)
}

/// Reasoning before the text, as Mistral has it.
struct Thought<'a> {
    thinking: Cow<'a, str>,
    text: Option<Cow<'a, str>>,
}

impl Serialize for Thought<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        enum Chunk<'a> {
            Text { text: &'a str },
            Thinking { thinking: [TextChunk<'a>; 1] },
        }
        #[derive(Serialize)]
        #[serde(tag = "type", rename = "text")]
        struct TextChunk<'a> {
            text: &'a str,
        }
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(&Chunk::Thinking {
            thinking: [TextChunk {
                text: &self.thinking,
            }],
        })?;
        if let Some(text) = &self.text {
            list.serialize_element(&Chunk::Text { text })?;
        }
        list.end()
    }
}

/// The tool calls of a message.
struct Calls<'a> {
    parts: &'a [Part],
    model: &'a str,
    dialect: &'a Dialect,
}

impl<'a> Calls<'a> {
    fn iter(&self) -> impl Iterator<Item = &'a ToolCall> + use<'a> {
        self.parts.iter().filter_map(Part::as_tool_call)
    }
}

impl Serialize for Calls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Call<'a> {
            id: Cow<'a, str>,
            r#type: &'static str,
            function: Function<'a>,
            #[serde(skip_serializing_if = "Option::is_none")]
            extra_content: Option<&'a Value>,
        }
        #[derive(Serialize)]
        struct Function<'a> {
            name: &'a str,
            arguments: &'a str,
        }
        let mut list = serializer.serialize_seq(None)?;
        for call in self.iter() {
            let opaque = call.opaque.as_ref();
            list.serialize_element(&Call {
                id: self.dialect.call_ids.spelt(&call.id, self.model),
                r#type: "function",
                function: Function {
                    name: &call.name,
                    // Hosts parse what they get back, and nothing is not JSON.
                    arguments: if call.arguments.is_blank() {
                        "{}"
                    } else {
                        call.arguments.as_str()
                    },
                },
                extra_content: opaque
                    .and_then(|opaque| opaque.of(self.dialect.provider)?.get("extra_content")),
            })?;
        }
        list.end()
    }
}
