//! Recorded exchanges with Bedrock, decoded, and compared with what an independent reader found in them. The
//! recordings are not part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside
//! the workspace, the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use glassbox_bedrock::Bedrock;
use glassbox_core::{CompletionModel, Delivery, Error, ErrorKind, Event, Fold, Request, Response};
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use serde_json::Value;

mod exceptions;
mod oracle;
mod recorded;

/// The folder of recordings, where there is one.
#[expect(clippy::disallowed_methods, reason = "a test reads where its data is")]
fn folder() -> Option<PathBuf> {
    let named = std::env::var("GLASSBOX_CASSETTES").ok().map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cassettes");
    let folder = named.unwrap_or(beside);
    folder.join("INDEX.jsonl").is_file().then_some(folder)
}

/// One recorded exchange.
struct Cassette {
    file: String,
    path: String,
    streamed: bool,
    /// The body of the request, where it was recorded.
    request: Option<Value>,
    response: Value,
    body: Vec<u8>,
}

impl Cassette {
    fn new(folder: &Path, row: &Value) -> Self {
        let file = row["file"].as_str().unwrap().to_owned();
        let mut exchange: Value =
            serde_json::from_slice(&std::fs::read(folder.join(&file)).unwrap()).unwrap();
        let response = exchange["response"].take();
        let body = response["body"].as_str().unwrap();
        let body = match response["body_encoding"].as_str() {
            Some("base64") => STANDARD.decode(body).unwrap(),
            _ => body.as_bytes().to_vec(),
        };
        Self {
            file,
            path: exchange["request"]["path"].as_str().unwrap().to_owned(),
            streamed: row["streaming"].as_bool().unwrap(),
            request: Some(exchange["request"]["body"].take()).filter(Value::is_object),
            response,
            body,
        }
    }

    /// The model's id, as the path names it.
    fn model(&self) -> String {
        let id = self.path.split('/').nth(2).unwrap();
        id.replace("%3A", ":").replace("%2F", "/")
    }

    /// A model that gets this answer.
    fn replay(&self, transport: MemoryTransport) -> Bedrock {
        Bedrock::builder(self.model())
            .region("us-east-1")
            .api_key("key-of-nobody")
            .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
            .build()
            .unwrap()
    }

    fn answer(&self, cut: usize) -> MemoryResponse {
        let status = self.response["status"].as_u64().unwrap();
        let mut response = MemoryResponse::new(u16::try_from(status).unwrap());
        for (name, value) in self.response["headers"].as_object().unwrap() {
            response = response.with_header(name, value.as_str().unwrap());
        }
        for piece in self.body.chunks(cut) {
            response = response.with_chunk(piece.to_vec());
        }
        response
    }

    /// The events that our adapter makes of the answer, and the error that ended them.
    async fn events(&self, cut: usize) -> (Vec<Event>, Option<Error>) {
        let model = self.replay(MemoryTransport::new().with(self.answer(cut)));
        let request = Request::new("whatever").with_delivery(if self.streamed {
            Delivery::Incremental
        } else {
            Delivery::Whole
        });
        let mut seen = Vec::new();
        let mut events = match model.stream(request).await {
            Ok(events) => events,
            Err(error) => return (seen, Some(error)),
        };
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => seen.push(event),
                Err(error) => return (seen, Some(error)),
            }
        }
        assert_eq!(seen.last(), Some(&Event::End));
        (seen, None)
    }
}

fn folded(events: Vec<Event>) -> Response {
    let mut fold = Fold::new();
    events.into_iter().for_each(|event| fold.push(event));
    fold.into_partial()
}

fn cassettes(folder: &Path) -> Vec<Cassette> {
    let index = std::fs::read_to_string(folder.join("INDEX.jsonl")).unwrap();
    let rows = index
        .lines()
        .map(|row| serde_json::from_str::<Value>(row).unwrap());
    let ours = rows.filter(|row| row["provider"] == "bedrock" && row["api"] == "converse");
    ours.map(|row| Cassette::new(folder, &row)).collect()
}

