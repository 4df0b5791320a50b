//! The blocks of a message: each begins, grows and ends, one after the other.

use glassbox_core::{Event, Opaque, Part, Result, ServerToolCall, ServerToolCallResponse};
use glassbox_http::Events;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::parse;
use crate::PROVIDER;
use crate::wire::{Block, Delta, Raw};

/// The blocks that have begun and not ended, and what those before them left behind.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    open: Vec<(u64, Open)>,
    /// How many calls of our tools there were. A block's index counts every block, so it is no number for them.
    calls: u32,
    /// Whether the last part is a text that a further piece of text would be added to.
    text_is_open: bool,
    citations: Vec<Value>,
}

/// A block that has begun.
#[derive(Debug)]
enum Open {
    Text {
        has_text: bool,
        citations: Vec<Value>,
    },
    Thinking {
        has_text: bool,
        signature: String,
    },
    Call {
        call: u32,
        has_arguments: bool,
        /// Arguments that stood in the block as it began. They count if none follow.
        input: Option<Box<RawValue>>,
    },
    /// A block that is given when it is complete.
    Whole {
        block: Map<String, Value>,
        input: String,
    },
}

impl Blocks {
    /// A block that arrived whole.
    pub(super) fn whole(&mut self, block: &RawValue, events: &mut Events) -> Result<()> {
        self.start(u64::MAX, block, events)?;
        self.stop(u64::MAX, events);
        Ok(())
    }

    /// A block begins. Where the one before it did not end, it does now.
    pub(super) fn start(&mut self, index: u64, raw: &RawValue, events: &mut Events) -> Result<()> {
        self.stop(index, events);
        if !raw.get().trim_start().starts_with('{') {
            return Ok(());
        }
        let block: Block<'_> = parse(raw.get().as_bytes(), b'{')?;
        let open = match block.kind.as_str() {
            "text" => {
                self.part_texts(events);
                let citations = block.citations.map(RawValue::get).unwrap_or_default();
                let mut open = Open::Text {
                    has_text: false,
                    citations: serde_json::from_str(citations).unwrap_or_default(),
                };
                open.text(block.text.as_str(), events);
                open
            }
            "thinking" => {
                let mut open = Open::Thinking {
                    has_text: false,
                    signature: block.signature.as_str().to_owned(),
                };
                open.thinking(block.thinking.as_str(), events);
                open
            }
            "tool_use" => self.call(&block, events),
            _ => Open::Whole {
                block: parse(raw.get().as_bytes(), b'{')?,
                input: String::new(),
            },
        };
        self.open.push((index, open));
        Ok(())
    }

    /// A call of one of our tools begins.
    fn call(&mut self, block: &Block<'_>, events: &mut Events) -> Open {
        let call = self.calls;
        self.calls += 1;
        self.text_is_open = false;
        let id = match block.id.given() {
            Some(id) => id.to_owned(),
            None => format!("call_{call}"),
        };
        events.push(Event::tool_call(0, call, id, block.name.as_str()));
        if let Some(caller) = caller(block.caller) {
            let data = json!({"caller": caller});
            events.push(Event::opaque(0, Some(call), Opaque::new(PROVIDER, data)));
        }
        Open::Call {
            call,
            has_arguments: false,
            input: block
                .input
                .filter(|raw| raw.get() != "{}")
                .map(ToOwned::to_owned),
        }
    }

    /// A block grows.
    pub(super) fn delta(&mut self, index: u64, delta: &Delta<'_>, events: &mut Events) {
        let found = self.open.iter_mut().find(|(of, _)| *of == index);
        let Some((_, open)) = found else {
            // The beginning got lost. A text and a thought need none.
            if let Some(text) = delta.text.given() {
                self.text_is_open = true;
                events.push(Event::text(text));
            } else if let Some(text) = delta.thinking.given() {
                events.push(Event::reasoning(0, text));
            }
            return;
        };
        open.text(delta.text.as_str(), events);
        open.thinking(delta.thinking.as_str(), events);
        match open {
            Open::Text { citations, .. } => {
                let citation = delta.citation.map(RawValue::get);
                citations.extend(citation.and_then(|raw| serde_json::from_str::<Value>(raw).ok()));
            }
            Open::Thinking { signature, .. } => signature.push_str(delta.signature.as_str()),
            Open::Call {
                call,
                has_arguments,
                ..
            } => {
                if let Some(piece) = delta.partial_json.given() {
                    *has_arguments |= !piece.trim().is_empty();
                    events.push(Event::arguments(0, *call, piece));
                }
            }
            Open::Whole { block, input } => {
                input.push_str(delta.partial_json.as_str());
                if let Some(piece) = delta.content.given() {
                    match block.get_mut("content") {
                        Some(Value::String(content)) => content.push_str(piece),
                        _ => {
                            block.insert("content".to_owned(), piece.into());
                        }
                    }
                }
            }
        }
    }

    /// A block ends.
    pub(super) fn stop(&mut self, index: u64, events: &mut Events) {
        let Some(at) = self.open.iter().position(|(of, _)| *of == index) else {
            return;
        };
        match self.open.remove(at).1 {
            Open::Text {
                has_text,
                citations,
            } => self.end_text(has_text, &citations, events),
            Open::Thinking {
                has_text,
                signature,
            } => {
                self.text_is_open &= !has_text && signature.is_empty();
                end_thinking(has_text, &signature, events);
            }
            Open::Call {
                call,
                has_arguments,
                input,
            } => {
                if !has_arguments {
                    let input = input.as_deref().map_or("{}", RawValue::get);
                    events.push(Event::arguments(0, call, input));
                }
            }
            Open::Whole { block, input } => {
                self.text_is_open = false;
                events.push(Event::part(0, part(block, &input)));
            }
        }
    }

    fn end_text(&mut self, has_text: bool, citations: &[Value], events: &mut Events) {
        self.text_is_open |= has_text;
        if citations.is_empty() || !has_text {
            return;
        }
        self.text_is_open = false;
        self.citations.extend(citations.iter().cloned());
        let data = json!({"citations": citations});
        events.push(Event::opaque(0, None, Opaque::new(PROVIDER, data)));
    }

    /// Keeps the next text apart from one that has ended, so that each goes back as the block that it was, with the
    /// citations that are its own.
    fn part_texts(&mut self, events: &mut Events) {
        if std::mem::take(&mut self.text_is_open) {
            let data = json!({"type": "text"});
            events.push(Event::opaque(0, None, Opaque::new(PROVIDER, data)));
        }
    }

    /// The message is over. A block that a limit cut off did not end: what there is of it stays as it is.
    pub(super) fn settle(&mut self, events: &mut Events) {
        for (index, open) in std::mem::take(&mut self.open) {
            match open {
                // Half of a call is not a call without arguments.
                Open::Call {
                    has_arguments: false,
                    input: None,
                    ..
                } => {}
                open => {
                    self.open.push((index, open));
                    self.stop(index, events);
                }
            }
        }
    }

    pub(super) fn has_calls(&self) -> bool {
        self.calls > 0
    }

    pub(super) fn take_citations(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.citations)
    }
}

