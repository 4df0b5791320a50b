use glassbox_core::{
    Choice, Cost, CostSource, ErrorKind, FinishKind, FinishReason, Message, Part, Refusal,
    Response, Role, ToolCall, ToolCallResponse, Usage,
};

use crate::{Limits, Next, Outcome, Run};

fn response(parts: impl IntoIterator<Item = Part>, finish: FinishKind) -> Response {
    let mut response = Response::default();
    let message = Message::new(Role::Assistant, parts);
    response
        .choices
        .push(Choice::new(message, Some(FinishReason::from(finish))));
    response.usage = Usage::new(10, 5);
    response
}

fn calls(ids: &[&str], finish: FinishKind) -> Response {
    response(
        ids.iter()
            .map(|id| Part::ToolCall(ToolCall::new(*id, "add", "{}"))),
        finish,
    )
}

/// Runs the tools of these ids, in the order of the calls.
fn run_tools(run: &mut Run, ids: &[&str]) {
    for (place, result) in results(ids).into_iter().enumerate() {
        run.tool_ran(place, result).unwrap();
    }
}

fn results(ids: &[&str]) -> Vec<ToolCallResponse> {
    ids.iter()
        .map(|id| ToolCallResponse::new(*id, "add", "3"))
        .collect()
}

#[test]
fn an_answer_ends_the_run() {
    let mut run = Run::new("question", Limits::new());
    assert_eq!(run.next(), Next::Model);
    run.answered(&response([Part::text("answer")], FinishKind::Stop))
        .unwrap();
    assert_eq!(run.next(), Next::Done(Outcome::Answer));
    assert_eq!(
        (run.answer().as_str(), run.steps, run.usage.total_tokens()),
        ("answer", 1, Some(15))
    );
}

#[test]
fn calls_count_whatever_the_finish_reason_says() {
    for finish in [
        FinishKind::Stop,
        FinishKind::ToolCall,
        FinishKind::Other,
        FinishKind::ContentFilter,
    ] {
        let mut run = Run::new("question", Limits::new());
        run.answered(&calls(&["a", "b"], finish)).unwrap();
        assert!(
            matches!(run.next(), Next::Tools(calls) if calls.len() == 2),
            "{finish:?}"
        );
        run_tools(&mut run, &["a", "b"]);
        assert_eq!(run.next(), Next::Model);
        assert_eq!((run.messages.len(), run.tool_calls), (3, 2));
    }
}

#[test]
fn quirk_35_a_cut_answer_runs_no_tool() {
    let mut run = Run::new("question", Limits::new());
    run.answered(&calls(&["a"], FinishKind::Length)).unwrap();
    assert_eq!(run.next(), Next::Done(Outcome::Truncated));
    assert_eq!(
        run.messages.len(),
        1,
        "a call without its result would make the conversation invalid"
    );
    let mut run = Run::new("question", Limits::new());
    run.answered(&response([Part::text("half an ans")], FinishKind::Length))
        .unwrap();
    assert_eq!(run.answer(), "half an ans");
}

#[test]
fn a_refusal_is_not_an_answer() {
    for (parts, finish) in [
        (vec![Part::text("I")], FinishKind::ContentFilter),
        (vec![Part::Refusal(Refusal::new("no"))], FinishKind::Stop),
    ] {
        let mut run = Run::new("question", Limits::new());
        run.answered(&response(parts, finish)).unwrap();
        assert_eq!(run.next(), Next::Done(Outcome::ContentFilter));
    }
}

#[test]
fn a_pause_goes_on() {
    let mut run = Run::new("question", Limits::new());
    run.answered(&response([Part::text("searching")], FinishKind::Pause))
        .unwrap();
    assert_eq!(run.next(), Next::Model);
}

#[test]
fn the_step_limit_keeps_the_calls_for_later() {
    let mut run = Run::new("question", Limits::new().with_steps(1));
    run.answered(&calls(&["a"], FinishKind::ToolCall)).unwrap();
    assert_eq!(run.next(), Next::Done(Outcome::StepLimit));
    run.extend(Limits::new().with_steps(3));
    assert!(matches!(run.next(), Next::Tools(calls) if calls[0].1.id == "a"));
    run_tools(&mut run, &["a"]);
    assert_eq!(run.next(), Next::Model);
}

#[test]
fn five_steps_are_the_default_and_none_is_none() {
    let mut run = Run::new("question", Limits::new());
    for step in 1..=5 {
        assert_eq!(run.next(), Next::Model, "step {step}");
        run.answered(&calls(&["a"], FinishKind::ToolCall)).unwrap();
        if step < 5 {
            run_tools(&mut run, &["a"]);
        }
    }
    assert_eq!(run.next(), Next::Done(Outcome::StepLimit));
    assert_eq!(
        run.tool_calls, 4,
        "the tool whose result nobody would read was not run"
    );
    let run = Run::new("question", Limits::new().with_steps(0));
    assert_eq!(run.next(), Next::Done(Outcome::StepLimit));
}

#[test]
fn the_token_limit_holds_before_the_next_call() {
    let mut run = Run::new("question", Limits::new().with_tokens(15));
    run.answered(&calls(&["a"], FinishKind::ToolCall)).unwrap();
    assert_eq!(run.next(), Next::Done(Outcome::TokenLimit));
    let mut run = Run::new("question", Limits::new().with_tokens(15));
    run.answered(&response([Part::text("done")], FinishKind::Stop))
        .unwrap();
    assert_eq!(
        run.next(),
        Next::Done(Outcome::Answer),
        "an answer that is there is an answer"
    );
}

