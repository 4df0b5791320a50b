//! What is emitted is what the conventions' registry knows.

use glassbox::{
    CompletionModelExt as _, Delivery, EmbeddingModel as _, EmbeddingRequest, EncodingFormat,
    Error, ErrorKind, Parameters, PromptTemplate, Request,
};
use glassbox_semconv::registry::{self, Requirement, ValueKind};
use glassbox_test::{CapturedSpan, ScriptedEmbeddings, Server, Turn};
use opentelemetry::trace::Status;
use opentelemetry::{Array, Value};

use crate::host::{agent, model, telemetry, turns};

/// Every finding about a span, in words.
fn findings(span: &CapturedSpan) -> Vec<String> {
    let mut findings = Vec::new();
    for attribute in &span.data().attributes {
        let key = attribute.key.as_str();
        if key.starts_with("glassbox.") {
            continue;
        }
        let Some(definition) = registry::attribute(key) else {
            findings.push(format!("{}: {key} is not in the registry", span.name()));
            continue;
        };
        let fits = matches!(
            (definition.kind, &attribute.value),
            (ValueKind::String, Value::String(_))
                | (ValueKind::Int, Value::I64(_))
                | (ValueKind::Double, Value::F64(_))
                | (ValueKind::Boolean, Value::Bool(_))
                | (ValueKind::StringArray, Value::Array(Array::String(_)))
        );
        if !fits {
            findings.push(format!(
                "{}: {key} is {:?}, not {:?}",
                span.name(),
                attribute.value,
                definition.kind
            ));
        }
    }
    let text = |key: &str| {
        span.text(key)
            .unwrap_or_default()
            .trim_matches('"')
            .to_owned()
    };
    let id = match text("gen_ai.operation.name").as_str() {
        "chat" => "gen_ai.client.inference",
        "embeddings" => "gen_ai.embeddings.client",
        "invoke_agent" => "gen_ai.invoke_agent.internal",
        "execute_tool" => "gen_ai.execute_tool.internal",
        other => {
            return [
                findings,
                vec![format!("{}: unknown operation {other}", span.name())],
            ]
            .concat();
        }
    };
    let definition = registry::CURRENT.span_of_provider(id, &text("gen_ai.provider.name"));
    let definition = definition.unwrap_or_else(|| panic!("{id} is in the registry"));
    for attribute in &span.data().attributes {
        let key = attribute.key.as_str();
        if !key.starts_with("glassbox.") && definition.attribute(key).is_none() {
            findings.push(format!("{}: {key} does not belong to {id}", span.name()));
        }
    }
    for required in definition
        .attributes
        .iter()
        .filter(|a| a.requirement == Requirement::Required)
    {
        if span.attribute(required.name).is_none() {
            findings.push(format!("{}: {} is required", span.name(), required.name));
        }
    }
    if span.attribute("server.address").is_some() && span.attribute("server.port").is_none() {
        findings.push(format!("{}: an address wants a port", span.name()));
    }
    if (*span.status() == Status::Unset) != span.attribute("error.type").is_none() {
        findings.push(format!("{}: status and error.type disagree", span.name()));
    }
    findings
}

#[tokio::test]
async fn every_attribute_is_known_and_of_its_type() {
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
    let findings: Vec<String> = capture.spans().iter().flat_map(findings).collect();
    assert_eq!(capture.spans().len(), 8);
    assert!(findings.is_empty(), "{findings:#?}");
}
