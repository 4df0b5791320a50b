//! One block of an answer, whole or piece by piece.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glassbox_core::{
    Blob, Error, ErrorKind, Event, Modality, Opaque, Part, Reasoning, Result, ServerToolCall,
    ServerToolCallResponse,
};
use glassbox_http::Events;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::value;
use crate::PROVIDER;
use crate::wire::{self, Delta, Raw, ToolUse};

/// What the blocks of one answer share.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// How many calls there were. Blocks count everything else too.
    calls: u32,
    pub(super) citations: Vec<Value>,
}

/// A block that has begun.
#[derive(Debug, Default)]
pub(super) enum Block {
    /// Text, or nothing yet.
    #[default]
    Text,
    Reasoning(Thought),
    Call {
        number: u32,
        written: bool,
    },
    Image {
        format: String,
        bytes: String,
    },
    ServerCall {
        call: Map<String, Value>,
        input: String,
    },
    ServerResult {
        result: Map<String, Value>,
        content: Vec<Value>,
    },
}

#[derive(Debug, Default)]
pub(super) struct Thought {
    has_text: bool,
    signature: String,
    /// Base64, in the pieces in which it came.
    redacted: Vec<String>,
}

impl Block {
    /// What begins here; `None` where that is not known.
    pub(super) fn begin(
        start: &wire::Block<'_>,
        context: &mut Context,
        events: &mut Events,
    ) -> Option<Self> {
        if let Some(call) = &start.tool_use.0 {
            if is_of_the_server(call) {
                return Some(Self::ServerCall {
                    call: named(call),
                    input: String::new(),
                });
            }
            let number = context.call(call, events);
            return Some(Self::Call {
                number,
                written: false,
            });
        }
        if let Some(result) = &start.tool_result.0 {
            return Some(Self::ServerResult {
                result: described(result),
                content: Vec::new(),
            });
        }
        let image = start.image.0.as_ref()?;
        Some(Self::Image {
            format: image.format.as_str().to_owned(),
            bytes: String::new(),
        })
    }

    /// Takes a piece.
    pub(super) fn take(
        &mut self,
        delta: &Delta<'_>,
        context: &mut Context,
        events: &mut Events,
    ) -> Result<()> {
        if let Some(text) = delta.text.given() {
            events.push(Event::text(text));
        }
        if let Some(citation) = delta.citation.and_then(value) {
            context.citations.push(citation);
        }
        if let Some(reasoning) = &delta.reasoning_content.0 {
            self.thought().take(reasoning, events);
        }
        match self {
            Self::Call { number, written } => {
                let input = delta.tool_use.0.as_ref().map(|delta| delta.input.as_str());
                if let Some(input) = input.filter(|input| !input.is_empty()) {
                    *written = true;
                    events.push(Event::arguments(0, *number, input));
                }
            }
            Self::ServerCall { input, .. } => {
                if let Some(delta) = &delta.tool_use.0 {
                    input.push_str(delta.input.as_str());
                }
            }
            Self::ServerResult { content, .. } => match delta.tool_result.and_then(value) {
                Some(Value::Array(items)) => content.extend(items),
                Some(item) => content.push(item),
                None => {}
            },
            Self::Image { bytes, .. } => {
                let image = delta.image.0.as_ref();
                if let Some(source) = image.and_then(|image| image.source.0.as_ref()) {
                    bytes.push_str(source.bytes.as_str());
                }
            }
            Self::Text | Self::Reasoning(_) if delta.tool_use.0.is_some() => {
                return Err(Error::new(
                    ErrorKind::Protocol,
                    "the stream gives arguments for a tool call that did not begin",
                ));
            }
            Self::Text | Self::Reasoning(_) => {}
        }
        Ok(())
    }

    fn thought(&mut self) -> &mut Thought {
        if !matches!(self, Self::Reasoning(_)) {
            *self = Self::Reasoning(Thought::default());
        }
        match self {
            Self::Reasoning(thought) => thought,
            _ => unreachable!("it was just made so"),
        }
    }

