//! Recorded exchanges, decoded, and compared with what an independent reader found in them. The recordings are not part
//! of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside the workspace, the tests
//! say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use glassbox_anthropic::{Anthropic, AnthropicBuilder};
use glassbox_core::{CompletionModel, Delivery, Error, Fold, Request, Response};
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
    streamed: bool,
    /// The body of the request, where it was recorded.
    request: Option<Value>,
    response: Value,
}

impl Cassette {
    fn builder(&self, transport: MemoryTransport) -> AnthropicBuilder {
        let model = self
            .request
            .as_ref()
            .and_then(|body| body["model"].as_str());
        Anthropic::builder(model.unwrap_or("unknown"))
            .base_url("http://cassette.invalid")
            .api_key("key-of-nobody")
            .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
    }

    fn response(&self, cut: usize) -> MemoryResponse {
        let status = self.response["status"].as_u64().unwrap();
        let mut response = MemoryResponse::new(u16::try_from(status).unwrap());
        for (name, value) in self.response["headers"].as_object().unwrap() {
            response = response.with_header(name, value.as_str().unwrap());
        }
        let body = self.response["body"].as_str().unwrap();
        for piece in body.as_bytes().chunks(cut) {
            response = response.with_chunk(piece.to_vec());
        }
        response
    }

    /// What our adapter makes of the answer: all that arrived, and the error that ended it.
    async fn decode(&self, cut: usize) -> (Response, Option<Error>) {
        let transport = MemoryTransport::new().with(self.response(cut));
        let model = self.builder(transport).build().unwrap();
        let request = Request::new("whatever").with_delivery(if self.streamed {
            Delivery::Incremental
        } else {
            Delivery::Whole
        });
        let mut fold = Fold::new();
        let mut events = match model.stream(request).await {
            Ok(events) => events,
            Err(error) => return (fold.into_partial(), Some(error)),
        };
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => fold.push(event),
                Err(error) => return (fold.into_partial(), Some(error)),
            }
        }
        (fold.finish().unwrap(), None)
    }
}

/// The exchanges of the Messages API.
fn cassettes(folder: &Path) -> Vec<Cassette> {
    let index = std::fs::read_to_string(folder.join("INDEX.jsonl")).unwrap();
    let rows = index
        .lines()
        .map(|row| serde_json::from_str::<Value>(row).unwrap());
    let messages = rows.filter(|row| row["api"] == "messages").map(|row| {
        let file = row["file"].as_str().unwrap().to_owned();
        let mut exchange: Value =
            serde_json::from_slice(&std::fs::read(folder.join(&file)).unwrap()).unwrap();
        Cassette {
            file,
            streamed: row["streaming"].as_bool().unwrap(),
            request: Some(exchange["request"]["body"].take()).filter(Value::is_object),
            response: exchange["response"].take(),
        }
    });
    messages.collect()
}

fn skipped() {
    #[expect(clippy::print_stdout, reason = "a skipped test says so")]
    {
        println!("skipped: no cassettes folder");
    }
}

#[expect(clippy::print_stdout, reason = "the counts are for people")]
fn report(title: &str, good: usize, all: usize, reasons: &BTreeMap<String, usize>) {
    println!("{title}: {good} of {all}");
    for (reason, count) in reasons {
        println!("  {count}: {reason}");
    }
}

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let oracle = oracle::rows(&folder);
    let mut exceptions = exceptions::Exceptions::default();
    let mut mismatches = Vec::new();
    let cassettes = cassettes(&folder);
    let mut good = 0;
    for cassette in &cassettes {
        let (response, error) = cassette.decode(61).await;
        let expected = &oracle[&cassette.file];
        let differences = oracle::differences(expected, &response, error.as_ref());
        let unexpected = exceptions.filter(&cassette.file, differences);
        good += usize::from(unexpected.is_empty());
        let lines = unexpected.into_iter();
        mismatches.extend(lines.map(|line| format!("{}: {line}", cassette.file)));
    }
    let title = "answers read as the oracle reads them, or excepted";
    report(title, good, cassettes.len(), &BTreeMap::new());
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
    assert_eq!(
        exceptions.unused(),
        [""; 0],
        "exceptions that nothing needs"
    );
}

#[tokio::test]
async fn every_recorded_answer_is_the_same_however_it_is_cut() {
    let Some(folder) = folder() else {
        return skipped();
    };
    for cassette in cassettes(&folder) {
        let (whole, error) = cassette.decode(usize::MAX).await;
        for cut in [1, 3, 61] {
            let (cut, cut_error) = cassette.decode(cut).await;
            assert_eq!(cut, whole, "{}", cassette.file);
            assert_eq!(cut_error.is_some(), error.is_some(), "{}", cassette.file);
        }
    }
}

#[tokio::test]
async fn every_expressible_request_is_written_as_it_was_recorded() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let mut reasons = BTreeMap::<String, usize>::new();
    let mut mismatches = Vec::new();
    let (mut good, mut all) = (0, 0);
    for cassette in cassettes(&folder) {
        let Some(body) = &cassette.request else {
            continue;
        };
        all += 1;
        let (request, server_tools) = match recorded::request(body) {
            Ok(request) => request,
            Err(reason) => {
                *reasons.entry(reason).or_default() += 1;
                continue;
            }
        };
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let builder = cassette.builder(transport.clone());
        let model = server_tools
            .into_iter()
            .fold(builder, AnthropicBuilder::server_tool);
        let error = model.build().unwrap().stream(request).await.err().unwrap();
        let Some(sent) = transport.requests().pop() else {
            mismatches.push(format!("{}: {error:?}", cassette.file));
            continue;
        };
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        let (sent, expected) = (recorded::normal(&sent), recorded::normal(body));
        if sent == expected {
            good += 1;
        } else {
            mismatches.push(format!("{}:\n  {sent}\n  {expected}", cassette.file));
        }
    }
    report(
        "requests written as they were recorded",
        good,
        all,
        &reasons,
    );
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}

/// What the model said goes back as it came, block by block.
#[tokio::test]
async fn every_recorded_answer_goes_back_as_it_came() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let mut mismatches = Vec::new();
    let (mut good, mut all) = (0, 0);
    for cassette in cassettes(&folder) {
        let (response, error) = cassette.decode(61).await;
        if error.is_some() || cassette.streamed {
            continue;
        }
        all += 1;
        let request = Request::new(vec![
            glassbox_core::Message::user("whatever"),
            response.choices[0].message.clone(),
        ]);
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let model = cassette.builder(transport.clone()).build().unwrap();
        model.stream(request).await.err().unwrap();
        let sent = transport.requests().pop().unwrap();
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        let body: Value =
            serde_json::from_str(cassette.response["body"].as_str().unwrap()).unwrap();
        let expected = recorded::content(&body["content"]);
        let sent = recorded::content(&sent["messages"][1]["content"]);
        if sent == expected {
            good += 1;
        } else {
            mismatches.push(format!("{}:\n  {sent}\n  {expected}", cassette.file));
        }
    }
    report(
        "answers sent back as they came",
        good,
        all,
        &BTreeMap::new(),
    );
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}
