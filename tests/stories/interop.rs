//! Spans of `tracing` and ours in one tree, in both directions and in turn.
//!
//! The set-up is `tracing-opentelemetry`'s own default, which makes a `tracing` span that is entered the current one
//! of OpenTelemetry too (`with_context_activation`).

use std::sync::Arc;

use futures_util::StreamExt as _;
use glassbox::tool::tool;
use glassbox::{
    Agent, CompletionModel, CompletionModelExt as _, Delivery, Telemetry, ToolCall, Toolbox,
};
use glassbox_test::{Capture, ScriptedModel, Turn};
use opentelemetry::trace::{FutureExt as _, TracerProvider as _};
use tracing::dispatcher::{set_default, with_default};
use tracing::instrument::WithSubscriber as _;
use tracing::{Dispatch, Instrument as _, info_span};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::host::telemetry;

fn dispatch(capture: &Capture) -> Dispatch {
    let tracer = capture.provider().tracer("tracing");
    let layer = tracing_opentelemetry::layer().with_tracer(tracer);
    Dispatch::new(tracing_subscriber::registry().with(layer))
}

fn tree(capture: &Capture) -> Vec<String> {
    let text = capture.render();
    assert_eq!(capture.open(), 0, "{text}");
    let lines = text
        .lines()
        .filter_map(|line| line.strip_suffix(" [internal]"));
    lines.map(str::to_owned).collect()
}

/// The operation with this subscriber, on a thread that has none. It ends within: a registry lets go of a span's parent
/// through the subscriber of the thread that closes the span. Programs have one for all threads.
#[expect(
    clippy::redundant_async_block,
    reason = "the block drops the operation where the subscriber is"
)]
async fn within<F: Future>(operation: F, dispatch: Dispatch) -> F::Output {
    async move { operation.await }
        .with_subscriber(dispatch)
        .await
}

/// Answers every request with the same.
fn small(telemetry: &Telemetry) -> Arc<dyn CompletionModel> {
    telemetry.model(ScriptedModel::from_fn(|_| Turn::text("42")))
}

/// Asks for the tool so often at once, and then answers.
fn agent(telemetry: &Telemetry, tools: Toolbox, calls: usize) -> Agent {
    let calls = (0..calls).map(|at| ToolCall::new(format!("c{at}"), "look", "{}"));
    let model = ScriptedModel::new([Turn::tool_calls(calls), Turn::text("done")]);
    telemetry.agent(Agent::new(model, tools).with_delivery(Delivery::Incremental))
}

/// The tool `look`, which asks a model inside a span of `tracing`.
fn look(telemetry: &Telemetry) -> Toolbox {
    let model = small(telemetry);
    let look = tool("look", "Looks.", move |_: ()| {
        let model = Arc::clone(&model);
        async move { model.text("?").await }.instrument(info_span!("query"))
    });
    Toolbox::new().with_tool(look).unwrap()
}

#[tokio::test]
async fn a_span_of_tracing_is_the_parent_of_ours() {
    let (telemetry, capture) = telemetry();
    let call = small(&telemetry);
    let _guard = set_default(&dispatch(&capture));
    async { call.text("?").await.unwrap() }
        .instrument(info_span!("request"))
        .await;
    assert_eq!(tree(&capture), ["request", "  chat script"]);
}

#[tokio::test]
async fn our_spans_are_the_parents_of_those_in_a_tool() {
    let (telemetry, capture) = telemetry();
    let look = tool("look", "Looks.", |_: ()| async {
        info_span!("query").in_scope(|| "rows")
    });
    let tools = Toolbox::new().with_tool(look).unwrap();
    let run = agent(&telemetry, tools, 1);
    run.run("go")
        .with_subscriber(dispatch(&capture))
        .await
        .unwrap();
    let expected = [
        "invoke_agent",
        "  chat script",
        "  execute_tool look",
        "    query",
        "  chat script",
    ];
    assert_eq!(tree(&capture), expected);
}

#[tokio::test]
async fn they_nest_in_turn_with_parallel_tools() {
    let (telemetry, capture) = telemetry();
    let agent = agent(&telemetry, look(&telemetry), 2);
    let _guard = set_default(&dispatch(&capture));
    let run = agent.run("go").instrument(info_span!("request"));
    run.await.unwrap();
    let expected = [
        "request",
        "  invoke_agent",
        "    chat script",
        "    execute_tool look",
        "      query",
        "        chat script",
        "    execute_tool look",
        "      query",
        "        chat script",
        "    chat script",
    ];
    assert_eq!(tree(&capture), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_nest_across_tasks() {
    let (telemetry, capture) = telemetry();
    let model = small(&telemetry);
    let dispatch = dispatch(&capture);
    let (of_run, of_tool) = (dispatch.clone(), dispatch.clone());
    let look = tool("look", "Looks.", move |_: ()| {
        let (model, again) = (Arc::clone(&model), Arc::clone(&model));
        let query = async move { model.text("?").await }.instrument(info_span!("query"));
        let query = tokio::spawn(within(query, of_tool.clone()));
        // The same by the context of OpenTelemetry.
        let other = async move { again.text("?").await }.with_current_context();
        async move {
            query.await.unwrap().unwrap();
            tokio::spawn(other).await.unwrap()
        }
    });
    let agent = agent(&telemetry, Toolbox::new().with_tool(look).unwrap(), 1);
    let handler = async move {
        let run = async move { agent.run("go").await }.in_current_span();
        tokio::spawn(within(run, of_run)).await.unwrap()
    };
    let _guard = set_default(&dispatch);
    handler.instrument(info_span!("request")).await.unwrap();
    let expected = [
        "request",
        "  invoke_agent",
        "    chat script",
        "    execute_tool look",
        "      query",
        "        chat script",
        "      chat script",
        "    chat script",
    ];
    assert_eq!(tree(&capture), expected);
}

/// Where the run's span is when its stream is asked for in one task and polled in another, inside a span or not.
async fn parent_of_a_run_polled_elsewhere(inside: bool) -> Vec<String> {
    let (telemetry, capture) = telemetry();
    let dispatch = dispatch(&capture);
    let agent = agent(&telemetry, look(&telemetry), 1);
    let mut events = with_default(&dispatch, || {
        info_span!("request").in_scope(|| agent.stream("go"))
    });
    let follow = async move {
        while let Some(event) = events.next().await {
            event.unwrap();
        }
    };
    let task = if inside {
        let follower = with_default(&dispatch, || info_span!("follower"));
        tokio::spawn(within(follow.instrument(follower), dispatch))
    } else {
        tokio::spawn(within(follow, dispatch))
    };
    task.await.unwrap();
    tree(&capture)
}

#[tokio::test]
async fn a_stream_polled_elsewhere_belongs_where_it_was_asked_for_or_to_the_span_around_its_polls()
{
    let below = [
        "  invoke_agent",
        "    chat script",
        "    execute_tool look",
        "      query",
        "        chat script",
        "    chat script",
    ];
    let alone = parent_of_a_run_polled_elsewhere(false).await;
    assert_eq!(
        (&*alone[0], &alone[1..]),
        ("request", &below.map(String::from)[..])
    );
    let inside = parent_of_a_run_polled_elsewhere(true).await;
    assert_eq!(inside[..2], ["request", "follower"]);
    assert_eq!(inside[2..], below);
}