    /// The block is complete, or will never be.
    pub(super) fn end(self, events: &mut Events) {
        match self {
            Self::Text => {}
            Self::Reasoning(thought) => thought.end(events),
            // A tool that takes nothing is called with nothing, and whole answers say `{}`.
            Self::Call {
                number,
                written: false,
            } => events.push(Event::arguments(0, number, "{}")),
            Self::Call { .. } => {}
            Self::Image { format, bytes } => image(&format, &bytes, events),
            Self::ServerCall { mut call, input } => {
                let input = if input.is_empty() {
                    json!({})
                } else {
                    serde_json::from_str(&input).unwrap_or(Value::String(input))
                };
                call.insert("input".to_owned(), input);
                server_call(call, events);
            }
            Self::ServerResult {
                mut result,
                content,
            } => {
                result.insert("content".to_owned(), Value::Array(content));
                server_result(result, events);
            }
        }
    }
}

impl Thought {
    fn take(&mut self, reasoning: &wire::Reasoning<'_>, events: &mut Events) {
        if let Some(text) = reasoning.text.given() {
            self.has_text = true;
            events.push(Event::reasoning(0, text));
        }
        self.signature.push_str(reasoning.signature.as_str());
        let redacted = reasoning.redacted_content.given();
        self.redacted.extend(redacted.map(str::to_owned));
    }

    /// Says what has to come back with the reasoning. It says so of reasoning without a signature too, so that two
    /// blocks do not become one, and so that it goes back to Bedrock alone.
    fn end(self, events: &mut Events) {
        let mut data = Map::new();
        if !self.signature.is_empty() {
            data.insert("signature".to_owned(), self.signature.into());
        }
        let signed = !data.is_empty();
        let opaque = Opaque::new(PROVIDER, Value::Object(data));
        if self.has_text {
            events.push(Event::opaque(0, None, opaque));
        } else if signed {
            let mut reasoning = Reasoning::new("");
            reasoning.opaque = Some(opaque);
            events.push(Event::part(0, Part::Reasoning(reasoning)));
        }
        if !self.redacted.is_empty() {
            let content = joined(self.redacted);
            let block = json!({"reasoningContent": {"redactedContent": content}});
            let part = Part::Opaque(Opaque::new(PROVIDER, block));
            events.push(Event::part(0, part));
        }
    }
}

impl Context {
    fn call(&mut self, call: &ToolUse<'_>, events: &mut Events) -> u32 {
        let number = self.calls;
        self.calls = self.calls.saturating_add(1);
        let id = match call.tool_use_id.given() {
            Some(id) => id.to_owned(),
            // Its result must bear one.
            None => format!("call_{number}"),
        };
        events.push(Event::tool_call(0, number, id, call.name.as_str()));
        number
    }
}

/// A call of Bedrock's own tool. What has to go back stands beside the type.
fn server_call(call: Map<String, Value>, events: &mut Events) {
    let text = |field: &str| call.get(field).and_then(Value::as_str).map(str::to_owned);
    let (id, name) = (text("toolUseId"), text("name").unwrap_or_default());
    let mut part = ServerToolCall::new(name.clone(), kept(name, "toolUse", call));
    part.id = id;
    events.push(Event::part(0, Part::ServerToolCall(part)));
}

/// What such a tool gave.
fn server_result(result: Map<String, Value>, events: &mut Events) {
    let text = |field: &str| result.get(field).and_then(Value::as_str).map(str::to_owned);
    let id = text("toolUseId");
    let kind = text("type").unwrap_or_else(|| "tool_result".to_owned());
    let mut part = ServerToolCallResponse::new(kept(kind, "toolResult", result));
    part.id = id;
    events.push(Event::part(0, Part::ServerToolCallResponse(part)));
}

fn kept(kind: String, name: &str, block: Map<String, Value>) -> Map<String, Value> {
    Map::from_iter([
        ("type".to_owned(), Value::String(kind)),
        (name.to_owned(), Value::Object(block)),
    ])
}

