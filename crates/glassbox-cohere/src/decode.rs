//! From the bytes of an answer to its events. Pure.

use glassbox_core::{Error, ErrorKind, Event, FinishKind, FinishReason, Meta, Opaque, Result};
use glassbox_http::{Decoder, Events, Frame, in_band_error};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::PROVIDER;
use crate::errors::read_error;
use crate::wire::{self, Answer, Message, Raw};

mod usage;

/// More calls than any answer has.
const MOST_CALLS: usize = 1024;

/// Reads the answer of `/v2/chat`, whole or event by event. Pure.
#[derive(Debug, Default)]
pub struct CohereDecoder {
    begun: bool,
    /// Whether a plan is being received. Its last piece is marked, so that it goes back as a plan.
    planning: bool,
    /// The index of every call, by its number in the events.
    calls: Vec<Option<u64>>,
    citations: Vec<Value>,
    logprobs: Vec<Value>,
}

impl CohereDecoder {
    /// A decoder for one answer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn begin(&mut self, id: Option<&str>, events: &mut Events) {
        if !self.begun {
            self.begun = true;
            if let Some(id) = id {
                let meta = Meta::new(Some(id.to_owned()), None);
                events.push(Event::Meta(Box::new(meta)));
            }
        }
    }

    /// Gives what a message, or a piece of one, says: the plan, then thinking and text, then calls.
    fn message(
        &mut self,
        message: &Message<'_>,
        index: Option<u64>,
        events: &mut Events,
    ) -> Result<()> {
        if let Some(plan) = message.tool_plan.given() {
            self.planning = true;
            events.push(Event::reasoning(0, plan));
        }
        for block in &message.content.0 {
            if let Some(thinking) = block.thinking.given() {
                self.end_plan(events);
                events.push(Event::reasoning(0, thinking));
            }
            if let Some(text) = block.text.given() {
                self.end_plan(events);
                events.push(Event::text(text));
            }
        }
        for call in &message.tool_calls.0 {
            self.end_plan(events);
            self.call(call, index, events)?;
        }
        self.citations.extend(items(message.citations));
        Ok(())
    }

    fn end_plan(&mut self, events: &mut Events) {
        if std::mem::take(&mut self.planning) {
            let opaque = Opaque::new(PROVIDER, json!({"type": "tool_plan"}));
            events.push(Event::opaque(0, None, opaque));
        }
    }

    /// Gives a call, or a piece of one: what has a name begins one.
    fn call(
        &mut self,
        call: &wire::Call<'_>,
        index: Option<u64>,
        events: &mut Events,
    ) -> Result<()> {
        let Some(function) = &call.function.0 else {
            return Ok(());
        };
        if let Some(name) = function.name.given() {
            if self.calls.len() == MOST_CALLS {
                return Err(broken("the answer holds more than 1024 tool calls"));
            }
            let number = number(self.calls.len());
            self.calls.push(index);
            let id = call.id.given();
            let id = id.map_or_else(|| format!("call_{number}"), str::to_owned);
            events.push(Event::tool_call(0, number, id, name));
        }
        let Some(arguments) = function.arguments.given() else {
            return Ok(());
        };
        let of_index = self.calls.iter().rposition(|of| *of == index);
        match of_index.or_else(|| self.calls.len().checked_sub(1)) {
            Some(at) => events.push(Event::arguments(0, number(at), arguments)),
            None => return Err(broken("the arguments of a tool call came before the call")),
        }
        Ok(())
    }

    fn logprobs(&mut self, logprobs: Raw<'_>) {
        self.logprobs.extend(items(logprobs));
    }

    /// Gives why the answer stopped, what it cost, and the end.
    fn finish(
        &mut self,
        raw: Option<&str>,
        usage: Option<&wire::Usage<'_>>,
        events: &mut Events,
    ) -> Result<()> {
        self.end_plan(events);
        let mut meta = Meta::default();
        if let Some(wire) = usage {
            let usage = usage::read(wire);
            if !usage.is_empty() {
                events.push(Event::Usage(Box::new(usage)));
            }
            if let Some(billed) = wire.billed_units.and_then(parsed) {
                meta.extra.insert("billed_units".to_owned(), billed);
            }
        }
        let sayings = [
            ("citations", std::mem::take(&mut self.citations)),
            ("logprobs", std::mem::take(&mut self.logprobs)),
        ];
        for (name, items) in sayings {
            if !items.is_empty() {
                meta.extra.insert(name.to_owned(), Value::Array(items));
            }
        }
        if !meta.extra.is_empty() {
            events.push(Event::Meta(Box::new(meta)));
        }
        let reason = match raw {
            Some(raw) => FinishReason::new(kind(raw), raw),
            None if self.calls.is_empty() => FinishKind::Stop.into(),
            None => FinishKind::ToolCall.into(),
        };
        events.push(Event::finish(0, reason));
        match raw {
            Some("ERROR") => Err(Error::new(
                ErrorKind::ServerError,
                "the model stopped with an error that the provider does not describe",
            )),
            Some("TIMEOUT") => Err(Error::new(
                ErrorKind::Timeout,
                "the provider gave up waiting for the model in the middle of the answer",
            )),
            _ => {
                events.push(Event::End);
                Ok(())
            }
        }
    }

    fn event(&mut self, kind: &str, event: &wire::Event<'_>, events: &mut Events) -> Result<()> {
        self.begin(event.id.given(), events);
        self.logprobs(event.logprobs);
        let Some(delta) = &event.delta.0 else {
            return Ok(());
        };
        if let Some(message) = &delta.message.0 {
            self.message(message, event.index.0, events)?;
        }
        if kind != "message-end" {
            return Ok(());
        }
        if let Some(error) = delta
            .error
            .map(RawValue::get)
            .filter(|error| *error != "null")
        {
            let body = format!("{{\"error\":{error}}}");
            let said = read_error(body.as_bytes()).unwrap_or_default();
            return Err(in_band_error(PROVIDER, said));
        }
        self.finish(delta.finish_reason.given(), delta.usage.0.as_ref(), events)
    }
}

