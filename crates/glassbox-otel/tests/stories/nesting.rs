//! Which span is whose child: across tools, tasks, threads, agents within agents, and other people's spans.

use std::sync::Arc;

use crate::agent::scripted;
use crate::common::{telemetry, tools};
use glassbox_agent::Agent;
use glassbox_test::{ScriptedModel, Turn};
use glassbox_tool::{ToolContext, Toolbox, tool, tool_with_context};
use opentelemetry::trace::{
    FutureExt as _, TraceContextExt as _, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, global};

#[tokio::test]
async fn the_spans_of_tools_and_of_callers_nest() {
    let (telemetry, capture) = telemetry();
    let tracer = capture.provider().tracer("mine");
    let inner = tracer.clone();
    let work = tool("work", "Works.", move |_: ()| {
        let tracer = inner.clone();
        async move {
            // In a task of its own, as tools that want parallel threads do.
            let span = async move { tracer.in_span("my query", |_| "rows") };
            tokio::spawn(span.with_current_context()).await.unwrap()
        }
    });
    let model = ScriptedModel::new([Turn::tool_call("1", "work", "{}"), Turn::text("done")]);
    let agent = telemetry.agent(Agent::new(model, Toolbox::new().with_tool(work).unwrap()));
    let request = Context::new().with_span(tracer.start("my request"));
    agent.run("go").with_context(request.clone()).await.unwrap();
    request.span().end();
    let tree: Vec<String> = capture
        .render()
        .lines()
        .filter(|line| line.contains("[internal]"))
        .map(String::from)
        .collect();
    assert_eq!(
        tree,
        [
            "my request [internal]",
            "  invoke_agent [internal]",
            "    chat script [internal]",
            "    execute_tool work [internal]",
            "      my query [internal]",
            "    chat script [internal]",
        ]
    );
}

#[tokio::test]
async fn an_agent_inside_a_tool_nests_and_wrapping_twice_records_once() {
    let (telemetry, capture) = telemetry();
    let helper = telemetry.agent(
        Agent::new(ScriptedModel::new([Turn::text("42")]), Toolbox::new()).with_name("helper"),
    );
    let ask = tool("ask", "Asks the helper.", move |_: ()| {
        let helper = helper.clone();
        async move { helper.run("6 * 7?").await.unwrap().answer }
    });
    let model = ScriptedModel::new([Turn::tool_call("1", "ask", "{}"), Turn::text("42")]);
    let agent = Agent::new(model, Toolbox::new().with_tool(ask).unwrap()).with_name("chief");
    telemetry
        .agent(telemetry.agent(agent))
        .run("go")
        .await
        .unwrap();
    let tree: Vec<String> = capture
        .render()
        .lines()
        .filter(|line| line.contains("[internal]"))
        .map(String::from)
        .collect();
    assert_eq!(
        tree,
        [
            "invoke_agent chief [internal]",
            "  chat script [internal]",
            "  execute_tool ask [internal]",
            "    invoke_agent helper [internal]",
            "      chat script [internal]",
            "  chat script [internal]",
        ]
    );
}

#[tokio::test]
async fn runs_at_the_same_time_on_several_threads_do_not_mix() {
    let (telemetry, capture) = telemetry();
    let agents: Vec<_> = (0..16)
        .map(|_| telemetry.agent(Agent::new(scripted(), tools())))
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    let runs: Vec<_> = agents
        .into_iter()
        .map(|agent| runtime.spawn(async move { agent.run("go").await.is_ok() }))
        .collect();
    for run in runs {
        assert!(run.await.unwrap());
    }
    runtime.shutdown_background();
    let spans = capture.spans();
    assert_eq!((spans.len(), capture.open()), (16 * 5, 0));
    let roots: Vec<_> = spans
        .iter()
        .filter(|span| span.parent().is_none())
        .collect();
    assert_eq!(roots.len(), 16);
    for root in roots {
        let below = spans
            .iter()
            .filter(|span| span.parent() == Some(root.context().span_id()));
        assert_eq!(below.count(), 4);
    }
}

#[tokio::test]
async fn a_tool_learns_the_headers_of_its_own_span() {
    global::set_text_map_propagator(opentelemetry_sdk::propagation::TraceContextPropagator::new());
    let (telemetry, capture) = telemetry();
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let call = tool_with_context(
        "call",
        "Calls a service.",
        move |_: (), context: ToolContext| {
            let sink = Arc::clone(&sink);
            async move {
                sink.lock().unwrap().extend(context.headers().to_vec());
                "done"
            }
        },
    );
    let model = ScriptedModel::new([Turn::tool_call("1", "call", "{}"), Turn::text("done")]);
    telemetry
        .agent(Agent::new(model, Toolbox::new().with_tool(call).unwrap()))
        .run("go")
        .await
        .unwrap();
    let span = capture.span("execute_tool call");
    let expected = format!(
        "00-{}-{}-01",
        span.context().trace_id(),
        span.context().span_id()
    );
    assert_eq!(
        *seen.lock().unwrap(),
        [("traceparent".to_owned(), expected)]
    );
}
