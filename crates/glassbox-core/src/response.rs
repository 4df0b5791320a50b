use serde::{Deserialize, Serialize};

use crate::{FinishReason, Message, Meta, Part, Start, ToolCall, Usage};

/// A complete answer: what the events of a call add up to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Response {
    /// What the response says of itself: id, model, tier.
    pub meta: Meta,
    /// The answers: one unless more were asked for. May be empty where the provider gave none.
    pub choices: Vec<Choice>,
    /// What the call consumed.
    pub usage: Usage,
    /// What it took until the provider accepted the request.
    pub start: Start,
}

impl Response {
    /// The response's id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.meta.id.as_deref()
    }

    /// The model that answered, as the provider names it.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.meta.model.as_deref()
    }

    /// The first answer's message.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        self.choices.first().map(|choice| &choice.message)
    }

    /// The first answer's text: all its text parts, joined.
    #[must_use]
    pub fn text(&self) -> String {
        self.message().map(Message::text).unwrap_or_default()
    }

    /// The first answer's reasoning: all its reasoning parts, joined.
    #[must_use]
    pub fn reasoning(&self) -> String {
        let parts = self.message().map_or(&[][..], |message| &message.parts);
        let pieces = parts.iter().filter_map(|part| match part {
            Part::Reasoning(reasoning) => Some(reasoning.content.as_str()),
            _ => None,
        });
        pieces.collect()
    }

    /// The first answer's tool calls, in order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.message().into_iter().flat_map(Message::tool_calls)
    }

    /// Why the first answer stopped.
    #[must_use]
    pub fn finish_reason(&self) -> Option<&FinishReason> {
        self.choices
            .first()
            .and_then(|choice| choice.finish_reason.as_ref())
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Choice {
    /// The answer, in the role `assistant`.
    pub message: Message,
    /// Why it stopped. `None` where the provider did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<FinishReason>,
}

impl Choice {
    /// An answer that stopped for `finish_reason`.
    #[must_use]
    pub fn new(message: Message, finish_reason: Option<FinishReason>) -> Self {
        Self {
            message,
            finish_reason,
        }
    }
}
