//! Recorded exchanges with Cohere, decoded, and compared with what an independent reader found in them. The
//! recordings are not part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside
//! the workspace, the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_cohere::{Cohere, CohereBuilder};
use glassbox_core::{EmbeddingModel as _, EmbeddingRequest};
use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy};
use glassbox_test::cassettes::{Counts, Exception, Recording, Recordings, same};
use serde_json::{Value, json};

mod recorded;

/// Where the oracle reads another meaning than ours: file, field, reason.
const EXCEPTIONS: &[Exception] = &[
    (
        "cohere-chat-v2/pydantic-ai__test_tool_choice_matrix__test_tool_choice_matrix_auto-cohere.01.json",
        "reasoning_text",
        PLAN,
    ),
    (
        "cohere-chat-v2/rig__streaming_tools__streaming_tool_call_roundtrip.01.json",
        "reasoning_text",
        PLAN,
    ),
    (
        "cohere-chat-v2/ruby_llm__chat_function_calling_cohere_command-a-03-2025_can_use_tools_without_parameters_in_multi-turn_streaming_conversations.01.json",
        "reasoning_text",
        PLAN,
    ),
];

const PLAN: &str =
    "a `tool_plan` is what the model thought before its calls; the oracle leaves it out";

fn recordings(api: &str) -> Option<Recordings> {
    let recordings = Recordings::from_env(&[api])?;
    Some(recordings.claimed(|recording| recording.provider == "cohere"))
}

fn builder(recording: &Recording, transport: MemoryTransport) -> CohereBuilder {
    Cohere::builder(recording.model())
        .api_key("key-of-nobody")
        .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
}

fn model(recording: &Recording, transport: MemoryTransport) -> Cohere {
    builder(recording, transport).build().unwrap()
}

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    if let Some(recordings) = recordings("chat-v2") {
        recordings.assert_read(model, EXCEPTIONS).await;
    }
}

#[tokio::test]
async fn what_is_billed_stands_beside_what_was_used() {
    let Some(recordings) = recordings("chat-v2") else {
        return;
    };
    for recording in &recordings {
        let transport = MemoryTransport::new().with(recording.response(61));
        let reading = recording.reading(&model(recording, transport)).await;
        let billed = reading.response.meta.extra.get("billed_units");
        for (theirs, ours) in [
            ("billed_input", "input_tokens"),
            ("billed_output", "output_tokens"),
        ] {
            if let Some(theirs) = recording.oracle["usage"].get(theirs) {
                let ours = billed.and_then(|billed| billed.get(ours));
                let ours = ours.unwrap_or(&Value::Null);
                assert!(
                    same(theirs, ours),
                    "{}: {theirs} is our {ours}",
                    recording.file
                );
            }
        }
    }
}

#[tokio::test]
async fn every_recorded_answer_is_the_same_however_it_is_cut() {
    if let Some(recordings) = recordings("chat-v2") {
        recordings.assert_cut(model).await;
    }
}

#[tokio::test]
async fn every_recorded_request_is_written_as_it_was_recorded() {
    let Some(recordings) = recordings("chat-v2") else {
        return;
    };
    recordings
        .assert_written(
            model,
            |_, body| Ok(recorded::request(body)),
            |_, body| recorded::normal(body),
        )
        .await;
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
        // An image is embedded like a text, and our requests have texts alone.
        let inputs: Vec<String> = match &body["texts"] {
            Value::Null => vec!["an image".to_owned()],
            texts => serde_json::from_value(texts.clone()).unwrap(),
        };
        let transport = MemoryTransport::new().with(recording.response(61));
        let mut builder = builder(recording, transport.clone());
        builder = builder.input_type(body["input_type"].as_str().unwrap());
        if let Some(end) = body["truncate"].as_str() {
            builder = builder.truncate(end);
        }
        let model = builder.build_embeddings().unwrap();
        let answer = model.embed(EmbeddingRequest::new(inputs.clone())).await;
        if recording.status == 200 {
            let response = answer.unwrap();
            assert_eq!(response.embeddings.len(), inputs.len(), "{file}");
            assert_eq!(response.embeddings[0].len(), 1024, "{file}");
        } else {
            let status = answer.unwrap_err().status();
            assert_eq!(status, Some(recording.status), "{file}");
        }
        counts.add(&recording.path, true);
        // The other version of the API asks in other words.
        if recording.path == "/v2/embed" {
            let sent: Value = serde_json::from_slice(transport.requests()[0].body()).unwrap();
            let mut expected = body.clone();
            let fields = expected.as_object_mut().unwrap();
            fields.retain(|_, value| !value.is_null());
            assert_eq!(json!(sent), expected, "{file}");
        }
    }
    counts.report("embeddings read");
}
