//! One candidate of an answer, as its pieces arrive.

use glassbox_core::{Error, ErrorKind, Event, FinishKind, FinishReason, Opaque, Part, Result};
use glassbox_http::Events;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::{parse_object, parts};
use crate::finish;
use crate::wire;

/// What all candidates of a response have in common.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) provider: &'static str,
    /// The response's id; empty where it has none.
    pub(super) response: &'a str,
    pub(super) ids: &'a mut u32,
}

#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub(super) index: u32,
    calls: Calls,
    /// The text or reasoning that the next piece may belong to.
    open: Option<Open>,
    /// Whether the chunk has given no text yet: the first may continue the part that the chunk before it ended with.
    continues: bool,
    /// The last word on why it stopped; empty while there is none.
    finish: String,
    /// What was said of a failure.
    finish_message: Option<String>,
}

/// What is still one text, although it may have come as several parts.
#[derive(Clone, Copy, Debug)]
struct Open {
    kind: Prose,
    /// Its bytes so far.
    bytes: usize,
    /// Where among them the last of its parts began.
    part: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prose {
    Text,
    Thought,
}

impl Candidate {
    pub(super) fn new(index: u32) -> Self {
        Self {
            index,
            ..Self::default()
        }
    }

    pub(super) const fn is_finished(&self) -> bool {
        !self.finish.is_empty()
    }

    /// The error, where it stopped with one.
    pub(super) fn failure(&self) -> Option<Error> {
        let kind = match self.finish.as_str() {
            "MISSING_THOUGHT_SIGNATURE" => ErrorKind::InvalidRequest,
            word if finish::kind(word, false) == FinishKind::Error => ErrorKind::ServerError,
            _ => return None,
        };
        let message = match self.finish.as_str() {
            "MALFORMED_FUNCTION_CALL" => "the model wrote a function call that cannot be read",
            "MISSING_THOUGHT_SIGNATURE" => "a function call of the history lacks its signature",
            "TOO_MANY_TOOL_CALLS" => "the model called tools too many times in a row",
            "UNEXPECTED_TOOL_CALL" => "the model called a tool that was not offered",
            _ => "the model stopped with an error that the provider does not describe",
        };
        let error = Error::new(kind, message).with_code(self.finish.as_str());
        Some(match &self.finish_message {
            Some(said) => error.with_detail(said.as_str()),
            None => error,
        })
    }

    pub(super) fn take(
        &mut self,
        candidate: &wire::Candidate<'_>,
        context: &mut Context<'_>,
        events: &mut Events,
    ) -> Result<()> {
        self.continues = true;
        let content = candidate.content.0.iter();
        for raw in content.flat_map(|content| &content.parts.0) {
            // What is no object is no part.
            if let Some(part) = parse_object::<wire::Part<'_>>(raw.get()) {
                self.part(&part, raw.get(), context, events)?;
            }
        }
        if let Some(message) = candidate.finish_message.given() {
            self.finish_message = Some(message.to_owned());
        }
        self.finish(candidate.finish_reason.as_str(), events);
        Ok(())
    }

    fn part(
        &mut self,
        part: &wire::Part<'_>,
        raw: &str,
        context: &mut Context<'_>,
        events: &mut Events,
    ) -> Result<()> {
        let signature = part.thought_signature.given();
        if let Some(call) = &part.function_call.0 {
            self.open = None;
            return self
                .calls
                .take(self.index, call, signature, context, events);
        }
        if part.text.0.is_some() {
            self.prose(part, signature, raw, context, events);
            return Ok(());
        }
        // A picture that is thought of is no part of the answer.
        let whole = if part.thought.is_set() {
            None
        } else {
            parts::whole(part, raw)
        };
        match whole {
            Some(whole) => {
                self.open = None;
                let keeps_signature = matches!(
                    whole,
                    Part::ServerToolCall(_) | Part::ServerToolCallResponse(_)
                );
                events.push(Event::part(self.index, whole));
                if let Some(signature) = signature.filter(|_| !keeps_signature) {
                    let data = json!({ "thoughtSignature": signature });
                    let opaque = Opaque::new(context.provider, data);
                    events.push(Event::opaque(self.index, None, opaque));
                }
            }
            None => self.verbatim(raw, context, events),
        }
        Ok(())
    }

    /// Text or thought. A stream cuts a part into chunks, so the first text of a chunk belongs to the part before it,
    /// while two texts of one chunk are two parts. A signature is noted with the place where its part began: the parts
    /// before it are one text with it, and go back by themselves.
    fn prose(
        &mut self,
        part: &wire::Part<'_>,
        signature: Option<&str>,
        raw: &str,
        context: &Context<'_>,
        events: &mut Events,
    ) {
        let text = part.text.as_str();
        if text.is_empty() {
            // A signature that comes with no text belongs to no other part.
            if signature.is_some() {
                self.verbatim(raw, context, events);
            }
            return;
        }
        let (kind, event) = if part.thought.is_set() {
            (Prose::Thought, Event::reasoning(self.index, text))
        } else {
            (Prose::Text, Event::text_of(self.index, text))
        };
        events.push(event);
        let continues = std::mem::take(&mut self.continues);
        let (before, part) = match self.open {
            Some(open) if open.kind == kind && continues => (open.bytes, open.part),
            Some(open) if open.kind == kind => (open.bytes, open.bytes),
            _ => (0, 0),
        };
        self.open = Some(Open {
            kind,
            bytes: before + text.len(),
            part,
        });
        if let Some(signature) = signature {
            let mut data = Map::new();
            data.insert("thoughtSignature".to_owned(), signature.into());
            if part > 0 {
                data.insert("from".to_owned(), part.into());
            }
            let opaque = Opaque::new(context.provider, Value::Object(data));
            events.push(Event::opaque(self.index, None, opaque));
            self.open = None;
        }
    }

    /// Keeps a part as it came, for the way back.
    fn verbatim(&mut self, raw: &str, context: &Context<'_>, events: &mut Events) {
        // What does not parse (nested too deep, say) is not worth returning.
        if let Some(part) = parse_object::<Value>(raw).filter(|part| *part != json!({})) {
            self.open = None;
            let opaque = Opaque::new(context.provider, json!({ "part": part }));
            events.push(Event::part(self.index, Part::Opaque(opaque)));
        }
    }

    /// Takes why the candidate stopped.
    fn finish(&mut self, raw: &str, events: &mut Events) {
        if raw.is_empty() || raw == "FINISH_REASON_UNSPECIFIED" {
            return;
        }
        self.settle(events);
        if self.finish != raw {
            raw.clone_into(&mut self.finish);
            let kind = finish::kind(raw, self.calls.any());
            events.push(Event::finish(self.index, FinishReason::new(kind, raw)));
        }
    }

    /// Gives what was held back until it was complete.
    pub(super) fn settle(&mut self, events: &mut Events) {
        self.calls.settle(self.index, events);
    }
}
