//! What a run of an agent leaves behind: the tree, whatever happens in it.
use std::time::Duration;

use crate::common::{remote, telemetry, tools};
use futures_util::StreamExt as _;
use glassbox_agent::{Agent, Limits, RunEvent};
use glassbox_core::{Delivery, Error, ErrorKind, ToolCall, Usage};
use glassbox_test::{ScriptedModel, Turn, assert_trace_snapshot};
use glassbox_tool::{Toolbox, tool};

fn two_calls() -> Turn {
    let call = |id: &str, arguments: &str| ToolCall::new(id, "add", arguments);
    Turn::tool_calls([call("1", r#"{"a":1,"b":2}"#), call("2", r#"{"a":3,"b":4}"#)])
        .with_usage(Usage::new(10, 5))
}

pub(crate) fn scripted() -> ScriptedModel {
    ScriptedModel::new([
        two_calls(),
        Turn::text("3 and 7").with_usage(Usage::new(30, 2)),
    ])
    .with_info(remote())
}

#[tokio::test]
async fn a_run_with_parallel_tools() {
    let (telemetry, capture) = telemetry();
    let agent = Agent::new(scripted(), tools())
        .with_name("adder")
        .with_description("Adds.");
    let mut agent = telemetry.agent(agent);
    agent.request.conversation = Some("conversation-1".into());
    let result = agent.run("a secret question").await.unwrap();
    assert_eq!(result.answer, "3 and 7");
    assert_trace_snapshot!(capture);
    assert!(!capture.render().contains("secret"));
    let (root, trace) = (
        capture.span("invoke_agent adder"),
        capture.spans()[0].context().trace_id(),
    );
    for span in capture
        .spans()
        .iter()
        .filter(|span| span.name() != root.name())
    {
        assert_eq!(span.parent(), Some(root.context().span_id()));
        assert_eq!(span.context().trace_id(), trace);
    }
}

#[tokio::test]
async fn an_incremental_run_has_the_same_tree() {
    let names = |capture: &glassbox_test::Capture| {
        let lines: Vec<String> = capture
            .render()
            .lines()
            .filter(|line| line.contains(" ["))
            .map(str::to_owned)
            .collect();
        lines
    };
    let (whole, whole_capture) = telemetry();
    whole
        .agent(Agent::new(scripted(), tools()))
        .run("go")
        .await
        .unwrap();
    let (pieces, pieces_capture) = telemetry();
    let agent = Agent::new(scripted(), tools()).with_delivery(Delivery::Incremental);
    pieces.agent(agent).run("go").await.unwrap();
    let spans = |lines: Vec<String>| -> Vec<String> {
        lines
            .into_iter()
            .filter(|line| line.ends_with("[client]") || line.ends_with("[internal]"))
            .collect()
    };
    assert_eq!(spans(names(&whole_capture)), spans(names(&pieces_capture)));
    for span in pieces_capture
        .spans()
        .iter()
        .filter(|span| span.name().starts_with("chat"))
    {
        assert!(span.attribute("gen_ai.usage.input_tokens").is_some());
        assert!(
            span.attribute("gen_ai.response.time_to_first_chunk")
                .is_some()
        );
    }
}

#[tokio::test]
async fn failures_of_tools_are_errors_of_their_spans_alone() {
    let (telemetry, capture) = telemetry();
    let calls = [
        ("1", "fail", "{}"),
        ("2", "nonsuch", "{}"),
        ("3", "add", "{\"a\""),
        ("4", "panic", "{}"),
    ];
    let calls = calls.map(|(id, name, arguments)| ToolCall::new(id, name, arguments));
    let model = ScriptedModel::new([Turn::tool_calls(calls), Turn::text("sorry")]);
    telemetry
        .agent(Agent::new(model, tools()))
        .run("go")
        .await
        .unwrap();
    assert_trace_snapshot!(capture);
    assert!(
        !capture.render().contains("Elm Street"),
        "a tool's message is content"
    );
}

#[tokio::test]
async fn usage_on_the_model_calls_sums_to_the_bill() {
    let (telemetry, capture) = telemetry();
    telemetry
        .agent(Agent::new(scripted(), tools()))
        .run("go")
        .await
        .unwrap();
    let tokens = |name: &str| -> i64 {
        let spans = capture
            .spans()
            .into_iter()
            .filter(|span| span.name().starts_with(name));
        spans
            .map(|span| {
                span.text("gen_ai.usage.input_tokens")
                    .unwrap()
                    .parse::<i64>()
                    .unwrap()
            })
            .sum()
    };
    assert_eq!((tokens("chat"), tokens("invoke_agent")), (40, 40));
}

#[tokio::test]
async fn the_agents_usage_can_be_left_out() {
    let capture = glassbox_test::Capture::new();
    let telemetry = glassbox_otel::Telemetry::builder()
        .tracer_provider(capture.provider())
        .agent_usage(false)
        .build();
    telemetry
        .agent(Agent::new(scripted(), tools()))
        .run("go")
        .await
        .unwrap();
    assert_eq!(
        capture
            .span("invoke_agent")
            .attribute("gen_ai.usage.input_tokens"),
        None
    );
}

#[tokio::test]
async fn a_limit_is_an_outcome_and_not_an_error() {
    let (telemetry, capture) = telemetry();
    let agent = Agent::new(scripted(), tools()).with_limits(Limits::new().with_steps(1));
    telemetry.agent(agent).run("go").await.unwrap();
    assert_trace_snapshot!(capture, @r#"
    invoke_agent [internal]
      gen_ai.operation.name = "invoke_agent"
      gen_ai.request.model = "gpt-4o-mini"
      gen_ai.response.finish_reasons = ["tool_call"]
      gen_ai.usage.input_tokens = 10
      gen_ai.usage.output_tokens = 5
      glassbox.agent.steps = 1
      glassbox.agent.tool_calls = 0
      glassbox.cost.source = "price_list"
      glassbox.cost.total = 15.0
      glassbox.outcome = "step_limit"
      * glassbox.limit_reached {glassbox.limit = 1.0, glassbox.outcome = "step_limit"}
      chat gpt-4o-mini [client]
        gen_ai.operation.name = "chat"
        gen_ai.provider.name = "openai"
        gen_ai.request.model = "gpt-4o-mini"
        gen_ai.response.finish_reasons = ["tool_call"]
        gen_ai.response.model = "gpt-4o-mini"
        gen_ai.usage.input_tokens = 10
        gen_ai.usage.output_tokens = 5
        glassbox.cost.input = 5.0
        glassbox.cost.output = 10.0
        glassbox.cost.source = "price_list"
        glassbox.cost.total = 15.0
        openai.api.type = "chat_completions"
        server.address = "api.openai.com"
        server.port = 443
    "#);
}

#[tokio::test]
async fn a_failing_model_fails_the_run() {
    let (telemetry, capture) = telemetry();
    let refused = Turn::refused(
        Error::new(ErrorKind::Unauthenticated, "the key was refused").with_status(401),
    );
    let model = ScriptedModel::new([two_calls(), refused]).with_info(remote());
    telemetry
        .agent(Agent::new(model, tools()))
        .run("go")
        .await
        .unwrap_err();
    let root = capture.span("invoke_agent");
    assert_eq!(root.text("error.type").unwrap(), "\"unauthenticated\"");
    assert_eq!(
        root.text("gen_ai.usage.input_tokens").unwrap(),
        "10",
        "what was consumed until then"
    );
    assert_eq!(capture.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_dropped_closes_everything_that_is_open() {
    let (telemetry, capture) = telemetry();
    let wait = tool("wait", "Waits.", |_: ()| async move {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        "never"
    });
    let model = ScriptedModel::new([Turn::tool_call("1", "wait", "{}")]);
    let agent = telemetry.agent(Agent::new(model, Toolbox::new().with_tool(wait).unwrap()));
    assert!(
        tokio::time::timeout(Duration::from_secs(1), agent.run("go"))
            .await
            .is_err()
    );
    assert_eq!(capture.open(), 0);
    for name in ["invoke_agent", "execute_tool wait"] {
        assert_eq!(
            capture.span(name).text("glassbox.outcome").unwrap(),
            "\"cancelled\""
        );
    }
}

#[tokio::test]
async fn a_followed_run_gives_its_events_unchanged() {
    let (telemetry, _capture) = telemetry();
    let count = |agent: Agent| async move {
        let mut events = agent.with_delivery(Delivery::Incremental).stream("go");
        let mut kinds = Vec::new();
        while let Some(event) = events.next().await {
            kinds.push(match event.unwrap() {
                RunEvent::Model { event, .. } => format!("{event:?}"),
                RunEvent::Finished(result) => result.answer,
                other => format!("{other:?}")
                    .split([' ', '(', '{'])
                    .next()
                    .unwrap()
                    .to_owned(),
            });
        }
        kinds
    };
    let bare = count(Agent::new(scripted(), tools())).await;
    let traced = count(telemetry.agent(Agent::new(scripted(), tools()))).await;
    assert!(bare.len() > 15);
    assert_eq!(bare, traced);
}
