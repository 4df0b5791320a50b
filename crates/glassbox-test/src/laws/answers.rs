//! Laws of what arrives.

use glassbox_core::{
    Capabilities, Delivery, FinishKind, FinishReason, Message, Request, Response, Role, ToolCall,
    ToolCallResponse, ToolSpec, Usage,
};
use serde_json::{Value, json};

use super::history::{assert_in_order, leaves};
use super::stage::{Laws, Over, Played, idle};
use super::{Case, Cut};
use crate::{Turn, grammar};

/// Characters of one to four bytes, joined ones, what JSON has to escape, and spaces that somebody might trim.
pub(super) const TEXT: &str =
    " Grüße, 世界! 👩‍🚀 said: \"a\\b\"\n\t</data> & {\"x\": [1]} \u{7f}\u{2028}fin \n";

impl Laws {
    /// A text arrives as it was said.
    pub async fn text_round_trips(&self) {
        const LAW: &str = "text_round_trips";
        if !self.runs(LAW) {
            return;
        }
        let case = self.case(LAW, "Say it.", whole_turn(TEXT));
        for delivery in self.deliveries() {
            for over in self.ways() {
                let played = self.play(&case, delivery, over).await;
                let response = played.complete();
                assert_is(response, &case, FinishKind::Stop);
                assert_eq!(response.choices.len(), 1, "{delivery:?} {over:?}");
                let role = response.message().map(|message| &message.role);
                assert_eq!(role, Some(&Role::Assistant));
            }
        }
        self.held();
    }

    /// The response is the same whichever delivery was asked for.
    pub async fn whole_equals_incremental(&self) {
        const LAW: &str = "whole_equals_incremental";
        if !self.runs(LAW) {
            return;
        }
        let case = self.case(LAW, self.question(), self.full_turn());
        let over = Over::Memory(Cut::Whole);
        let whole = self.play(&case, Delivery::Whole, over).await;
        let pieces = self.play(&case, Delivery::Incremental, over).await;
        assert_eq!(pieces.complete(), whole.complete());
        let texts = |played: &Played| {
            let events = played.events.iter();
            events.filter(|event| event.is_output()).count()
        };
        assert!(
            texts(&pieces) > texts(&whole),
            "the pieces are not given as they come"
        );
        self.held();
    }

    /// The events are the same however the body is cut.
    pub async fn chunking_is_invisible(&self) {
        const LAW: &str = "chunking_is_invisible";
        if !self.runs(LAW) {
            return;
        }
        let case = self.case(LAW, self.question(), self.full_turn());
        for delivery in self.deliveries() {
            let expected = self.play(&case, delivery, Over::Memory(Cut::Whole)).await;
            expected.complete();
            for over in self.ways() {
                let played = self.play(&case, delivery, over).await;
                assert_eq!(played.events, expected.events, "{delivery:?} {over:?}");
            }
        }
        self.held();
    }

    /// Every stream obeys the grammar of events, also one that fails.
    pub async fn event_grammar_holds(&self) {
        const LAW: &str = "event_grammar_holds";
        if !self.runs(LAW) {
            return;
        }
        let cases = [
            self.case(LAW, self.question(), self.full_turn()),
            self.case(LAW, "Say it.", whole_turn(TEXT)),
        ];
        for case in &cases {
            for delivery in self.deliveries() {
                let over = Over::Memory(Cut::Frames);
                let played = self.play(case, delivery, over).await;
                grammar::assert_complete(&played.events);
                grammar::assert_told(&played.events);
                let Some(wire) = self.host.wire() else {
                    continue;
                };
                let body = wire.answer(&case.turn, delivery);
                for end in 0..body.frames().len() {
                    // Whatever comes of it, `play_body` asserts the grammar.
                    let cut = body.reframed(body.frames()[..end].to_vec());
                    self.play_body(case.request.clone(), &cut, over).await;
                }
            }
        }
        self.held();
    }

    /// A call arrives, and goes back with its result.
    pub async fn tool_call_round_trips(&self) {
        const LAW: &str = "tool_call_round_trips";
        if !self.runs(LAW) {
            return;
        }
        let arguments = json!({"place": TEXT, "days": 3, "exact": true, "at": [1.5, null]});
        let call = ToolCall::new("call_a1", "weather", arguments);
        let case = self.case(LAW, self.question(), Turn::tool_calls([call]));
        for delivery in self.deliveries() {
            for over in self.ways() {
                let played = self.play(&case, delivery, over).await;
                let response = played.complete();
                assert_is(response, &case, FinishKind::ToolCall);
                self.assert_calls(response, &case);
                self.assert_goes_back(response, &case).await;
            }
        }
        self.held();
    }