/// Gives a block of a whole answer. One of an unknown kind goes back as it came.
pub(super) fn whole(
    block: &wire::Block<'_>,
    raw: &RawValue,
    context: &mut Context,
    events: &mut Events,
) {
    if let Some(text) = &block.text {
        push_text(text.as_str(), events);
    } else if let Some(call) = &block.tool_use.0 {
        if is_of_the_server(call) {
            let mut kept = named(call);
            let input = call.input.and_then(value).unwrap_or_else(|| json!({}));
            kept.insert("input".to_owned(), input);
            server_call(kept, events);
        } else {
            let number = context.call(call, events);
            events.push(Event::arguments(0, number, arguments(call.input)));
        }
    } else if let Some(result) = &block.tool_result.0 {
        let mut kept = described(result);
        let content = result.content.and_then(value).unwrap_or_else(|| json!([]));
        kept.insert("content".to_owned(), content);
        server_result(kept, events);
    } else if let Some(reasoning) = &block.reasoning_content.0 {
        let mut thought = Thought::default();
        if let Some(text) = &reasoning.reasoning_text.0 {
            thought.has_text = text.text.given().is_some();
            if let Some(text) = text.text.given() {
                events.push(Event::reasoning(0, text));
            }
            text.signature.as_str().clone_into(&mut thought.signature);
        }
        thought.take(reasoning, events);
        thought.end(events);
    } else if let Some(cited) = &block.citations_content.0 {
        for text in &cited.content.0 {
            push_text(text.text.as_str(), events);
        }
        if let Some(Value::Array(citations)) = cited.citations.and_then(value) {
            context.citations.extend(citations);
        }
    } else if let Some(given) = &block.image.0 {
        let source = given.source.0.as_ref();
        let bytes = source.map(|source| source.bytes.as_str());
        image(given.format.as_str(), bytes.unwrap_or_default(), events);
    } else if let Some(unknown) = value(raw) {
        let part = Part::Opaque(Opaque::new(PROVIDER, unknown));
        events.push(Event::part(0, part));
    }
}

fn push_text(text: &str, events: &mut Events) {
    if !text.is_empty() {
        events.push(Event::text(text));
    }
}

/// The arguments as the model wrote them, as far as Bedrock tells.
fn arguments(input: Raw<'_>) -> String {
    match input.map(RawValue::get) {
        None | Some("null") => "{}".to_owned(),
        Some(text) if text.starts_with('"') => {
            serde_json::from_str(text).unwrap_or_else(|_| text.to_owned())
        }
        Some(text) => text.to_owned(),
    }
}

fn is_of_the_server(call: &ToolUse<'_>) -> bool {
    call.r#type.as_str() == "server_tool_use"
}

/// A call of Bedrock's own tool, as it wants it back, without the input.
fn named(call: &ToolUse<'_>) -> Map<String, Value> {
    fields([
        ("toolUseId", call.tool_use_id.given()),
        ("name", call.name.given()),
        ("type", call.r#type.given()),
    ])
}

/// A result of Bedrock's own tool, as it wants it back, without the content.
fn described(result: &wire::ToolResult<'_>) -> Map<String, Value> {
    fields([
        ("toolUseId", result.tool_use_id.given()),
        ("type", result.r#type.given()),
        ("status", result.status.given()),
    ])
}

fn fields<const N: usize>(fields: [(&str, Option<&str>); N]) -> Map<String, Value> {
    let given = fields.into_iter();
    given
        .filter_map(|(name, text)| Some((name.to_owned(), Value::from(text?))))
        .collect()
}

fn image(format: &str, bytes: &str, events: &mut Events) {
    if bytes.is_empty() {
        return;
    }
    let format = if format.is_empty() { "png" } else { format };
    let mut blob = Blob::new(Modality::Image, format!("image/{format}"), "");
    blob.content = bytes.into();
    events.push(Event::part(0, Part::Blob(blob)));
}

/// Base64 that came in pieces as one. Every piece may be padded.
fn joined(mut pieces: Vec<String>) -> String {
    if pieces.len() == 1 {
        return pieces.remove(0);
    }
    let decoded: Result<Vec<Vec<u8>>, _> =
        pieces.iter().map(|piece| STANDARD.decode(piece)).collect();
    match decoded {
        Ok(bytes) => STANDARD.encode(bytes.concat()),
        Err(_) => pieces.concat(),
    }
}
