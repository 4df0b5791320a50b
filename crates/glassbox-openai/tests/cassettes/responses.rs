//! The recordings of Responses.

use glassbox_http::{MemoryResponse, MemoryTransport};
use glassbox_openai::OpenAiResponses;
use glassbox_test::cassettes::{Counts, Recording};
use serde_json::{Value, json};

use super::{builder, dialect_of, exceptions, recordings, responses_recorded as recorded};

/// A model that gets the recorded answer. Where a request does not say that nothing is to be stored, it is.
fn model(recording: &Recording, transport: MemoryTransport) -> OpenAiResponses {
    let request = recording.request.as_ref();
    let store = request.is_some_and(|body| body["store"] != false);
    builder(recording, transport)
        .store(store)
        .build_responses()
        .unwrap()
}

#[tokio::test]
async fn every_recorded_response_is_read_as_the_oracle_reads_it() {
    if let Some(recordings) = recordings("responses") {
        recordings.assert_read(model, exceptions::RESPONSES).await;
    }
}

#[tokio::test]
async fn every_recorded_response_is_the_same_however_it_is_cut() {
    if let Some(recordings) = recordings("responses") {
        recordings.assert_cut(model).await;
    }
}

/// The last event of a stream holds all of it once more: read by itself, it is the same answer.
#[tokio::test]
async fn every_recorded_stream_is_what_its_last_event_says() {
    let Some(recordings) = recordings("responses") else {
        return;
    };
    let mut counts = Counts::new();
    for recording in &recordings {
        let body = std::str::from_utf8(&recording.body).unwrap();
        let last = body.lines().find_map(|line| {
            let mut event: Value = serde_json::from_str(line.strip_prefix("data:")?).ok()?;
            (event["type"] == "response.completed").then(|| event["response"].take())
        });
        let Some(last) = last.filter(|last| last["output"] != json!([])) else {
            continue;
        };
        let streamed = MemoryTransport::new().with(recording.response(usize::MAX));
        let streamed = recording
            .reading(&model(recording, streamed))
            .await
            .response;
        let whole = MemoryResponse::new(200).with_chunk(last.to_string());
        let whole = model(recording, MemoryTransport::new().with(whole));
        let whole = recording.reading(&whole).await;
        assert!(whole.error.is_none(), "{}", recording.file);
        let whole = whole.response;
        let kind =
            |response: &glassbox_core::Response| response.finish_reason().map(|reason| reason.kind);
        let same = streamed.text() == whole.text()
            && streamed.tool_calls().eq(whole.tool_calls())
            && streamed.usage == whole.usage
            && kind(&streamed) == kind(&whole);
        counts.add(&recording.folder, same);
        assert!(same, "{}:\n{streamed:#?}\n{whole:#?}", recording.file);
    }
    counts.report("streams that are what their last event says");
}

#[tokio::test]
async fn every_expressible_request_for_a_response_is_written_as_it_was_recorded() {
    let Some(recordings) = recordings("responses") else {
        return;
    };
    let express =
        |recording: &Recording, body: &Value| recorded::request(body, dialect_of(recording));
    let normal = |_: &Recording, body: &Value| recorded::normal(body);
    recordings.assert_written(model, express, normal).await;
}