    /// Calls of one tool with the same arguments stay apart, in order.
    pub async fn parallel_tool_calls_keep_identity(&self) {
        const LAW: &str = "parallel_tool_calls_keep_identity";
        if !self.runs(LAW) {
            return;
        }
        let calls = [
            ToolCall::new("call_a1", "weather", json!({"place": "Zürich"})),
            ToolCall::new("call_b2", "news", json!({"place": "東京"})),
            ToolCall::new("call_c3", "weather", json!({"place": "Zürich"})),
        ];
        let case = self.case(LAW, self.question(), Turn::tool_calls(calls));
        for delivery in self.deliveries() {
            let played = self.play(&case, delivery, Over::Memory(Cut::Frames)).await;
            let response = played.complete();
            self.assert_calls(response, &case);
            let mut ids: Vec<&str> = response.tool_calls().map(|call| &*call.id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), case.turn.tool_calls.len(), "ids repeat");
            self.assert_goes_back(response, &case).await;
        }
        self.held();
    }

    /// Input includes what was cached, output includes reasoning, and nothing counts twice.
    pub async fn usage_is_reported_once(&self) {
        const LAW: &str = "usage_is_reported_once";
        if !self.runs(LAW) {
            return;
        }
        let mut usage = Usage::new(1_000, 200);
        usage.cache_read_input_tokens = Some(600);
        usage.cache_write_input_tokens = Some(50);
        usage.reasoning_output_tokens = Some(120);
        let turn = Turn::text("42").with_usage(usage);
        let case = self.case(LAW, "What is 6 * 7?", turn);
        let mut expected = case.turn.usage.clone();
        if let Some(wire) = self.host.wire() {
            expected = wire.usage(expected);
        }
        assert!(expected.total_tokens().is_some(), "nothing is counted");
        for delivery in self.deliveries() {
            for over in self.ways() {
                let played = self.play(&case, delivery, over).await;
                let ours = counts(&played.complete().usage);
                assert_eq!(ours, counts(&expected), "{delivery:?} {over:?}");
            }
        }
        self.held();
    }

    /// A turn with everything that the model has.
    pub(super) fn full_turn(&self) -> Turn {
        let can = self.capabilities();
        let mut turn = whole_turn(TEXT).with_usage(Usage::new(90, 30));
        if can.reasoning {
            turn = turn.with_reasoning("Erst wägen — 然后说。");
        }
        if can.tools {
            let arguments = json!({"place": "Zürich — 東京", "days": 3});
            turn.tool_calls = vec![ToolCall::new("call_a1", "weather", arguments)];
        }
        if can.tools && can.parallel_tool_calls {
            let call = ToolCall::new("call_b2", "news", json!({}));
            turn.tool_calls.push(call);
        }
        turn
    }

    /// A question, with two tools on offer where the model takes tools.
    pub(super) fn question(&self) -> Request {
        let request = Request::new("What is it like there?");
        if !self.capabilities().tools {
            return request;
        }
        let schema = json!({"type": "object", "properties": {
            "place": {"type": "string"}, "days": {"type": "integer"},
        }, "required": ["place"]});
        let tool = |name| ToolSpec::new(name, schema.clone()).with_description("For a place.");
        request.with_tools([tool("weather"), tool("news")])
    }

    /// The calls of the case have arrived.
    fn assert_calls(&self, response: &Response, case: &Case) {
        let ours = response
            .tool_calls()
            .map(|call| (&*call.name, parsed(call)));
        let theirs = case.turn.tool_calls.iter();
        let theirs = theirs.map(|call| (&*call.name, parsed(call)));
        assert_eq!(ours.collect::<Vec<_>>(), theirs.collect::<Vec<_>>());
        if self.host.wire().is_none_or(|wire| wire.has_call_ids()) {
            let ours = response.tool_calls().map(|call| &call.id);
            let theirs = case.turn.tool_calls.iter().map(|call| &call.id);
            assert!(ours.eq(theirs), "the ids differ: {response:?}");
        }
    }

    /// The calls of a response go back with their results, in order.
    async fn assert_goes_back(&self, response: &Response, case: &Case) {
        let Some(wire) = self.host.wire() else {
            return;
        };
        let message = response.message().cloned().expect("an answer");
        let results: Vec<_> = (0..)
            .zip(response.tool_calls())
            .map(|(at, call)| ToolCallResponse::new(&*call.id, &*call.name, result(at)))
            .collect();
        let count = results.len();
        let request = case.request.clone();
        let request = request
            .with_message(message)
            .with_message(Message::tool(results));
        let next = Case::new(request, Turn::text("It is fine."));
        let played = self
            .play(&next, Delivery::Whole, Over::Memory(Cut::Whole))
            .await;
        assert_eq!(played.complete().text(), "It is fine.");
        let sent = leaves(&played.body());
        let mut expected: Vec<Value> = Vec::new();
        for call in &case.turn.tool_calls {
            expected.push(json!(call.name));
            expected.extend(leaves(&parsed(call)));
        }
        expected.extend((0..count).map(|at| json!(result(at))));
        assert_in_order(&sent, &expected);
        if wire.has_call_ids() {
            for call in response.tool_calls() {
                let times = sent.iter().filter(|leaf| **leaf == json!(call.id)).count();
                assert_eq!(times, 2, "the id of {} and of its result", call.name);
            }
        }
    }

    pub(super) fn capabilities(&self) -> Capabilities {
        self.host.model(&idle()).info().capabilities
    }
}

fn result(at: usize) -> String {
    format!("sunny, and the number is {at}")
}

fn parsed(call: &ToolCall) -> Value {
    serde_json::from_str(call.arguments.as_str())
        .unwrap_or_else(|error| panic!("the arguments are not JSON: {error}: {call:?}"))
}

/// A turn that says who made it.
fn whole_turn(text: &str) -> Turn {
    Turn::text(text)
        .with_id("response-1")
        .with_model("model-1")
        .with_pieces(3)
}

/// The text, the id, the model and the reason are those of the case.
fn assert_is(response: &Response, case: &Case, kind: FinishKind) {
    assert_eq!(response.text(), case.turn.text);
    assert_eq!(response.reasoning(), case.turn.reasoning);
    if case.turn.id.is_some() {
        assert_eq!(response.id(), case.turn.id.as_deref());
    }
    if case.turn.model.is_some() {
        assert_eq!(response.model(), case.turn.model.as_deref());
    }
    let reason = response
        .finish_reason()
        .map(|reason: &FinishReason| reason.kind);
    assert_eq!(reason, Some(kind));
}

/// The counts that every vocabulary has.
fn counts(usage: &Usage) -> [Option<u64>; 5] {
    [
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_input_tokens,
        usage.cache_write_input_tokens,
        usage.reasoning_output_tokens,
    ]
}
