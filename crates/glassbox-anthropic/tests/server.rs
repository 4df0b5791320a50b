//! A model over a real socket, whole and in pieces.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use glassbox_anthropic::Anthropic;
use glassbox_core::{
    CompletionModelExt as _, Delivery, ErrorKind, File, FinishKind, Fold, Message, Modality, Part,
    Request, Response, Role, ToolCallResponse, ToolSpec,
};
use glassbox_http::{HttpClient, ReqwestTransport, RetryPolicy};
use glassbox_test::{Received, Reply, Server};
use serde_json::{Value, json};

fn blocks() -> Value {
    json!([
        {"type": "thinking", "thinking": "I need the weather.", "signature": "sig"},
        {"type": "text", "text": "Let me look: \u{1F324}"},
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Köln"}},
    ])
}

/// Asks for the weather first, and answers when it is told.
fn answer(request: &Received) -> Reply {
    let body = request.json();
    let told = body["messages"].as_array().unwrap().len() > 1;
    let (content, reason) = if told {
        (json!([{"type": "text", "text": "Sunny."}]), "end_turn")
    } else {
        (blocks(), "tool_use")
    };
    let usage = json!({"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 7});
    if body["stream"] != true {
        let message = json!({"type": "message", "id": "msg_1", "model": "claude-x", "content": content,
            "stop_reason": reason, "usage": usage});
        return Reply::json(&message).with_header("request-id", "req_1");
    }
    let mut events = vec![json!({"type": "message_start", "message": {
        "id": "msg_1", "model": "claude-x", "content": [], "usage": {"input_tokens": 10, "output_tokens": 1},
    }})];
    for (index, block) in content.as_array().unwrap().iter().enumerate() {
        let mut empty = block.clone();
        let mut deltas = Vec::new();
        for (field, kind, piece) in [
            ("thinking", "thinking_delta", "thinking"),
            ("signature", "signature_delta", "signature"),
            ("text", "text_delta", "text"),
            ("input", "input_json_delta", "partial_json"),
        ] {
            let Some(value) = block.get(field) else {
                continue;
            };
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            empty[field] = if value.is_object() {
                json!({})
            } else {
                json!("")
            };
            for part in text.chars() {
                deltas.push(json!({"type": kind, piece: part}));
            }
        }
        events.push(json!({"type": "content_block_start", "index": index, "content_block": empty}));
        events.push(json!({"type": "ping"}));
        let deltas = deltas.into_iter();
        events.extend(
            deltas.map(
                |delta| json!({"type": "content_block_delta", "index": index, "delta": delta}),
            ),
        );
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}));
    events.push(json!({"type": "message_stop"}));
    let body: String = events
        .iter()
        .map(|event| {
            format!(
                "event: {}\ndata: {event}\n\n",
                event["type"].as_str().unwrap()
            )
        })
        .collect();
    // Cut without regard to events and characters.
    let pieces = body.into_bytes();
    let pieces = pieces.chunks(97).map(<[u8]>::to_vec).collect::<Vec<_>>();
    Reply::events()
        .with_header("request-id", "req_1")
        .with_chunks(pieces)
}

fn model(server: &Server) -> Anthropic {
    let http = HttpClient::new(ReqwestTransport::new().unwrap()).with_retry(RetryPolicy::none());
    Anthropic::builder("claude-sonnet-4-6")
        .base_url(server.url())
        .api_key("sk-ant-secret")
        .beta("context-1m-2025-08-07")
        .http(http)
        .build()
        .unwrap()
}

fn asked(delivery: Delivery) -> Request {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    Request::new("How is the weather in Köln?")
        .with_tools([ToolSpec::new("weather", schema)])
        .with_delivery(delivery)
}

/// A question, the call that it leads to, and the answer.
async fn conversation(server: &Server, delivery: Delivery) -> (Response, Response) {
    let model = model(server);
    let request = asked(delivery);
    let first = model.complete(request.clone()).await.unwrap();
    let call = first.tool_calls().next().unwrap().clone();
    assert_eq!(
        Value::from(call.arguments.parse().unwrap()),
        json!({"city": "Köln"})
    );
    let result = ToolCallResponse::new(call.id, call.name, "sunny");
    let request = request
        .with_message(first.choices[0].message.clone())
        .with_message(Message::tool([result]));
    let second = model.complete(request).await.unwrap();
    (first, second)
}

