//! The models over a real HTTP server on the loopback interface.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_core::{
    CompletionModel as _, CompletionModelExt as _, Delivery, EmbeddingModel as _, EmbeddingRequest,
    ErrorKind, FinishKind, Message, Request, Response, ToolCallResponse, ToolSpec, Unsupported,
};
use glassbox_http::{HttpClient, ReqwestTransport, RetryPolicy};
use glassbox_ollama::{Ollama, OllamaBuilder};
use glassbox_test::{Reply, Server};
use serde_json::{Value, json};

const KEY: &str = "key-of-nobody";

const LINES: [&str; 4] = [
    "{\"model\":\"m:1b\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"Grüße\"},\"done\":false}\n",
    "{\"model\":\"m:1b\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"天気 😀\"},\"done\":false}\n",
    "{\"model\":\"m:1b\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"weather\",\"arguments\":{\"city\":\"Zürich\"}}}]},\"done\":false}\n",
    "{\"model\":\"m:1b\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":20,\"eval_count\":30}\n",
];

fn whole() -> Value {
    json!({
        "model": "m:1b", "created_at": "2026-01-01T00:00:00Z",
        "message": {"role": "assistant", "content": "天気 😀", "thinking": "Grüße", "tool_calls": [
            {"function": {"name": "weather", "arguments": {"city": "Zürich"}}},
        ]},
        "done": true, "done_reason": "stop", "prompt_eval_count": 20, "eval_count": 30,
    })
}

fn builder(server: &Server) -> OllamaBuilder {
    let transport = ReqwestTransport::new().unwrap();
    let http = HttpClient::new(transport).with_retry(RetryPolicy::none());
    Ollama::builder("m:1b")
        .base_url(server.url())
        .api_key(KEY)
        .http(http)
}

fn stream(cut: usize) -> Reply {
    let bytes = LINES.concat().into_bytes();
    let chunks: Vec<Vec<u8>> = bytes.chunks(cut).map(<[u8]>::to_vec).collect();
    Reply::new(200)
        .with_header("content-type", "application/x-ndjson")
        .with_chunks(chunks)
}

fn question() -> Request {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    Request::new("What is the weather?").with_tools([ToolSpec::new("weather", parameters)])
}

#[tokio::test]
async fn whole_and_streamed_are_the_same_answer_and_its_call_goes_back() {
    let server = Server::new(|request| match request.json()["stream"].as_bool() {
        Some(true) => stream(5),
        _ => Reply::json(&whole()),
    });
    let model = builder(&server).build().unwrap();
    let mut answers: Vec<Response> = Vec::new();
    for delivery in [Delivery::Whole, Delivery::Incremental] {
        let request = question()
            .with_delivery(delivery)
            .with_header("x-trace", "t1");
        answers.push(model.complete(request).await.unwrap());
    }
    let [response, streamed] = &answers[..] else {
        panic!("two answers")
    };
    assert_eq!(response, streamed);
    assert_eq!(response.text(), "天気 😀");
    assert_eq!(response.reasoning(), "Grüße");
    assert_eq!(response.finish_reason().unwrap().kind, FinishKind::ToolCall);
    assert_eq!(response.usage.total_tokens(), Some(50));

    let call = response.tool_calls().next().unwrap();
    let result = ToolCallResponse::new(&call.id, &call.name, "rain");
    let next = question()
        .with_message(response.message().unwrap().clone())
        .with_message(Message::tool([result]));
    model.complete(next).await.unwrap();

    let requests = server.requests();
    assert_eq!(requests[0].path, "/api/chat");
    assert_eq!(
        requests[0].header("authorization"),
        Some("Bearer key-of-nobody")
    );
    assert_eq!(requests[1].header("x-trace"), Some("t1"));
    assert_eq!(
        requests[2].json()["messages"],
        json!([
            {"role": "user", "content": "What is the weather?"},
            {"role": "assistant", "content": "天気 😀", "thinking": "Grüße", "tool_calls": [
                {"id": call.id, "type": "function", "function": {"name": "weather", "arguments": {"city": "Zürich"}}},
            ]},
            {"role": "tool", "content": "rain", "tool_name": "weather", "tool_call_id": call.id},
        ]),
    );
}

