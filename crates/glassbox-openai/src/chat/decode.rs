//! From the bytes of an answer to its events. Pure.

use glassbox_core::{Error, ErrorKind, Event, Meta, Result, Usage};
use glassbox_http::{Decoder, Events, Frame, error_body, in_band_error};
use serde_json::value::RawValue;

use super::calls::{Context, Ids};
use super::choice::{Choice, Extent};
use super::extra::Extra;
use super::shortcut::{Delta, Kind, Shortcut};
use super::usage;
use super::wire::{self, Completion, Raw};
use crate::dialect::Dialect;
use crate::json::{self, broken};

/// More answers than any provider gives.
const MOST_CHOICES: u64 = 256;

/// Reads `chat.completion` bodies and streams of `chat.completion.chunk`. Pure.
#[derive(Debug)]
pub struct ChatDecoder {
    provider: &'static str,
    keeps_details: bool,
    think_tags: bool,
    known: Known,
    usage: Usage,
    choices: Vec<Choice>,
    ids: Ids,
    extra: Extra,
    shortcut: Shortcut,
    /// Whether anything of an answer has arrived.
    answered: bool,
}

/// What was said of the response so far. Only what has a use later is kept; of the rest, that it was said.
#[derive(Debug, Default, PartialEq)]
struct Known {
    id: String,
    model: bool,
    /// May change while the answer is made.
    service_tier: String,
    system_fingerprint: bool,
}

impl ChatDecoder {
    /// A decoder for one response of a host.
    #[must_use]
    pub fn new(dialect: &Dialect) -> Self {
        Self {
            provider: dialect.provider,
            keeps_details: dialect.reasoning.keeps_details(),
            think_tags: dialect.think_tags,
            known: Known::default(),
            usage: Usage::default(),
            choices: Vec::new(),
            ids: Ids::default(),
            extra: Extra::default(),
            shortcut: Shortcut::default(),
            answered: false,
        }
    }

    fn completion(
        &mut self,
        completion: &Completion<'_>,
        extent: Extent,
        events: &mut Events,
    ) -> Result<()> {
        self.meta(completion, events);
        self.extra.of_response(completion);
        let groq = completion.x_groq.0.as_ref();
        let usage = completion
            .usage
            .0
            .as_ref()
            .or_else(|| groq?.usage.0.as_ref());
        if let Some(usage) = usage {
            let mut usage = usage.read();
            usage.cost = usage.cost.or(completion.cost.0.map(usage::said));
            self.usage(usage, events);
        }
        // After the usage, because a failed answer is billed too.
        self.no_error(completion.error)?;
        self.no_error(groq.and_then(|groq| groq.error))?;
        let choices = completion.choices.iter().flat_map(|choices| &choices.0);
        for (place, choice) in choices.enumerate() {
            self.choice(place, choice, extent, events)?;
        }
        Ok(())
    }

    /// Gives what the response says of itself, where it is new.
    fn meta(&mut self, completion: &Completion<'_>, events: &mut Events) {
        let known = &mut self.known;
        let id = completion.id.given().filter(|_| known.id.is_empty());
        let model = completion.model.given().filter(|_| !known.model);
        let tier = completion.service_tier.given();
        let tier = tier.filter(|tier| known.service_tier != *tier);
        let fingerprint = completion.system_fingerprint.given();
        let fingerprint = fingerprint.filter(|_| !known.system_fingerprint);
        if [id, model, tier, fingerprint].iter().all(Option::is_none) {
            return;
        }
        if let Some(id) = id {
            id.clone_into(&mut known.id);
        }
        if let Some(tier) = tier {
            tier.clone_into(&mut known.service_tier);
        }
        known.model |= model.is_some();
        known.system_fingerprint |= fingerprint.is_some();
        let mut meta = Meta::new(id.map(str::to_owned), model.map(str::to_owned));
        meta.service_tier = tier.map(str::to_owned);
        meta.system_fingerprint = fingerprint.map(str::to_owned);
        events.push(Event::Meta(Box::new(meta)));
    }

    /// Gives the usage, where it is news: some hosts repeat it with every chunk, some begin or end with zeros.
    fn usage(&mut self, usage: Usage, events: &mut Events) {
        let says_nothing =
            usage.is_empty() || (usage.total_tokens().unwrap_or(0) == 0 && !self.usage.is_empty());
        if !says_nothing && usage != self.usage {
            self.usage = usage.clone();
            events.push(Event::Usage(Box::new(usage)));
        }
    }