#[tokio::test]
async fn whole_and_in_pieces_a_tool_is_called_and_answered() {
    let server = Server::new(answer);
    let whole = conversation(&server, Delivery::Whole).await;
    let pieces = conversation(&server, Delivery::Incremental).await;
    assert_eq!(whole, pieces);
    let (first, second) = whole;
    assert_eq!(first.text(), "Let me look: \u{1F324}");
    assert_eq!(first.reasoning(), "I need the weather.");
    assert_eq!(first.finish_reason().unwrap().kind, FinishKind::ToolCall);
    assert_eq!(first.usage.input_tokens, Some(15));
    assert_eq!(first.start.request_id.as_deref(), Some("req_1"));
    assert_eq!(second.text(), "Sunny.");

    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    for request in &requests {
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("POST", "/v1/messages")
        );
        assert_eq!(request.header("x-api-key"), Some("sk-ant-secret"));
        assert_eq!(request.header("anthropic-version"), Some("2023-06-01"));
        assert_eq!(
            request.header("anthropic-beta"),
            Some("context-1m-2025-08-07")
        );
    }
    for request in [&requests[1], &requests[3]] {
        let messages = &request.json()["messages"];
        assert_eq!(
            messages[1],
            json!({"role": "assistant", "content": blocks()})
        );
        let result = json!({"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"});
        assert_eq!(messages[2], json!({"role": "user", "content": [result]}));
    }
}

#[tokio::test]
async fn quirk_25_errors_have_kinds() {
    for (status, code, message, kind) in [
        (529, "overloaded_error", "Overloaded", ErrorKind::Overloaded),
        (429, "rate_limit_error", "Slow down", ErrorKind::RateLimited),
        (
            401,
            "authentication_error",
            "invalid x-api-key",
            ErrorKind::Unauthenticated,
        ),
        (403, "permission_error", "No.", ErrorKind::Forbidden),
        (404, "not_found_error", "model: x", ErrorKind::NotFound),
        (
            413,
            "request_too_large",
            "Too large",
            ErrorKind::InvalidRequest,
        ),
        (
            500,
            "api_error",
            "Internal server error",
            ErrorKind::ServerError,
        ),
        (
            400,
            "invalid_request_error",
            "prompt is too long: 200001 tokens > 200000 maximum",
            ErrorKind::ContextLength,
        ),
        (
            400,
            "invalid_request_error",
            "Your credit balance is too low to access the Anthropic API.",
            ErrorKind::QuotaExhausted,
        ),
        (
            400,
            "invalid_request_error",
            "messages: required",
            ErrorKind::InvalidRequest,
        ),
    ] {
        let body = json!({"type": "error", "error": {"type": code, "message": message}, "request_id": "req_1"});
        let server = Server::new(move |_| {
            Reply::json(&body)
                .with_status(status)
                .with_header("request-id", "req_1")
                .with_header("retry-after", "7")
        });
        for delivery in [Delivery::Whole, Delivery::Incremental] {
            let error = model(&server).complete(asked(delivery)).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{message}");
            assert_eq!(error.status(), Some(status));
            assert_eq!(error.code(), Some(code));
            assert_eq!(error.request_id(), Some("req_1"));
            assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(7));
            assert_eq!(error.provider(), Some("anthropic"));
        }
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_is_an_error_after_what_arrived() {
    use futures_util::StreamExt as _;

    let begin = "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"Once\"}}\n\n";
    for end in [
        "",
        "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
    ] {
        let server = Server::new(move |_| Reply::events().with_chunk(begin).with_chunk(end));
        let mut events = model(&server).events("Hi").await.unwrap();
        let mut fold = Fold::new();
        let error = loop {
            match events.next().await.unwrap() {
                Ok(event) => fold.push(event),
                Err(error) => break error,
            }
        };
        let expected = if end.is_empty() {
            ErrorKind::Protocol
        } else {
            ErrorKind::Overloaded
        };
        assert_eq!(error.kind(), expected);
        assert_eq!(fold.into_partial().text(), "Once");
        assert!(events.next().await.is_none());
    }
}

#[tokio::test]
async fn betas_and_headers_of_a_request_are_sent() {
    let server = Server::new(answer);
    let file = Part::File(File::new(Modality::Document, "file_1"));
    let request = Request::new(Message::new(Role::User, [file]))
        .with_header("x-trace", "t-1")
        .with_message("And?");
    model(&server).complete(request.clone()).await.unwrap();
    let request = request.with_header("anthropic-beta", "mine");
    model(&server).complete(request).await.unwrap();
    let requests = server.requests();
    assert_eq!(
        requests[0].header("anthropic-beta"),
        Some("context-1m-2025-08-07,files-api-2025-04-14"),
    );
    assert_eq!(requests[0].header("x-trace"), Some("t-1"));
    assert_eq!(requests[1].header("anthropic-beta"), Some("mine"));
}
