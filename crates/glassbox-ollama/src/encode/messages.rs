//! The conversation in Ollama's form.

use std::borrow::Cow;

use glassbox_core::{
    Arguments, Message, Messages, Modality, Part, Role, ToolCall, ToolCallResponse,
};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

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
                    list.serialize_element(&self.tool(result))?;
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

impl<'a> Conversation<'a> {
    fn tool(&self, result: &'a ToolCallResponse) -> Tool<'a> {
        let text = result.to_text();
        // The format has no place for a failure, so the text has to say it.
        let content = if result.is_error && !begins_with_error(&text) {
            Cow::Owned(format!("Error: {text}"))
        } else {
            text
        };
        Tool {
            role: "tool",
            content,
            tool_name: if result.name.is_empty() {
                self.name_of(&result.id)
            } else {
                &result.name
            },
            tool_call_id: &result.id,
        }
    }

    /// The name of the tool that was called under this id; empty where there is no such call.
    fn name_of(&self, id: &str) -> &'a str {
        let mut calls = self.0.iter().rev().flat_map(Message::tool_calls);
        let call = calls.find(|call| call.id == id && !id.is_empty());
        call.map_or("", |call| &call.name)
    }
}

/// The result of a tool. Models know it by the tool's name.
#[derive(Serialize)]
struct Tool<'a> {
    role: &'static str,
    content: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    tool_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    tool_call_id: &'a str,
}

fn begins_with_error(text: &str) -> bool {
    text.get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("error"))
}

/// What somebody says.
struct Spoken<'a>(&'a Message);

impl Serialize for Spoken<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let role = match &self.0.role {
            Role::Assistant => "assistant",
            Role::System => "system",
            Role::Other(role) if role == "developer" => "system",
            Role::Other(role) => role,
            // The results of tools are gone already; what is left, no tool said.
            _ => "user",
        };
        map.serialize_entry("role", role)?;
        if self.0.role == Role::Assistant {
            self.assistant(&mut map)?;
        } else {
            map.serialize_entry("content", &joined(self.0, "\n", text))?;
            let images = Images(&self.0.parts);
            if images.iter().next().is_some() {
                map.serialize_entry("images", &images)?;
            }
        }
        map.end()
    }
}

impl Spoken<'_> {
    fn assistant<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("content", &joined(self.0, "", text))?;
        let thinking = joined(self.0, "", thinking);
        if !thinking.is_empty() {
            map.serialize_entry("thinking", &thinking)?;
        }
        if self.0.tool_calls().next().is_some() {
            map.serialize_entry("tool_calls", &Calls(self.0))?;
        }
        Ok(())
    }
}

fn text(part: &Part) -> Option<&str> {
    match part {
        Part::Text(text) => Some(&text.content),
        Part::Refusal(refusal) => Some(&refusal.content),
        Part::Compaction(compaction) => compaction.content.as_deref(),
        _ => None,
    }
}

/// The reasoning. What another provider has signed is that provider's.
fn thinking(part: &Part) -> Option<&str> {
    match part {
        Part::Reasoning(reasoning) => match &reasoning.opaque {
            Some(opaque) if opaque.provider != PROVIDER => None,
            _ => Some(&reasoning.content),
        },
        _ => None,
    }
}

/// The texts that `pick` finds, as one.
fn joined<'a>(
    message: &'a Message,
    separator: &str,
    pick: impl Fn(&'a Part) -> Option<&'a str>,
) -> Cow<'a, str> {
    let mut texts = message.parts.iter().filter_map(pick);
    let mut whole = Cow::Borrowed(texts.next().unwrap_or_default());
    for text in texts {
        let whole = whole.to_mut();
        whole.push_str(separator);
        whole.push_str(text);
    }
    whole
}

/// The images of a message, in base64.
struct Images<'a>(&'a [Part]);

impl<'a> Images<'a> {
    fn iter(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.0.iter().filter_map(|part| match part {
            Part::Blob(blob) if blob.modality == Modality::Image => Some(&*blob.content),
            _ => None,
        })
    }
}

impl Serialize for Images<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// The tool calls of a message.
struct Calls<'a>(&'a Message);

impl Serialize for Calls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Call<'a> {
            #[serde(skip_serializing_if = "str::is_empty")]
            id: &'a str,
            r#type: &'static str,
            function: Function<'a>,
        }
        #[derive(Serialize)]
        struct Function<'a> {
            name: &'a str,
            arguments: Map<String, Value>,
        }
        let calls = self.0.tool_calls().map(|call: &ToolCall| Call {
            id: &call.id,
            r#type: "function",
            function: Function {
                name: &call.name,
                arguments: arguments(&call.arguments),
            },
        });
        serializer.collect_seq(calls)
    }
}

/// The arguments as the object that Ollama takes. What is no object stands in one, for the model to see.
fn arguments(arguments: &Arguments) -> Map<String, Value> {
    arguments.parse().unwrap_or_else(|_| {
        let text = Value::from(arguments.as_str());
        Map::from_iter([("invalid_json".to_owned(), text)])
    })
}
