//! The vocabulary of OpenLLMetry and of the tutorial: what it makes of a run, a stream, a failure.
use crate::common::remote;
use futures_util::StreamExt as _;
use glassbox_agent::Agent;
use glassbox_core::{
    CompletionModelExt as _, EmbeddingModel as _, EmbeddingRequest, Error, ErrorKind, FinishKind,
    FinishReason, ModelInfo, OutputFormat, Parameters, PromptTemplate, Request, ToolCall, Usage,
};
use glassbox_otel::{Content, MemoryOperation, Telemetry, TelemetryBuilder, Vocabulary};
use glassbox_price::{Prices, Rates};
use glassbox_test::{Capture, ScriptedEmbeddings, ScriptedModel, Turn, assert_trace_snapshot};
use glassbox_tool::builtin;
use serde_json::json;

mod bounds;
mod metrics;
mod names;

fn builder(capture: &Capture) -> TelemetryBuilder {
    let prices = Prices::empty().with_model("openai", "gpt-4o-mini", Rates::new(1.5e-7, 6e-7));
    Telemetry::builder()
        .tracer_provider(capture.provider())
        .vocabularies([Vocabulary::OpenLlmetry])
        .prices(prices)
}

/// The tutorial's question: a calculation, a conversion, an answer.
fn tutorial() -> ScriptedModel {
    let called = FinishReason::new(FinishKind::ToolCall, "tool_calls");
    let call = |id: &str, name: &str, arguments: &str| {
        Turn::tool_calls([ToolCall::new(id, name, arguments)]).with_finish(called.clone())
    };
    ScriptedModel::new([
        call("call_1", "calculate", r#"{"expression":"42 * 7"}"#)
            .with_id("r1")
            .with_usage(Usage::new(100, 15)),
        call(
            "call_2",
            "convert_units",
            r#"{"value":294,"from_unit":"km","to_unit":"miles"}"#,
        )
        .with_id("r2")
        .with_usage(Usage::new(150, 20)),
        Turn::text("294 km is 182.68 miles.")
            .with_id("r3")
            .with_usage(Usage::new(200, 10)),
    ])
    .with_info(remote())
}

async fn run(telemetry: &Telemetry) {
    let agent = Agent::new(tutorial(), builtin::toolbox()).with_name("converter");
    let mut agent = telemetry.agent(agent);
    agent.request.conversation = Some("conversation-1".into());
    agent.request.user = Some("user-1".into());
    let asked = "What is 42 * 7, and convert that many km to miles?";
    agent.run(asked).await.unwrap();
}

#[tokio::test]
async fn the_tutorials_run() {
    let capture = Capture::new();
    run(&builder(&capture).build()).await;
    assert_trace_snapshot!(capture);
    for said in ["42 *", "294", "miles"] {
        assert!(!capture.render().contains(said), "{said} is content");
    }
}

#[tokio::test]
async fn the_tutorials_run_with_content() {
    let capture = Capture::new();
    run(&builder(&capture).content(Content::Span).build()).await;
    assert_trace_snapshot!(capture);
}

#[tokio::test]
async fn a_stream() {
    let capture = Capture::new();
    let turn = Turn::text("hello").with_usage(Usage::new(25, 15));
    let model = ScriptedModel::new([turn]).with_info(remote());
    let model = builder(&capture).build().model(model);
    let mut events = model.events("hello").await.unwrap();
    while let Some(event) = events.next().await {
        event.unwrap();
    }
    assert_trace_snapshot!(capture, @r#"
    openai.chat [client]
      gen_ai.is_streaming = true
      gen_ai.operation.name = "chat"
      gen_ai.provider.name = "openai"
      gen_ai.request.model = "gpt-4o-mini"
      gen_ai.response.finish_reason = "stop"
      gen_ai.response.finish_reasons = ["stop"]
      gen_ai.response.model = "gpt-4o-mini"
      gen_ai.system = "openai"
      gen_ai.usage.completion_tokens = 15
      gen_ai.usage.cost = 1.275e-5
      gen_ai.usage.input_tokens = 25
      gen_ai.usage.output_tokens = 15
      gen_ai.usage.prompt_tokens = 25
      gen_ai.usage.total_tokens = 40
      llm.is_streaming = true
      llm.request.type = "chat"
      llm.response.finish_reason = "stop"
      llm.usage.total_tokens = 40
      server.address = "api.openai.com"
      server.port = 443
      * before_completion {message_count = 1}
      * after_completion {finish_reason = "stop", total_tokens = 40}
    "#);
}

#[tokio::test]
async fn a_stream_that_is_dropped() {
    let capture = Capture::new();
    let model = ScriptedModel::new([Turn::text("hello")]).with_info(remote());
    let model = builder(&capture).build().model(model);
    let mut events = model.events("hello").await.unwrap();
    events.next().await.unwrap().unwrap();
    drop(events);
    assert_trace_snapshot!(capture, @r#"
    openai.chat [client]
      gen_ai.is_streaming = true
      gen_ai.operation.name = "chat"
      gen_ai.provider.name = "openai"
      gen_ai.request.model = "gpt-4o-mini"
      gen_ai.system = "openai"
      glassbox.outcome = "cancelled"
      llm.is_streaming = true
      llm.request.type = "chat"
      server.address = "api.openai.com"
      server.port = 443
      * before_completion {message_count = 1}
    "#);
}

#[tokio::test]
async fn an_error() {
    let capture = Capture::new();
    let refused = Error::new(ErrorKind::RateLimited, "too many requests").with_status(429);
    let azure = ModelInfo::new("azure.ai.openai", "gpt-4o-mini").with_server("host", None);
    let model = ScriptedModel::new([Turn::refused(refused)]).with_info(azure);
    let model = builder(&capture).build().model(model);
    model.complete("hello").await.unwrap_err();
    assert_trace_snapshot!(capture, @r#"
    openai.chat [client] ERROR "too many requests (HTTP 429)"
      error.type = "rate_limited"
      gen_ai.is_streaming = false
      gen_ai.operation.name = "chat"
      gen_ai.provider.name = "azure.ai.openai"
      gen_ai.request.model = "gpt-4o-mini"
      gen_ai.system = "az.ai.openai"
      llm.is_streaming = false
      llm.request.type = "chat"
      server.address = "host"
      * before_completion {message_count = 1}
    "#);
}

#[tokio::test]
async fn cached_and_reasoning_tokens() {
    let capture = Capture::new();
    let mut usage = Usage::new(200, 80);
    usage.cache_read_input_tokens = Some(128);
    usage.cache_write_input_tokens = Some(16);
    usage.reasoning_output_tokens = Some(64);
    let turn = Turn::text("42").with_reasoning("so that").with_usage(usage);
    let info = ModelInfo::new("anthropic", "claude-sonnet-4-5");
    let model = ScriptedModel::new([turn]).with_info(info);
    let model = builder(&capture)
        .content(Content::Span)
        .build()
        .model(model);
    model.complete(everything()).await.unwrap();
    assert_trace_snapshot!(capture, @r#"
    anthropic.chat [internal]
      gen_ai.completion.0.content = "42"
      gen_ai.completion.0.finish_reason = "stop"
      gen_ai.completion.0.role = "assistant"
      gen_ai.is_streaming = false
      gen_ai.operation.name = "chat"
      gen_ai.output.type = "json"
      gen_ai.prompt.0.content = "Be brief."
      gen_ai.prompt.0.role = "system"
      gen_ai.prompt.1.content = "hello"
      gen_ai.prompt.1.role = "user"
      gen_ai.provider.name = "anthropic"
      gen_ai.request.choice.count = 2
      gen_ai.request.frequency_penalty = 0.1
      gen_ai.request.max_tokens = 100
      gen_ai.request.model = "claude-sonnet-4-5"
      gen_ai.request.n = 2
      gen_ai.request.presence_penalty = 0.2
      gen_ai.request.reasoning_effort = "low"
      gen_ai.request.seed = 7
      gen_ai.request.stop_sequences = ["END"]
      gen_ai.request.structured_output_schema = "{\"type\":\"object\"}"
      gen_ai.request.temperature = 0.5
      gen_ai.request.top_k = 40
      gen_ai.request.top_p = 0.9
      gen_ai.response.finish_reason = "stop"
      gen_ai.response.finish_reasons = ["stop"]
      gen_ai.response.model = "claude-sonnet-4-5"
      gen_ai.system = "anthropic"
      gen_ai.usage.cache_creation.input_tokens = 16
      gen_ai.usage.cache_creation_input_tokens = 16
      gen_ai.usage.cache_read.input_tokens = 128
      gen_ai.usage.cache_read_input_tokens = 128
      gen_ai.usage.completion_tokens = 80
      gen_ai.usage.input_tokens = 200
      gen_ai.usage.output_tokens = 80
      gen_ai.usage.prompt_tokens = 200
      gen_ai.usage.reasoning_tokens = 64
      gen_ai.usage.total_tokens = 280
      gen_ai.user = "user-1"
      llm.chat.stop_sequences = ["END"]
      llm.frequency_penalty = 0.1
      llm.is_streaming = false
      llm.presence_penalty = 0.2
      llm.request.reasoning_effort = "low"
      llm.request.type = "chat"
      llm.response.finish_reason = "stop"
      llm.response.stop_reason = "stop"
      llm.top_k = 40
      llm.usage.reasoning_tokens = 64
      llm.usage.total_tokens = 280
      llm.user = "user-1"
      traceloop.association.properties.user_id = "user-1"
      traceloop.entity.input = "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"hello\"}]}]"
      traceloop.entity.output = "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"reasoning\",\"content\":\"so that\"},{\"type\":\"text\",\"content\":\"42\"}],\"finish_reason\":\"stop\"}]"
      traceloop.prompt.key = "greeting"
      traceloop.prompt.template_variables.name = "Ada"
      traceloop.prompt.version = "3"
      * before_completion {message_count = 2}
      * after_completion {finish_reason = "stop", total_tokens = 280}
    "#);
}

/// A request that sets everything.
pub(crate) fn everything() -> Request {
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_top_k(40)
        .with_max_tokens(100)
        .with_stop_sequence("END")
        .with_seed(7)
        .with_frequency_penalty(0.1)
        .with_presence_penalty(0.2)
        .with_choice_count(2)
        .with_reasoning_effort("low")
        .with_service_tier("flex");
    let prompt = PromptTemplate::new("greeting")
        .with_version("3")
        .with_variable("name", "Ada");
    Request::new("hello")
        .with_system("Be brief.")
        .with_parameters(parameters)
        .with_output(OutputFormat::schema("answer", json!({"type": "object"})))
        .with_prompt(prompt)
        .with_user("user-1")
        .with_header("authorization", "Bearer canary")
}

#[tokio::test]
async fn embeddings() {
    let capture = Capture::new();
    let info =
        ModelInfo::new("openai", "text-embedding-3-small").with_server("api.openai.com", Some(443));
    let telemetry = builder(&capture).content(Content::Span).build();
    let model = telemetry.embeddings(ScriptedEmbeddings::new().with_info(info));
    let request = EmbeddingRequest::new(["a text", "and another"]);
    model.embed(request).await.unwrap();
    assert_trace_snapshot!(capture, @r#"
    openai.embeddings [client]
      gen_ai.operation.name = "embeddings"
      gen_ai.prompt.0.content = "a text"
      gen_ai.prompt.1.content = "and another"
      gen_ai.provider.name = "openai"
      gen_ai.request.model = "text-embedding-3-small"
      gen_ai.response.model = "text-embedding-3-small"
      gen_ai.system = "openai"
      gen_ai.usage.input_tokens = 4
      gen_ai.usage.prompt_tokens = 4
      gen_ai.usage.total_tokens = 4
      llm.request.type = "embedding"
      llm.usage.total_tokens = 4
      server.address = "api.openai.com"
      server.port = 443
      traceloop.entity.input = "[\"a text\",\"and another\"]"
    "#);
}

#[tokio::test]
async fn steps_are_tasks_of_their_workflow() {
    let capture = Capture::new();
    let telemetry = builder(&capture).build();
    let search = telemetry.retrieval("handbook").with_top_k(3).run(async {
        telemetry
            .memory(MemoryOperation::Search)
            .run(async {})
            .await;
    });
    telemetry.workflow("joke").run(search).await;
    assert_trace_snapshot!(capture, @r#"
    joke.workflow [internal]
      gen_ai.operation.name = "invoke_workflow"
      traceloop.entity.name = "joke"
      traceloop.span.kind = "workflow"
      traceloop.workflow.name = "joke"
      retrieval.task [client]
        db.vector.query.top_k = 3
        gen_ai.data_source.id = "handbook"
        gen_ai.operation.name = "retrieval"
        traceloop.entity.name = "retrieval"
        traceloop.span.kind = "task"
        traceloop.workflow.name = "joke"
        search_memory.task [internal]
          gen_ai.operation.name = "search_memory"
          traceloop.entity.name = "search_memory"
          traceloop.entity.path = "retrieval"
          traceloop.span.kind = "task"
          traceloop.workflow.name = "joke"
    "#);
}

#[tokio::test]
async fn a_tool_that_does_not_exist_names_no_span() {
    let capture = Capture::new();
    let calls = Turn::tool_call("1", "nonsuch", "{}");
    let model = ScriptedModel::new([calls, Turn::text("sorry")]);
    let telemetry = builder(&capture).build();
    let agent = telemetry.agent(Agent::new(model, builtin::toolbox()));
    agent.run("go").await.unwrap();
    let span = capture.span("tool");
    assert_eq!(span.name(), "tool");
    assert_eq!(span.text("error.type").unwrap(), "\"unknown_tool\"");
}
