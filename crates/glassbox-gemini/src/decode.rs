//! From the bytes of an answer to its events. Pure.

use glassbox_core::{Error, ErrorKind, Event, Meta, Result, Usage};
use glassbox_http::{Decoder, ErrorBody, Events, Frame, in_band_error};
use serde_json::value::RawValue;

use self::candidate::{Candidate, Context};
use self::extra::Extra;
use crate::error::read_error;
use crate::usage;
use crate::wire::{self, Generated, PromptFeedback, Raw};
use glassbox_http::lenient::Raws;

mod arguments;
mod calls;
mod candidate;
mod extra;
mod parts;
#[cfg(test)]
mod tests;

/// More answers than Google gives.
const MOST_CANDIDATES: u64 = 256;

/// Reads `generateContent` bodies and `streamGenerateContent` streams, as server-sent events or as one JSON list.
/// Pure.
#[derive(Debug)]
pub struct GeminiDecoder {
    provider: &'static str,
    known: Known,
    usage: Usage,
    candidates: Vec<Candidate>,
    extra: Extra,
    /// How many ids were made up.
    ids: u32,
}

/// What was said of the response so far.
#[derive(Debug, Default)]
struct Known {
    id: String,
    model: bool,
    service_tier: String,
}

impl GeminiDecoder {
    /// A decoder for one response. `provider` tags what is to be returned: `gcp.gemini` or `gcp.vertex_ai`.
    #[must_use]
    pub fn new(provider: &'static str) -> Self {
        Self {
            provider,
            known: Known::default(),
            usage: Usage::default(),
            candidates: Vec::new(),
            extra: Extra::default(),
            ids: 0,
        }
    }

    fn generated(&mut self, generated: &Generated<'_>, events: &mut Events) -> Result<()> {
        self.meta(generated, events);
        self.extra.of_response(generated);
        if let Some(said) = &generated.usage_metadata.0 {
            let usage = usage::read(said);
            if !usage.is_empty() && usage != self.usage {
                self.usage = usage.clone();
                events.push(Event::Usage(Box::new(usage)));
            }
        }
        // After the usage, because a failed answer is billed too.
        self.no_error(generated.error)?;
        let candidates = generated.candidates.iter().flat_map(|list| &list.0);
        for (place, candidate) in candidates.enumerate() {
            self.candidate(place, candidate, events)?;
        }
        self.no_block(generated.prompt_feedback)
    }

    /// Gives what the response says of itself, where it is new.
    fn meta(&mut self, generated: &Generated<'_>, events: &mut Events) {
        let known = &mut self.known;
        let usage = generated.usage_metadata.0.as_ref();
        let id = generated.response_id.given();
        let id = id.filter(|_| known.id.is_empty());
        let model = generated.model_version.given().filter(|_| !known.model);
        let tier = usage.and_then(|usage| usage.service_tier.given());
        let tier = tier.filter(|tier| known.service_tier != *tier);
        if [id, model, tier].iter().all(Option::is_none) {
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

    fn candidate(
        &mut self,
        place: usize,
        candidate: &wire::Candidate<'_>,
        events: &mut Events,
    ) -> Result<()> {
        let index = candidate.index.0.unwrap_or(place as u64);
        let Some(index) = u32::try_from(index)
            .ok()
            .filter(|_| index < MOST_CANDIDATES)
        else {
            return Ok(());
        };
        self.extra.of_candidate(index, candidate);
        let at = match self
            .candidates
            .iter()
            .position(|known| known.index == index)
        {
            Some(at) => at,
            None => {
                self.candidates.push(Candidate::new(index));
                self.candidates.len() - 1
            }
        };
        let mut context = Context {
            provider: self.provider,
            response: &self.known.id,
            ids: &mut self.ids,
        };
        self.candidates[at].take(candidate, &mut context, events)
    }

    /// Fails where `raw` is an error object.
    fn no_error(&self, raw: Raw<'_>) -> Result<()> {
        match raw.map(RawValue::get) {
            None | Some("null" | "false" | "\"\"" | "{}" | "[]") => Ok(()),
            Some(error) => {
                let body = format!("{{\"error\":{error}}}");
                let said = read_error(body.as_bytes()).unwrap_or_default();
                Err(in_band_error(self.provider, said))
            }
        }
    }

    /// Fails where the prompt was blocked, and nothing was answered.
    fn no_block(&self, feedback: Raw<'_>) -> Result<()> {
        let feedback = feedback.map(|raw| parse_object::<PromptFeedback<'_>>(raw.get()));
        let Some(Some(feedback)) = feedback else {
            return Ok(());
        };
        let Some(reason) = feedback.block_reason.given() else {
            return Ok(());
        };
        if !self.candidates.is_empty() {
            return Ok(());
        }
        let mut said = ErrorBody::new();
        said.kind = Some(ErrorKind::ContentFilter);
        said.code = Some(reason.to_owned());
        said.message = feedback.block_reason_message.given().map(str::to_owned);
        Err(in_band_error(self.provider, said))
    }

    /// The answer is complete.
    fn complete(&mut self, events: &mut Events) -> Result<()> {
        if self.candidates.is_empty() {
            return Err(broken("the response holds no answer: it has no candidate"));
        }
        for candidate in &mut self.candidates {
            candidate.settle(events);
        }
        if let Some(meta) = self.extra.take() {
            events.push(Event::Meta(Box::new(meta)));
        }
        if let Some(failed) = self.candidates.iter().find_map(Candidate::failure) {
            return Err(failed);
        }
        events.push(Event::End);
        Ok(())
    }
}

impl Decoder for GeminiDecoder {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()> {
        let data = frame.data.trim_ascii();
        // Google ends a stream by ending it; some gateways say so first.
        if data.is_empty() || data == b"[DONE]" {
            return Ok(());
        }
        let generated = parse(data)?;
        self.generated(&generated, events)
    }

    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()> {
        // Without `alt=sse` a stream is a list of chunks.
        if body.trim_ascii_start().first() == Some(&b'[') {
            let chunks: Raws<'_> = serde_json::from_slice(body).map_err(unreadable)?;
            for chunk in chunks.0 {
                let generated = parse(chunk.get().as_bytes())?;
                self.generated(&generated, events)?;
            }
            return self.end(events);
        }
        let generated = parse(body)?;
        self.generated(&generated, events)?;
        self.complete(events)
    }

    fn end(&mut self, events: &mut Events) -> Result<()> {
        if events.ended() {
            return Ok(());
        }
        if self.candidates.is_empty() {
            return Err(broken("the stream ended before an answer began"));
        }
        if !self.candidates.iter().all(Candidate::is_finished) {
            return Err(broken("the stream ended in the middle of the answer"));
        }
        self.complete(events)
    }
}

/// Reads a body or a chunk. The error says where, and holds nothing of the text.
fn parse(data: &[u8]) -> Result<Generated<'_>> {
    // The derived reader would take a list for a struct.
    if data.trim_ascii_start().first() != Some(&b'{') {
        return Err(broken("the answer is not a JSON object"));
    }
    // Checked as a whole it is cheaper than string by string. Where the check fails, it may be for a string that
    // nobody reads.
    match std::str::from_utf8(data) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(data),
    }
    .map_err(unreadable)
}

/// An object of the text, or nothing where it is something else.
fn parse_object<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Option<T> {
    let text = text.trim_start();
    text.starts_with('{')
        .then(|| serde_json::from_str(text).ok())?
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature `map_err` asks for"
)]
fn unreadable(error: serde_json::Error) -> Error {
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
}

fn broken(message: &'static str) -> Error {
    Error::new(ErrorKind::Protocol, message)
}
