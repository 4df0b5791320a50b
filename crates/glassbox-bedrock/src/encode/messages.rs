//! The conversation in the form of Converse: instructions apart, and turns that alternate.

use glassbox_core::{Message, Part, Request, Role};
use serde::Serialize;
use serde_json::Value;

use super::block::{Block, CachePoint};
use super::family::Family;
use super::{Missing, Setup};

/// All messages.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    pub(super) system: Vec<Block<'a>>,
    pub(super) turns: Vec<Turn<'a>>,
}

/// What one side says until the other speaks.
#[derive(Debug, Serialize)]
pub(super) struct Turn<'a> {
    role: &'static str,
    pub(super) content: Vec<Block<'a>>,
}

const USER: &str = "user";
const ASSISTANT: &str = "assistant";

impl<'a> Conversation<'a> {
    pub(super) fn new(request: &'a Request, setup: &Setup, missing: &mut Missing) -> Self {
        let mut reader = Reader {
            family: setup.family,
            documents: 0,
            missing,
        };
        let mut conversation = Self {
            system: Vec::new(),
            turns: Vec::new(),
        };
        for message in request.messages.iter() {
            match &message.role {
                Role::Assistant => {
                    let content = reader.said_by_the_model(message);
                    conversation.add(ASSISTANT, content);
                }
                Role::System => conversation.system.extend(reader.instructions(message)),
                Role::Other(role) if role == "developer" => {
                    conversation.system.extend(reader.instructions(message));
                }
                _ => {
                    let content = reader.said_to_the_model(message);
                    conversation.add(USER, content);
                }
            }
        }
        for turn in &mut conversation.turns {
            // Anthropic's models want the results of their calls before anything else.
            turn.content
                .sort_by_key(|block| turn.role == USER && !matches!(block, Block::ToolResult(_)));
        }
        if setup.cache {
            conversation.cache();
        }
        conversation
    }

    /// Roles have to alternate, so messages of one side that follow each other are one.
    fn add(&mut self, role: &'static str, content: Vec<Block<'a>>) {
        match self.turns.last_mut() {
            _ if content.is_empty() => {}
            Some(turn) if turn.role == role => turn.content.extend(content),
            _ => self.turns.push(Turn { role, content }),
        }
    }

    fn cache(&mut self) {
        let point = || Block::CachePoint(CachePoint::default());
        if !self.system.is_empty() {
            self.system.push(point());
        }
        let last = self.turns.iter_mut().rev().find(|turn| turn.role == USER);
        if let Some(turn) = last {
            turn.content.push(point());
        }
    }
}

/// Turns parts into blocks.
struct Reader<'m> {
    family: Family,
    documents: u32,
    missing: &'m mut Missing,
}

impl Reader<'_> {
    fn instructions<'a>(&mut self, message: &'a Message) -> Vec<Block<'a>> {
        let blocks = message.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Block::text(&text.content),
            Part::Opaque(opaque) => Block::given(opaque),
            _ => {
                self.missing.add("instructions that are not text");
                None
            }
        });
        blocks.collect()
    }

    fn said_to_the_model<'a>(&mut self, message: &'a Message) -> Vec<Block<'a>> {
        let blocks = message.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Block::text(&text.content),
            Part::Refusal(refusal) => Block::text(&refusal.content),
            Part::Compaction(compaction) => Block::text(compaction.content.as_deref()?),
            Part::Opaque(opaque) => Block::given(opaque),
            Part::ToolCallResponse(result) => Some(Block::result(result, self.family)),
            Part::Blob(_) | Part::Uri(_) | Part::File(_) | Part::Other(_) => {
                match Block::media(part, &mut self.documents) {
                    Ok(block) => Some(block),
                    Err(what) => {
                        self.missing.add(what);
                        None
                    }
                }
            }
            // Of another model's, told by mistake.
            _ => None,
        });
        blocks.collect()
    }

    /// What a model said once. Of that, what Bedrock cannot take back is left out.
    fn said_by_the_model<'a>(&mut self, message: &'a Message) -> Vec<Block<'a>> {
        let family = self.family;
        let blocks = message.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Block::text(&text.content),
            Part::Refusal(refusal) => Block::text(&refusal.content),
            Part::Compaction(compaction) => Block::text(compaction.content.as_deref()?),
            Part::Reasoning(reasoning) => Block::reasoning(reasoning, family),
            Part::Opaque(opaque) if is_reasoning(&opaque.data) => {
                family.takes_reasoning(true).then(|| Block::given(opaque))?
            }
            Part::Opaque(opaque) => Block::given(opaque),
            Part::ToolCall(call) => Some(Block::call(call, family)),
            Part::ServerToolCall(call) => of_the_server(&call.server_tool_call, "toolUse"),
            Part::ServerToolCallResponse(result) => {
                of_the_server(&result.server_tool_call_response, "toolResult")
            }
            _ => None,
        });
        blocks.collect()
    }
}

fn is_reasoning(data: &Value) -> bool {
    data.get("reasoningContent").is_some()
}

/// A block about a tool of Bedrock's own, as it came. Those of other providers have no such entry.
fn of_the_server<'a>(kept: &'a serde_json::Map<String, Value>, name: &str) -> Option<Block<'a>> {
    let content = kept.get(name).filter(|content| content.is_object())?;
    Some(match name {
        "toolUse" => Block::GivenToolUse(content),
        _ => Block::GivenToolResult(content),
    })
}
