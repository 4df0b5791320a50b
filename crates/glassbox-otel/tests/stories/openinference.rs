//! What Phoenix and Arize are told.
use crate::common::{remote, tools};
use glassbox_agent::Agent;
use glassbox_core::{
    CompletionModelExt as _, Cost, CostSource, Delivery, EmbeddingModel as _, EmbeddingRequest,
    Error, ErrorKind, File, Message, Messages, Modality, ModelInfo, Opaque, Parameters, Part,
    PromptTemplate, Request, Role, ToolCall, ToolCallResponse, ToolSpec, Uri, Usage,
};
use glassbox_otel::{Content, Telemetry, TelemetryBuilder, Vocabulary};
use glassbox_price::{Prices, Rates};
use glassbox_test::{Capture, ScriptedEmbeddings, ScriptedModel, Turn, assert_trace_snapshot};

mod bounds;
mod calls;

/// With prices of our own: the list's change.
fn builder(capture: &Capture, content: Content) -> TelemetryBuilder {
    let prices = Prices::empty()
        .with_model("openai", "gpt-4o-mini", Rates::new(0.25, 0.5))
        .with_model("openai", "text-embedding-3-small", Rates::input_only(0.25));
    Telemetry::builder()
        .tracer_provider(capture.provider())
        .vocabularies([Vocabulary::OpenInference])
        .content(content)
        .prices(prices)
}

fn recorder(content: Content) -> (Telemetry, Capture) {
    let capture = Capture::new();
    (builder(&capture, content).build(), capture)
}

