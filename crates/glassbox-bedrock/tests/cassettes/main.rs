//! Recorded exchanges with Bedrock, decoded, and compared with what an independent reader found in them. The
//! recordings are not part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside
//! the workspace, the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_bedrock::Bedrock;
use glassbox_core::{CompletionModel as _, ErrorKind, Event, Request};
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use glassbox_test::cassettes::{Counts, Exception, Recording, Recordings};

mod recorded;

/// Where the oracle is wrong, or reads another meaning than ours: file, field, reason.
const EXCEPTIONS: &[Exception] = &[
    (
        "bedrock-converse/pydantic-ai__test_bedrock__test_bedrock_model_code_execution_tool_stream.json",
        "tool_calls",
        "one call is of a tool that Bedrock runs itself (`server_tool_use`), with its result in the same answer: a \
         `ServerToolCall`; the oracle counts it among those that wait for a result",
    ),
    (
        "bedrock-converse/ruby_llm__chat_citations_with_bedrock_claude-haiku-4-5_cites_tool_results_returned_as_search_results.02.json",
        "text",
        "the text stands inside `citationsContent`; the oracle reads `text` blocks alone",
    ),
];

/// The exchanges of the Converse API.
fn recordings() -> Option<Recordings> {
    let recordings = Recordings::from_env(&["converse"])?;
    Some(recordings.claimed(|recording| recording.provider == "bedrock"))
}

/// A model with the id that the path names.
fn model(recording: &Recording, transport: MemoryTransport) -> Bedrock {
    let id = recording.path.split('/').nth(2).unwrap();
    Bedrock::builder(id.replace("%3A", ":").replace("%2F", "/"))
        .region("us-east-1")
        .api_key("key-of-nobody")
        .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
        .build()
        .unwrap()
}

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    if let Some(recordings) = recordings() {
        recordings.assert_read(model, EXCEPTIONS).await;
    }
}

#[tokio::test]
async fn every_recorded_answer_is_the_same_however_it_is_cut() {
    if let Some(recordings) = recordings() {
        recordings.assert_cut(model).await;
    }
}

#[tokio::test]
async fn every_recorded_answer_ends_or_is_an_error() {
    let Some(recordings) = recordings() else {
        return;
    };
    for recording in &recordings {
        let transport = MemoryTransport::new().with(recording.response(usize::MAX));
        let reading = recording.reading(&model(recording, transport)).await;
        let ended = reading.events.last() == Some(&Event::End);
        assert_ne!(ended, reading.error.is_some(), "{}", recording.file);
    }
}

#[tokio::test]
async fn every_recorded_stream_that_is_cut_off_is_an_error() {
    let Some(recordings) = recordings() else {
        return;
    };
    let mut counts = Counts::new();
    for recording in recordings.iter().filter(|recording| recording.streamed) {
        let mut half = recording.clone();
        half.body.truncate(recording.body.len() / 2);
        let transport = MemoryTransport::new().with(half.response(usize::MAX));
        let reading = half.reading(&model(&half, transport)).await;
        let kind = reading.error.map(|error| error.kind());
        assert_eq!(kind, Some(ErrorKind::Protocol), "{}", recording.file);
        counts.add(&recording.folder, true);
    }
    counts.report("streams cut off in the middle");
    assert!(counts.total() > 0, "no stream was cut off");
}

#[tokio::test]
async fn every_expressible_request_is_written_as_it_was_recorded() {
    let Some(recordings) = recordings() else {
        return;
    };
    recordings
        .assert_written(
            model,
            |recording, body| recorded::request(body, recording.streamed),
            |_, body| recorded::normal(body),
        )
        .await;
}

#[tokio::test]
async fn every_request_goes_where_the_recorded_one_went() {
    let Some(recordings) = recordings() else {
        return;
    };
    for recording in &recordings {
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let request = Request::new("whatever").with_delivery(recording.delivery());
        let model = model(recording, transport.clone());
        model.stream(request).await.err().unwrap();
        let path = recording.path.replace(':', "%3A");
        assert_eq!(
            transport.requests()[0].uri().path(),
            path,
            "{}",
            recording.file
        );
    }
}