#[tokio::test]
async fn a_broken_stream_is_an_error() {
    for last in [
        Reply::new(200)
            .with_header("content-type", "application/x-ndjson")
            .with_chunks(LINES[..2].to_vec()),
        Reply::new(200)
            .with_header("content-type", "application/x-ndjson")
            .with_chunks(LINES[..2].to_vec())
            .with_close(),
        Reply::new(200)
            .with_header("content-type", "application/x-ndjson")
            .with_chunk("{\"model\":\"m\",\"mess"),
    ] {
        let server = Server::new(move |_| last.clone());
        let model = builder(&server).build().unwrap();
        let request = question().with_delivery(Delivery::Incremental);
        let error = model.complete(request).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Protocol | ErrorKind::Network),
            "{error:?}"
        );
        assert_eq!(error.provider(), Some("ollama"));
    }
}

#[tokio::test]
async fn errors_have_kinds_and_hide_the_key() {
    for (status, body, kind) in [
        (
            404,
            r#"{"error":"model 'm:1b' not found"}"#,
            ErrorKind::NotFound,
        ),
        (
            400,
            r#"{"error":"\"m:1b\" does not support tools"}"#,
            ErrorKind::InvalidRequest,
        ),
        (
            401,
            r#"{"error":"unauthorized key-of-nobody"}"#,
            ErrorKind::Unauthenticated,
        ),
        (
            503,
            r#"{"error":"server busy, please try again"}"#,
            ErrorKind::Overloaded,
        ),
        (
            500,
            r#"{"error":"model runner has unexpectedly stopped"}"#,
            ErrorKind::ServerError,
        ),
    ] {
        let server = Server::new(move |_| {
            Reply::new(status)
                .with_header("content-type", "application/json")
                .with_header("retry-after", "7")
                .with_body(body)
        });
        let error = builder(&server)
            .build()
            .unwrap()
            .complete("hi")
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (kind, Some(status)),
            "{error:?}"
        );
        assert_eq!(error.retry_after().unwrap().as_secs(), 7);
        assert!(!error.detail().unwrap().contains(KEY), "{error:?}");
    }
}

#[tokio::test]
async fn what_is_dropped_is_reported_and_what_is_refused_is_not_sent() {
    let server = Server::new(|_| Reply::json(&whole()));
    let model = builder(&server).build().unwrap();
    let request = question().with_previous_response("r1");
    let error = model.stream(request.clone()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(server.requests().is_empty());
    let response = model
        .complete(request.with_unsupported(Unsupported::Warn))
        .await
        .unwrap();
    assert_eq!(response.start.dropped, ["previous_response"]);
}

#[tokio::test]
async fn texts_become_vectors() {
    let server = Server::new(|request| {
        let count = request.json()["input"].as_array().unwrap().len();
        Reply::json(
            &json!({"model": "e", "embeddings": vec![[0.5, 1.0]; count], "prompt_eval_count": 4}),
        )
    });
    let model = builder(&server).build_embeddings().unwrap();
    let response = model
        .embed(EmbeddingRequest::new(["a", "b"]))
        .await
        .unwrap();
    assert_eq!(response.embeddings, [[0.5, 1.0], [0.5, 1.0]]);
    assert_eq!(response.usage.input_tokens, Some(4));
    assert_eq!(server.requests()[0].path, "/api/embed");

    let server = Server::new(|_| Reply::json(&json!({"embeddings": []})));
    let model = builder(&server).build_embeddings().unwrap();
    let error = model.embed(EmbeddingRequest::new(["a"])).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.provider()),
        (ErrorKind::Protocol, Some("ollama"))
    );
}