#[test]
fn the_cost_limit_holds_before_the_next_call() {
    let priced = |cost: Option<f64>| {
        let mut answer = calls(&["a"], FinishKind::ToolCall);
        answer.usage.cost = cost.map(|cost| Cost::new(cost, CostSource::PriceList));
        answer
    };
    let mut run = Run::new("question", Limits::new().with_cost(0.5));
    run.answered(&priced(Some(0.25))).unwrap();
    run_tools(&mut run, &["a"]);
    assert_eq!(run.next(), Next::Model);
    run.answered(&priced(Some(0.25))).unwrap();
    assert_eq!(run.next(), Next::Done(Outcome::CostLimit));

    let mut run = Run::new("question", Limits::new().with_cost(0.5));
    run.answered(&priced(None)).unwrap();
    assert_eq!(
        run.next(),
        Next::Done(Outcome::CostUnknown),
        "a limit that cannot be kept stops the run"
    );
    run.extend(Limits::new());
    run_tools(&mut run, &["a"]);
    run.answered(&priced(Some(0.25))).unwrap();
    assert!(run.usage.cost.unwrap().partial);
    let run = Run::new("question", Limits::new().with_cost(0.0));
    assert_eq!(run.next(), Next::Done(Outcome::CostLimit));
}

#[test]
fn an_answer_cannot_be_resumed_away() {
    let mut run = Run::new("question", Limits::new());
    run.answered(&response([Part::text("done")], FinishKind::Stop))
        .unwrap();
    run.extend(Limits::new().with_steps(9));
    assert_eq!(run.next(), Next::Done(Outcome::Answer));
}

#[test]
fn what_was_not_asked_for_is_refused() {
    let mut run = Run::new("question", Limits::new());
    let result = |id: &str| ToolCallResponse::new(id, "add", "3");
    assert_eq!(
        run.tool_ran(0, result("a")).unwrap_err().kind(),
        ErrorKind::Protocol
    );
    run.answered(&calls(&["a", "b"], FinishKind::ToolCall))
        .unwrap();
    assert!(run.answered(&response([], FinishKind::Stop)).is_err());
    assert!(run.tool_ran(0, result("b")).is_err(), "another call's id");
    assert!(run.tool_ran(2, result("a")).is_err(), "no such place");
    run.tool_ran(0, result("a")).unwrap();
    assert!(run.tool_ran(0, result("a")).is_err(), "it has run");
    run.tool_ran(1, result("b")).unwrap();
    assert_eq!(run.next(), Next::Model);
}

#[test]
fn what_has_run_is_not_asked_for_again() {
    let mut run = Run::new("question", Limits::new());
    run.answered(&calls(&["a", "b", "c"], FinishKind::ToolCall))
        .unwrap();
    run.tool_ran(1, ToolCallResponse::new("b", "add", "2"))
        .unwrap();
    run.stop(Outcome::TimeLimit);
    let saved = serde_json::to_string(&run).unwrap();
    let mut run: Run = serde_json::from_str(&saved).unwrap();
    run.extend(Limits::new());
    let Next::Tools(open) = run.next() else {
        panic!("tools are waited for");
    };
    let open: Vec<_> = open
        .into_iter()
        .map(|(place, call)| (place, call.id.clone()))
        .collect();
    assert_eq!(open, [(0, "a".to_owned()), (2, "c".to_owned())]);
    run.tool_ran(2, ToolCallResponse::new("c", "add", "3"))
        .unwrap();
    run.tool_ran(0, ToolCallResponse::new("a", "add", "1"))
        .unwrap();
    let last = serde_json::to_value(run.messages.last().unwrap()).unwrap();
    let order: Vec<_> = last["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["id"].clone())
        .collect();
    assert_eq!(
        order,
        ["a", "b", "c"],
        "the model sees them in the order of its calls"
    );
}

#[test]
fn a_conversation_that_was_cut_short_can_be_continued() {
    let mut run = Run::new("question", Limits::new().with_steps(1));
    run.answered(&calls(&["a"], FinishKind::ToolCall)).unwrap();
    let conversation = run.conversation();
    let last = serde_json::to_value(conversation.last().unwrap()).unwrap();
    assert_eq!(last["parts"][0]["id"], "a");
    assert_eq!(last["parts"][0]["is_error"], true);
    assert_eq!(conversation.len(), run.messages.len() + 1);
}

#[test]
fn an_end_is_an_end() {
    let mut run = Run::new("question", Limits::new());
    run.answered(&response([Part::text("done")], FinishKind::Stop))
        .unwrap();
    run.stop(Outcome::TimeLimit);
    assert_eq!(run.next(), Next::Done(Outcome::Answer));
}

#[test]
fn a_response_without_an_answer_is_an_error_and_its_usage_counts() {
    let mut run = Run::new("question", Limits::new());
    let mut empty = Response::default();
    empty.usage = Usage::new(7, 0);
    assert_eq!(
        run.answered(&empty).unwrap_err().kind(),
        ErrorKind::Protocol
    );
    assert_eq!(run.usage.input_tokens, Some(7));
}

#[test]
fn a_run_can_be_saved_at_any_point() {
    let mut run = Run::new("question", Limits::new());
    let reload =
        |run: &Run| -> Run { serde_json::from_str(&serde_json::to_string(run).unwrap()).unwrap() };
    assert_eq!(reload(&run), run);
    run.answered(&calls(&["a"], FinishKind::ToolCall)).unwrap();
    run = reload(&run);
    assert!(matches!(run.next(), Next::Tools(_)));
    run_tools(&mut run, &["a"]);
    run = reload(&run);
    run.answered(&response([Part::text("done")], FinishKind::Stop))
        .unwrap();
    assert_eq!(reload(&run).next(), Next::Done(Outcome::Answer));
}
