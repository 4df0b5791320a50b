//! From the bytes of an answer to its events. Pure.

use glassbox_core::{
    Cost, CostSource, Error, ErrorKind, Event, FinishKind, FinishReason, Meta, Result,
};
use glassbox_http::{Decoder, Events, Frame, error_body, in_band_error};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use self::blocks::Blocks;
use self::totals::Totals;
use crate::PROVIDER;
use crate::wire::{self, Message, Raw};

mod blocks;
mod totals;

pub(crate) use self::blocks::{is_server_call, is_server_result};

/// Reads `message` bodies and their streams. Pure.
#[derive(Debug, Default)]
pub struct MessagesDecoder {
    /// Whether anything of a message has arrived.
    began: bool,
    /// Whether the id was said, and the model.
    known: [bool; 2],
    service_tier: String,
    totals: Totals,
    blocks: Blocks,
    /// Why it stopped, in the provider's word.
    stop_reason: Option<String>,
    extra: Map<String, Value>,
}

impl MessagesDecoder {
    /// A decoder for one response.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A message, whole or as it begins. What of it begins may hold blocks already, and a reason to stop: so it is
    /// where a tool of the provider's has called one of ours.
    fn message(&mut self, message: &Message<'_>, events: &mut Events) -> Result<()> {
        self.began = true;
        let id = message.id.given().filter(|_| !self.known[0]);
        let model = message.model.given().filter(|_| !self.known[1]);
        if id.is_some() || model.is_some() {
            self.known = [
                self.known[0] | id.is_some(),
                self.known[1] | model.is_some(),
            ];
            let meta = Meta::new(id.map(str::to_owned), model.map(str::to_owned));
            events.push(Event::Meta(Box::new(meta)));
        }
        self.usage(message.usage.0.as_deref(), events);
        self.say("provider", message.provider);
        self.say("context_management", message.context_management);
        self.say("stop_sequence", message.stop_sequence);
        self.say("stop_details", message.stop_details);
        self.say("container", message.container);
        self.stop(message.stop_reason.given());
        let Some(content) = message.content else {
            return Ok(());
        };
        match parse::<Vec<&RawValue>>(content.get().as_bytes(), b'[') {
            Ok(blocks) => {
                for block in blocks {
                    self.blocks.whole(block, events)?;
                }
            }
            // Some gateways give a text alone.
            Err(error) => match serde_json::from_str::<String>(content.get()) {
                Ok(text) => events.push(Event::text(text)),
                Err(_) => return Err(error),
            },
        }
        Ok(())
    }

    /// Keeps something for [`Meta::extra`], where it was said. The latest counts.
    fn say(&mut self, name: &str, raw: Raw<'_>) {
        let value = raw.and_then(|raw| serde_json::from_str(raw.get()).ok());
        if let Some(value) = value.filter(|value| !is_nothing(value)) {
            self.extra.insert(name.to_owned(), value);
        }
    }

    /// Gives the usage, where it is news, and keeps what [`Usage`](glassbox_core::Usage) has no place for.
    fn usage(&mut self, usage: Option<&wire::Usage<'_>>, events: &mut Events) {
        let Some(usage) = usage else { return };
        let mut total = self.totals.update(usage);
        if let Some(cost) = usage.cost.0 {
            let cost = Cost::new(cost, CostSource::Provider);
            total.get_or_insert_default().cost = Some(cost);
        }
        if let Some(total) = total {
            events.push(Event::Usage(Box::new(total)));
        }
        let tier = usage.service_tier.given();
        if let Some(tier) = tier.filter(|tier| self.service_tier != *tier) {
            tier.clone_into(&mut self.service_tier);
            let mut meta = Meta::default();
            meta.service_tier = Some(tier.to_owned());
            events.push(Event::Meta(Box::new(meta)));
        }
        self.say("cache_creation", usage.cache_creation);
        self.say("server_tool_use", usage.server_tool_use);
        self.say("iterations", usage.iterations);
        self.say("inference_geo", usage.inference_geo);
    }

    fn stop(&mut self, reason: Option<&str>) {
        if let Some(reason) = reason {
            self.stop_reason = Some(reason.to_owned());
        }
    }

    /// The end of a stream: what is known of the message by then.
    fn outcome(&mut self, frame: &wire::Frame<'_>, events: &mut Events) {
        self.began = true;
        self.usage(frame.usage.0.as_deref(), events);
        self.say("context_management", frame.context_management);
        if let Some(delta) = &frame.delta.0 {
            self.say("stop_sequence", delta.stop_sequence);
            self.say("stop_details", delta.stop_details);
            self.say("container", delta.container);
            self.stop(delta.stop_reason.given());
        }
    }

