//! The conversation in Google's form.

use glassbox_core::{Message, Part, Request, Role, ToolCall};
use serde::Serialize;

use super::Target;
use super::model::generation;
use super::parts::{self, Piece, Wire};
use super::results;

/// Google's own word for a call that another model made, so that it asks for no signature (its guide "Thought
/// signatures", under the questions).
const NOT_SIGNED: &str = "skip_thought_signature_validator";

/// What is said, and what was said before it.
#[derive(Debug, Default)]
pub(super) struct Conversation<'a> {
    pub(super) instruction: Option<Content<'a>>,
    pub(super) contents: Vec<Content<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: Vec<Piece<'a>>,
}

/// Whether a role instructs the model. All instructions stand apart, before the conversation.
pub(super) fn instructs(role: &Role) -> bool {
    match role {
        Role::System => true,
        Role::Other(role) => matches!(role.as_str(), "developer" | "system"),
        _ => false,
    }
}

impl<'a> Conversation<'a> {
    pub(super) fn of(request: &'a Request, target: Target<'_>) -> Self {
        let mut conversation = Self::default();
        let mut calls: Vec<&'a ToolCall> = Vec::new();
        for message in request.messages.iter() {
            match &message.role {
                role if instructs(role) => conversation.instruct(message),
                Role::Assistant => {
                    conversation.answer(message, target);
                    calls.extend(message.tool_calls());
                }
                Role::Other(role) if role == "model" => conversation.answer(message, target),
                _ => conversation.ask(message, &calls, target),
            }
        }
        if conversation.contents.is_empty() {
            // There must be one, even where instructions are all there is.
            conversation.contents.push(Content {
                role: Some("user"),
                parts: vec![Piece::new(Wire::text(""))],
            });
        }
        conversation
    }

    fn instruct(&mut self, message: &'a Message) {
        let texts = message.parts.iter().filter_map(parts::instruction);
        let pieces = texts.map(|text| Piece::new(Wire::text(text)));
        let instruction = self.instruction.get_or_insert(Content {
            role: None,
            parts: Vec::new(),
        });
        instruction.parts.extend(pieces);
    }

    /// What the model said, as it said it.
    fn answer(&mut self, message: &'a Message, target: Target<'_>) {
        let provider = target.platform.provider();
        let mut pieces = Vec::new();
        for part in &message.parts {
            parts::said(part, provider, &mut pieces);
        }
        // From the third generation on, the first call of a turn must be signed.
        let must_sign = generation(target.model).is_some_and(|generation| generation >= 3);
        let first_call = pieces.iter_mut().find_map(Piece::as_call);
        if let Some(call) = first_call.filter(|call| must_sign && call.signature().is_none()) {
            call.sign(NOT_SIGNED);
        }
        if !pieces.is_empty() {
            self.contents.push(Content {
                role: Some("model"),
                parts: pieces,
            });
        }
    }

    /// What the user said, and what tools gave. The results of one turn stand in one content, before anything else,
    /// in the order of the calls: Google counts them.
    fn ask(&mut self, message: &'a Message, calls: &[&'a ToolCall], target: Target<'_>) {
        let provider = target.platform.provider();
        let pieces = message.parts.iter().filter_map(|part| match part {
            Part::ToolCallResponse(result) => Some(results::piece(result, calls, provider)),
            part => parts::asked(part, provider).map(Piece::new),
        });
        let mut pieces: Vec<Piece<'a>> = pieces.collect();
        if pieces.is_empty() {
            return;
        }
        let only_results = |pieces: &[Piece<'_>]| pieces.iter().all(Piece::is_result);
        match self.contents.last_mut() {
            Some(last)
                if last.role == Some("user")
                    && only_results(&last.parts)
                    && pieces.iter().any(Piece::is_result) =>
            {
                last.parts.append(&mut pieces);
                last.parts.sort_by_key(Piece::order);
            }
            _ => {
                pieces.sort_by_key(Piece::order);
                self.contents.push(Content {
                    role: Some("user"),
                    parts: pieces,
                });
            }
        }
    }
}
