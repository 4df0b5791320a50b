//! Recorded exchanges of many hosts, decoded, and compared with what an independent reader found in them. The
//! recordings are not part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside
//! the workspace, the tests say that they were skipped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use glassbox_core::{CompletionModel, Delivery, Error, ErrorKind, Fold, Request, Response};
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use glassbox_openai::{COMPATIBLE, Dialect, OpenAi, dialect};
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
    host: String,
    streamed: bool,
    /// The body of the request, where it was recorded.
    request: Option<Value>,
    response: Value,
}

impl Cassette {
    fn model(&self) -> &str {
        let model = self
            .request
            .as_ref()
            .and_then(|body| body["model"].as_str());
        model.unwrap_or("unknown")
    }

    fn dialect(&self) -> &'static Dialect {
        static OTHER: Dialect = COMPATIBLE;
        let name = match self.host.trim_end_matches("-chat") {
            "alibaba" => "dashscope",
            name => name,
        };
        dialect(name).unwrap_or(&OTHER)
    }

    /// A model that gets this answer.
    fn replay(&self, transport: MemoryTransport) -> OpenAi {
        OpenAi::builder(self.model())
            .dialect(self.dialect())
            .base_url("http://cassette.invalid/v1")
            .api_key("key-of-nobody")
            .api_version("2024-10-21")
            .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
            .build()
            .unwrap()
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
        let model = self.replay(MemoryTransport::new().with(self.response(cut)));
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

/// The exchanges that are Chat Completions: by their folder and, for Ollama, which has two APIs, by their path.
fn cassettes(folder: &Path) -> Vec<Cassette> {
    let index = std::fs::read_to_string(folder.join("INDEX.jsonl")).unwrap();
    let rows = index
        .lines()
        .map(|row| serde_json::from_str::<Value>(row).unwrap());
    let chat = rows.filter(|row| row["api"] == "chat").map(|row| {
        let file = row["file"].as_str().unwrap().to_owned();
        let mut exchange: Value =
            serde_json::from_slice(&std::fs::read(folder.join(&file)).unwrap()).unwrap();
        let path = exchange["request"]["path"].as_str().unwrap_or_default();
        (path != "/api/chat").then(|| Cassette {
            host: file.split('/').next().unwrap().to_owned(),
            file,
            streamed: row["streaming"].as_bool().unwrap(),
            request: Some(exchange["request"]["body"].take()).filter(Value::is_object),
            response: exchange["response"].take(),
        })
    });
    chat.flatten().collect()
}

fn skipped() {
    #[expect(clippy::print_stdout, reason = "a skipped test says so")]
    {
        println!("skipped: no cassettes folder");
    }
}

#[expect(clippy::print_stdout, reason = "the counts are for people")]
fn report(title: &str, counts: &BTreeMap<String, [usize; 2]>) {
    let total = |at: usize| counts.values().map(|count| count[at]).sum::<usize>();
    println!("{title}: {} of {}", total(0), total(1));
    for (host, [good, all]) in counts {
        println!("  {host}: {good} of {all}");
    }
}

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let oracle = oracle::rows(&folder);
    let mut exceptions = exceptions::Exceptions::default();
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    let mut mismatches = Vec::new();
    for cassette in cassettes(&folder) {
        let (response, error) = cassette.decode(61).await;
        let expected = &oracle[&cassette.file];
        let differences = oracle::differences(expected, &response, error.as_ref());
        let unexpected = exceptions.filter(&cassette.file, differences);
        let count = counts.entry(cassette.host.clone()).or_default();
        count[0] += usize::from(unexpected.is_empty());
        count[1] += 1;
        let lines = unexpected.into_iter();
        mismatches.extend(lines.map(|line| format!("{}: {line}", cassette.file)));
    }
    report(
        "answers read as the oracle reads them, or excepted",
        &counts,
    );
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
        for cut in [1, 3, 4096] {
            let length = cassette.response["body"].as_str().unwrap().len();
            if cut < 4 && length > 20_000 {
                continue;
            }
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
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    let mut reasons = BTreeMap::<String, [usize; 2]>::new();
    let mut mismatches = Vec::new();
    for cassette in cassettes(&folder) {
        let Some(body) = &cassette.request else {
            continue;
        };
        let request = match recorded::request(body, cassette.dialect()) {
            Ok(request) => request,
            Err(reason) => {
                reasons.entry(reason).or_default()[1] += 1;
                continue;
            }
        };
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let model = cassette.replay(transport.clone());
        let error = model.stream(request).await.err().unwrap();
        if error.kind() == ErrorKind::Unsupported {
            // The host refused it too.
            assert_eq!(cassette.response["status"], 400, "{}", cassette.file);
            reasons.entry(error.to_string()).or_default()[1] += 1;
            continue;
        }
        let count = counts.entry(cassette.host.clone()).or_default();
        count[1] += 1;
        let Some(sent) = transport.requests().pop() else {
            mismatches.push(format!("{}: {error:?}", cassette.file));
            continue;
        };
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        let dialect = cassette.dialect();
        let expected = recorded::normal(body, body, dialect);
        let sent = recorded::normal(&sent, body, dialect);
        if sent == expected {
            count[0] += 1;
        } else {
            mismatches.push(format!("{}:\n  {sent}\n  {expected}", cassette.file));
        }
    }
    report("requests written as they were recorded", &counts);
    report(
        "requests that our types cannot express, by the reason",
        &reasons,
    );
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
}
