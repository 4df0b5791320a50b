//! Recorded exchanges with Cohere, decoded, and compared with what an independent reader found in them. The
//! recordings are not part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside
//! the workspace, the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::collections::BTreeMap;
use std::path::Path;

use glassbox_cohere::{Cohere, CohereBuilder};
use glassbox_core::{CompletionModel as _, EmbeddingModel as _, EmbeddingRequest};
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use serde_json::{Value, json};

use self::harness::{Cassette, differences, folder, report};

mod harness;
mod recorded;

/// Where the oracle reads another meaning than ours: file, field, reason.
const EXCEPTIONS: [(&str, &str, &str); 3] = [
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

fn chats(folder: &Path) -> Vec<Cassette> {
    harness::cassettes(folder, &["cohere-chat-v2"])
}

fn builder(cassette: &Cassette, transport: MemoryTransport) -> CohereBuilder {
    Cohere::builder(cassette.model())
        .api_key("key-of-nobody")
        .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
}

fn replaying(cassette: &Cassette, cut: usize) -> Cohere {
    let transport = MemoryTransport::new().with(cassette.replay(cut));
    builder(cassette, transport).build().unwrap()
}

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    let Some(folder) = folder() else { return };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    let mut mismatches = Vec::new();
    let mut needed = 0;
    for cassette in chats(&folder) {
        let (response, error) = cassette.decode(&replaying(&cassette, 61)).await;
        let mut differences = differences(&cassette.oracle, &response, error.as_ref());
        differences.retain(|(field, _)| {
            let exception = EXCEPTIONS
                .iter()
                .find(|(of, which, _)| *of == cassette.file && which == field);
            needed += usize::from(exception.is_some());
            exception.is_none()
        });
        let count = counts.entry(cassette.group.clone()).or_default();
        count[0] += usize::from(differences.is_empty());
        count[1] += 1;
        let lines = differences.into_iter();
        mismatches.extend(lines.map(|(_, line)| format!("{}: {line}", cassette.file)));
    }
    report(
        "answers read as the oracle reads them, or excepted",
        &counts,
    );
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
    assert_eq!(needed, EXCEPTIONS.len(), "an exception that nothing needs");
}

#[tokio::test]
async fn every_recorded_answer_is_the_same_however_it_is_cut() {
    let Some(folder) = folder() else { return };
    for cassette in chats(&folder) {
        let (whole, error) = cassette.decode(&replaying(&cassette, usize::MAX)).await;
        for cut in [1, 3, 61, 4096] {
            let (cut, cut_error) = cassette.decode(&replaying(&cassette, cut)).await;
            assert_eq!(cut, whole, "{}", cassette.file);
            assert_eq!(cut_error.is_some(), error.is_some(), "{}", cassette.file);
        }
    }
}

#[tokio::test]
async fn every_recorded_request_is_written_as_it_was_recorded() {
    let Some(folder) = folder() else { return };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    let mut mismatches = Vec::new();
    for cassette in chats(&folder) {
        let Some(body) = &cassette.request else {
            continue;
        };
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let model = builder(&cassette, transport.clone()).build().unwrap();
        let error = model.stream(recorded::request(body)).await.err().unwrap();
        let count = counts.entry(cassette.group.clone()).or_default();
        count[1] += 1;
        let Some(sent) = transport.requests().pop() else {
            mismatches.push(format!("{}: {error:?}", cassette.file));
            continue;
        };
        assert_eq!(sent.uri().path(), cassette.path);
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        let (sent, expected) = (recorded::normal(&sent), recorded::normal(body));
        if sent == expected {
            count[0] += 1;
        } else {
            mismatches.push(format!("{}:\n  {sent}\n  {expected}", cassette.file));
        }
    }
    report("requests written as they were recorded", &counts);
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}

#[tokio::test]
async fn every_recorded_embedding_is_read() {
    let Some(folder) = folder() else { return };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    for cassette in harness::cassettes(&folder, &["cohere-embeddings"]) {
        let body = cassette.request.as_ref().unwrap();
        // An image is embedded like a text, and our requests have texts alone.
        let inputs: Vec<String> = match &body["texts"] {
            Value::Null => vec!["an image".to_owned()],
            texts => serde_json::from_value(texts.clone()).unwrap(),
        };
        let transport = MemoryTransport::new().with(cassette.replay(61));
        let mut builder = builder(&cassette, transport.clone());
        builder = builder.input_type(body["input_type"].as_str().unwrap());
        if let Some(end) = body["truncate"].as_str() {
            builder = builder.truncate(end);
        }
        let model = builder.build_embeddings().unwrap();
        let answer = model.embed(EmbeddingRequest::new(inputs.clone())).await;
        if cassette.response["status"] == 200 {
            let response = answer.unwrap();
            assert_eq!(response.embeddings.len(), inputs.len(), "{}", cassette.file);
            assert_eq!(response.embeddings[0].len(), 1024, "{}", cassette.file);
        } else {
            let error = answer.unwrap_err();
            let status = cassette.response["status"].as_u64();
            assert_eq!(error.status().map(u64::from), status, "{}", cassette.file);
        }
        let count = counts.entry(cassette.path.clone()).or_default();
        *count = [count[0] + 1, count[1] + 1];
        // The other version of the API asks in other words.
        if cassette.path == "/v2/embed" {
            let sent: Value = serde_json::from_slice(transport.requests()[0].body()).unwrap();
            let mut expected = body.clone();
            let fields = expected.as_object_mut().unwrap();
            fields.retain(|_, value| !value.is_null());
            assert_eq!(json!(sent), expected, "{}", cassette.file);
        }
    }
    report("embeddings read", &counts);
}
