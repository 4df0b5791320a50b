//! Recorded exchanges, decoded, and compared with what an independent reader found in them. The recordings are not
//! part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside the workspace, the
//! tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel, Delivery, EmbeddingModel, EmbeddingRequest, Error, Fold, Request, Response,
};
use glassbox_gemini::{Gemini, GeminiBuilder};
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use serde_json::{Value, json};

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
    /// The path of the request, without its query.
    path: String,
    /// The body of the request, where it was recorded.
    request: Option<Value>,
    response: Value,
}

impl Cassette {
    fn is_streamed(&self) -> bool {
        self.path.ends_with(":streamGenerateContent")
    }

    fn is_vertex(&self) -> bool {
        self.host.starts_with("vertex")
    }

    fn model(&self) -> &str {
        let (_, model) = self.path.rsplit_once("models/").unwrap();
        model.split(':').next().unwrap()
    }

    fn builder(&self, transport: MemoryTransport) -> GeminiBuilder {
        let builder = if self.is_vertex() {
            Gemini::vertex(self.model())
                .project("example-project")
                .access_token("token-of-nobody")
        } else {
            Gemini::builder(self.model()).api_key("key-of-nobody")
        };
        builder
            .base_url("http://cassette.invalid")
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
        let request = Request::new("whatever").with_delivery(if self.is_streamed() {
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

/// The exchanges of a folder.
fn cassettes(folder: &Path, hosts: &[&str]) -> Vec<Cassette> {
    let index = std::fs::read_to_string(folder.join("INDEX.jsonl")).unwrap();
    let rows = index.lines().map(|row| {
        let row: Value = serde_json::from_str(row).unwrap();
        row["file"].as_str().unwrap().to_owned()
    });
    let ours = rows.filter(|file| {
        let host = file.split('/').next().unwrap();
        hosts.contains(&host)
    });
    let read = ours.map(|file| {
        let mut exchange: Value =
            serde_json::from_slice(&std::fs::read(folder.join(&file)).unwrap()).unwrap();
        let path = exchange["request"]["path"].as_str().unwrap_or_default();
        Cassette {
            path: path.split('?').next().unwrap().to_owned(),
            host: file.split('/').next().unwrap().to_owned(),
            file,
            request: Some(exchange["request"]["body"].take()).filter(Value::is_object),
            response: exchange["response"].take(),
        }
    });
    read.collect()
}

const GENERATE: &[&str] = &["gemini-generate", "vertex-generate"];

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
    for cassette in cassettes(&folder, GENERATE) {
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
    for cassette in cassettes(&folder, GENERATE) {
        let (whole, error) = cassette.decode(usize::MAX).await;
        for cut in [1, 3, 4096] {
            let (cut, cut_error) = cassette.decode(cut).await;
            assert_eq!(cut, whole, "{}", cassette.file);
            assert_eq!(cut_error.is_some(), error.is_some(), "{}", cassette.file);
        }
    }
}

#[tokio::test]
async fn every_recorded_answer_goes_back_as_it_came() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    for cassette in cassettes(&folder, GENERATE) {
        let (response, error) = cassette.decode(usize::MAX).await;
        let (Some(message), None) = (response.message(), error) else {
            continue;
        };
        let given = recorded::given_parts(cassette.response["body"].as_str().unwrap());
        if given.is_empty() {
            continue;
        }
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let model = cassette.builder(transport.clone()).build().unwrap();
        let mut request = Request::new("whatever");
        request.messages.push(message.clone());
        model.stream(request).await.err().unwrap();
        let sent: Value = serde_json::from_slice(transport.requests()[0].body()).unwrap();
        let returned = recorded::returned_parts(&sent["contents"][1]["parts"]);
        assert_eq!(returned, given, "{}", cassette.file);
        let count = counts.entry(cassette.host.clone()).or_default();
        *count = [count[0] + 1, count[1] + 1];
    }
    report("answers that go back as they came", &counts);
}

#[tokio::test]
async fn every_recorded_embedding_is_read() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    for cassette in cassettes(&folder, &["gemini-embeddings"]) {
        let count = counts.entry(cassette.host.clone()).or_default();
        count[1] += 1;
        let body = cassette.request.as_ref().unwrap();
        let requests = body["requests"].as_array().unwrap();
        let texts = requests.iter().map(|one| {
            let parts = one["content"]["parts"].as_array()?;
            let [part] = parts.as_slice() else {
                return None;
            };
            part["text"].as_str()
        });
        let Some(inputs) = texts.collect::<Option<Vec<_>>>() else {
            // A picture beside a text: our requests are of texts. Its answer is read all the same.
            let transport = MemoryTransport::new().with(cassette.response(61));
            let model = cassette.builder(transport).build_embeddings().unwrap();
            let answer = model.embed(EmbeddingRequest::new(["whatever"])).await;
            assert!(!answer.unwrap().embeddings[0].is_empty());
            continue;
        };
        let mut request = EmbeddingRequest::new(inputs.clone());
        let dimensions = requests[0]["outputDimensionality"].as_u64();
        request.dimensions = dimensions.map(|count| u32::try_from(count).unwrap());
        let transport = MemoryTransport::new().with(cassette.response(61));
        let model = cassette
            .builder(transport.clone())
            .build_embeddings()
            .unwrap();
        let response = model.embed(request).await.unwrap();
        assert_eq!(response.embeddings.len(), inputs.len(), "{}", cassette.file);
        let length = response.embeddings[0].len() as u64;
        assert_eq!(Some(length), dimensions, "{}", cassette.file);
        let sent = &transport.requests()[0];
        assert_eq!(sent.uri().path(), cassette.path);
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        assert_eq!(&sent, body, "{}", cassette.file);
        count[0] += 1;
    }
    report("embeddings read and requests written", &counts);
}

#[tokio::test]
async fn every_expressible_request_is_written_as_it_was_recorded() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    let mut reasons = BTreeMap::<String, [usize; 2]>::new();
    let mut mismatches = Vec::new();
    for cassette in cassettes(&folder, GENERATE) {
        let Some(body) = &cassette.request else {
            continue;
        };
        let provider = if cassette.is_vertex() {
            "gcp.vertex_ai"
        } else {
            "gcp.gemini"
        };
        let body = recorded::normal(body);
        let request = match recorded::request(&body, provider) {
            Ok(request) => request,
            Err(reason) => {
                reasons.entry(reason).or_default()[1] += 1;
                continue;
            }
        };
        let count = counts.entry(cassette.host.clone()).or_default();
        count[1] += 1;
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let builder = cassette.builder(transport.clone());
        let builder = builder.schema_form(recorded::schema_form(&body));
        let error = builder
            .build()
            .unwrap()
            .stream(request)
            .await
            .err()
            .unwrap();
        let Some(sent) = transport.requests().pop() else {
            mismatches.push(format!("{}: {error:?}", cassette.file));
            continue;
        };
        if !cassette.is_vertex() {
            assert_eq!(
                sent.uri().path(),
                cassette
                    .path
                    .replace("stream", "")
                    .replace("GenerateContent", "generateContent")
                    .as_str()
            );
        }
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        let sent = recorded::normal(&sent);
        if sent == body {
            count[0] += 1;
        } else {
            mismatches.push(format!("{}:\n  {sent}\n  {body}", cassette.file));
        }
    }
    report("requests written as they were recorded", &counts);
    report(
        "requests that our types cannot express, by the reason",
        &reasons,
    );
    assert!(mismatches.is_empty(), "{}", mismatches.join("\n"));
    assert_ne!(json!(counts.len()), json!(0), "no request was compared");
}