impl Open {
    fn text(&mut self, text: &str, events: &mut Events) {
        if let Self::Text { has_text, .. } = self
            && !text.is_empty()
        {
            *has_text = true;
            events.push(Event::text(text));
        }
    }

    fn thinking(&mut self, text: &str, events: &mut Events) {
        if let Self::Thinking { has_text, .. } = self
            && !text.is_empty()
        {
            *has_text = true;
            events.push(Event::reasoning(0, text));
        }
    }
}

/// The signature belongs to the thought. A thought whose text is withheld goes back all the same.
fn end_thinking(has_text: bool, signature: &str, events: &mut Events) {
    if signature.is_empty() {
        return;
    }
    if has_text {
        let data = json!({"signature": signature});
        events.push(Event::opaque(0, None, Opaque::new(PROVIDER, data)));
    } else {
        let data = json!({"type": "thinking", "thinking": "", "signature": signature});
        events.push(Event::part(0, Part::Opaque(Opaque::new(PROVIDER, data))));
    }
}

/// Who called a tool of ours, where it was not the model itself but a program that it wrote.
fn caller(raw: Raw<'_>) -> Option<Value> {
    let caller: Value = serde_json::from_str(raw?.get()).ok()?;
    (caller.is_object() && caller["type"] != "direct").then_some(caller)
}

/// A block of a type that has no events. It holds itself, so that it can go back as it was.
fn part(mut block: Map<String, Value>, input: &str) -> Part {
    if !input.trim().is_empty() {
        let input = serde_json::from_str(input).unwrap_or_else(|_| input.into());
        block.insert("input".to_owned(), input);
    }
    let text = |field: &str| block.get(field).and_then(Value::as_str).map(str::to_owned);
    let kind = text("type").unwrap_or_default();
    if is_server_call(&kind) {
        let id = text("id");
        let mut call = ServerToolCall::new(text("name").unwrap_or_default(), block);
        call.id = id;
        Part::ServerToolCall(call)
    } else if is_server_result(&kind) {
        let id = text("tool_use_id");
        let mut result = ServerToolCallResponse::new(block);
        result.id = id;
        Part::ServerToolCallResponse(result)
    } else {
        Part::Opaque(Opaque::new(PROVIDER, Value::Object(block)))
    }
}

/// Whether blocks of this type are calls of Anthropic's own tools.
pub(crate) fn is_server_call(kind: &str) -> bool {
    matches!(kind, "server_tool_use" | "mcp_tool_use")
}

/// Whether blocks of this type are what they gave.
pub(crate) fn is_server_result(kind: &str) -> bool {
    kind.ends_with("_tool_result")
}
