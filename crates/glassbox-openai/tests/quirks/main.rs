//! In what hosts differ from each other and from the book, one test and more for each of it, over Chat Completions and
//! Responses. Every body is made up.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_core::{
    CompletionModel as _, CompletionModelExt as _, Delivery, Error, ErrorKind, Fold, Request,
    Response, ToolSpec,
};
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy};
use glassbox_openai::{Dialect, OpenAiBuilder};
use serde_json::{Value, json};

mod answers;
mod calls;
mod conversations;
mod formats;
mod hosts;
mod odd;
mod usage;

const KEY: &str = "key-of-nobody";

/// A model of a host, which answers with one response.
fn builder(dialect: &Dialect, model: &str, transport: &MemoryTransport) -> OpenAiBuilder {
    let builder = OpenAiBuilder::new(model)
        .dialect(*dialect)
        .api_key(KEY)
        .http(HttpClient::new(transport.clone()).with_retry(RetryPolicy::none()));
    if dialect.base_url.is_empty() {
        builder
            .base_url("https://host.example")
            .api_version("2024-10-21")
    } else {
        builder
    }
}

const ANSWER: &str = r#"{"choices":[{"message":{"content":"ok"},"finish_reason":"stop"}]}"#;

/// The body of a request for a model.
async fn sent_to(dialect: &Dialect, model: &str, request: Request) -> Value {
    let transport = MemoryTransport::new().with_response(200, &[], ANSWER);
    let model = builder(dialect, model, &transport).build().unwrap();
    model.complete(request).await.unwrap();
    serde_json::from_slice(transport.requests()[0].body()).unwrap()
}

async fn sent(dialect: &Dialect, request: Request) -> Value {
    sent_to(dialect, "model-1", request).await
}

/// Why a request is not sent.
async fn refused(dialect: &Dialect, request: Request) -> String {
    let transport = MemoryTransport::new();
    let model = builder(dialect, "model-1", &transport).build().unwrap();
    let error = model.complete(request).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(transport.requests().is_empty());
    error.message().to_owned()
}

/// What is made of an answer, as far as it goes, and why it goes no further.
async fn received(dialect: &Dialect, response: MemoryResponse) -> (Response, Option<Error>) {
    let transport = MemoryTransport::new().with(response);
    let model = builder(dialect, "model-1", &transport).build().unwrap();
    let request = Request::new("hi").with_delivery(Delivery::Incremental);
    let mut fold = Fold::new();
    let mut events = match model.stream(request).await {
        Ok(events) => events,
        Err(error) => return (fold.into_partial(), Some(error)),
    };
    while let Some(event) = futures_util::StreamExt::next(&mut events).await {
        match event {
            Ok(event) => fold.push(event),
            Err(error) => return (fold.into_partial(), Some(error)),
        }
    }
    (fold.finish().unwrap(), None)
}

/// A stream of these chunks, and `[DONE]`.
fn stream(chunks: &[Value]) -> MemoryResponse {
    let chunks = chunks.iter().map(|chunk| format!("data: {chunk}\n\n"));
    let body: String = chunks.chain(["data: [DONE]\n\n".to_owned()]).collect();
    MemoryResponse::new(200)
        .with_header("content-type", "text/event-stream")
        .with_chunk(body)
}

async fn streamed(dialect: &Dialect, chunks: &[Value]) -> Response {
    let (response, error) = received(dialect, stream(chunks)).await;
    assert!(error.is_none(), "{error:?}");
    response
}

async fn failed(dialect: &Dialect, response: MemoryResponse) -> Error {
    received(dialect, response).await.1.unwrap()
}

fn whole(body: &Value) -> MemoryResponse {
    MemoryResponse::new(200)
        .with_header("content-type", "application/json")
        .with_chunk(body.to_string())
}

/// A piece of the first choice.
fn delta(delta: &Value) -> Value {
    json!({"id": "c1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

/// The end of the first choice.
fn finish(reason: &str) -> Value {
    json!({"id": "c1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

fn tool() -> ToolSpec {
    let schema =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    ToolSpec::new("weather", schema)
}
