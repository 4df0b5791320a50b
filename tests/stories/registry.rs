//! What is emitted is what the conventions' registry and ours say.

use glassbox::{
    CompletionModelExt as _, Delivery, EmbeddingModel as _, EmbeddingRequest, EncodingFormat,
    Error, ErrorKind, Parameters, PromptTemplate, Request,
};
use glassbox_test::conformance::Conformance;
use glassbox_test::{ScriptedEmbeddings, Server, Turn};

use crate::host::{agent, model, telemetry, turns};

#[tokio::test]
async fn every_span_is_what_the_registries_say() {
    let (telemetry, capture) = telemetry();
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
    let agent = agent(&server)
        .with_description("Converts.")
        .with_request(request)
        .with_delivery(Delivery::Incremental);
    telemetry.agent(agent).run("go").await.unwrap();
    let refused = Error::new(ErrorKind::NotFound, "no such model").with_status(404);
    let failing = Server::chat_completions([Turn::refused(refused)]);
    telemetry
        .model(model(&failing))
        .text("hello")
        .await
        .unwrap_err();
    let vectors = telemetry.embeddings(ScriptedEmbeddings::new());
    let texts = EmbeddingRequest::new(["a"])
        .with_dimensions(8)
        .with_encoding_format(EncodingFormat::Float);
    vectors.embed(texts).await.unwrap();
    let (spans, conformance) = (capture.spans(), Conformance::new());
    assert_eq!(spans.len(), 8);
    let findings: Vec<String> = spans
        .iter()
        .flat_map(|span| conformance.span(span))
        .collect();
    assert!(findings.is_empty(), "{findings:#?}");
}
