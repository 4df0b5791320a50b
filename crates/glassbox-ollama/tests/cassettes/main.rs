//! Recorded exchanges with Ollama, decoded, and compared with what an independent reader found in them. The
//! recordings are not part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside
//! the workspace, the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::collections::BTreeMap;
use std::path::Path;

use glassbox_core::CompletionModel as _;
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use glassbox_ollama::Ollama;
use serde_json::Value;

use self::harness::{Cassette, differences, folder, report};

mod harness;
mod recorded;

/// The exchanges that speak Ollama's own API. Those of the cloud speak another one.
fn cassettes(folder: &Path) -> Vec<Cassette> {
    let mut all = harness::cassettes(folder, &["ollama-chat", "ollama-cloud-chat"]);
    all.retain(|cassette| cassette.path == "/api/chat");
    all
}

fn model(cassette: &Cassette, transport: MemoryTransport) -> Ollama {
    Ollama::builder(cassette.model())
        .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
        .build()
        .unwrap()
}

fn replaying(cassette: &Cassette, cut: usize) -> Ollama {
    model(cassette, MemoryTransport::new().with(cassette.replay(cut)))
}

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    let Some(folder) = folder() else { return };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    let mut mismatches = Vec::new();
    for cassette in cassettes(&folder) {
        let (response, error) = cassette.decode(&replaying(&cassette, 61)).await;
        let differences = differences(&cassette.oracle, &response, error.as_ref());
        let count = counts.entry(cassette.group.clone()).or_default();
        count[0] += usize::from(differences.is_empty());
        count[1] += 1;
        let lines = differences.into_iter();
        mismatches.extend(lines.map(|(_, line)| format!("{}: {line}", cassette.file)));
    }
    report("answers read as the oracle reads them", &counts);
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}

#[tokio::test]
async fn every_recorded_answer_is_the_same_however_it_is_cut() {
    let Some(folder) = folder() else { return };
    for cassette in cassettes(&folder) {
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
    for cassette in cassettes(&folder) {
        let Some(body) = &cassette.request else {
            continue;
        };
        let request = recorded::request(body);
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let error = model(&cassette, transport.clone())
            .stream(request)
            .await
            .err()
            .unwrap();
        let count = counts.entry(cassette.group.clone()).or_default();
        count[1] += 1;
        let Some(sent) = transport.requests().pop() else {
            mismatches.push(format!("{}: {error:?}", cassette.file));
            continue;
        };
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
