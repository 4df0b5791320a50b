//! Laws of a conversation that goes out.

use glassbox_core::{Delivery, Message, Part, Request, ToolCall, ToolCallResponse};
use serde_json::{Value, json};

use super::stage::{Laws, Over};
use super::{Case, Cut};
use crate::Turn;
use crate::cassettes::same;

/// What is said in the conversation: each once, with what JSON has to escape.
const SYSTEM: &str = "Instructions: be \"brief\" — 簡潔に.";
const ASKED: &str = "First question\\ with\ttabs, ünd 😀?";
const SAID: &str = "First answer\nin two lines.";
const PLACE: &str = "Zürich \"HB\"";
const RESULT: &str = "21 °C & <sunny>";
const AGAIN: &str = "Second question?";

impl Laws {
    /// What was said goes out once, in order, unchanged.
    pub async fn history_is_faithful(&self) {
        const LAW: &str = "history_is_faithful";
        if !self.runs(LAW) {
            return;
        }
        let can = self.capabilities();
        let mut said = vec![ASKED, SAID];
        let mut request = self.question();
        request.messages = [Message::user(ASKED)].into();
        if can.tools {
            let call = ToolCall::new("call_h1", "weather", json!({"place": PLACE}));
            let result = ToolCallResponse::new("call_h1", "weather", RESULT);
            request = request
                .with_message(Message::assistant(SAID).with_part(Part::ToolCall(call)))
                .with_message(Message::tool([result]));
            said.extend([PLACE, RESULT]);
        } else {
            request = request.with_message(Message::assistant(SAID));
        }
        said.push(AGAIN);
        let request = request
            .with_system(SYSTEM)
            .with_message(Message::user(AGAIN));
        let case = self.case(LAW, request, Turn::text("Yes."));
        for delivery in self.deliveries() {
            let over = Over::Memory(Cut::Whole);
            let played = self.play(&case, delivery, over).await;
            played.complete();
            let leaves = leaves(&played.body());
            let expected: Vec<Value> = said.iter().map(|text| json!(text)).collect();
            assert_in_order(&leaves, &expected);
            for text in said.iter().chain([&SYSTEM]) {
                let times = leaves.iter().filter(|leaf| *leaf == text).count();
                assert_eq!(times, 1, "{text:?} in {leaves:?}");
            }
        }
        if can.tools {
            self.assert_repaired().await;
        }
        self.held();
    }

    /// A call that nothing answers gets an answer, and an answer to no call is not sent.
    async fn assert_repaired(&self) {
        let call = ToolCall::new("call_h2", "weather", json!({"place": PLACE}));
        let orphan = ToolCallResponse::new("call_h3", "news", RESULT);
        let request = self
            .question()
            .with_message(Message::assistant(SAID).with_part(Part::ToolCall(call)))
            .with_message(Message::user(ASKED))
            .with_message(Message::tool([orphan]))
            .with_message(Message::user(AGAIN));
        let sent = self.body_of(request).await;
        let leaves = leaves(&sent);
        assert_in_order(
            &leaves,
            &[SAID, PLACE, ASKED, AGAIN].map(|text| json!(text)),
        );
        let orphans = leaves.iter().filter(|leaf| *leaf == RESULT).count();
        assert_eq!(orphans, 0, "a result of no call: {sent}");
        assert!(
            sent.to_string().contains("was not carried out"),
            "a call without a result: {sent}"
        );
    }

    /// The body of a request.
    pub(super) async fn body_of(&self, request: Request) -> Value {
        let case = Case::new(request, Turn::text("Yes."));
        let over = Over::Memory(Cut::Whole);
        let played = self.play(&case, Delivery::Whole, over).await;
        played.complete();
        played.body()
    }
}

/// The values of a body that hold no others, in order. Where a text is JSON of an object or a list, as the arguments
/// of a call are on many wires, its values are given.
pub(super) fn leaves(value: &Value) -> Vec<Value> {
    fn collect(value: &Value, leaves: &mut Vec<Value>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| collect(item, leaves)),
            Value::Object(fields) => fields.values().for_each(|value| collect(value, leaves)),
            Value::String(text) => match serde_json::from_str(text) {
                Ok(inner @ (Value::Array(_) | Value::Object(_))) => collect(&inner, leaves),
                _ => leaves.push(value.clone()),
            },
            _ => leaves.push(value.clone()),
        }
    }
    let mut leaves = Vec::new();
    collect(value, &mut leaves);
    leaves
}

/// Asserts that the expected values are among the leaves, in that order.
pub(super) fn assert_in_order(leaves: &[Value], expected: &[Value]) {
    let mut rest = leaves.iter();
    for value in expected {
        let found = rest.any(|leaf| same(leaf, value));
        assert!(found, "{value} is missing, or in another place: {leaves:?}");
    }
}
