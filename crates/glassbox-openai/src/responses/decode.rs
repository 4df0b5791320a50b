//! From the bytes of an answer to its events. Pure.

use glassbox_core::{
    Error, ErrorKind, Event, FinishKind, FinishReason, Meta, Opaque, Part, Result, Usage,
};
use glassbox_http::{Decoder, Events, Frame, error_body, in_band_error};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::extra::Extra;
use super::items::{self, ITEM, PHASE};
use super::open::{Channel, OpenItems};
use super::pieces::{Said, announce, arguments, complete, give, is_call, message, rest};
use super::wire::{Item, Raw, Response, StreamEvent};
use crate::chat::calls::Ids;
use crate::chat::finish;
use crate::dialect::Dialect;
use crate::json::{self, broken};

/// Reads whole `response` bodies and the streams of their events. Pure.
#[derive(Debug)]
pub struct ResponsesDecoder {
    provider: &'static str,
    known: Known,
    usage: Usage,
    items: OpenItems,
    calls: u32,
    ids: Ids,
    said: Said,
    extra: Extra,
}

/// What was said of the response so far.
#[derive(Debug, Default)]
struct Known {
    id: String,
    model: bool,
    service_tier: String,
}

impl ResponsesDecoder {
    /// A decoder for one response of a host.
    #[must_use]
    pub fn new(dialect: &Dialect) -> Self {
        Self {
            provider: dialect.provider,
            known: Known::default(),
            usage: Usage::default(),
            items: OpenItems::default(),
            calls: 0,
            ids: Ids::default(),
            said: Said::default(),
            extra: Extra::default(),
        }
    }

    /// Gives what the response says of itself, where it is new.
    fn meta(&mut self, response: &Response<'_>, events: &mut Events) {
        let known = &mut self.known;
        let id = response.id.given().filter(|_| known.id.is_empty());
        let model = response.model.given().filter(|_| !known.model);
        let tier = response.service_tier.given();
        let tier = tier.filter(|tier| known.service_tier != *tier);
        if id.is_none() && model.is_none() && tier.is_none() {
            return;
        }
        if let Some(id) = id {
            id.clone_into(&mut known.id);
        }
        if let Some(tier) = tier {
            tier.clone_into(&mut known.service_tier);
        }
        known.model |= model.is_some();
        let mut meta = Meta::new(id.map(str::to_owned), model.map(str::to_owned));
        meta.service_tier = tier.map(str::to_owned);
        events.push(Event::Meta(Box::new(meta)));
    }

    fn usage(&mut self, response: &mut Response<'_>, events: &mut Events) {
        let Some(usage) = response.usage.0.take() else {
            return;
        };
        let usage = usage.read();
        if !usage.is_empty() && usage != self.usage {
            self.usage = usage.clone();
            events.push(Event::Usage(Box::new(usage)));
        }
    }

    /// A piece of text or reasoning.
    fn piece(&mut self, event: &StreamEvent<'_>, channel: Channel, part: u64, events: &mut Events) {
        let Some(delta) = event.delta.given() else {
            return;
        };
        let (index, id) = (event.output_index.0, event.item_id.as_str());
        let open = match self.items.find(index, id) {
            Some(open) => open,
            None => match self.items.begin(index, id) {
                Some(open) => open,
                None => return,
            },
        };
        self.said.text |= channel == Channel::Text;
        give(open, channel, Some(part), delta, events);
    }

    /// A piece of the arguments of a call.
    fn arguments(&mut self, event: &StreamEvent<'_>, events: &mut Events) {
        let (index, id) = (event.output_index.0, event.item_id.as_str());
        let Some(call) = self
            .items
            .find(index, id)
            .and_then(|open| open.call.as_mut())
        else {
            // It has no name yet: the finished item will have all of it.
            return;
        };
        if let Some(delta) = event.delta.given() {
            call.arguments.push_str(delta);
            events.push(Event::arguments(0, call.number, delta));
        }
    }