fn two_calls() -> Turn {
    let call = |id: &str, arguments: &str| ToolCall::new(id, "add", arguments);
    Turn::tool_calls([call("1", r#"{"a":1,"b":2}"#), call("2", r#"{"a":3,"b":4}"#)])
        .with_usage(Usage::new(10, 5))
}

/// An agent that calls a tool twice, both at once.
fn adder() -> Agent {
    let model = ScriptedModel::new([
        two_calls(),
        Turn::text("3 and 7").with_usage(Usage::new(30, 2)),
    ])
    .with_info(remote());
    let mut agent = Agent::new(model, tools())
        .with_name("adder")
        .with_system("You add.");
    agent.request.conversation = Some("conversation-1".into());
    agent.request.user = Some("user-1".into());
    agent
}

#[tokio::test]
async fn a_run_without_content() {
    let (telemetry, capture) = recorder(Content::Off);
    let agent = telemetry.agent(adder());
    agent.run("a secret question").await.unwrap();
    assert!(!capture.render().contains("secret"));
    assert_trace_snapshot!(capture, @r#"
    invoke_agent adder [internal]
      agent.name = "adder"
      glassbox.outcome = "answer"
      metadata = "{\"outcome\":\"answer\",\"steps\":2,\"tool_calls\":2}"
      openinference.span.kind = "AGENT"
      session.id = "conversation-1"
      user.id = "user-1"
      chat gpt-4o-mini [client]
        llm.cost.completion = 2.5
        llm.cost.prompt = 2.5
        llm.cost.total = 5.0
        llm.finish_reason = "tool_call"
        llm.invocation_parameters = "{\"model\":\"gpt-4o-mini\"}"
        llm.model_name = "gpt-4o-mini"
        llm.provider = "openai"
        llm.request.model_name = "gpt-4o-mini"
        llm.response.model_name = "gpt-4o-mini"
        llm.system = "openai"
        llm.token_count.completion = 5
        llm.token_count.prompt = 10
        llm.token_count.total = 15
        metadata = "{\"cost_source\":\"price_list\"}"
        openinference.span.kind = "LLM"
        session.id = "conversation-1"
        user.id = "user-1"
      execute_tool add [internal]
        openinference.span.kind = "TOOL"
        session.id = "conversation-1"
        tool.description = "Adds two numbers."
        tool.id = "1"
        tool.name = "add"
        tool_call.id = "1"
        user.id = "user-1"
      execute_tool add [internal]
        openinference.span.kind = "TOOL"
        session.id = "conversation-1"
        tool.description = "Adds two numbers."
        tool.id = "2"
        tool.name = "add"
        tool_call.id = "2"
        user.id = "user-1"
      chat gpt-4o-mini [client]
        llm.cost.completion = 1.0
        llm.cost.prompt = 7.5
        llm.cost.total = 8.5
        llm.finish_reason = "stop"
        llm.invocation_parameters = "{\"model\":\"gpt-4o-mini\"}"
        llm.model_name = "gpt-4o-mini"
        llm.provider = "openai"
        llm.request.model_name = "gpt-4o-mini"
        llm.response.model_name = "gpt-4o-mini"
        llm.system = "openai"
        llm.token_count.completion = 2
        llm.token_count.prompt = 30
        llm.token_count.total = 32
        metadata = "{\"cost_source\":\"price_list\"}"
        openinference.span.kind = "LLM"
        session.id = "conversation-1"
        user.id = "user-1"
    "#);
}

#[tokio::test]
async fn a_run_with_parallel_tools() {
    let (telemetry, capture) = recorder(Content::Span);
    telemetry.agent(adder()).run("1+2? 3+4?").await.unwrap();
    assert_trace_snapshot!(capture, @r#"
    invoke_agent adder [internal]
      agent.name = "adder"
      glassbox.outcome = "answer"
      input.mime_type = "text/plain"
      input.value = "1+2? 3+4?"
      metadata = "{\"outcome\":\"answer\",\"steps\":2,\"tool_calls\":2}"
      openinference.span.kind = "AGENT"
      output.mime_type = "text/plain"
      output.value = "3 and 7"
      session.id = "conversation-1"
      user.id = "user-1"
      chat gpt-4o-mini [client]
        input.mime_type = "application/json"
        input.value = "[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"content\":\"You add.\"}]},{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"1+2? 3+4?\"}]}]"
        llm.cost.completion = 2.5
        llm.cost.prompt = 2.5
        llm.cost.total = 5.0
        llm.finish_reason = "tool_call"
        llm.input_messages.0.message.content = "You add."
        llm.input_messages.0.message.role = "system"
        llm.input_messages.1.message.content = "1+2? 3+4?"
        llm.input_messages.1.message.role = "user"
        llm.invocation_parameters = "{\"model\":\"gpt-4o-mini\"}"
        llm.model_name = "gpt-4o-mini"
        llm.output_messages.0.message.role = "assistant"
        llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments = "{\"a\":1,\"b\":2}"
        llm.output_messages.0.message.tool_calls.0.tool_call.function.name = "add"
        llm.output_messages.0.message.tool_calls.0.tool_call.id = "1"
        llm.output_messages.0.message.tool_calls.1.tool_call.function.arguments = "{\"a\":3,\"b\":4}"
        llm.output_messages.0.message.tool_calls.1.tool_call.function.name = "add"
        llm.output_messages.0.message.tool_calls.1.tool_call.id = "2"
        llm.provider = "openai"
        llm.request.model_name = "gpt-4o-mini"
        llm.response.model_name = "gpt-4o-mini"
        llm.system = "openai"
        llm.token_count.completion = 5
        llm.token_count.prompt = 10
        llm.token_count.total = 15
        llm.tools.0.tool.name = "add"
        llm.tools.1.tool.name = "fail"
        llm.tools.2.tool.name = "panic"
        metadata = "{\"cost_source\":\"price_list\"}"
        openinference.span.kind = "LLM"
        output.mime_type = "application/json"
        output.value = "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"1\",\"name\":\"add\",\"arguments\":{\"a\":1,\"b\":2}},{\"type\":\"tool_call\",\"id\":\"2\",\"name\":\"add\",\"arguments\":{\"a\":3,\"b\":4}}],\"finish_reason\":\"tool_call\"}]"
        session.id = "conversation-1"
        user.id = "user-1"
      execute_tool add [internal]
        input.mime_type = "application/json"
        input.value = "{\"a\":1,\"b\":2}"
        openinference.span.kind = "TOOL"
        output.mime_type = "application/json"
        output.value = "3"
        session.id = "conversation-1"
        tool.description = "Adds two numbers."
        tool.id = "1"
        tool.name = "add"
        tool_call.id = "1"
        user.id = "user-1"
      execute_tool add [internal]
        input.mime_type = "application/json"
        input.value = "{\"a\":3,\"b\":4}"
        openinference.span.kind = "TOOL"
        output.mime_type = "application/json"
        output.value = "7"
        session.id = "conversation-1"
        tool.description = "Adds two numbers."
        tool.id = "2"
        tool.name = "add"
        tool_call.id = "2"
        user.id = "user-1"
      chat gpt-4o-mini [client]
        input.mime_type = "application/json"
        input.value = "[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"content\":\"You add.\"}]},{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"1+2? 3+4?\"}]},{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"1\",\"name\":\"add\",\"arguments\":{\"a\":1,\"b\":2}},{\"type\":\"tool_call\",\"id\":\"2\",\"name\":\"add\",\"arguments\":{\"a\":3,\"b\":4}}]},{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"1\",\"name\":\"add\",\"response\":3},{\"type\":\"tool_call_response\",\"id\":\"2\",\"name\":\"add\",\"response\":7}]}]"
        llm.cost.completion = 1.0
        llm.cost.prompt = 7.5
        llm.cost.total = 8.5
        llm.finish_reason = "stop"
        llm.input_messages.0.message.content = "You add."
        llm.input_messages.0.message.role = "system"
        llm.input_messages.1.message.content = "1+2? 3+4?"
        llm.input_messages.1.message.role = "user"
        llm.input_messages.2.message.role = "assistant"
        llm.input_messages.2.message.tool_calls.0.tool_call.function.arguments = "{\"a\":1,\"b\":2}"
        llm.input_messages.2.message.tool_calls.0.tool_call.function.name = "add"
        llm.input_messages.2.message.tool_calls.0.tool_call.id = "1"
        llm.input_messages.2.message.tool_calls.1.tool_call.function.arguments = "{\"a\":3,\"b\":4}"
        llm.input_messages.2.message.tool_calls.1.tool_call.function.name = "add"
        llm.input_messages.2.message.tool_calls.1.tool_call.id = "2"
        llm.input_messages.3.message.content = "3"
        llm.input_messages.3.message.name = "add"
        llm.input_messages.3.message.role = "tool"
        llm.input_messages.3.message.tool_call_id = "1"
        llm.input_messages.4.message.content = "7"
        llm.input_messages.4.message.name = "add"
        llm.input_messages.4.message.role = "tool"
        llm.input_messages.4.message.tool_call_id = "2"
        llm.invocation_parameters = "{\"model\":\"gpt-4o-mini\"}"
        llm.model_name = "gpt-4o-mini"
        llm.output_messages.0.message.content = "3 and 7"
        llm.output_messages.0.message.role = "assistant"
        llm.provider = "openai"
        llm.request.model_name = "gpt-4o-mini"
        llm.response.model_name = "gpt-4o-mini"
        llm.system = "openai"
        llm.token_count.completion = 2
        llm.token_count.prompt = 30
        llm.token_count.total = 32
        llm.tools.0.tool.name = "add"
        llm.tools.1.tool.name = "fail"
        llm.tools.2.tool.name = "panic"
        metadata = "{\"cost_source\":\"price_list\"}"
        openinference.span.kind = "LLM"
        output.mime_type = "text/plain"
        output.value = "3 and 7"
        session.id = "conversation-1"
        user.id = "user-1"
    "#);
}
