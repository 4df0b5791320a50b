//! Calls of models, and steps of the program's own.
use super::*;

#[tokio::test]
async fn an_incremental_answer_with_parameters_a_prompt_and_a_tool() {
    let capture = Capture::new();
    let telemetry = builder(&capture, Content::Span).tool_schemas(true).build();
    let model = ScriptedModel::new([Turn::text("hello, Ada")
        .with_id("response-1")
        .with_model("gpt-4o-mini-2024-07-18")
        .with_usage(Usage::new(20, 0))])
    .with_info(remote());
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_max_tokens(100)
        .with_stop_sequence("END")
        .with_seed(7);
    let schema = serde_json::json!({"type": "object", "properties": {}});
    let request = Request::new("greet Ada")
        .with_parameters(parameters)
        .with_tools([ToolSpec::new("now", schema).with_description("Tells the time.")])
        .with_prompt(
            PromptTemplate::new("greeting")
                .with_version("3")
                .with_variable("name", "Ada"),
        )
        .with_extra("custom", "the secret extra")
        .with_delivery(Delivery::Incremental);
    telemetry.model(model).complete(request).await.unwrap();
    assert_trace_snapshot!(capture, @r#"
    chat gpt-4o-mini [client]
      input.mime_type = "text/plain"
      input.value = "greet Ada"
      llm.cost.completion = 0.0
      llm.cost.prompt = 5.0
      llm.cost.total = 5.0
      llm.finish_reason = "stop"
      llm.input_messages.0.message.content = "greet Ada"
      llm.input_messages.0.message.role = "user"
      llm.invocation_parameters = "{\"model\":\"gpt-4o-mini\",\"temperature\":0.5,\"max_tokens\":100,\"stop_sequences\":[\"END\"],\"seed\":7,\"stream\":true}"
      llm.model_name = "gpt-4o-mini-2024-07-18"
      llm.output_messages.0.message.content = "hello, Ada"
      llm.output_messages.0.message.role = "assistant"
      llm.prompt_template.variables = "{\"name\":\"Ada\"}"
      llm.prompt_template.version = "3"
      llm.provider = "openai"
      llm.request.model_name = "gpt-4o-mini"
      llm.response.model_name = "gpt-4o-mini-2024-07-18"
      llm.system = "openai"
      llm.token_count.completion = 0
      llm.token_count.prompt = 20
      llm.token_count.total = 20
      llm.tools.0.tool.json_schema = "{\"type\":\"function\",\"function\":{\"name\":\"now\",\"description\":\"Tells the time.\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}"
      metadata = "{\"response_id\":\"response-1\",\"cost_source\":\"price_list\"}"
      openinference.span.kind = "LLM"
      output.mime_type = "text/plain"
      output.value = "hello, Ada"
      prompt.id = "greeting"
    "#);
}

#[tokio::test]
async fn images_sounds_and_documents() {
    let (telemetry, capture) = recorder(Content::Span);
    let model = ScriptedModel::new([Turn::text("a cat")]).with_info(remote());
    let sound = Uri::new(Modality::Audio, "https://example.com/purr.wav");
    let question = Message::user("what is this?")
        .with_part(Part::image("image/png", "not really a picture"))
        .with_part(Part::image_uri("https://example.com/cat.png"))
        .with_part(Part::Uri(sound))
        .with_part(Part::File(File::new(Modality::Document, "file-7")))
        .with_part(Part::Opaque(Opaque::new("acme", "for acme alone".into())))
        .with_name("ada");
    telemetry
        .model(model)
        .complete(Request::new(question))
        .await
        .unwrap();
    assert_trace_snapshot!(capture, @r#"
    chat gpt-4o-mini [client]
      input.mime_type = "application/json"
      input.value = "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"what is this?\"},{\"type\":\"blob\",\"modality\":\"image\",\"mime_type\":\"image/png\",\"content\":\"\",\"digest\":\"sha256:fe1a4ab1fb6347036bead73597d5d2958b26ac0b96f68ca2f6dcee53a50f297e\",\"length\":20},{\"type\":\"uri\",\"modality\":\"image\",\"uri\":\"https://example.com/cat.png\"},{\"type\":\"uri\",\"modality\":\"audio\",\"uri\":\"https://example.com/purr.wav\"},{\"type\":\"file\",\"modality\":\"document\",\"file_id\":\"file-7\"},{\"type\":\"opaque\",\"provider\":\"acme\"}],\"name\":\"ada\"}]"
      llm.finish_reason = "stop"
      llm.input_messages.0.message.contents.0.message_content.text = "what is this?"
      llm.input_messages.0.message.contents.0.message_content.type = "text"
      llm.input_messages.0.message.contents.1.message_content.image.image.url = "sha256:fe1a4ab1fb6347036bead73597d5d2958b26ac0b96f68ca2f6dcee53a50f297e"
      llm.input_messages.0.message.contents.1.message_content.type = "image"
      llm.input_messages.0.message.contents.2.message_content.image.image.url = "https://example.com/cat.png"
      llm.input_messages.0.message.contents.2.message_content.type = "image"
      llm.input_messages.0.message.contents.3.message_content.audio.audio.url = "https://example.com/purr.wav"
      llm.input_messages.0.message.contents.3.message_content.type = "audio"
      llm.input_messages.0.message.contents.4.message_content.id = "file-7"
      llm.input_messages.0.message.contents.4.message_content.type = "document"
      llm.input_messages.0.message.name = "ada"
      llm.input_messages.0.message.role = "user"
      llm.invocation_parameters = "{\"model\":\"gpt-4o-mini\"}"
      llm.model_name = "gpt-4o-mini"
      llm.output_messages.0.message.content = "a cat"
      llm.output_messages.0.message.role = "assistant"
      llm.provider = "openai"
      llm.request.model_name = "gpt-4o-mini"
      llm.response.model_name = "gpt-4o-mini"
      llm.system = "openai"
      openinference.span.kind = "LLM"
      output.mime_type = "text/plain"
      output.value = "a cat"
    "#);
}

#[tokio::test]
async fn reasoning_a_cache_and_what_it_cost() {
    let (telemetry, capture) = recorder(Content::Span);
    let mut usage = Usage::new(100, 40);
    usage.cache_read_input_tokens = Some(60);
    usage.cache_write_input_tokens = Some(0);
    usage.reasoning_output_tokens = Some(30);
    let mut cost = Cost::new(0.75, CostSource::Provider);
    cost.input = Some(0.25);
    cost.output = Some(0.5);
    cost.cache_read_input = Some(0.0625);
    cost.reasoning_output = Some(0.375);
    usage.cost = Some(cost);
    let info = ModelInfo::new("anthropic", "claude-sonnet-4-5");
    let turn = Turn::text("42")
        .with_reasoning("six times seven")
        .with_usage(usage);
    let model = ScriptedModel::new([turn]).with_info(info);
    let request = Request::new("6*7?").with_system("Be brief.");
    telemetry.model(model).complete(request).await.unwrap();
    assert_trace_snapshot!(capture, @r#"
    chat claude-sonnet-4-5 [internal]
      input.mime_type = "application/json"
      input.value = "[{\"role\":\"system\",\"parts\":[{\"type\":\"text\",\"content\":\"Be brief.\"}]},{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"6*7?\"}]}]"
      llm.cost.completion = 0.5
      llm.cost.completion_details.reasoning = 0.375
      llm.cost.prompt = 0.25
      llm.cost.prompt_details.cache_read = 0.0625
      llm.cost.total = 0.75
      llm.finish_reason = "stop"
      llm.input_messages.0.message.content = "Be brief."
      llm.input_messages.0.message.role = "system"
      llm.input_messages.1.message.content = "6*7?"
      llm.input_messages.1.message.role = "user"
      llm.invocation_parameters = "{\"model\":\"claude-sonnet-4-5\"}"
      llm.model_name = "claude-sonnet-4-5"
      llm.output_messages.0.message.contents.0.message_content.text = "six times seven"
      llm.output_messages.0.message.contents.0.message_content.type = "reasoning"
      llm.output_messages.0.message.contents.1.message_content.text = "42"
      llm.output_messages.0.message.contents.1.message_content.type = "text"
      llm.output_messages.0.message.role = "assistant"
      llm.provider = "anthropic"
      llm.request.model_name = "claude-sonnet-4-5"
      llm.response.model_name = "claude-sonnet-4-5"
      llm.system = "anthropic"
      llm.token_count.completion = 40
      llm.token_count.completion_details.reasoning = 30
      llm.token_count.prompt = 100
      llm.token_count.prompt_details.cache_read = 60
      llm.token_count.prompt_details.cache_write = 0
      llm.token_count.total = 140
      metadata = "{\"cost_source\":\"provider\"}"
      openinference.span.kind = "LLM"
      output.mime_type = "text/plain"
      output.value = "42"
    "#);
}

#[tokio::test]
async fn embeddings() {
    let (telemetry, capture) = recorder(Content::Span);
    let info =
        ModelInfo::new("openai", "text-embedding-3-small").with_server("api.openai.com", Some(443));
    let model = telemetry.embeddings(ScriptedEmbeddings::new().with_info(info));
    let request = EmbeddingRequest::new(["one text", "another"])
        .with_dimensions(8)
        .with_user("user-1");
    model.embed(request).await.unwrap();
    assert_trace_snapshot!(capture, @r#"
    CreateEmbeddings [client]
      embedding.embeddings.0.embedding.text = "one text"
      embedding.embeddings.1.embedding.text = "another"
      embedding.invocation_parameters = "{\"model\":\"text-embedding-3-small\",\"dimensions\":8}"
      embedding.model_name = "text-embedding-3-small"
      input.mime_type = "application/json"
      input.value = "[\"one text\",\"another\"]"
      llm.cost.prompt = 0.75
      llm.cost.total = 0.75
      llm.response.model_name = "text-embedding-3-small"
      llm.token_count.prompt = 3
      llm.token_count.total = 3
      metadata = "{\"cost_source\":\"price_list\"}"
      openinference.span.kind = "EMBEDDING"
      user.id = "user-1"
    "#);
}

#[tokio::test]
async fn steps_of_the_programs_own() {
    let (telemetry, capture) = recorder(Content::Span);
    let mut search = telemetry
        .retrieval("handbook")
        .with_query("how many holidays?")
        .with_top_k(3)
        .with_attribute("tenant", "acme")
        .start();
    search.document("page-7", Some(0.5));
    search.document("page-9", None);
    search.finish();
    let operation = glassbox_otel::MemoryOperation::Create;
    let mut memory = telemetry.memory(operation).with_store("notes").start();
    memory.record("note-1", "likes tea");
    memory.finish();
    let mut workflow = telemetry.workflow("onboarding").with_input("begin").start();
    workflow.output("done");
    workflow.finish();
    telemetry.plan().with_agent("planner").run(async {}).await;
    assert_trace_snapshot!(capture, @r#"
    retrieval handbook [client]
      input.mime_type = "text/plain"
      input.value = "how many holidays?"
      metadata = "{\"data_source\":\"handbook\",\"top_k\":3}"
      openinference.span.kind = "RETRIEVER"
      output.mime_type = "application/json"
      output.value = "[{\"id\":\"page-7\",\"score\":0.5},{\"id\":\"page-9\"}]"
      retrieval.documents.0.document.id = "page-7"
      retrieval.documents.0.document.score = 0.5
      retrieval.documents.1.document.id = "page-9"
      tenant = "acme"
    create_memory [internal]
      input.mime_type = "application/json"
      input.value = "[{\"id\":\"note-1\",\"content\":\"likes tea\"}]"
      metadata = "{\"operation\":\"create_memory\",\"store\":\"notes\",\"record_count\":1}"
      openinference.span.kind = "CHAIN"
    invoke_workflow onboarding [internal]
      input.mime_type = "text/plain"
      input.value = "begin"
      metadata = "{\"workflow\":\"onboarding\"}"
      openinference.span.kind = "CHAIN"
      output.mime_type = "text/plain"
      output.value = "done"
    plan planner [internal]
      agent.name = "planner"
      openinference.span.kind = "AGENT"
    "#);
}

#[tokio::test]
async fn a_provider_that_refuses() {
    let (telemetry, capture) = recorder(Content::Span);
    let error = Error::new(ErrorKind::RateLimited, "too many requests").with_status(429);
    let model = ScriptedModel::new([Turn::refused(error)]).with_info(remote());
    let refused = telemetry.model(model).complete("hello").await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::RateLimited);
    assert_trace_snapshot!(capture, @r#"
    chat gpt-4o-mini [client] ERROR "too many requests (HTTP 429)"
      error.type = "rate_limited"
      input.mime_type = "text/plain"
      input.value = "hello"
      llm.input_messages.0.message.content = "hello"
      llm.input_messages.0.message.role = "user"
      llm.invocation_parameters = "{\"model\":\"gpt-4o-mini\"}"
      llm.model_name = "gpt-4o-mini"
      llm.provider = "openai"
      llm.request.model_name = "gpt-4o-mini"
      llm.system = "openai"
      openinference.span.kind = "LLM"
    "#);
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled() {
    let (telemetry, capture) = recorder(Content::Off);
    let model = ScriptedModel::new([Turn::text("hi").hanging()]).with_info(remote());
    let model = telemetry.model(model);
    drop(model.events("hello").await.unwrap());
    assert_trace_snapshot!(capture, @r#"
    chat gpt-4o-mini [client]
      glassbox.outcome = "cancelled"
      llm.invocation_parameters = "{\"model\":\"gpt-4o-mini\",\"stream\":true}"
      llm.model_name = "gpt-4o-mini"
      llm.provider = "openai"
      llm.request.model_name = "gpt-4o-mini"
      llm.system = "openai"
      openinference.span.kind = "LLM"
    "#);
}
