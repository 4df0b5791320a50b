//! Recorded exchanges of many hosts, decoded, and compared with what an independent reader found in them. The
//! recordings are not part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside
//! the workspace, the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_core::{EmbeddingModel, EmbeddingRequest};
use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy};
use glassbox_openai::{
    BEDROCK_MANTLE, CHATGPT_CODEX, COMPATIBLE, COPILOT, Dialect, OpenAi, OpenAiBuilder, dialect,
};
use glassbox_test::cassettes::{Counts, Recording, Recordings};
use serde_json::{Value, json};

mod exceptions;
mod recorded;
mod responses;
mod responses_recorded;

/// The exchanges of an API that speak OpenAI's form of it. Others have the same name for theirs.
fn recordings(api: &str) -> Option<Recordings> {
    let others = ["cohere", "gemini"];
    let recordings = Recordings::from_env(&[api])?;
    Some(recordings.claimed(|recording| {
        recording.path != "/api/chat" && !others.contains(&recording.provider.as_str())
    }))
}

fn dialect_of(recording: &Recording) -> &'static Dialect {
    static OTHER: Dialect = COMPATIBLE;
    match recording.provider.as_str() {
        "alibaba" => dialect("dashscope").unwrap_or(&OTHER),
        "bedrock-mantle" => &BEDROCK_MANTLE,
        "chatgpt-codex" => &CHATGPT_CODEX,
        "copilot" => &COPILOT,
        name => dialect(name).unwrap_or(&OTHER),
    }
}

fn builder(recording: &Recording, transport: MemoryTransport) -> OpenAiBuilder {
    OpenAi::builder(recording.model())
        .dialect(dialect_of(recording))
        .base_url("http://cassette.invalid/v1")
        .api_key("key-of-nobody")
        .api_version("2024-10-21")
        .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
}

/// A model that gets the recorded answer.
fn model(recording: &Recording, transport: MemoryTransport) -> OpenAi {
    builder(recording, transport).build().unwrap()
}

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    if let Some(recordings) = recordings("chat") {
        recordings.assert_read(model, exceptions::CHAT).await;
    }
}

#[tokio::test]
async fn every_recorded_answer_is_the_same_however_it_is_cut() {
    if let Some(recordings) = recordings("chat") {
        recordings.assert_cut(model).await;
    }
}

#[tokio::test]
async fn every_expressible_request_is_written_as_it_was_recorded() {
    let Some(recordings) = recordings("chat") else {
        return;
    };
    let express =
        |recording: &Recording, body: &Value| recorded::request(body, dialect_of(recording));
    let normal = |recording: &Recording, body: &Value| {
        let recorded = recording.request.as_ref().unwrap();
        recorded::normal(body, recorded, dialect_of(recording))
    };
    recordings.assert_written(model, express, normal).await;
}

#[tokio::test]
async fn every_recorded_embedding_is_read() {
    let Some(recordings) = recordings("embeddings") else {
        return;
    };
    let mut counts = Counts::new();
    for recording in &recordings {
        let file = &recording.file;
        let body = recording.request.as_ref().unwrap();
        let inputs: Vec<String> = match &body["input"] {
            Value::String(text) => vec![text.clone()],
            texts => serde_json::from_value(texts.clone()).unwrap(),
        };
        let mut request = EmbeddingRequest::new(inputs.clone());
        let dimensions = body["dimensions"].as_u64();
        request.dimensions = dimensions.map(|count| u32::try_from(count).unwrap());
        let transport = MemoryTransport::new().with(recording.response(61));
        let model = builder(recording, transport.clone())
            .build_embeddings()
            .unwrap();
        let answer = model.embed(request).await;
        if recording.status == 200 {
            let response = answer.unwrap();
            assert_eq!(response.embeddings.len(), inputs.len(), "{file}");
            let length = response.embeddings[0].len() as u64;
            assert_eq!(length, dimensions.unwrap_or(length), "{file}");
            assert!(response.usage.input_tokens.is_some(), "{file}");
        } else {
            assert_eq!(
                answer.unwrap_err().status(),
                Some(recording.status),
                "{file}"
            );
        }
        let without_encoding = |mut body: Value| {
            body.as_object_mut()
                .unwrap()
                .shift_remove("encoding_format");
            body
        };
        let sent = serde_json::from_slice(transport.requests()[0].body()).unwrap();
        let mut expected = body.clone();
        expected["input"] = json!(inputs);
        assert_eq!(without_encoding(sent), without_encoding(expected), "{file}");
        counts.add(&recording.folder, true);
    }
    counts.report("embeddings read and requests written");
}
