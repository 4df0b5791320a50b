//! What is emitted is what the conventions' registry and ours say.

use glassbox::{
    CompletionModelExt as _, Delivery, EmbeddingModel as _, EmbeddingRequest, EncodingFormat,
    Error, ErrorKind, Limits, Parameters, PromptTemplate, Request, Telemetry,
};
use glassbox_otel::{Content, Evaluation, Events, MemoryOperation, Vocabulary};
use glassbox_test::conformance::Conformance;
use glassbox_test::{Capture, ScriptedEmbeddings, Server, Turn};

use crate::host::{agent, model, turns};
use crate::matrix::findings;

/// Everything that is recorded, with content wherever it may be.
fn telemetry(vocabulary: Vocabulary, events: Events) -> (Telemetry, Capture) {
    let capture = Capture::new();
    let telemetry = Telemetry::builder()
        .tracer_provider(capture.provider())
        .meter_provider(capture.meter_provider())
        .logger_provider(capture.logger_provider())
        .vocabularies([vocabulary])
        .content(Content::SpanAndEvent)
        .events(events)
        .upload(|upload| Some(format!("memory:{}", upload.attribute)))
        .build();
    (telemetry, capture)
}

/// A run with everything that a request can say.
async fn run(telemetry: &Telemetry) {
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_max_tokens(100)
        .with_stop_sequence("END")
        .with_seed(7)
        .with_frequency_penalty(0.1)
        .with_presence_penalty(0.2)
        .with_choice_count(2)
        .with_reasoning_effort("low")
        .with_service_tier("flex");
    let request = Request::default()
        .with_parameters(parameters)
        .with_conversation("c1")
        .with_prompt(PromptTemplate::new("p").with_version("1"));
    let server = Server::chat_completions(turns());
    let whole = agent(&server)
        .with_description("Converts.")
        .with_request(request)
        .with_delivery(Delivery::Incremental);
    telemetry.agent(whole).run("go").await.unwrap();
    let limited = Server::chat_completions(turns());
    let limited = agent(&limited).with_limits(Limits::default().with_steps(1));
    telemetry.agent(limited).run("go").await.unwrap();
}

/// Calls of models outside a run: one that is refused, one of an embedding model.
async fn calls(telemetry: &Telemetry) {
    let refused = Error::new(ErrorKind::NotFound, "no such model").with_status(404);
    let failing = Server::chat_completions([Turn::refused(refused)]);
    let failing = telemetry.model(model(&failing));
    failing.text("hello").await.unwrap_err();
    let vectors = telemetry.embeddings(ScriptedEmbeddings::new());
    let texts = EmbeddingRequest::new(["a"])
        .with_dimensions(8)
        .with_encoding_format(EncodingFormat::Float);
    vectors.embed(texts).await.unwrap();
}

/// What a program records by hand.
fn steps(telemetry: &Telemetry) {
    let mut search = telemetry
        .retrieval("handbook")
        .with_provider("handbooks")
        .with_query("holidays")
        .with_top_k(3)
        .with_server("search.example", 443)
        .with_conversation("c1")
        .with_user("u1")
        .start();
    search.document("d1", Some(0.5));
    search.finish();
    telemetry.workflow("w").start().finish();
    drop(
        telemetry
            .create_agent("openai", "a")
            .with_id("a1")
            .with_version("1")
            .start(),
    );
    let memory = telemetry.memory(MemoryOperation::Search);
    let memory = memory.with_provider("notes").with_store("s");
    let mut memory = memory.with_query("q").start();
    memory.record("m1", "likes tea");
    memory.fail(&Error::new(ErrorKind::Timeout, "too late"));
    telemetry.plan().with_agent("a").start().finish();
    let evaluation = Evaluation::new("relevance")
        .with_score(0.9)
        .with_label("good");
    telemetry.evaluation(
        &evaluation
            .with_explanation("It fits.")
            .with_response_id("r3"),
    );
}

#[tokio::test]
async fn everything_is_what_the_registries_say() {
    let (telemetry, capture) = telemetry(Vocabulary::GenAi, Events::Both);
    run(&telemetry).await;
    calls(&telemetry).await;
    steps(&telemetry);
    let counts = (
        capture.spans().len(),
        capture.metrics().len(),
        capture.logs().len(),
    );
    assert_eq!(counts, (15, 16, 8));
    assert_eq!(
        findings(&Conformance::new(), &capture),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn everything_is_what_the_last_release_said() {
    let (telemetry, capture) = telemetry(Vocabulary::GenAi1_41, Events::Logs);
    run(&telemetry).await;
    calls(&telemetry).await;
    steps(&telemetry);
    assert_eq!(
        findings(&Conformance::v1_41(), &capture),
        Vec::<String>::new()
    );
}
