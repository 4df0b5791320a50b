//! Recorded exchanges with Ollama, decoded, and compared with what an independent reader found in them. The
//! recordings are not part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside
//! the workspace, the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy};
use glassbox_ollama::Ollama;
use glassbox_test::cassettes::{Recording, Recordings};

mod recorded;

/// The exchanges that speak Ollama's own API. Those of the cloud speak another one.
fn recordings() -> Option<Recordings> {
    let recordings = Recordings::from_env(&["chat"])?;
    Some(recordings.claimed(|recording| {
        recording.provider.starts_with("ollama") && recording.path == "/api/chat"
    }))
}

fn model(recording: &Recording, transport: MemoryTransport) -> Ollama {
    Ollama::builder(recording.model())
        .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
        .build()
        .unwrap()
}

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    if let Some(recordings) = recordings() {
        recordings.assert_read(model, &[]).await;
    }
}

#[tokio::test]
async fn every_recorded_answer_is_the_same_however_it_is_cut() {
    if let Some(recordings) = recordings() {
        recordings.assert_cut(model).await;
    }
}

#[tokio::test]
async fn every_recorded_request_is_written_as_it_was_recorded() {
    let Some(recordings) = recordings() else {
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
