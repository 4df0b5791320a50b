//! The tools on offer, and whether they may, must or must not be called.

use std::borrow::Cow;

use glassbox_core::{Request, ToolChoice, ToolSpec};
use serde::Serialize;
use serde_json::{Value, json};

use super::block::{Block, CachePoint};
use super::messages::Conversation;
use super::options::closed;
use super::{Missing, Setup};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolConfig<'a> {
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Tool<'a> {
    ToolSpec(Spec<'a>),
    CachePoint(CachePoint),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    input_schema: InputSchema<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

#[derive(Debug, Serialize)]
struct InputSchema<'a> {
    json: Cow<'a, Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum Choice<'a> {
    Any {},
    Tool { name: &'a str },
}

impl<'a> ToolConfig<'a> {
    /// `None` where no tool is to be told of.
    pub(super) fn new(
        request: &'a Request,
        setup: &Setup,
        conversation: &Conversation<'a>,
        missing: &mut Missing,
    ) -> Option<Self> {
        let mut blocks = conversation.turns.iter().flat_map(|turn| &turn.content);
        // Bedrock refuses a conversation with tools that it is not told of.
        let used = blocks.any(Block::is_of_tools);
        if request.tool_choice == ToolChoice::None {
            if !used {
                return None;
            }
            // They cannot be told of and forbidden at once.
            missing.add("tool_choice");
        }
        let mut tools: Vec<Tool<'a>> = request.tools.iter().map(Tool::of).collect();
        if tools.is_empty() {
            if matches!(
                request.tool_choice,
                ToolChoice::Required | ToolChoice::Named(_)
            ) {
                missing.add("tool_choice without tools");
            }
            if !used {
                return None;
            }
            tools = remembered(conversation);
        }
        if setup.cache && setup.family.caches_tools() {
            tools.push(Tool::CachePoint(CachePoint::default()));
        }
        let tool_choice = match &request.tool_choice {
            _ if request.tools.is_empty() => None,
            ToolChoice::Required => Some(Choice::Any {}),
            ToolChoice::Named(name) => Some(Choice::Tool { name }),
            _ => None,
        };
        Some(Self { tools, tool_choice })
    }
}

impl<'a> Tool<'a> {
    fn of(tool: &'a ToolSpec) -> Self {
        let json = match &tool.parameters {
            schema if tool.strict == Some(true) => Cow::Owned(closed(schema)),
            schema @ Value::Object(fields) if fields.contains_key("type") => Cow::Borrowed(schema),
            // The schema has to be that of an object, and to say so.
            Value::Object(fields) => {
                let mut fields = fields.clone();
                fields.insert("type".to_owned(), json!("object"));
                Cow::Owned(Value::Object(fields))
            }
            _ => Cow::Owned(json!({"type": "object"})),
        };
        let description = tool.description.as_deref();
        Self::ToolSpec(Spec {
            name: &tool.name,
            description: description.filter(|text| !text.is_empty()),
            input_schema: InputSchema { json },
            strict: tool.strict,
        })
    }
}

/// The tools that were called once, where none is on offer any more.
fn remembered<'a>(conversation: &Conversation<'a>) -> Vec<Tool<'a>> {
    let mut names: Vec<&'a str> = Vec::new();
    for block in conversation.turns.iter().flat_map(|turn| &turn.content) {
        if let Block::ToolUse(call) = block
            && !names.contains(&call.name)
        {
            names.push(call.name);
        }
    }
    if names.is_empty() {
        // There are results alone, or calls of Bedrock's own tools, and the list may not be empty.
        names.push("none");
    }
    let specs = names.into_iter().map(|name| {
        Tool::ToolSpec(Spec {
            name,
            description: None,
            input_schema: InputSchema {
                json: Cow::Owned(json!({"type": "object"})),
            },
            strict: None,
        })
    });
    specs.collect()
}
