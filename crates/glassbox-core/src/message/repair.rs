use std::sync::Arc;

use serde_json::Value;

use super::{Message, Messages, Role};
use crate::{Part, ToolCall, ToolCallResponse};

/// What is said in the place of a result that there is not.
const NO_RESULT: &str = "no result: the call was not carried out";

impl Messages {
    /// The conversation with every call answered and every answer to a call: hosts refuse one in which a run broke off
    /// between the two, or from which one of the two was cut.
    ///
    /// A call without a result gets one that says so, as an error, right behind it. A result without a call is left
    /// out, and so is a message of which nothing is left. Where nothing is to be done, which is the rule, it is the
    /// very same conversation.
    ///
    /// ```
    /// use glassbox_core::{Message, Messages, Part, ToolCall, ToolCallResponse};
    /// use serde_json::json;
    ///
    /// let call = ToolCall::new("call_1", "weather", json!({}));
    /// let conversation = Messages::from(vec![
    ///     Message::tool([ToolCallResponse::new("call_0", "weather", "sunny")]),
    ///     Message::assistant("Let me see.").with_part(Part::ToolCall(call)),
    ///     Message::user("Never mind."),
    /// ]);
    /// let roles: Vec<String> = conversation.repaired().iter().map(|message| format!("{:?}", message.role)).collect();
    /// assert_eq!(roles, ["Assistant", "Tool", "User"]);
    /// ```
    #[must_use]
    pub fn repaired(&self) -> Self {
        let whole = (0..self.len()).all(|at| {
            self.unanswered(at).next().is_none()
                && !self.0[at].parts.iter().any(|part| self.is_orphan(at, part))
        });
        if whole { self.clone() } else { self.mended() }
    }

    fn mended(&self) -> Self {
        let mut mended: Vec<Arc<Message>> = Vec::with_capacity(self.len() + 1);
        let mut missing: Vec<ToolCallResponse> = Vec::new();
        for (at, message) in self.0.iter().enumerate() {
            if message.role != Role::Tool {
                mended.extend(answer(&mut missing));
            }
            let is_orphan = |part: &&Part| self.is_orphan(at, part);
            let orphans = message.parts.iter().filter(is_orphan).count();
            if orphans > 0 && orphans == message.parts.len() {
                continue;
            }
            if orphans == 0 && missing.is_empty() {
                mended.push(Arc::clone(message));
            } else {
                let mut message = Message::clone(message);
                message.parts.retain(|part| !self.is_orphan(at, part));
                // Beside the results of the same turn.
                message
                    .parts
                    .extend(missing.drain(..).map(Part::ToolCallResponse));
                mended.push(Arc::new(message));
            }
            missing.extend(
                self.unanswered(at).map(|call| {
                    ToolCallResponse::new(&*call.id, &*call.name, NO_RESULT).with_error()
                }),
            );
        }
        mended.extend(answer(&mut missing));
        Self(Arc::new(mended))
    }

    /// The calls of a message that nothing behind it answers, before another call has the same id.
    fn unanswered(&self, at: usize) -> impl Iterator<Item = &ToolCall> {
        let later = &self.0[at + 1..];
        self.0[at].tool_calls().filter(move |call| {
            let mut parts = later.iter().flat_map(|message| &message.parts);
            let is_answered = parts.find_map(|part| match part {
                Part::ToolCallResponse(result) => answers(result, call).then_some(true),
                Part::ToolCall(other) => (other.id == call.id).then_some(false),
                other => speaks_of(other, &call.id).then_some(true),
            });
            is_answered != Some(true)
        })
    }

    /// Whether it is a result of a call that nobody made.
    fn is_orphan(&self, at: usize, part: &Part) -> bool {
        let Part::ToolCallResponse(result) = part else {
            return false;
        };
        let earlier = self.0[..at].iter().rev();
        let mut parts = earlier.flat_map(|message| &message.parts);
        !parts.any(|part| match part {
            Part::ToolCall(call) => answers(result, call),
            other => speaks_of(other, &result.id),
        })
    }
}

/// Whether a part in a provider's own form may be the call of this id, or its result: one that holds an image, say.
fn speaks_of(part: &Part, id: &str) -> bool {
    match part {
        Part::Opaque(opaque) => holds(&opaque.data, id),
        Part::Other(fields) => fields.values().any(|value| holds(value, id)),
        _ => false,
    }
}

/// Whether it is a result of the call. Some providers know a result by the tool alone.
fn answers(result: &ToolCallResponse, call: &ToolCall) -> bool {
    if result.id.is_empty() {
        result.name == call.name
    } else {
        result.id == call.id
    }
}

/// Whether a text in it is the id of a call.
fn holds(value: &Value, id: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| holds(item, id)),
        Value::Object(fields) => fields.values().any(|value| holds(value, id)),
        Value::String(text) => text == id,
        _ => false,
    }
}

/// A message with the results that are missing, where there are some.
fn answer(missing: &mut Vec<ToolCallResponse>) -> Option<Arc<Message>> {
    (!missing.is_empty()).then(|| Arc::new(Message::tool(missing.drain(..))))
}

#[cfg(test)]
mod tests;
