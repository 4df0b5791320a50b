//! From the bytes of an answer to its events. Pure.

use glassbox_core::{Error, ErrorKind, Event, FinishKind, FinishReason, Meta, Result, Usage};
use glassbox_http::{Decoder, Events, Frame, error_body, in_band_error};
use serde_json::value::RawValue;

use crate::PROVIDER;
use crate::wire::{Answer, Tokens};

/// Reads an answer, whole or line by line. Pure.
#[derive(Debug, Default)]
pub struct AcmeDecoder {
    begun: bool,
    calls: u32,
}

impl AcmeDecoder {
    /// A decoder for one answer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn answer(&mut self, data: &[u8], events: &mut Events) -> Result<()> {
        let answer = parse(data)?;
        if answer.error.is_some_and(|error| error.get() != "null") {
            return Err(in_band_error(
                PROVIDER,
                error_body(data).unwrap_or_default(),
            ));
        }
        if !self.begun {
            self.begun = true;
            let text = |word: Option<&str>| word.map(str::to_owned);
            let meta = Meta::new(text(answer.id.given()), text(answer.model.given()));
            events.push(Event::Meta(Box::new(meta)));
        }
        if let Some(text) = answer.text.given() {
            events.push(Event::text(text));
        }
        for call in &answer.calls.0 {
            let number = self.calls;
            self.calls += 1;
            events.push(Event::tool_call(
                0,
                number,
                call.id.as_str(),
                call.tool.as_str(),
            ));
            let input = call.input.map_or("{}", RawValue::get);
            events.push(Event::arguments(0, number, input));
        }
        if let Some(tokens) = &answer.tokens.0 {
            events.push(Event::Usage(Box::new(usage(tokens))));
        }
        if let Some(raw) = answer.stopped.given() {
            events.push(Event::finish(0, FinishReason::new(kind(raw), raw)));
            events.push(Event::End);
        }
        Ok(())
    }
}

impl Decoder for AcmeDecoder {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()> {
        match frame.data.trim_ascii() {
            [] => Ok(()),
            data => self.answer(data, events),
        }
    }

    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()> {
        self.answer(body, events)
    }

    fn end(&mut self, events: &mut Events) -> Result<()> {
        if events.ended() {
            return Ok(());
        }
        Err(broken("the answer ended before it said why"))
    }
}

fn usage(tokens: &Tokens) -> Usage {
    let mut usage = Usage::default();
    usage.input_tokens = tokens.read.0;
    usage.cache_read_input_tokens = tokens.cached.0;
    usage.output_tokens = tokens.written.0;
    usage
}

fn kind(raw: &str) -> FinishKind {
    match raw {
        "end" => FinishKind::Stop,
        "limit" => FinishKind::Length,
        "calls" => FinishKind::ToolCall,
        _ => FinishKind::Other,
    }
}

/// Reads a body or a line. The error says where, and holds nothing of the text.
fn parse(data: &[u8]) -> Result<Answer<'_>> {
    // The derived reader would take a list for a struct.
    if data.trim_ascii_start().first() != Some(&b'{') {
        return Err(broken("the answer is not a JSON object"));
    }
    serde_json::from_slice(data).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        broken(format!(
            "the answer is not valid JSON: see line {line}, column {column}"
        ))
    })
}

fn broken(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Protocol, message)
}
