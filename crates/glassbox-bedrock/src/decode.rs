//! From the bytes of an answer to its events. Pure.

use glassbox_core::{Error, ErrorKind, Event, FinishReason, Meta, Result};
use glassbox_http::{Decoder, Events, Frame};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use self::block::{Block, Context};
use crate::wire::{self, Answer, Boundary, Piece, Raw};
use crate::{failure, finish};

mod block;

/// More open blocks than any answer has.
const MOST_BLOCKS: usize = 256;

/// Reads answers of Converse, and the events of ConverseStream. Pure.
#[derive(Debug, Default)]
pub struct ConverseDecoder {
    /// The blocks that have begun and have not ended, by their index.
    open: Vec<(u64, Block)>,
    context: Context,
    /// Why the model stopped, once that is known.
    stop: Option<FinishReason>,
    /// What comes after the end of the message has come.
    metadata: bool,
    extra: Map<String, Value>,
    service_tier: Option<String>,
}

impl ConverseDecoder {
    /// A decoder for one response.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn start(&mut self, boundary: &Boundary<'_>, events: &mut Events) -> Result<()> {
        let Some(start) = &boundary.start.0 else {
            return Ok(());
        };
        if let Some(block) = Block::begin(start, &mut self.context, events) {
            self.put(boundary.content_block_index.0.unwrap_or(0), block)?;
        }
        Ok(())
    }

    fn piece(&mut self, piece: &Piece<'_>, events: &mut Events) -> Result<()> {
        let Some(delta) = &piece.delta.0 else {
            return Ok(());
        };
        let index = piece.content_block_index.0.unwrap_or(0);
        // Text and reasoning begin without saying so.
        let at = match self.open.iter().position(|(open, _)| *open == index) {
            Some(at) => at,
            None => self.put(index, Block::default())?,
        };
        self.open[at].1.take(delta, &mut self.context, events)
    }

    fn put(&mut self, index: u64, block: Block) -> Result<usize> {
        if self.open.len() >= MOST_BLOCKS {
            return Err(broken("the stream opens block after block and closes none"));
        }
        self.open.push((index, block));
        Ok(self.open.len() - 1)
    }

    fn stop(&mut self, boundary: &Boundary<'_>, events: &mut Events) {
        let index = boundary.content_block_index.0.unwrap_or(0);
        if let Some(at) = self.open.iter().position(|(open, _)| *open == index) {
            let (_, block) = self.open.remove(at);
            block.end(events);
        }
    }

    /// Why the model stopped. What was open then was cut by a limit.
    fn message_stop(&mut self, answer: &Answer<'_>, events: &mut Events) {
        for (_, block) in std::mem::take(&mut self.open) {
            block.end(events);
        }
        let raw = answer.stop_reason.as_str();
        let reason = FinishReason::new(finish::kind(raw), raw);
        events.push(Event::finish(0, reason.clone()));
        self.stop = Some(reason);
        let fields = answer.additional_model_response_fields;
        self.keep("additionalModelResponseFields", fields);
    }

    fn metadata(&mut self, answer: &Answer<'_>, events: &mut Events) {
        self.metadata = true;
        if let Some(usage) = &answer.usage.0 {
            let usage = usage.read();
            if !usage.is_empty() {
                events.push(Event::Usage(Box::new(usage)));
            }
        }
        self.keep("metrics", answer.metrics);
        self.keep("performanceConfig", answer.performance_config);
        self.keep("trace", answer.trace);
        let tier = answer.service_tier.0.as_ref();
        self.service_tier = tier.and_then(|tier| tier.name.given().map(str::to_owned));
    }

    /// Keeps what somebody may want, as it is.
    fn keep(&mut self, name: &'static str, raw: Raw<'_>) {
        if let Some(value) = raw.and_then(value) {
            self.extra.insert(name.to_owned(), value);
        }
    }

    /// The answer is complete.
    fn complete(&mut self, events: &mut Events) -> Result<()> {
        let mut meta = Meta::default();
        meta.service_tier = self.service_tier.take();
        meta.extra = std::mem::take(&mut self.extra);
        let citations = std::mem::take(&mut self.context.citations);
        if !citations.is_empty() {
            meta.extra
                .insert("citations".to_owned(), Value::Array(citations));
        }
        if meta != Meta::default() {
            events.push(Event::Meta(Box::new(meta)));
        }
        if let Some(stop) = &self.stop
            && stop.kind == glassbox_core::FinishKind::Error
        {
            let raw = stop.raw.clone().unwrap_or_default();
            let message = "the model wrote something that Bedrock could not read";
            return Err(Error::new(ErrorKind::ServerError, message).with_code(raw));
        }
        events.push(Event::End);
        Ok(())
    }
}

impl Decoder for ConverseDecoder {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()> {
        if frame.failure || frame.event.ends_with("Exception") {
            return Err(failure::exception(frame.event, frame.data));
        }
        match frame.event {
            "contentBlockDelta" => self.piece(&parse(frame.data)?, events)?,
            "contentBlockStart" => self.start(&parse(frame.data)?, events)?,
            "contentBlockStop" => self.stop(&parse(frame.data)?, events),
            "messageStop" => self.message_stop(&parse(frame.data)?, events),
            "metadata" => self.metadata(&parse(frame.data)?, events),
            // `messageStart` says what everybody knows; others are not known yet.
            _ => {}
        }
        if self.stop.is_some() && self.metadata {
            self.complete(events)?;
        }
        Ok(())
    }

    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()> {
        let answer: Answer<'_> = parse(body)?;
        let message = answer.output.0.as_ref();
        let message = message.and_then(|output| output.message.0.as_ref());
        if message.is_none() && answer.stop_reason.given().is_none() {
            return Err(match failure::read_error(body) {
                Some(said) => glassbox_http::in_band_error(crate::PROVIDER, said),
                None => broken("the body is not an answer of Converse: it has no `output`"),
            });
        }
        let content = message.and_then(|message| message.content);
        let blocks: Vec<&RawValue> = content
            .and_then(|content| serde_json::from_str(content.get()).ok())
            .unwrap_or_default();
        for raw in blocks {
            match parse::<wire::Block<'_>>(raw.get().as_bytes()) {
                Ok(block) => block::whole(&block, raw, &mut self.context, events),
                // What is no object says nothing.
                Err(_) => continue,
            }
        }
        self.message_stop(&answer, events);
        self.metadata(&answer, events);
        self.complete(events)
    }

    fn end(&mut self, events: &mut Events) -> Result<()> {
        if events.ended() {
            return Ok(());
        }
        match &self.stop {
            // All of the answer is there, but not what it cost.
            Some(_) => self.complete(events),
            None => Err(broken("the stream ended in the middle of the answer")),
        }
    }
}

fn value(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get())
        .ok()
        .filter(|value: &Value| !value.is_null())
}

/// Reads a body or an event. The error says where, and holds nothing of the text.
fn parse<'a, T: Deserialize<'a>>(data: &'a [u8]) -> Result<T> {
    // The derived reader would take a list for a struct.
    if data.trim_ascii_start().first() != Some(&b'{') {
        return Err(broken("the answer is not a JSON object"));
    }
    serde_json::from_slice(data).map_err(|error| {
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
