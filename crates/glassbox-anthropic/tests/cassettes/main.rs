//! Recorded exchanges, decoded, and compared with what an independent reader found in them. The recordings are not part
//! of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside the workspace, the tests
//! say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_anthropic::{Anthropic, AnthropicBuilder};
use glassbox_core::{CompletionModel as _, Message, Request};
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use glassbox_test::cassettes::{Counts, Exception, Recording, Recordings, same};
use serde_json::Value;

mod recorded;

/// Where the oracle reads another meaning than ours: file, field, reason.
const EXCEPTIONS: &[Exception] = &[
    (PROGRAMMATIC, "finish", SEVERAL),
    (PROGRAMMATIC, "response_id", SEVERAL),
    (PROGRAMMATIC, "text", SEVERAL),
    (PROGRAMMATIC, "usage", SEVERAL),
];

const PROGRAMMATIC: &str =
    "anthropic-messages/vercel-ai__anthropic-programmatic-tool-calling.1-chunks.json";

const SEVERAL: &str =
    "sixteen streams in one file: we read the first, and the oracle what stands last";

/// The exchanges of the Messages API.
fn recordings() -> Option<Recordings> {
    Some(Recordings::from_env(&["messages"])?.corrected(unsaid))
}

/// The oracle takes counts of the cache that are not said for none; for us they are unknown.
fn unsaid(recording: &mut Recording) {
    let body = String::from_utf8_lossy(&recording.body);
    for (theirs, field) in [
        ("cache_read", "\"cache_read_input_tokens\":"),
        ("cache_write", "\"cache_creation_input_tokens\":"),
    ] {
        if let Some(count) = recording.oracle["usage"].get_mut(theirs)
            && !body.contains(field)
        {
            assert_eq!(*count, 0, "{}", recording.file);
            *count = Value::Null;
        }
    }
}

fn builder(recording: &Recording, transport: MemoryTransport) -> AnthropicBuilder {
    Anthropic::builder(recording.model())
        .base_url("http://cassette.invalid")
        .api_key("key-of-nobody")
        .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
}

fn model(recording: &Recording, transport: MemoryTransport) -> Anthropic {
    builder(recording, transport).build().unwrap()
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
async fn every_expressible_request_is_written_as_it_was_recorded() {
    let Some(recordings) = recordings() else {
        return;
    };
    // The host's own tools are the model's, not the request's.
    let with_tools = |recording: &Recording, transport| {
        let body = recording.request.as_ref().unwrap();
        let (_, server_tools) = recorded::request(body).unwrap();
        let builder = builder(recording, transport);
        let builder = server_tools
            .into_iter()
            .fold(builder, AnthropicBuilder::server_tool);
        builder.build().unwrap()
    };
    recordings
        .assert_written(
            with_tools,
            |_, body| recorded::request(body).map(|(request, _)| request),
            |_, body| recorded::normal(body),
        )
        .await;
}

/// What the model said goes back as it came, block by block.
#[tokio::test]
async fn every_recorded_answer_goes_back_as_it_came() {
    let Some(recordings) = recordings() else {
        return;
    };
    let mut counts = Counts::new();
    for recording in recordings.iter().filter(|recording| !recording.streamed) {
        let file = &recording.file;
        let answering = MemoryTransport::new().with(recording.response(61));
        let reading = recording.reading(&model(recording, answering)).await;
        if reading.error.is_some() {
            continue;
        }
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let answer = reading.response.choices[0].message.clone();
        let request = Request::new(vec![Message::user("whatever"), answer]);
        let model = model(recording, transport.clone());
        model.stream(request).await.err().unwrap();
        let sent: Value = serde_json::from_slice(transport.requests()[0].body()).unwrap();
        let body: Value = serde_json::from_slice(&recording.body).unwrap();
        let expected = recorded::content(&body["content"]);
        let sent = recorded::content(&sent["messages"][1]["content"]);
        assert!(same(&sent, &expected), "{file}:\n  {sent}\n  {expected}");
        counts.add(&recording.folder, true);
    }
    counts.report("answers sent back as they came");
    assert!(counts.total() > 0, "no answer was sent back");
}
