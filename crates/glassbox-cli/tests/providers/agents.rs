//! An agent's run with each provider: a tool call, its result, an answer.

use glassbox_core::{Delivery, ToolCall, Usage};
use glassbox_test::Turn;
use serde_json::Value;

use crate::hosted::{Hosted, KEY, each, run, with_keys};

const ANSWER: &str = "6 * 7 = 42.";

/// A call of the calculator where the provider takes tools, and the answer.
fn turns(hosted: &Hosted) -> Vec<Turn> {
    let call = ToolCall::new("call_a", "calculate", r#"{"expression":"6 * 7"}"#);
    let mut turns = vec![
        Turn::tool_calls([call])
            .with_id("r1")
            .with_usage(Usage::new(120, 30)),
        Turn::text(ANSWER)
            .with_id("r2")
            .with_usage(Usage::new(200, 8)),
    ];
    if !hosted.can().tools {
        turns.remove(0);
    }
    turns
}

/// The tokens of all turns, out and in.
fn tokens(turns: &[Turn]) -> (u64, u64) {
    let usages = || turns.iter().map(|turn| &turn.usage);
    let input = usages().filter_map(|usage| usage.input_tokens).sum();
    (
        input,
        usages().filter_map(|usage| usage.output_tokens).sum(),
    )
}

/// `run` with the flags of the delivery and these.
async fn asked(hosted: Hosted, delivery: Delivery, flags: &[&str], keys: bool) {
    let turns = turns(&hosted);
    let server = hosted.server(turns.clone(), delivery);
    let mut arguments = flags.to_vec();
    if delivery == Delivery::Incremental {
        arguments.push("--stream");
    }
    if !hosted.can().tools {
        arguments.push("--no-tools");
    }
    arguments.push("What is 6 * 7?");
    let mut command = hosted.pointed(&server, "run", &arguments);
    if keys {
        command = with_keys(command);
    }
    let run = run(command).await;
    assert_eq!(
        (run.code, &*run.stderr),
        (0, ""),
        "{} {flags:?}",
        hosted.name
    );
    let requests = server.requests();
    assert_eq!(requests.len(), turns.len(), "calls of the model");
    if turns.len() == 2 {
        let result = String::from_utf8_lossy(&requests[1].body).into_owned();
        assert!(result.contains("42"), "no result: {result}");
    }
    for request in &requests {
        let told = |text: &str| text.contains(KEY);
        let bearers = request.headers.iter().filter(|(_, value)| told(value));
        assert_eq!(bearers.count(), usize::from(keys), "{:?}", request.headers);
        assert!(!told(&request.path) && !told(&String::from_utf8_lossy(&request.body)));
    }
    let objects = run.objects();
    let is_json = flags.contains(&"json");
    if is_json {
        let result = objects.iter().find(|object| !object["answer"].is_null());
        is_answered(result.unwrap(), &turns);
    } else {
        assert!(run.stdout.starts_with(ANSWER), "{}", run.stdout);
    }
    if flags.contains(&"console") {
        let spans: Vec<&Value> = objects
            .iter()
            .filter(|object| object["answer"].is_null())
            .collect();
        is_told(&hosted, &spans, &turns, delivery);
    }
}

/// The object that `--output json` gives.
fn is_answered(result: &Value, turns: &[Turn]) {
    assert_eq!(result["answer"], ANSWER);
    assert_eq!(result["steps"], turns.len());
    let (input, output) = tokens(turns);
    assert_eq!(result["usage"]["input_tokens"], input);
    assert_eq!(result["usage"]["output_tokens"], output);
}

/// The trace: a run, a span for every call of the model and of the tool, each with what is its own.
fn is_told(hosted: &Hosted, spans: &[&Value], turns: &[Turn], delivery: Delivery) {
    let info = hosted.info();
    let of = |kind: &str| -> Vec<&Value> {
        let is_kind = |span: &&&Value| span["attributes"]["gen_ai.operation.name"] == kind;
        spans
            .iter()
            .filter(is_kind)
            .map(|span| &span["attributes"])
            .collect()
    };
    assert_eq!(of("execute_tool").len(), turns.len() - 1);
    assert_eq!(of("invoke_agent").len(), 1);
    let calls = of(info.operation.as_str());
    assert_eq!(calls.len(), turns.len(), "{spans:#?}");
    assert_eq!(spans.len(), 2 * turns.len(), "and nothing else");
    for (call, turn) in calls.iter().zip(turns) {
        assert_eq!(call["gen_ai.provider.name"], *info.provider);
        assert_eq!(call["gen_ai.request.model"], "m");
        assert_eq!(call["server.address"], "127.0.0.1");
        assert_eq!(
            call["gen_ai.usage.input_tokens"].as_u64(),
            turn.usage.input_tokens
        );
        assert_eq!(
            call["gen_ai.usage.output_tokens"].as_u64(),
            turn.usage.output_tokens
        );
        let streamed = (delivery == Delivery::Incremental).then_some(true);
        assert_eq!(call["gen_ai.request.stream"].as_bool(), streamed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_runs_an_agent() {
    each(Hosted::all(), |hosted| async move {
        let flags = ["--output", "json", "--trace", "none"];
        asked(hosted, Delivery::Whole, &flags, true).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_streams_to_an_agent_without_a_key() {
    each(Hosted::all(), |hosted| async move {
        asked(
            hosted,
            Delivery::Incremental,
            &["--trace", "console"],
            false,
        )
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_provider_is_traced_beside_an_object() {
    each(Hosted::all(), |hosted| async move {
        let flags = [
            "--output",
            "json",
            "--trace",
            "console",
            "--content",
            "span",
        ];
        asked(hosted, Delivery::Incremental, &flags, true).await;
    })
    .await;
}