    /// An item begins.
    fn begin(&mut self, event: &StreamEvent<'_>, events: &mut Events) {
        let Some(item) = event.item.and_then(read::<Item<'_>>) else {
            return;
        };
        let Some(open) = self.items.begin(event.output_index.0, item.id.as_str()) else {
            return;
        };
        if is_call(&item) && item.call_id.given().is_some() && item.name.given().is_some() {
            announce(open, &item, &mut self.calls, String::new, events);
        }
    }

    /// An item is complete. What was not given of it is given now.
    fn item(&mut self, raw: &RawValue, index: Option<u64>, events: &mut Events) -> Result<()> {
        let Some(item) = read::<Item<'_>>(raw) else {
            return Ok(());
        };
        let id = item.id.as_str();
        let open = match self.items.find(index, id) {
            Some(open) => open,
            None => match self.items.begin(index, id) {
                Some(open) => open,
                None => return Err(broken("the answer has more items than any answer has")),
            },
        };
        open.done = true;
        match item.kind.as_str() {
            "message" => {
                message(open, &item, &mut self.said, &mut self.extra, events);
                if let Some(phase) = item.phase.given().filter(|_| open.has_given_anything()) {
                    let opaque = Opaque::new(self.provider, json!({ PHASE: phase }));
                    events.push(Event::opaque(0, None, opaque));
                }
                Ok(())
            }
            "reasoning" => {
                rest(open, Channel::Summary, &item.summary, events);
                rest(open, Channel::Reasoning, &item.content, events);
                let opaque = Opaque::new(self.provider, json!({ ITEM: items::fields(raw) }));
                events.push(if open.has_given_anything() {
                    Event::opaque(0, None, opaque)
                } else {
                    // It belongs to no text that came before.
                    Event::part(0, Part::Opaque(opaque))
                });
                Ok(())
            }
            _ if is_call(&item) => {
                let response = &self.known.id;
                let ids = &mut self.ids;
                let number = announce(open, &item, &mut self.calls, || ids.next(response), events);
                if let Some(call) = &mut open.call {
                    complete(call, arguments(&item), events)?;
                }
                if let Some(opaque) = items::beside_call(self.provider, raw) {
                    events.push(Event::opaque(0, Some(number), opaque));
                }
                Ok(())
            }
            "" => Ok(()),
            _ => {
                items::other(self.provider, &item, raw, events);
                Ok(())
            }
        }
    }

    /// The response is over, with `status`.
    fn finish(
        &mut self,
        mut response: Response<'_>,
        status: &str,
        events: &mut Events,
    ) -> Result<()> {
        self.meta(&response, events);
        // First, because a failed answer is billed too.
        self.usage(&mut response, events);
        self.no_error(response.error)?;
        let before = self.items.len();
        for (place, raw) in response
            .output
            .iter()
            .flat_map(|output| &output.0)
            .enumerate()
        {
            let id = read::<Item<'_>>(raw).map(|item| item.id.as_str().to_owned());
            if !self
                .items
                .has(before, place, id.as_deref().unwrap_or_default())
            {
                self.item(raw, Some(place as u64), events)?;
            }
        }
        let incomplete = response.incomplete_details.0.as_ref();
        let reason = incomplete.and_then(|details| details.reason.given());
        let reason = match (status, reason) {
            (_, Some(reason)) => FinishReason::new(finish::kind(reason), reason),
            ("incomplete", None) => FinishReason::new(FinishKind::Length, status),
            ("completed" | "complete" | "", None) => FinishReason::new(self.natural_end(), status),
            ("failed" | "cancelled" | "canceled", None) => return Err(failed(status)),
            ("in_progress" | "queued", None) => {
                return Err(broken(
                    "the response is still being made: one in the background cannot be waited for",
                ));
            }
            (status, None) => FinishReason::new(FinishKind::Other, status),
        };
        self.extra.of_response(response.content_filters);
        events.extend(self.extra.take().map(|meta| Event::Meta(Box::new(meta))));
        events.push(Event::finish(0, reason));
        events.push(Event::End);
        Ok(())
    }

    /// What an answer that is complete came to: the word is the same for all.
    const fn natural_end(&self) -> FinishKind {
        if self.calls > 0 {
            FinishKind::ToolCall
        } else if self.said.refusal && !self.said.text {
            FinishKind::ContentFilter
        } else {
            FinishKind::Stop
        }
    }

    /// Fails where `raw` is an error object, or the text of one.
    fn no_error(&self, raw: Raw<'_>) -> Result<()> {
        match raw.map(RawValue::get) {
            None | Some("null" | "false" | "\"\"" | "{}" | "[]") => Ok(()),
            Some(error) => Err(self.error(format!("{{\"error\":{error}}}").as_bytes())),
        }
    }

    /// The error that a body describes, as well as it does.
    fn error(&self, body: &[u8]) -> Error {
        in_band_error(self.provider, error_body(body).unwrap_or_default())
    }

    fn event(&mut self, kind: &str, event: &StreamEvent<'_>, events: &mut Events) -> Result<()> {
        match kind.strip_prefix("response.").unwrap_or(kind) {
            "created" | "in_progress" | "queued" => {
                if let Some(response) = event.response.and_then(read::<Response<'_>>) {
                    self.no_error(response.error)?;
                    self.meta(&response, events);
                }
            }
            "output_item.added" => self.begin(event, events),
            "output_item.done" => {
                if let Some(item) = event.item {
                    self.item(item, event.output_index.0, events)?;
                }
            }
            "output_text.delta" => {
                let part = event.content_index.0.unwrap_or(0);
                self.piece(event, Channel::Text, part, events);
            }
            "reasoning_summary_text.delta" => {
                let part = event.summary_index.0.unwrap_or(0);
                self.piece(event, Channel::Summary, part, events);
            }
            "reasoning_text.delta" | "reasoning.delta" => {
                let part = event.content_index.0.unwrap_or(0);
                self.piece(event, Channel::Reasoning, part, events);
            }
            "function_call_arguments.delta" | "custom_tool_call_input.delta" => {
                self.arguments(event, events);
            }
            status @ ("completed" | "incomplete" | "failed" | "cancelled" | "done") => {
                let response = event.response.and_then(read::<Response<'_>>);
                let response = response.unwrap_or_default();
                let status = if status == "done" {
                    "completed"
                } else {
                    status
                };
                return self.finish(response, status, events);
            }
            // Progress of what arrives whole with its item, and what is new.
            _ => {}
        }
        Ok(())
    }
}

