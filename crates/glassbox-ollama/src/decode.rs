//! From the bytes of an answer to its events. Pure.

use glassbox_core::{Error, ErrorKind, Event, FinishKind, FinishReason, Meta, Result, Usage};
use glassbox_http::{Decoder, Events, Frame, in_band_error};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::PROVIDER;
use crate::errors::read_error;
use crate::wire::{Answer, Call, Raw};

/// More calls than any answer has.
const MOST_CALLS: u32 = 1024;

/// Reads the answer of `/api/chat`, whole or line by line. Pure.
#[derive(Debug, Default)]
pub struct OllamaDecoder {
    /// Whether a part of an answer has arrived.
    begun: bool,
    /// The digits of the time of the answer, of which missing ids of calls are made.
    stamp: String,
    calls: u32,
    logprobs: Vec<Value>,
}

impl OllamaDecoder {
    /// A decoder for one answer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn answer(&mut self, answer: &Answer<'_>, events: &mut Events) -> Result<()> {
        if !self.begun {
            self.begun = true;
            let digits = answer.created_at.as_str().chars();
            self.stamp = digits.filter(char::is_ascii_digit).take(24).collect();
            if let Some(model) = answer.model.given() {
                let meta = Meta::new(None, Some(model.to_owned()));
                events.push(Event::Meta(Box::new(meta)));
            }
        }
        if let Some(message) = &answer.message.0 {
            if let Some(thinking) = message.thinking.given() {
                events.push(Event::reasoning(0, thinking));
            }
            if let Some(content) = message.content.given() {
                events.push(Event::text(content));
            }
            for call in &message.tool_calls.0 {
                self.call(call, events)?;
            }
        }
        if let Some(Value::Array(logprobs)) = answer.logprobs.and_then(parsed) {
            self.logprobs.extend(logprobs);
        }
        Ok(())
    }

    /// Gives a call, which always arrives whole.
    fn call(&mut self, call: &Call<'_>, events: &mut Events) -> Result<()> {
        if self.calls == MOST_CALLS {
            return Err(broken("the answer holds more than 1024 tool calls"));
        }
        let number = self.calls;
        self.calls += 1;
        let id = match call.id.given() {
            Some(id) => id.to_owned(),
            None if self.stamp.is_empty() => format!("call_{number}"),
            None => format!("call_{}_{number}", self.stamp),
        };
        let function = call.function.0.as_ref();
        let name = function.map_or("", |function| function.name.as_str());
        events.push(Event::tool_call(0, number, id, name));
        let arguments = function.and_then(|function| arguments(function.arguments));
        if let Some(arguments) = arguments.filter(|arguments| !arguments.is_empty()) {
            events.push(Event::arguments(0, number, arguments));
        }
        Ok(())
    }

    /// Gives what the last line says, and the end.
    fn done(&mut self, answer: &Answer<'_>, events: &mut Events) {
        let mut usage = Usage::default();
        usage.input_tokens = answer.prompt_eval_count.0;
        usage.cache_read_input_tokens = answer.prompt_eval_cached_count.0;
        usage.output_tokens = answer.eval_count.0;
        if !usage.is_empty() {
            events.push(Event::Usage(Box::new(usage)));
        }
        let reason = match answer.done_reason.given() {
            Some(raw) => FinishReason::new(kind(raw, self.calls > 0), raw),
            // Servers before 0.1.33 gave none.
            None => kind("stop", self.calls > 0).into(),
        };
        events.push(Event::finish(0, reason));
        let extra = self.extra(answer);
        if !extra.is_empty() {
            let mut meta = Meta::default();
            meta.extra = extra;
            events.push(Event::Meta(Box::new(meta)));
        }
        events.push(Event::End);
    }

    fn extra(&mut self, answer: &Answer<'_>) -> Map<String, Value> {
        let words = [
            ("created_at", &answer.created_at),
            ("remote_model", &answer.remote_model),
            ("remote_host", &answer.remote_host),
        ];
        let durations = [
            ("total_duration", answer.total_duration),
            ("load_duration", answer.load_duration),
            ("prompt_eval_duration", answer.prompt_eval_duration),
            ("eval_duration", answer.eval_duration),
        ];
        let words = words
            .into_iter()
            .filter_map(|(name, word)| Some((name, Value::from(word.given()?))));
        let durations = durations
            .into_iter()
            .filter_map(|(name, count)| Some((name, Value::from(count.0?))));
        let logprobs = std::mem::take(&mut self.logprobs);
        let logprobs = (!logprobs.is_empty()).then(|| ("logprobs", Value::Array(logprobs)));
        words
            .chain(durations)
            .chain(logprobs)
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

impl Decoder for OllamaDecoder {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()> {
        let data = frame.data.trim_ascii();
        if data.is_empty() {
            return Ok(());
        }
        let answer = parse(data)?;
        no_error(&answer, data)?;
        self.answer(&answer, events)?;
        if answer.done.0 == Some(true) {
            self.done(&answer, events);
        }
        Ok(())
    }

    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()> {
        let answer = parse(body)?;
        no_error(&answer, body)?;
        if answer.message.0.is_none() {
            return Err(broken(
                "the body is no answer of `/api/chat`: it has no `message`",
            ));
        }
        self.answer(&answer, events)?;
        if answer.done.0 == Some(false) {
            return Err(broken("the answer says that it is not complete"));
        }
        self.done(&answer, events);
        Ok(())
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

/// What a word means. A model that calls tools says that it stopped; the calls tell better.
fn kind(raw: &str, has_calls: bool) -> FinishKind {
    match raw {
        "stop" if has_calls => FinishKind::ToolCall,
        "stop" => FinishKind::Stop,
        "length" => FinishKind::Length,
        "tool_calls" => FinishKind::ToolCall,
        // `load` and `unload`: there were no messages to answer.
        _ => FinishKind::Other,
    }
}

/// The arguments as text: an object as it was written, and a text as it is.
fn arguments(raw: Raw<'_>) -> Option<String> {
    let json = raw?.get();
    if json.starts_with('"') {
        serde_json::from_str(json).ok()
    } else {
        (json != "null").then(|| json.to_owned())
    }
}

/// What does not parse (nested too deep, say) is not worth keeping.
fn parsed(raw: &RawValue) -> Option<Value> {
    serde_json::from_str(raw.get()).ok()
}

/// Fails where the line holds an error: it comes in the middle of a stream too.
fn no_error(answer: &Answer<'_>, data: &[u8]) -> Result<()> {
    match answer.error.map(RawValue::get) {
        None | Some("null" | "false" | "\"\"" | "{}" | "[]") => Ok(()),
        Some(_) => Err(in_band_error(
            PROVIDER,
            read_error(data).unwrap_or_default(),
        )),
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
