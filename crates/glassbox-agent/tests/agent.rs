//! The driver: what the loop does with a model and tools.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox_agent::{Agent, Limits, Outcome, Run, RunEvent};
use glassbox_core::{
    Delivery, Error, ErrorKind, Event, Part, Request, Role, ToolCall, ToolChoice, Usage,
};
use glassbox_test::{ScriptedModel, Turn};
use glassbox_tool::{ToolError, Toolbox, tool};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::Barrier;

#[derive(Deserialize, JsonSchema)]
struct Add {
    a: i64,
    b: i64,
}

fn adder() -> Toolbox {
    let add = tool("add", "Adds.", |sum: Add| async move { sum.a + sum.b });
    let fail = tool("fail", "Fails.", |_: ()| async move {
        Err::<String, _>(ToolError::new("out of paper"))
    });
    let panic = tool("panic", "Panics.", |_: ()| async move {
        if true {
            panic!("broken");
        }
        0
    });
    Toolbox::new()
        .with_tool(add)
        .unwrap()
        .with_tool(fail)
        .unwrap()
        .with_tool(panic)
        .unwrap()
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall::new(id, name, arguments)
}

#[tokio::test]
async fn a_run_calls_tools_and_answers() {
    let model = ScriptedModel::new([
        Turn::tool_calls([
            call("1", "add", r#"{"a":1,"b":2}"#),
            call("2", "add", r#"{"a":3,"b":4}"#),
        ])
        .with_usage(Usage::new(10, 5)),
        Turn::text("3 and 7").with_usage(Usage::new(30, 2)),
    ]);
    let agent = Agent::new(model.clone(), adder()).with_system("Add.");
    let result = agent.run("1+2, 3+4?").await.unwrap();
    assert_eq!(
        (result.answer.as_str(), result.outcome),
        ("3 and 7", Outcome::Answer)
    );
    assert_eq!(
        (result.steps, result.tool_calls, result.usage.total_tokens()),
        (2, 2, Some(47))
    );
    let roles: Vec<_> = result
        .messages
        .iter()
        .map(|message| message.role.clone())
        .collect();
    assert_eq!(
        roles,
        [
            Role::System,
            Role::User,
            Role::Assistant,
            Role::Tool,
            Role::Assistant
        ]
    );
    let requests = model.requests();
    assert_eq!(requests[0].tools.len(), 3);
    let seen = requests[1].messages.last().unwrap();
    let responses: Vec<_> = seen
        .parts
        .iter()
        .map(|part| serde_json::to_value(part).unwrap())
        .collect();
    assert_eq!(responses[0]["id"], "1");
    assert_eq!(responses[0]["response"], 3);
    assert_eq!(responses[1]["response"], 7);
}

#[tokio::test]
async fn whatever_goes_wrong_with_a_tool_is_told_to_the_model() {
    let model = ScriptedModel::new([
        Turn::tool_calls([
            call("1", "fail", "{}"),
            call("2", "nonsuch", "{}"),
            call("3", "add", r#"{"a":1"#),
            call("4", "add", r#"{"a":"one","b":2}"#),
            call("5", "panic", ""),
            call("6", "add", r#"{"a":1,"b":2}"#),
        ]),
        Turn::text("sorry"),
    ]);
    let result = Agent::new(model, adder()).run("go").await.unwrap();
    assert_eq!(result.outcome, Outcome::Answer);
    let results: Vec<_> = result.messages.iter().nth(2).unwrap().parts.clone();
    let texts: Vec<(bool, String)> = results
        .iter()
        .map(|part| match part {
            Part::ToolCallResponse(response) => {
                (response.is_error, response.to_text().into_owned())
            }
            other => panic!("not a result: {other:?}"),
        })
        .collect();
    assert_eq!(texts[0], (true, "out of paper".to_owned()));
    assert!(
        texts[1].0 && texts[1].1.contains("nonsuch") && texts[1].1.contains("`add`"),
        "{texts:?}"
    );
    assert!(texts[2].0 && texts[2].1.contains("JSON"), "{texts:?}");
    assert!(texts[3].0 && texts[3].1.contains('a'), "{texts:?}");
    assert!(texts[4].0, "{texts:?}");
    assert_eq!(texts[5], (false, "3".to_owned()));
}

#[tokio::test]
async fn tools_of_one_turn_run_at_the_same_time() {
    // Each waits for the other: one after the other they would wait for ever.
    let barrier = Arc::new(Barrier::new(2));
    let meet = {
        let barrier = Arc::clone(&barrier);
        tool("meet", "Meets.", move |_: ()| {
            let barrier = Arc::clone(&barrier);
            async move {
                barrier.wait().await;
                "met"
            }
        })
    };
    let model = ScriptedModel::new([
        Turn::tool_calls([call("1", "meet", "{}"), call("2", "meet", "{}")]),
        Turn::text("done"),
    ]);
    let agent = Agent::new(model, Toolbox::new().with_tool(meet).unwrap());
    let result = tokio::time::timeout(Duration::from_secs(5), agent.run("go"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(result.answer, "done");
}

#[tokio::test(start_paused = true)]
async fn results_go_back_in_call_order_and_concurrency_is_bounded() {
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (counter, peak) = (Arc::clone(&running), Arc::clone(&most));
    let wait = tool("wait", "Waits.", move |sum: Add| {
        let (counter, peak) = (Arc::clone(&counter), Arc::clone(&peak));
        async move {
            peak.fetch_max(counter.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(sum.a.unsigned_abs())).await;
            counter.fetch_sub(1, Ordering::SeqCst);
            sum.b
        }
    });
    let calls = (0..6).map(|n| {
        call(
            &n.to_string(),
            "wait",
            &format!(r#"{{"a":{},"b":{n}}}"#, 6 - n),
        )
    });
    let model = ScriptedModel::new([Turn::tool_calls(calls), Turn::text("done")]);
    let agent = Agent::new(model, Toolbox::new().with_tool(wait).unwrap()).with_tool_concurrency(2);
    let result = agent.run("go").await.unwrap();
    assert_eq!(most.load(Ordering::SeqCst), 2);
    let sent = serde_json::to_value(result.messages.iter().nth(2).unwrap()).unwrap();
    let order: Vec<_> = sent["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["response"].clone())
        .collect();
    assert_eq!(order, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn the_step_limit_is_an_outcome() {
    let model = ScriptedModel::from_fn(|_| Turn::tool_call("1", "add", r#"{"a":1,"b":1}"#));
    let result = Agent::new(model.clone(), adder()).run("go").await.unwrap();
    assert_eq!(
        (result.outcome, result.steps, result.tool_calls),
        (Outcome::StepLimit, 5, 4)
    );
    assert_eq!(model.requests().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_is_an_outcome_and_cancels() {
    let model = ScriptedModel::new([Turn::text("never").hanging()]);
    let limits = Limits::new().with_time(Duration::from_secs(3));
    let result = Agent::new(model, adder())
        .with_limits(limits)
        .run("go")
        .await
        .unwrap();
    assert_eq!((result.outcome, result.steps), (Outcome::TimeLimit, 0));
}

#[tokio::test]
async fn a_failing_model_is_an_error_and_the_work_is_not_lost() {
    let refused = Error::new(ErrorKind::Overloaded, "busy");
    let model = ScriptedModel::new([
        Turn::tool_call("1", "add", r#"{"a":1,"b":1}"#).with_usage(Usage::new(10, 5)),
        Turn::refused(refused),
        Turn::text("2"),
    ]);
    let agent = Agent::new(model, adder());
    let mut events = agent.stream("go");
    let mut last: Option<Run> = None;
    let error = loop {
        match events.next().await.unwrap() {
            Ok(RunEvent::Checkpoint(run)) => last = Some(*run),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    assert!(events.next().await.is_none());
    // In another process, say.
    let saved = serde_json::to_string(&last.unwrap()).unwrap();
    let mut events = agent.resume(serde_json::from_str(&saved).unwrap());
    while let Some(event) = events.next().await {
        if let RunEvent::Finished(result) = event.unwrap() {
            assert_eq!(
                (result.answer.as_str(), result.steps, result.tool_calls),
                ("2", 2, 1)
            );
            assert_eq!(result.usage.input_tokens, Some(10));
            return;
        }
    }
    panic!("the resumed run did not finish");
}

#[tokio::test]
async fn a_run_can_be_followed_live() {
    let model = ScriptedModel::new([
        Turn::tool_call("1", "add", r#"{"a":1,"b":2}"#),
        Turn::text("it is three").with_pieces(3),
    ]);
    let agent = Agent::new(model, adder()).with_delivery(Delivery::Incremental);
    let mut text = String::new();
    let mut words = Vec::new();
    let mut events = agent.stream("1+2?");
    while let Some(event) = events.next().await {
        match event.unwrap() {
            RunEvent::Step { step, .. } => words.push(format!("step {step}")),
            RunEvent::Answered { .. } => words.push("answered".to_owned()),
            RunEvent::ToolStarted { call, .. } => words.push(format!("start {}", call.name)),
            RunEvent::ToolEnded { invocation, .. } => {
                words.push(format!("end {}", invocation.response.response))
            }
            RunEvent::Finished(result) => words.push(format!("finished {}", result.outcome)),
            RunEvent::Model {
                event: Event::Text { delta, .. },
                ..
            } => text.push_str(&delta),
            _ => {}
        }
    }
    assert_eq!(text, "it is three");
    assert_eq!(
        words,
        [
            "step 1",
            "answered",
            "start add",
            "end 3",
            "step 2",
            "answered",
            "finished answer"
        ]
        .map(String::from)
    );
}

#[tokio::test]
async fn two_hundred_steps_copy_no_history() {
    let model = ScriptedModel::from_fn(|request| {
        if request.messages.len() > 400 {
            Turn::text("enough")
        } else {
            Turn::tool_call("1", "add", r#"{"a":1,"b":1}"#)
        }
    });
    let agent = Agent::new(model.clone(), adder()).with_limits(Limits::new().with_steps(500));
    let big = "x".repeat(1 << 20);
    let result = agent.run(big).await.unwrap();
    assert_eq!((result.outcome, result.steps), (Outcome::Answer, 201));
    let requests = model.requests();
    let first = |at: usize| requests[at].messages.iter().next().unwrap();
    assert!(
        std::ptr::eq(first(0), first(200)),
        "a megabyte of history is one megabyte, however many steps"
    );
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_has_run_does_not_run_again_when_a_run_is_resumed() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let pay = tool("pay", "Pays.", move |_: ()| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { "paid" }
    });
    let slow = tool("slow", "Is slow once.", {
        let first = Arc::new(AtomicUsize::new(0));
        move |_: ()| {
            let seconds = if first.fetch_add(1, Ordering::SeqCst) == 0 {
                60
            } else {
                0
            };
            async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                "done"
            }
        }
    });
    let model = ScriptedModel::new([
        Turn::tool_calls([call("1", "pay", "{}"), call("2", "slow", "{}")]),
        Turn::text("all done"),
    ]);
    let tools = Toolbox::new()
        .with_tool(pay)
        .unwrap()
        .with_tool(slow)
        .unwrap();
    let agent =
        Agent::new(model, tools).with_limits(Limits::new().with_time(Duration::from_secs(5)));
    let mut last = None;
    let mut events = agent.stream("go");
    while let Some(event) = events.next().await {
        match event.unwrap() {
            RunEvent::Checkpoint(run) => last = Some(*run),
            RunEvent::Finished(result) => assert_eq!(result.outcome, Outcome::TimeLimit),
            _ => {}
        }
    }
    let mut run: Run = last.unwrap();
    run.extend(Limits::new());
    let mut events = agent.resume(run);
    while let Some(event) = events.next().await {
        if let RunEvent::Finished(result) = event.unwrap() {
            assert_eq!(result.into_answer().unwrap(), "all done");
        }
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_follows_slowly_does_not_lose_the_answer() {
    let model = ScriptedModel::new([Turn::text("42")]);
    let agent =
        Agent::new(model, adder()).with_limits(Limits::new().with_time(Duration::from_secs(1)));
    let mut events = agent.stream("go");
    while let Some(event) = events.next().await {
        match event.unwrap() {
            RunEvent::Answered { .. } => tokio::time::sleep(Duration::from_secs(2)).await,
            RunEvent::Finished(result) => assert_eq!(result.into_answer().unwrap(), "42"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_second_turn_does_not_repeat_the_instructions() {
    let model = ScriptedModel::new([Turn::text("one"), Turn::text("two")]);
    let agent = Agent::new(model.clone(), adder()).with_system("Be brief.");
    let mut messages = agent.run("first").await.unwrap().messages;
    messages.push("second");
    agent.run(messages).await.unwrap();
    let roles: Vec<_> = model.requests()[1]
        .messages
        .iter()
        .map(|message| message.role.clone())
        .collect();
    assert_eq!(
        roles,
        [Role::System, Role::User, Role::Assistant, Role::User]
    );
}

#[tokio::test]
async fn a_forced_call_is_forced_once() {
    let model = ScriptedModel::from_fn(|request| {
        if request.tool_choice == ToolChoice::Required {
            Turn::tool_call("1", "add", r#"{"a":1,"b":1}"#)
        } else {
            Turn::text("2")
        }
    });
    let request = Request::default().with_tool_choice(ToolChoice::Required);
    let result = Agent::new(model, adder())
        .with_request(request)
        .run("go")
        .await
        .unwrap();
    assert_eq!((result.outcome, result.steps), (Outcome::Answer, 2));
}