impl Decoder for ResponsesDecoder {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()> {
        let data = frame.data.trim_ascii();
        if data.is_empty() || data == b"[DONE]" {
            return Ok(());
        }
        let event: StreamEvent<'_> = json::object(data)?;
        let kind = event.kind.given().unwrap_or(frame.event);
        if kind == "error" || frame.event == "error" {
            return Err(self.error(data));
        }
        let is_empty = event.kind.given().is_none() && event.response.is_none();
        if is_empty && let Some(error) = error_body(data) {
            return Err(in_band_error(self.provider, error));
        }
        self.event(kind, &event, events)
    }

    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()> {
        let response: Response<'_> = json::object(body)?;
        let is_response = response.output.is_some() || response.object.as_str() == "response";
        if !is_response {
            return Err(match error_body(body) {
                Some(error) => in_band_error(self.provider, error),
                None => broken("the body is not a response: it has no `output`"),
            });
        }
        let status = response.status.as_str().to_owned();
        self.finish(response, &status, events)
    }

    fn end(&mut self, events: &mut Events) -> Result<()> {
        if events.ended() {
            return Ok(());
        }
        Err(broken(if self.items.len() == 0 {
            "the stream ended before an answer began"
        } else {
            "the stream ended in the middle of the answer"
        }))
    }
}

/// Reads an object inside an event. What is none counts as absent.
fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Option<T> {
    let text = raw.get();
    text.starts_with('{')
        .then(|| serde_json::from_str(text).ok())?
}

/// The error of a response that failed without saying how.
fn failed(status: &str) -> Error {
    let message = if status == "failed" {
        "the response failed, and the provider does not say why"
    } else {
        "the response was cancelled"
    };
    Error::new(ErrorKind::ServerError, message)
}

#[cfg(test)]
mod tests;
