//! Recorded exchanges, decoded, and compared with what an independent reader found in them. The recordings are not
//! part of this repository: without the folder that `GLASSBOX_CASSETTES` names, or the one beside the workspace, the
//! tests say that they were skipped.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_core::{CompletionModel as _, EmbeddingModel as _, EmbeddingRequest, Request};
use glassbox_gemini::{Gemini, GeminiBuilder};
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use glassbox_test::cassettes::{Counts, Exception, Recording, Recordings};
use serde_json::Value;

mod normal;
mod recorded;

/// Where the oracle is wrong: file, field, reason.
const EXCEPTIONS: &[Exception] = &[
    (
        "gemini-generate/vercel-ai__google-stream-no-args-tool-call-chunks.json",
        "tool_calls",
        STREAMED,
    ),
    (
        "gemini-generate/vercel-ai__google-stream-tool-call-array-arguments-missing-terminal-function-call-chunks.json",
        "tool_calls",
        STREAMED,
    ),
];

const STREAMED: &str =
    "streamed arguments: the oracle takes every piece of a call for a call of its own";

/// The exchanges of an API that speak Gemini's form of it. Others have the same name for theirs.
fn recordings(api: &str) -> Option<Recordings> {
    let recordings = Recordings::from_env(&[api])?;
    let recordings =
        recordings.claimed(|recording| ["gemini", "vertex"].contains(&recording.provider.as_str()));
    // What comes as one JSON array is a stream too; the index counts only server-sent events.
    Some(recordings.corrected(|recording| {
        recording.streamed = path(recording).ends_with(":streamGenerateContent");
    }))
}

/// The path of the request, without its query.
fn path(recording: &Recording) -> &str {
    recording.path.split('?').next().unwrap()
}

fn is_vertex(recording: &Recording) -> bool {
    recording.provider == "vertex"
}

fn builder(recording: &Recording, transport: MemoryTransport) -> GeminiBuilder {
    let (_, name) = path(recording).rsplit_once("models/").unwrap();
    let name = name.split(':').next().unwrap();
    let builder = if is_vertex(recording) {
        Gemini::vertex(name)
            .project("example-project")
            .access_token("token-of-nobody")
    } else {
        Gemini::builder(name).api_key("key-of-nobody")
    };
    builder
        .base_url("http://cassette.invalid")
        .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
}

fn model(recording: &Recording, transport: MemoryTransport) -> Gemini {
    builder(recording, transport).build().unwrap()
}

#[tokio::test]
async fn every_recorded_answer_is_read_as_the_oracle_reads_it() {
    if let Some(recordings) = recordings("generate") {
        recordings.assert_read(model, EXCEPTIONS).await;
    }
}

#[tokio::test]
async fn every_recorded_answer_is_the_same_however_it_is_cut() {
    if let Some(recordings) = recordings("generate") {
        recordings.assert_cut(model).await;
    }
}

#[tokio::test]
async fn every_recorded_answer_goes_back_as_it_came() {
    let Some(recordings) = recordings("generate") else {
        return;
    };
    let mut counts = Counts::new();
    for recording in &recordings {
        let answering = MemoryTransport::new().with(recording.response(usize::MAX));
        let reading = recording.reading(&model(recording, answering)).await;
        let (Some(message), None) = (reading.response.message(), reading.error) else {
            continue;
        };
        let given = normal::given_parts(str::from_utf8(&recording.body).unwrap());
        if given.is_empty() {
            continue;
        }
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let mut request = Request::new("whatever");
        request.messages.push(message.clone());
        let model = model(recording, transport.clone());
        model.stream(request).await.err().unwrap();
        let sent: Value = serde_json::from_slice(transport.requests()[0].body()).unwrap();
        let returned = normal::returned_parts(&sent["contents"][1]["parts"]);
        assert_eq!(returned, given, "{}", recording.file);
        counts.add(&recording.folder, true);
    }
    counts.report("answers that go back as they came");
    assert!(counts.total() > 0, "no answer went back");
}

#[tokio::test]
async fn every_recorded_embedding_is_read() {
    let Some(recordings) = recordings("embeddings") else {
        return;
    };
    let mut counts = Counts::new();
    for recording in &recordings {
        let file = &recording.file;
        let transport = MemoryTransport::new().with(recording.response(61));
        let model = builder(recording, transport.clone());
        let model = model.build_embeddings().unwrap();
        let body = recording.request.as_ref().unwrap();
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
            let answer = model.embed(EmbeddingRequest::new(["whatever"])).await;
            assert!(!answer.unwrap().embeddings[0].is_empty());
            counts.add(&recording.folder, false);
            continue;
        };
        let mut request = EmbeddingRequest::new(inputs.clone());
        let dimensions = requests[0]["outputDimensionality"].as_u64();
        request.dimensions = dimensions.map(|count| u32::try_from(count).unwrap());
        let response = model.embed(request).await.unwrap();
        assert_eq!(response.embeddings.len(), inputs.len(), "{file}");
        let length = response.embeddings[0].len() as u64;
        assert_eq!(Some(length), dimensions, "{file}");
        let sent = &transport.requests()[0];
        assert_eq!(sent.uri().path(), recording.path);
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        assert_eq!(&sent, body, "{file}");
        counts.add(&recording.folder, true);
    }
    counts.report("embeddings read and requests written");
}

#[tokio::test]
async fn every_expressible_request_is_written_as_it_was_recorded() {
    let Some(recordings) = recordings("generate") else {
        return;
    };
    let with_schemas = |recording: &Recording, transport| {
        let body = normal::normal(recording.request.as_ref().unwrap());
        let builder = builder(recording, transport);
        let builder = builder.schema_form(recorded::schema_form(&body));
        builder.build().unwrap()
    };
    let express = |recording: &Recording, body: &Value| {
        let provider = if is_vertex(recording) {
            "gcp.vertex_ai"
        } else {
            "gcp.gemini"
        };
        recorded::request(&normal::normal(body), provider)
    };
    recordings
        .assert_written(with_schemas, express, |_, body| normal::normal(body))
        .await;
}

/// The paths of Vertex AI name a project and a version of the API, which are those of the recordings' own clients.
#[tokio::test]
async fn every_request_to_gemini_goes_where_the_recorded_one_went() {
    let Some(recordings) = recordings("generate") else {
        return;
    };
    let recordings = recordings.claimed(|recording| !is_vertex(recording));
    for recording in &recordings {
        let transport = MemoryTransport::new().with(MemoryResponse::new(500));
        let request = Request::new("whatever").with_delivery(recording.delivery());
        let model = model(recording, transport.clone());
        model.stream(request).await.err().unwrap();
        let sent = &transport.requests()[0];
        assert_eq!(sent.uri().path(), path(recording), "{}", recording.file);
    }
}