impl Decoder for CohereDecoder {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()> {
        let data = frame.data.trim_ascii();
        // What counts as the end is `message-end`, which comes before it.
        if data.is_empty() || data == b"[DONE]" {
            return Ok(());
        }
        let event: wire::Event<'_> = parse(data)?;
        let kind = event.kind.given().unwrap_or(frame.event);
        if matches!(kind, "" | "error") || frame.event == "error" {
            return Err(match read_error(data) {
                Some(said) => in_band_error(PROVIDER, said),
                None => broken("an event of the stream does not say what it is"),
            });
        }
        self.event(kind, &event, events)
    }

    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()> {
        let answer: Answer<'_> = parse(body)?;
        let Some(message) = &answer.message.0 else {
            return Err(match read_error(body) {
                Some(said) => in_band_error(PROVIDER, said),
                None => broken("the body is no answer of `/v2/chat`: it has no `message`"),
            });
        };
        self.begin(answer.id.given(), events);
        self.message(message, None, events)?;
        self.logprobs(answer.logprobs);
        self.finish(
            answer.finish_reason.given(),
            answer.usage.0.as_ref(),
            events,
        )
    }

    fn end(&mut self, events: &mut Events) -> Result<()> {
        if events.ended() {
            return Ok(());
        }
        Err(broken(if self.begun {
            "the stream ended in the middle of the answer"
        } else {
            "the stream ended before an answer began"
        }))
    }
}

/// What a word means.
fn kind(raw: &str) -> FinishKind {
    match raw {
        "COMPLETE" | "STOP_SEQUENCE" => FinishKind::Stop,
        "MAX_TOKENS" | "ERROR_LIMIT" => FinishKind::Length,
        "TOOL_CALL" => FinishKind::ToolCall,
        "ERROR_TOXIC" => FinishKind::ContentFilter,
        "ERROR" | "TIMEOUT" => FinishKind::Error,
        _ => FinishKind::Other,
    }
}

/// The items of a list, or the one that stands in its place.
fn items(raw: Raw<'_>) -> Vec<Value> {
    match raw.and_then(parsed) {
        Some(Value::Array(items)) => items,
        Some(item @ Value::Object(_)) => vec![item],
        _ => Vec::new(),
    }
}

/// What does not parse (nested too deep, say) is not worth keeping.
fn parsed(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get())
        .ok()
        .filter(|value: &Value| !value.is_null())
}

/// A call's number in the events: its place. There are at most [`MOST_CALLS`].
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Reads a body or the data of an event. The error says where, and holds nothing of the text.
fn parse<'a, T: serde::Deserialize<'a>>(data: &'a [u8]) -> Result<T> {
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