    /// The answer is complete.
    fn complete(&mut self, events: &mut Events) -> Result<()> {
        if !self.began {
            return Err(broken("the stream is done and held no answer"));
        }
        self.blocks.settle(events);
        let citations = self.blocks.take_citations();
        if !citations.is_empty() {
            self.extra
                .insert("citations".to_owned(), Value::Array(citations));
        }
        if !self.extra.is_empty() {
            let mut meta = Meta::default();
            meta.extra = std::mem::take(&mut self.extra);
            events.push(Event::Meta(Box::new(meta)));
        }
        events.push(Event::finish(0, self.finish()));
        events.push(Event::End);
        Ok(())
    }

    fn finish(&self) -> FinishReason {
        let natural = if self.blocks.has_calls() {
            FinishKind::ToolCall
        } else {
            FinishKind::Stop
        };
        match &self.stop_reason {
            Some(raw) => {
                let kind = kind(raw);
                let kind = if kind == FinishKind::Stop {
                    natural
                } else {
                    kind
                };
                FinishReason::new(kind, raw)
            }
            None => natural.into(),
        }
    }
}

impl Decoder for MessagesDecoder {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()> {
        let data = frame.data.trim_ascii();
        if data.is_empty() || events.ended() {
            return Ok(());
        }
        if data == b"[DONE]" {
            return self.complete(events);
        }
        let read: wire::Frame<'_> = parse(data, b'{')?;
        match read.kind.given().unwrap_or(frame.event) {
            "message_start" => match &read.message.0 {
                Some(message) => self.message(message, events)?,
                None => self.began = true,
            },
            "content_block_start" => {
                self.began = true;
                if let Some(block) = read.content_block {
                    self.blocks
                        .start(read.index.0.unwrap_or(0), block, events)?;
                }
            }
            "content_block_delta" => {
                if let Some(delta) = &read.delta.0 {
                    self.blocks.delta(read.index.0.unwrap_or(0), delta, events);
                }
            }
            "content_block_stop" => self.blocks.stop(read.index.0.unwrap_or(0), events),
            "message_delta" => self.outcome(&read, events),
            "message_stop" => self.complete(events)?,
            "error" => return Err(refused(data)),
            // `ping`, and what may come. An error may lack its type.
            _ => {
                if read.kind.given().is_none()
                    && let Some(error) = error_body(data)
                {
                    return Err(in_band_error(PROVIDER, error));
                }
            }
        }
        Ok(())
    }

    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()> {
        let message: Message<'_> = parse(body, b'{')?;
        if message.kind.as_str() == "error" {
            return Err(refused(body));
        }
        if message.content.is_none() {
            return Err(match error_body(body) {
                Some(error) => in_band_error(PROVIDER, error),
                None => broken("the body is not a message: it has no `content`"),
            });
        }
        self.message(&message, events)?;
        self.complete(events)
    }

    fn end(&mut self, events: &mut Events) -> Result<()> {
        if events.ended() {
            return Ok(());
        }
        if !self.began {
            return Err(broken("the stream ended before an answer began"));
        }
        if self.stop_reason.is_none() {
            return Err(broken("the stream ended in the middle of the answer"));
        }
        self.complete(events)
    }
}

/// What a word means.
fn kind(raw: &str) -> FinishKind {
    match raw {
        "end_turn" | "stop_sequence" => FinishKind::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishKind::Length,
        "tool_use" => FinishKind::ToolCall,
        "refusal" => FinishKind::ContentFilter,
        "pause_turn" => FinishKind::Pause,
        "compaction" => FinishKind::Compaction,
        _ => FinishKind::Other,
    }
}

/// The error that a body describes, as well as it does.
fn refused(body: &[u8]) -> Error {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Envelope<'a> {
        #[serde(borrow)]
        request_id: glassbox_http::lenient::Word<'a>,
    }
    let error = in_band_error(PROVIDER, error_body(body).unwrap_or_default());
    let envelope: Envelope<'_> = serde_json::from_slice(body).unwrap_or_default();
    match envelope.request_id.given() {
        Some(id) => error.with_request_id(id),
        None => error,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Reads a body, a frame or a part of one, which begins with `first`. The error says where, and holds nothing of the
/// text.
fn parse<'a, T: Deserialize<'a>>(data: &'a [u8], first: u8) -> Result<T> {
    // The derived reader would take a list for a struct.
    if data.trim_ascii_start().first() != Some(&first) {
        return Err(broken("the answer is not JSON of the expected kind"));
    }
    let read = match std::str::from_utf8(data) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(data),
    };
    read.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let what = if error.is_eof() {
            "is cut off"
        } else {
            "is not valid JSON"
        };
        Error::new(
            ErrorKind::Protocol,
            format!("the answer {what} at line {line}, column {column}"),
        )
    })
}

fn broken(message: &'static str) -> Error {
    Error::new(ErrorKind::Protocol, message)
}

#[cfg(test)]
mod tests;
