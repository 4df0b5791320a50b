//! The models over a real HTTP server on the loopback interface.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_cohere::{Cohere, CohereBuilder};
use glassbox_core::{
    CompletionModel as _, CompletionModelExt as _, Delivery, EmbeddingModel as _, EmbeddingRequest,
    ErrorKind, FinishKind, Message, Request, Response, ToolCallResponse, ToolSpec, Unsupported,
};
use glassbox_http::{HttpClient, ReqwestTransport, RetryPolicy};
use glassbox_test::{Reply, Server};
use serde_json::{Value, json};

const KEY: &str = "key-of-nobody";

fn stream() -> Vec<String> {
    let piece = |kind: &str, index: u64, message: Value| json!({"type": kind, "index": index, "delta": {"message": message}});
    let events = [
        json!({"id": "r1", "type": "message-start", "delta": {"message": {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}}}),
        piece(
            "content-start",
            0,
            json!({"content": {"type": "thinking", "thinking": ""}}),
        ),
        piece(
            "content-delta",
            0,
            json!({"content": {"thinking": "Grüße"}}),
        ),
        piece(
            "content-start",
            1,
            json!({"content": {"type": "text", "text": ""}}),
        ),
        piece("content-delta", 1, json!({"content": {"text": "天気 "}})),
        piece("content-delta", 1, json!({"content": {"text": "😀"}})),
        piece(
            "tool-call-start",
            0,
            json!({"tool_calls": {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": ""}}}),
        ),
        piece(
            "tool-call-delta",
            0,
            json!({"tool_calls": {"function": {"arguments": "{\"city\":"}}}),
        ),
        piece(
            "tool-call-delta",
            0,
            json!({"tool_calls": {"function": {"arguments": "\"Zürich\"}"}}}),
        ),
        json!({"type": "tool-call-end", "index": 0}),
        json!({"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": usage()}}),
    ];
    let events = events.map(|event| {
        let name = event["type"].as_str().unwrap().to_owned();
        format!("event: {name}\ndata: {event}\n\n")
    });
    events
        .into_iter()
        .chain(["data: [DONE]\n\n".to_owned()])
        .collect()
}

fn usage() -> Value {
    json!({"billed_units": {"input_tokens": 2, "output_tokens": 3}, "tokens": {"input_tokens": 20, "output_tokens": 30}})
}

fn whole() -> Value {
    json!({
        "id": "r1", "finish_reason": "TOOL_CALL", "usage": usage(),
        "message": {"role": "assistant",
            "content": [{"type": "thinking", "thinking": "Grüße"}, {"type": "text", "text": "天気 😀"}],
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Zürich\"}"}}],
        },
    })
}

fn builder(server: &Server) -> CohereBuilder {
    let transport = ReqwestTransport::new().unwrap();
    let http = HttpClient::new(transport).with_retry(RetryPolicy::none());
    Cohere::builder("command-a")
        .base_url(server.url())
        .api_key(KEY)
        .http(http)
}

fn question() -> Request {
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    Request::new("What is the weather?").with_tools([ToolSpec::new("weather", parameters)])
}

#[tokio::test]
async fn whole_and_streamed_are_the_same_answer_and_its_call_goes_back() {
    let server = Server::new(|request| match request.json()["stream"].as_bool() {
        Some(true) => {
            let bytes = stream().concat().into_bytes();
            let chunks: Vec<Vec<u8>> = bytes.chunks(7).map(<[u8]>::to_vec).collect();
            Reply::events().with_chunks(chunks)
        }
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
    assert_eq!(requests[0].path, "/v2/chat");
    assert_eq!(
        requests[0].header("authorization"),
        Some("Bearer key-of-nobody")
    );
    assert_eq!(requests[1].header("x-trace"), Some("t1"));
    assert_eq!(
        requests[2].json()["messages"],
        json!([
            {"role": "user", "content": "What is the weather?"},
            {"role": "assistant",
                "content": [{"type": "thinking", "thinking": "Grüße"}, {"type": "text", "text": "天気 😀"}],
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Zürich\"}"}}],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "rain"},
        ]),
    );
}

#[tokio::test]
async fn a_broken_stream_is_an_error() {
    let chunks = &stream()[..6];
    for reply in [
        Reply::events().with_chunks(chunks.to_vec()),
        Reply::events().with_chunks(chunks.to_vec()).with_close(),
        Reply::events().with_chunk("event: message-start\ndata: {\"id\":\"r1\",\"ty"),
    ] {
        let server = Server::new(move |_| reply.clone());
        let model = builder(&server).build().unwrap();
        let request = question().with_delivery(Delivery::Incremental);
        let error = model.complete(request).await.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Protocol | ErrorKind::Network),
            "{error:?}"
        );
        assert_eq!(error.provider(), Some("cohere"));
    }
}

#[tokio::test]
async fn errors_have_kinds_and_hide_the_key() {
    use ErrorKind::{
        ContentFilter, ContextLength, InvalidRequest, NotFound, QuotaExhausted, RateLimited,
        ServerError, Unauthenticated,
    };
    for (status, message, kind) in [
        (404, "model 'x' not found", NotFound),
        (400, "message must be at least 1 token long", InvalidRequest),
        (
            400,
            "too many tokens: size limit exceeded by 9",
            ContextLength,
        ),
        (
            400,
            "too many tokens: max tokens must be less than 4096",
            InvalidRequest,
        ),
        (
            401,
            "Incorrect API key provided: key-of-nobody",
            Unauthenticated,
        ),
        (402, "billing hard limit reached", QuotaExhausted),
        (
            429,
            "a Trial key is limited to 20 API calls / minute",
            RateLimited,
        ),
        (
            429,
            "a Trial key is limited to 1000 API calls / month",
            QuotaExhausted,
        ),
        (
            498,
            "blocked input: see the Usage Guidelines",
            ContentFilter,
        ),
        (500, "internal server error", ServerError),
    ] {
        let server = Server::new(move |_| {
            Reply::json(&json!({"id": "e1", "message": message}))
                .with_status(status)
                .with_header("retry-after", "7")
        });
        let model = builder(&server).build().unwrap();
        let error = model.complete("hi").await.unwrap_err();
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
        let count = request.json()["texts"].as_array().unwrap().len();
        Reply::json(&json!({"id": "e1", "embeddings": {"float": vec![[0.5, 1.0]; count]}}))
    });
    let model = builder(&server).build_embeddings().unwrap();
    let response = model
        .embed(EmbeddingRequest::new(["a", "b"]))
        .await
        .unwrap();
    assert_eq!(response.embeddings, [[0.5, 1.0], [0.5, 1.0]]);
    assert_eq!(server.requests()[0].path, "/v2/embed");

    let server = Server::new(|_| Reply::json(&json!({"embeddings": {}})));
    let model = builder(&server).build_embeddings().unwrap();
    let error = model.embed(EmbeddingRequest::new(["a"])).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.provider()),
        (ErrorKind::Protocol, Some("cohere"))
    );
}
