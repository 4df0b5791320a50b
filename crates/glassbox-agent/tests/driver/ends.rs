//! How runs end, are followed, and go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox_agent::{Agent, Limits, Outcome, Run, RunEvent};
use glassbox_core::{Delivery, Error, ErrorKind, Event, Usage};
use glassbox_test::{ScriptedModel, Turn};
use glassbox_tool::{Toolbox, tool};

use crate::tools::{adder, call};

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
async fn a_saved_run_that_was_meddled_with_ends() {
    let model = ScriptedModel::new([Turn::tool_call("1", "add", r#"{"a":1,"b":1}"#)]);
    let agent = Agent::new(model, adder()).with_limits(Limits::new().with_steps(1));
    let mut events = agent.stream("go");
    let mut saved = serde_json::Value::Null;
    while let Some(event) = events.next().await {
        if let RunEvent::Checkpoint(run) = event.unwrap() {
            saved = serde_json::to_value(*run).unwrap();
        }
    }
    for state in [
        serde_json::json!({"tools": []}),
        serde_json::json!({"tools": [{"call": {"name": "add"}, "result": {"response": 1}}]}),
    ] {
        saved["state"] = state;
        let run: Run = serde_json::from_value(saved.clone()).unwrap();
        let last = agent.resume(run).collect::<Vec<_>>().await.pop().unwrap();
        assert_eq!(last.unwrap_err().kind(), ErrorKind::Protocol);
    }
    saved["state"] = serde_json::json!({"tools": 7});
    assert!(serde_json::from_value::<Run>(saved).is_err());
}