    fn choice(
        &mut self,
        place: usize,
        choice: &wire::Choice<'_>,
        extent: Extent,
        events: &mut Events,
    ) -> Result<()> {
        let index = choice.index.0.unwrap_or(place as u64);
        let Some(index) = u32::try_from(index).ok().filter(|_| index < MOST_CHOICES) else {
            return Ok(());
        };
        self.answered = true;
        self.no_error(choice.error)?;
        if let Some(usage) = &choice.usage.0 {
            self.usage(usage.read(), events);
        }
        let (state, mut context) = self.open(index);
        // Perplexity gives both with every chunk: the piece, and the message as it is by then.
        let (message, extent) = match (extent, &choice.delta.0, &choice.message.0) {
            (Extent::Piece, Some(delta), _) | (Extent::Whole, Some(delta), None) => {
                (Some(delta), Extent::Piece)
            }
            (Extent::Piece, None, Some(_)) if state.has_begun() => (None, extent),
            (_, _, Some(message)) => (Some(&**message), Extent::Whole),
            (_, None, None) => (None, extent),
        };
        if let Some(message) = message {
            state.message(message, extent, &mut context, events)?;
        }
        state.finish(choice.finish_reason.as_str(), &mut context, events);
        self.extra
            .of_choice(index, choice, message.unwrap_or(&wire::Message::default()));
        Ok(())
    }

    /// The state of a choice, and what its pieces have in common.
    fn open(&mut self, index: u32) -> (&mut Choice, Context<'_>) {
        let at = match self.choices.iter().position(|choice| choice.index == index) {
            Some(at) => at,
            None => {
                self.choices.push(Choice::new(index, self.think_tags));
                self.choices.len() - 1
            }
        };
        let context = Context {
            provider: self.provider,
            response: &self.known.id,
            choice: index,
            ids: &mut self.ids,
            keeps_details: self.keeps_details,
        };
        (&mut self.choices[at], context)
    }

    /// Whether a further delta of the same kind leaves no trace but its event.
    fn may_repeat(&self, delta: Delta) -> bool {
        let choice = self
            .choices
            .iter()
            .find(|choice| choice.index == delta.choice);
        choice.is_some_and(|choice| match delta.kind {
            Kind::Arguments { call } => choice.has_id(call),
            Kind::Reasoning | Kind::Text => choice.is_plain(),
        })
    }

    /// Fails where `raw` is an error object, or the text of one.
    fn no_error(&self, raw: Raw<'_>) -> Result<()> {
        match raw.map(RawValue::get) {
            None | Some("false" | "\"\"" | "{}" | "[]") => Ok(()),
            Some(error) => Err(self.error(format!("{{\"error\":{error}}}").as_bytes())),
        }
    }

    /// The error that a body describes, as well as it does.
    fn error(&self, body: &[u8]) -> Error {
        in_band_error(self.provider, error_body(body).unwrap_or_default())
    }

    /// The answer is complete.
    fn complete(&mut self, events: &mut Events) -> Result<()> {
        if self.choices.is_empty() {
            return Err(broken("the response holds no answer: it has no choice"));
        }
        for at in 0..self.choices.len() {
            let (choice, mut context) = self.open(self.choices[at].index);
            choice.settle(&mut context, events);
        }
        if let Some(meta) = self.extra.take() {
            events.push(Event::Meta(Box::new(meta)));
        }
        if self.choices.iter().any(Choice::has_failed) {
            let message = "the model stopped with an error that the provider does not describe";
            return Err(Error::new(ErrorKind::ServerError, message));
        }
        events.push(Event::End);
        Ok(())
    }
}

impl Decoder for ChatDecoder {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()> {
        let data = frame.data.trim_ascii();
        if data.is_empty() {
            return Ok(());
        }
        if data == b"[DONE]" {
            return if self.answered || self.known != Known::default() {
                self.complete(events)
            } else {
                Err(broken("the stream is done and held no answer"))
            };
        }
        if frame.event == "error" {
            return Err(self.error(data));
        }
        if let Some(event) = self.shortcut.take(data) {
            events.extend(event);
            return Ok(());
        }
        self.shortcut.forget();
        let completion: Completion<'_> = json::object(data)?;
        if completion.choices.is_none()
            && completion.usage.0.is_none()
            && let Some(error) = error_body(data)
        {
            // An error that is not inside an `error`, as in `{"object": "error", "message": "..."}`.
            return Err(in_band_error(self.provider, error));
        }
        let before = events.len();
        self.completion(&completion, Extent::Piece, events)?;
        if events.len() == before + 1
            && let Some(delta) = events.iter().next_back().and_then(Delta::of)
            && completion.is_one_delta()
            && self.may_repeat(delta)
        {
            self.shortcut.learn(data, delta);
        }
        Ok(())
    }

    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()> {
        let completion: Completion<'_> = json::object(body)?;
        self.completion(&completion, Extent::Whole, events)?;
        if completion.choices.is_some() {
            return self.complete(events);
        }
        Err(match error_body(body) {
            Some(error) => in_band_error(self.provider, error),
            None => broken("the body is not a chat completion: it has no `choices`"),
        })
    }

    fn end(&mut self, events: &mut Events) -> Result<()> {
        if events.ended() {
            return Ok(());
        }
        if self.choices.is_empty() {
            return Err(broken("the stream ended before an answer began"));
        }
        if !self.choices.iter().all(Choice::is_finished) {
            return Err(broken("the stream ended in the middle of the answer"));
        }
        self.complete(events)
    }
}

#[cfg(test)]
mod tests;
