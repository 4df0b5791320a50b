//! The stories that every vocabulary tells.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox::tool::{ToolError, tool};
use glassbox::{
    Agent, Api, Capabilities, CompletionModel, CompletionModelExt as _, Cost, CostSource,
    EmbeddingModel as _, EmbeddingRequest, Error, ErrorKind, FinishKind, Limits, Message,
    ModelInfo, OutputFormat, Parameters, Part, Request, Retry, RunEvent, Start, Telemetry,
    ToolCall, Toolbox, Usage,
};
use glassbox_test::{ScriptedEmbeddings, ScriptedModel, Turn};
use serde::Deserialize;

fn info() -> ModelInfo {
    ModelInfo::new("openai", "gpt-4o-mini")
        .with_server("api.openai.com", Some(443))
        .with_api(Api::ChatCompletions)
        .with_capabilities(Capabilities::all())
}

fn model(turns: impl IntoIterator<Item = Turn>) -> ScriptedModel {
    ScriptedModel::new(turns).with_info(info())
}

fn traced(
    telemetry: &Telemetry,
    turns: impl IntoIterator<Item = Turn>,
) -> Arc<dyn CompletionModel> {
    telemetry.model(model(turns))
}

#[derive(Deserialize, schemars::JsonSchema)]
struct Add {
    a: i64,
    b: i64,
}

/// `add`, which adds; `panic`, which panics; `slow`, which gives up after a while.
fn tools() -> Toolbox {
    let add = tool("add", "Adds two numbers.", |sum: Add| async move {
        sum.a + sum.b
    });
    let panic = tool("panic", "Panics.", |_: ()| async move {
        if true {
            panic!("broken");
        }
        0
    });
    let slow = tool("slow", "Takes its time.", |_: ()| async move {
        let work = std::future::pending::<String>();
        let within = tokio::time::timeout(Duration::from_secs(5), work).await;
        within.map_err(|_| ToolError::new("no answer in 5 s").with_kind(ToolError::TIMEOUT))
    });
    let tools = Toolbox::new().with_tool(add).unwrap();
    tools.with_tool(panic).unwrap().with_tool(slow).unwrap()
}

fn call(id: &str, arguments: &str) -> ToolCall {
    ToolCall::new(id, "add", arguments)
}

fn answer() -> Turn {
    Turn::text("It is 3.")
        .with_id("r2")
        .with_model("gpt-4o-mini-2024-07-18")
        .with_usage(Usage::new(40, 5))
}

fn agent(turns: impl IntoIterator<Item = Turn>) -> Agent {
    Agent::new(model(turns), tools())
        .with_name("adder")
        .with_system("Add.")
        .with_request(Request::default().with_conversation("c1").with_user("u1"))
}

async fn run(telemetry: &Telemetry, agent: Agent) {
    telemetry.agent(agent).run("What is 1 + 2?").await.unwrap();
}

pub(crate) async fn plain(telemetry: &Telemetry) {
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_max_tokens(100)
        .with_stop_sequence("END");
    let request = Request::new("What is 1 + 2?")
        .with_system("Add.")
        .with_parameters(parameters);
    let model = traced(telemetry, [answer()]);
    model.complete(request).await.unwrap();
}

