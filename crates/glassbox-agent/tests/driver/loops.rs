//! What the loop does on its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use glassbox_agent::{Agent, Limits, Outcome};
use glassbox_core::{Part, Request, Role, ToolChoice, Usage};
use glassbox_test::{ScriptedModel, Turn};
use glassbox_tool::{Toolbox, tool};
use tokio::sync::Barrier;

use crate::tools::{Add, adder, call};

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
