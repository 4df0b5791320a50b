//! Recorded exchanges of many hosts, decoded, and compared with what an independent reader found in them. The
//! recordings are not part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside
//! the workspace, the tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel, Delivery, EmbeddingModel, EmbeddingRequest, Error, ErrorKind, Fold, Request,
    Response,
};
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use glassbox_openai::{
    BEDROCK_MANTLE, CHATGPT_CODEX, COMPATIBLE, COPILOT, Dialect, OpenAi, OpenAiBuilder, dialect,
};
use serde_json::Value;

mod exceptions;
mod oracle;
mod recorded;
mod responses;
mod responses_recorded;

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
        let name = match self.host.rsplit_once('-') {
            Some(("alibaba", _)) => "dashscope",
            Some((name, _)) => name,
            None => "",
        };
        match name {
            "bedrock-mantle" => &BEDROCK_MANTLE,
            "chatgpt-codex" => &CHATGPT_CODEX,
            "copilot" => &COPILOT,
            name => dialect(name).unwrap_or(&OTHER),
        }
    }

    /// A model that gets this answer.
    fn replay(&self, transport: MemoryTransport) -> OpenAi {
        self.builder(transport).build().unwrap()
    }

    fn builder(&self, transport: MemoryTransport) -> OpenAiBuilder {
        OpenAi::builder(self.model())
            .dialect(self.dialect())
            .base_url("http://cassette.invalid/v1")
            .api_key("key-of-nobody")
            .api_version("2024-10-21")
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
        let model = self.replay(MemoryTransport::new().with(self.response(cut)));
        self.decode_by(&model).await
    }

    /// What a model that gets this answer makes of it.
    async fn decode_by(&self, model: &dyn CompletionModel) -> (Response, Option<Error>) {
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

/// The exchanges of an API that speak OpenAI's form of it. Others have the same name for theirs.
fn cassettes(folder: &Path, api: &str) -> Vec<Cassette> {
    let index = std::fs::read_to_string(folder.join("INDEX.jsonl")).unwrap();
    let rows = index
        .lines()
        .map(|row| serde_json::from_str::<Value>(row).unwrap());
    let chat = rows.filter(|row| row["api"] == api).map(|row| {
        let file = row["file"].as_str().unwrap().to_owned();
        let mut exchange: Value =
            serde_json::from_slice(&std::fs::read(folder.join(&file)).unwrap()).unwrap();
        let path = exchange["request"]["path"].as_str().unwrap_or_default();
        let others = ["cohere", "gemini"]
            .iter()
            .any(|host| file.starts_with(host));
        (path != "/api/chat" && !others).then(|| Cassette {
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
    let mut exceptions = exceptions::Exceptions::new(exceptions::CHAT);
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    let mut mismatches = Vec::new();
    for cassette in cassettes(&folder, "chat") {
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
    for cassette in cassettes(&folder, "chat") {
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
async fn every_recorded_embedding_is_read() {
    let Some(folder) = folder() else {
        return skipped();
    };
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    for cassette in cassettes(&folder, "embeddings") {
        let body = cassette.request.as_ref().unwrap();
        let inputs: Vec<String> = match &body["input"] {
            Value::String(text) => vec![text.clone()],
            texts => serde_json::from_value(texts.clone()).unwrap(),
        };
        let mut request = EmbeddingRequest::new(inputs.clone());
        let dimensions = body["dimensions"].as_u64();
        request.dimensions = dimensions.map(|count| u32::try_from(count).unwrap());
        let transport = MemoryTransport::new().with(cassette.response(61));
        let model = cassette
            .builder(transport.clone())
            .build_embeddings()
            .unwrap();
        let answer = model.embed(request).await;
        if cassette.response["status"] == 200 {
            let response = answer.unwrap();
            assert_eq!(response.embeddings.len(), inputs.len(), "{}", cassette.file);
            let length = response.embeddings[0].len();
            assert_eq!(
                length as u64,
                dimensions.unwrap_or(length as u64),
                "{}",
                cassette.file
            );
            assert!(response.usage.input_tokens.is_some(), "{}", cassette.file);
        } else {
            let status = answer.unwrap_err().status().map(u64::from);
            assert_eq!(
                status,
                cassette.response["status"].as_u64(),
                "{}",
                cassette.file
            );
        }
        let mut sent: Value = serde_json::from_slice(transport.requests()[0].body()).unwrap();
        sent.as_object_mut()
            .unwrap()
            .shift_remove("encoding_format");
        let mut expected = body.clone();
        expected["input"] = serde_json::json!(inputs);
        expected
            .as_object_mut()
            .unwrap()
            .shift_remove("encoding_format");
        assert_eq!(sent, expected, "{}", cassette.file);
        let count = counts.entry(cassette.host.clone()).or_default();
        *count = [count[0] + 1, count[1] + 1];
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
    for cassette in cassettes(&folder, "chat") {
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
