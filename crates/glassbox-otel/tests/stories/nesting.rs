//! Which span is whose child: across tools, tasks, threads, agents within agents, and other people's spans.

use std::sync::Arc;

use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel, CompletionModelExt as _, EventStream, ModelInfo, Request, Result, Usage,
};
use glassbox_otel::Telemetry;
use opentelemetry::trace::noop::NoopTracerProvider;

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

#[tokio::test]
async fn a_run_that_is_polled_elsewhere_belongs_where_it_was_asked_for() {
    let (telemetry, capture) = telemetry();
    let tracer = capture.provider().tracer("mine");
    let agent = telemetry.agent(Agent::new(
        ScriptedModel::new([Turn::text("hi")]),
        Toolbox::new(),
    ));
    let request = Context::new().with_span(tracer.start("my request"));
    let mut events = {
        let _guard = request.clone().attach();
        agent.stream("go")
    };
    let other = tokio::spawn(async move { while events.next().await.is_some() {} });
    other.await.unwrap();
    request.span().end();
    let run = capture.span("invoke_agent");
    assert_eq!(run.parent(), Some(request.span().span_context().span_id()));
}

/// Asks one model, and then passes another's answer on.
#[derive(Debug)]
struct Router {
    info: ModelInfo,
    small: Arc<dyn CompletionModel>,
    large: Arc<dyn CompletionModel>,
}

#[async_trait::async_trait]
impl CompletionModel for Router {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        self.small.complete("which?").await?;
        self.large.stream(request).await
    }
}

#[tokio::test]
async fn calls_below_a_call_are_recorded_and_counted_once() {
    let (telemetry, capture) = telemetry();
    let inner = |name: &str, tokens: u64| {
        let turn = Turn::text("x")
            .with_id(name)
            .with_usage(Usage::new(tokens, 0));
        telemetry.model(ScriptedModel::new([turn]).with_info(ModelInfo::new("scripted", name)))
    };
    let router = Router {
        info: ModelInfo::new("router", "any"),
        small: inner("small", 100),
        large: inner("large", 7),
    };
    telemetry.model(router).complete("go").await.unwrap();
    let tokens = |name: &str| capture.span(name).text("gen_ai.usage.input_tokens");
    assert_eq!(tokens("chat small").as_deref(), Some("100"));
    assert_eq!(tokens("chat large").as_deref(), Some("7"));
    assert_eq!(tokens("chat any"), None, "the call below has it");
    assert_eq!(
        capture
            .span("chat any")
            .text("gen_ai.response.id")
            .as_deref(),
        Some("\"large\"")
    );
}

#[tokio::test]
async fn an_unrecorded_wrapper_hides_nothing() {
    let (telemetry, capture) = telemetry();
    let silent = Telemetry::builder()
        .tracer_provider(&NoopTracerProvider::new())
        .build();
    let model = silent.model(telemetry.model(ScriptedModel::new([Turn::text("hi")])));
    model.complete("go").await.unwrap();
    assert_eq!(capture.spans().len(), 1);
}

#[tokio::test]
async fn a_nested_agent_is_part_of_the_conversation() {
    let (telemetry, capture) = telemetry();
    let helper = telemetry.agent(
        Agent::new(ScriptedModel::new([Turn::text("42")]), Toolbox::new()).with_name("helper"),
    );
    let ask = tool("ask", "Asks the helper.", move |_: ()| {
        let helper = helper.clone();
        async move { helper.run("6 * 7?").await.unwrap().answer }
    });
    let model = ScriptedModel::new([Turn::tool_call("", "ask", "{}"), Turn::text("42")]);
    let agent = Agent::new(model, Toolbox::new().with_tool(ask).unwrap());
    let agent = agent.with_request(Request::default().with_conversation("c1"));
    telemetry.agent(agent).run("go").await.unwrap();
    for span in capture.spans() {
        assert_eq!(
            span.text("gen_ai.conversation.id").as_deref(),
            Some("\"c1\""),
            "{}",
            span.name()
        );
    }
}