pub(crate) async fn tool_calling(telemetry: &Telemetry) {
    let asks = Turn::tool_calls([call("call_1", r#"{"a":1,"b":2}"#)]);
    let asks = asks.with_id("r1").with_usage(Usage::new(20, 10));
    run(telemetry, agent([asks, answer()])).await;
}

pub(crate) async fn parallel_tools(telemetry: &Telemetry) {
    let calls = [
        call("call_1", r#"{"a":1,"b":2}"#),
        call("call_2", r#"{"a":3,"b":4}"#),
        ToolCall::new("call_3", "subtract", "{}"),
    ];
    let asks = Turn::tool_calls(calls).with_usage(Usage::new(20, 10));
    run(telemetry, agent([asks, answer()])).await;
}

pub(crate) async fn streamed(telemetry: &Telemetry) {
    let slow = answer().with_pieces(3).with_pace(Duration::from_millis(20));
    let model = traced(telemetry, [slow]);
    let mut events = model.events("What is 1 + 2?").await.unwrap();
    while let Some(event) = events.next().await {
        event.unwrap();
    }
}

pub(crate) async fn structured_output(telemetry: &Telemetry) {
    let schema = serde_json::json!({"type": "object", "properties": {"sum": {"type": "integer"}}});
    let request = Request::new("1 + 2").with_output(OutputFormat::schema("sum", schema));
    let turn = Turn::text(r#"{"sum":3}"#).with_usage(Usage::new(30, 6));
    let model = traced(telemetry, [turn]);
    model.complete(request).await.unwrap();
}

pub(crate) async fn embeddings(telemetry: &Telemetry) {
    let model = telemetry.embeddings(ScriptedEmbeddings::new());
    let request = EmbeddingRequest::new(["one", "two"]).with_user("u1");
    model.embed(request).await.unwrap();
}

pub(crate) async fn refusal(telemetry: &Telemetry) {
    let turn = Turn::text("")
        .with_finish(FinishKind::ContentFilter)
        .with_usage(Usage::new(12, 0));
    run(telemetry, agent([turn])).await;
}

pub(crate) async fn length_limited_tool_call(telemetry: &Telemetry) {
    let cut = Turn::tool_calls([call("call_1", r#"{"a":1,"#)]);
    let cut = cut.with_finish(FinishKind::Length);
    run(telemetry, agent([cut.with_usage(Usage::new(20, 16))])).await;
}

pub(crate) async fn provider_error(telemetry: &Telemetry) {
    let refused = Error::new(ErrorKind::RateLimited, "too many requests")
        .with_provider("openai")
        .with_status(429)
        .with_detail("Rate limit reached for gpt-4o-mini");
    let agent = telemetry.agent(agent([Turn::refused(refused)]));
    agent.run("What is 1 + 2?").await.unwrap_err();
}

pub(crate) async fn retry_then_success(telemetry: &Telemetry) {
    let (after, wait) = (Duration::from_millis(80), Duration::from_millis(500));
    let mut start = Start::new();
    start.retries = vec![Retry::new(1, ErrorKind::Overloaded, Some(503), after, wait)];
    start.dropped = vec!["seed".to_owned()];
    let model = traced(telemetry, [answer().with_start(start)]);
    model.complete("What is 1 + 2?").await.unwrap();
}

pub(crate) async fn tool_panic(telemetry: &Telemetry) {
    let asks = Turn::tool_call("call_1", "panic", "{}");
    run(telemetry, agent([asks, answer()])).await;
}

pub(crate) async fn tool_timeout(telemetry: &Telemetry) {
    let asks = Turn::tool_call("call_1", "slow", "{}");
    run(telemetry, agent([asks, answer()])).await;
}

pub(crate) async fn cancelled_run(telemetry: &Telemetry) {
    let asks = Turn::tool_call("call_1", "slow", "{}").with_usage(Usage::new(20, 10));
    let agent = telemetry.agent(agent([asks]));
    let mut events = agent.stream("What is 1 + 2?");
    while let Some(event) = events.next().await {
        if matches!(event.unwrap(), RunEvent::ToolStarted { .. }) {
            break;
        }
    }
    // The tool has begun, too, before everything is dropped.
    let _ = tokio::time::timeout(Duration::from_secs(1), events.next()).await;
}

pub(crate) async fn dropped_stream(telemetry: &Telemetry) {
    let model = traced(telemetry, [answer().with_pieces(4)]);
    let mut events = model.events("What is 1 + 2?").await.unwrap();
    for _ in 0..4 {
        events.next().await.unwrap().unwrap();
    }
}

pub(crate) async fn step_limit(telemetry: &Telemetry) {
    let asks = Turn::tool_calls([call("call_1", r#"{"a":1,"b":2}"#)]);
    let asks = asks.with_usage(Usage::new(20, 10));
    let agent = agent([asks]).with_limits(Limits::new().with_steps(1));
    run(telemetry, agent).await;
}

pub(crate) async fn agent_inside_a_tool(telemetry: &Telemetry) {
    let inner = telemetry.agent(agent([answer()]).with_name("inner"));
    let ask = tool("ask", "Asks another agent.", move |_: ()| {
        let inner = inner.clone();
        async move {
            let result = inner.run("What is 1 + 2?").await;
            result.map(|result| result.answer)
        }
    });
    let mut outer = agent([Turn::tool_call("call_1", "ask", "{}"), answer()]);
    outer.tools = Toolbox::new().with_tool(ask).unwrap();
    run(telemetry, outer.with_name("outer")).await;
}

pub(crate) async fn multimodal(telemetry: &Telemetry) {
    let message = Message::user("What is it?")
        .with_part(Part::image("image/png", b"pixels"))
        .with_part(Part::image_uri("https://example.com/cat.png"));
    let mut usage = Usage::new(300, 3);
    usage.image.input_tokens = Some(280);
    usage.text.input_tokens = Some(20);
    let model = traced(telemetry, [Turn::text("A cat.").with_usage(usage)]);
    model.complete(message).await.unwrap();
}

pub(crate) async fn cached_tokens(telemetry: &Telemetry) {
    let mut usage = Usage::new(2000, 10);
    usage.cache_read_input_tokens = Some(1536);
    usage.cache_write_input_tokens = Some(128);
    let mut said = usage.clone();
    said.cost = Some(Cost::new(0.01, CostSource::Provider));
    let turns = [
        Turn::text("A.").with_usage(usage),
        Turn::text("B.").with_usage(said),
    ];
    let model = traced(telemetry, turns);
    model.complete("first").await.unwrap();
    model.complete("second").await.unwrap();
}

pub(crate) async fn reasoning(telemetry: &Telemetry) {
    let mut usage = Usage::new(20, 60);
    usage.reasoning_output_tokens = Some(55);
    let turn = answer().with_reasoning("One and two make three.");
    let model = traced(telemetry, [turn.with_usage(usage)]);
    let parameters = Parameters::new().with_reasoning_effort("high");
    let request = Request::new("What is 1 + 2?").with_parameters(parameters);
    model.complete(request).await.unwrap();
}
