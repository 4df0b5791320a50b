use std::sync::Arc;

use glassbox_core::{Part, ToolCall, ToolCallResponse};
use serde_json::{Value, json};

use super::{Facts, Record};
use crate::content::{Capture, Contents, Policy};

/// One call of a tool.
#[derive(Debug)]
pub(crate) struct ToolCalled {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    /// Whether there is such a tool. If not, its name is what the model wrote, where content may be seen, and `_OTHER`
    /// where it may not.
    pub(crate) known: bool,
    /// What the model was told that it does.
    pub(crate) description: Option<Arc<str>>,
    /// The schema of its arguments, where schemas are wanted.
    pub(crate) parameters: Option<Value>,
    pub(crate) agent: Option<Arc<str>>,
    /// The call itself, where its content is wanted.
    pub(crate) call: Option<ToolCall>,
    pub(crate) response: Option<ToolCallResponse>,
}

impl Record for ToolCalled {
    fn facts(&self) -> Facts<'_> {
        Facts::Tool(self)
    }

    fn contents(&mut self, policy: &Policy) -> Contents {
        let capture = Capture(policy);
        let member = |part: Option<Part>, key: &str| {
            let mut shown = capture.part(&part?)?;
            shown.get_mut(key).map(Value::take)
        };
        let call = self.call.take().map(Part::ToolCall);
        let result = self.response.take().map(Part::ToolCallResponse);
        Contents {
            // A call without arguments is one with none.
            arguments: match call {
                Some(call) => member(Some(call), "arguments").or_else(|| Some(json!({}))),
                None => None,
            },
            result: member(result, "response"),
            ..Contents::default()
        }
    }
}