#[expect(clippy::print_stdout, reason = "the counts are for people")]
fn say(line: &str) {
    println!("{line}");
}

const SKIPPED: &str = "skipped: no cassettes folder";

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    let Some(folder) = folder() else {
        return say(SKIPPED);
    };
    let oracle = oracle::rows(&folder);
    let mut exceptions = exceptions::Exceptions::default();
    let mut mismatches = Vec::new();
    let cassettes = cassettes(&folder);
    for cassette in &cassettes {
        let (events, error) = cassette.events(61).await;
        let expected = &oracle[&cassette.file];
        let differences = oracle::differences(expected, &folded(events), error.as_ref());
        let unexpected = exceptions.filter(&cassette.file, differences);
        let lines = unexpected.into_iter();
        mismatches.extend(lines.map(|line| format!("{}: {line}", cassette.file)));
    }
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
    say(&format!(
        "answers read as the oracle reads them, or excepted: {}",
        cassettes.len()
    ));
    assert_eq!(
        exceptions.unused(),
        [""; 0],
        "exceptions that nothing needs"
    );
}

#[tokio::test]
async fn every_recorded_answer_is_the_same_however_it_is_cut() {
    let Some(folder) = folder() else {
        return say(SKIPPED);
    };
    for cassette in cassettes(&folder) {
        let (whole, error) = cassette.events(usize::MAX).await;
        for cut in [1, 3, 61, 4096] {
            let (events, cut_error) = cassette.events(cut).await;
            assert_eq!(events, whole, "{}", cassette.file);
            assert_eq!(
                cut_error.map(|error| error.to_string()),
                error.as_ref().map(ToString::to_string),
                "{}",
                cassette.file
            );
        }
    }
}

#[tokio::test]
async fn every_recorded_stream_that_is_cut_off_is_an_error() {
    let Some(folder) = folder() else {
        return say(SKIPPED);
    };
    let cassettes = cassettes(&folder);
    let streams = cassettes.into_iter().filter(|cassette| cassette.streamed);
    for mut cassette in streams {
        let half = cassette.body.len() / 2;
        cassette.body.truncate(half);
        let (_, error) = cassette.events(usize::MAX).await;
        let kind = error.map(|error| error.kind());
        assert_eq!(kind, Some(ErrorKind::Protocol), "{}", cassette.file);
    }
}

#[tokio::test]
async fn every_expressible_request_is_written_as_it_was_recorded() {
    let Some(folder) = folder() else {
        return say(SKIPPED);
    };
    let (mut good, mut all) = (0, 0);
    let mut reasons = BTreeMap::<String, usize>::new();
    let mut mismatches = Vec::new();
    for cassette in cassettes(&folder) {
        let Some(body) = &cassette.request else {
            continue;
        };
        let request = match recorded::request(body, cassette.streamed) {
            Ok(request) => request,
            Err(reason) => {
                *reasons.entry(reason).or_default() += 1;
                continue;
            }
        };
        all += 1;
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let model = cassette.replay(transport.clone());
        let error = model.stream(request).await.err().unwrap();
        let Some(sent) = transport.requests().pop() else {
            mismatches.push(format!("{}: {error:?}", cassette.file));
            continue;
        };
        let path = cassette.path.replace(':', "%3A");
        assert_eq!(sent.uri().path(), path, "{}", cassette.file);
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        let (sent, expected) = (recorded::normal(&sent), recorded::normal(body));
        if sent == expected {
            good += 1;
        } else {
            mismatches.push(format!("{}:\n  {sent}\n  {expected}", cassette.file));
        }
    }
    say(&format!(
        "requests written as they were recorded: {good} of {all}"
    ));
    for (reason, count) in reasons {
        say(&format!(
            "  {count} that our types cannot express: {reason}"
        ));
    }
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}
