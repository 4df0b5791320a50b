//! The whole model: what is sent, and what is made of what comes back, in memory and over real sockets. The streams
//! are written by AWS's own code.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message as Binary};
use glassbox_bedrock::{Bedrock, BedrockBuilder, Credentials};
use glassbox_core::{
    CompletionModel as _, CompletionModelExt as _, Delivery, Error, ErrorKind, Message, Parameters,
    Request, Response, ToolCallResponse, ToolSpec, Unsupported,
};
use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy};
use serde_json::{Value, json};

const KEY: &str = "key-of-nobody";
const MODEL: &str = "us.amazon.nova-lite-v1:0";
const BINARY: &[(&str, &str)] = &[
    ("content-type", "application/vnd.amazon.eventstream"),
    ("x-amzn-requestid", "req-1"),
];
const JSON: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("x-amzn-requestid", "req-1"),
];

fn message(kind: &'static str, name: &'static str, payload: &Value) -> Vec<u8> {
    let header = |name: &'static str, value: &'static str| {
        Header::new(name, HeaderValue::String(value.into()))
    };
    let message = Binary::new(payload.to_string())
        .add_header(header(":message-type", kind))
        .add_header(header(
            if kind == "event" {
                ":event-type"
            } else {
                ":exception-type"
            },
            name,
        ))
        .add_header(header(":content-type", "application/json"));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes
}

fn event(name: &'static str, payload: &Value) -> Vec<u8> {
    message("event", name, payload)
}

fn usage() -> Value {
    json!({"inputTokens": 20, "outputTokens": 30, "totalTokens": 50})
}

/// Text and a tool call, in messages.
fn stream() -> Vec<Vec<u8>> {
    let delta = |index: u64, delta: Value| {
        event(
            "contentBlockDelta",
            &json!({"contentBlockIndex": index, "delta": delta, "p": "abcd"}),
        )
    };
    let stop = |index: u64| event("contentBlockStop", &json!({"contentBlockIndex": index}));
    let tool = json!({"toolUse": {"toolUseId": "tooluse_1", "name": "weather"}});
    vec![
        event("messageStart", &json!({"role": "assistant"})),
        delta(0, json!({"text": "天気 "})),
        delta(0, json!({"text": "😀"})),
        stop(0),
        event(
            "contentBlockStart",
            &json!({"contentBlockIndex": 1, "start": tool}),
        ),
        delta(1, json!({"toolUse": {"input": "{\"city\":"}})),
        delta(1, json!({"toolUse": {"input": "\"Zürich\"}"}})),
        stop(1),
        event("messageStop", &json!({"stopReason": "tool_use"})),
        event(
            "metadata",
            &json!({"usage": usage(), "metrics": {"latencyMs": 5}}),
        ),
    ]
}

/// The same answer as a whole.
fn whole() -> Value {
    json!({"output": {"message": {"role": "assistant", "content": [
        {"text": "天気 😀"},
        {"toolUse": {"toolUseId": "tooluse_1", "name": "weather", "input": {"city":"Zürich"}}},
    ]}}, "stopReason": "tool_use", "usage": usage(), "metrics": {"latencyMs": 5}})
}

fn builder(transport: &MemoryTransport) -> BedrockBuilder {
    let http = HttpClient::new(transport.clone()).with_retry(RetryPolicy::none());
    Bedrock::builder(MODEL)
        .region("eu-central-1")
        .api_key(KEY)
        .http(http)
}

async fn complete(transport: &MemoryTransport, delivery: Delivery) -> Result<Response, Error> {
    let model = builder(transport).build().unwrap();
    model
        .complete(Request::new("hi").with_delivery(delivery))
        .await
}

#[tokio::test]
async fn cutting_is_invisible_and_whole_is_incremental() {
    let transport = MemoryTransport::new().with_response(200, JSON, whole().to_string());
    let expected = complete(&transport, Delivery::Whole).await.unwrap();
    assert_eq!(expected.text(), "天気 😀");
    assert_eq!(expected.start.request_id.as_deref(), Some("req-1"));
    let call = expected.tool_calls().next().unwrap();
    assert_eq!(
        (call.name.as_str(), call.arguments.as_str()),
        ("weather", "{\"city\":\"Zürich\"}")
    );
    let bytes = stream().concat();
    for size in [1, 2, 3, 61, 1_000, bytes.len()] {
        let pieces: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
        let transport = MemoryTransport::new().with_chunks(200, BINARY, pieces);
        let response = complete(&transport, Delivery::Incremental).await.unwrap();
        assert_eq!(response, expected, "in pieces of {size}");
    }
}

#[tokio::test]
async fn quirk_32_a_stream_that_is_cut_off_is_an_error_wherever_that_is() {
    let messages = stream();
    let bytes = messages.concat();
    let complete_from = bytes.len() - messages.last().unwrap().len();
    for at in (0..complete_from).step_by(11) {
        let transport = MemoryTransport::new().with_response(200, BINARY, bytes[..at].to_vec());
        let error = complete(&transport, Delivery::Incremental)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "cut at {at}");
        assert_eq!(
            (error.provider(), error.request_id()),
            (Some("aws.bedrock"), Some("req-1"))
        );
    }
    let mut damaged = bytes;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 4;
    let transport = MemoryTransport::new().with_response(200, BINARY, damaged);
    let error = complete(&transport, Delivery::Incremental)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn quirk_32_an_exception_ends_the_stream() {
    let mut messages = stream();
    messages.truncate(3);
    let said = json!({"message": format!("slow down, {KEY}")});
    messages.push(message("exception", "throttlingException", &said));
    let transport = MemoryTransport::new().with_response(200, BINARY, messages.concat());
    let error = complete(&transport, Delivery::Incremental)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.code(), Some("throttlingException"));
    assert_eq!(error.detail(), Some("slow down, ***"));
}

#[tokio::test]
async fn failures_have_kinds_and_keep_secrets() {
    for (status, name, message, kind) in [
        (
            403,
            "UnrecognizedClientException",
            "wrong",
            ErrorKind::Unauthenticated,
        ),
        (
            403,
            "ExpiredTokenException",
            "expired",
            ErrorKind::Unauthenticated,
        ),
        (
            403,
            "AccessDeniedException",
            "not for you",
            ErrorKind::Forbidden,
        ),
        (
            403,
            "AccessDeniedException",
            "Authentication failed: check it",
            ErrorKind::Unauthenticated,
        ),
        (
            404,
            "ResourceNotFoundException",
            "gone",
            ErrorKind::NotFound,
        ),
        (
            400,
            "ValidationException",
            "The provided model identifier is invalid.",
            ErrorKind::NotFound,
        ),
        (
            400,
            "ValidationException",
            "Input is too long for requested model.",
            ErrorKind::ContextLength,
        ),
        (
            400,
            "ValidationException",
            "no such field",
            ErrorKind::InvalidRequest,
        ),
        (
            400,
            "ServiceQuotaExceededException",
            "too much",
            ErrorKind::QuotaExhausted,
        ),
        (408, "ModelTimeoutException", "slow", ErrorKind::Timeout),
        (424, "ModelErrorException", "broken", ErrorKind::ServerError),
        (
            429,
            "ThrottlingException",
            "Too many tokens, please wait before trying again.",
            ErrorKind::RateLimited,
        ),
        (
            429,
            "ModelNotReadyException",
            "not yet",
            ErrorKind::RateLimited,
        ),
        (
            500,
            "InternalServerException",
            "oops",
            ErrorKind::ServerError,
        ),
        (
            503,
            "ServiceUnavailableException",
            "busy",
            ErrorKind::Overloaded,
        ),
    ] {
        let header = format!("{name}:http://internal.amazon.com/");
        let headers = [("x-amzn-errortype", header.as_str())];
        let body = json!({"message": format!("{message} {KEY}")}).to_string();
        for delivery in [Delivery::Whole, Delivery::Incremental] {
            let transport = MemoryTransport::new().with_response(status, &headers, body.clone());
            let error = complete(&transport, delivery).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{name} {message}");
            assert_eq!(error.code(), Some(name));
            let said = format!("{error} {error:?} {:?}", error.detail());
            assert!(!said.contains(KEY), "{said}");
        }
    }
    for body in ["<html>", "", "{}"] {
        let transport = MemoryTransport::new().with_response(200, JSON, body);
        let error = complete(&transport, Delivery::Incremental)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
    }
}

#[tokio::test]
async fn quirk_33_a_request_goes_to_its_place_with_its_key() {
    let transport = MemoryTransport::new()
        .with_response(200, JSON, whole().to_string())
        .with_response(200, BINARY, stream().concat());
    complete(&transport, Delivery::Whole).await.unwrap();
    complete(&transport, Delivery::Incremental).await.unwrap();
    let [whole, streamed] = &transport.requests()[..] else {
        panic!("two requests");
    };
    let host = "https://bedrock-runtime.eu-central-1.amazonaws.com";
    assert_eq!(
        whole.uri(),
        &*format!("{host}/model/us.amazon.nova-lite-v1%3A0/converse")
    );
    assert_eq!(
        streamed.uri(),
        &*format!("{host}/model/us.amazon.nova-lite-v1%3A0/converse-stream")
    );
    assert_eq!(whole.headers()["authorization"], format!("Bearer {KEY}"));
    let body: Value = serde_json::from_slice(whole.body()).unwrap();
    assert_eq!(
        body,
        json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]})
    );
    assert_eq!(whole.body(), streamed.body());
}

#[tokio::test(start_paused = true)]
async fn quirk_33_every_attempt_is_signed_and_every_request_asks_for_the_key() {
    let transport = MemoryTransport::new()
        .with_response(503, JSON, "{}")
        .with_response(200, JSON, whole().to_string())
        .with_response(200, JSON, whole().to_string());
    let (asked, ticks) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let model = Bedrock::builder(MODEL)
        .region("eu-central-1")
        .credentials_from(move || {
            let number = counted.fetch_add(1, Ordering::Relaxed);
            let key = Credentials::new(format!("AKIA{number}"), "secret-of-nobody");
            Ok(key.with_session_token("token-of-nobody"))
        })
        .clock(move || {
            let tick = ticks.fetch_add(1, Ordering::Relaxed);
            UNIX_EPOCH + Duration::from_secs(tick as u64)
        })
        .transport(transport.clone())
        .build()
        .unwrap();
    let request = || Request::new("hi").with_header("traceparent", "00-1-2-01");
    model.complete(request()).await.unwrap();
    model.complete(request()).await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    let dates: Vec<String> = transport
        .requests()
        .iter()
        .map(|request| {
            let headers = request.headers();
            assert_eq!(headers["traceparent"], "00-1-2-01");
            assert_eq!(headers["x-amz-security-token"], "token-of-nobody");
            let date = headers["x-amz-date"].to_str().unwrap();
            let authorization = headers["authorization"].to_str().unwrap();
            let key = authorization.split(['=', '/']).nth(1).unwrap();
            format!("{key} {date}")
        })
        .collect();
    assert_eq!(
        dates,
        [
            "AKIA0 19700101T000000Z",
            "AKIA0 19700101T000001Z",
            "AKIA1 19700101T000002Z"
        ]
    );
}

#[tokio::test]
async fn secrets_of_a_signature_are_kept_out_of_errors() {
    let body = json!({"message": "your token: token-of-nobody, your key: secret-of-nobody"});
    let transport = MemoryTransport::new().with_response(403, JSON, body.to_string());
    let credentials =
        Credentials::new("AKIA", "secret-of-nobody").with_session_token("token-of-nobody");
    let model = builder(&transport)
        .credentials(credentials)
        .build()
        .unwrap();
    let error = model.complete("hi").await.unwrap_err();
    assert_eq!(error.detail(), Some("your token: ***, your key: ***"));
    let failing = builder(&transport)
        .credentials_from(|| Err(Error::new(ErrorKind::Configuration, "no key today")))
        .build()
        .unwrap();
    assert_eq!(
        failing.complete("hi").await.unwrap_err().message(),
        "no key today"
    );
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn what_is_unsupported_stops_before_the_transport_or_is_reported() {
    let transport = MemoryTransport::new().with_response(200, JSON, whole().to_string());
    let model = builder(&transport).build().unwrap();
    let request = Request::new("hi").with_parameters(Parameters::new().with_seed(1));
    let error = model.complete(request.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(transport.requests().len(), 0);
    let warned = model
        .complete(request.with_unsupported(Unsupported::Warn))
        .await
        .unwrap();
    assert_eq!(warned.start.dropped, ["seed"]);
}

#[cfg(feature = "reqwest")]
#[tokio::test]
async fn a_tool_is_called_over_real_sockets() {
    use glassbox_test::{Reply, Server};

    let server = Server::new(|request| {
        let last = &request.json()["messages"][2]["content"][0]["toolResult"];
        if last.is_object() {
            return Reply::json(
                &json!({"output": {"message": {"role": "assistant", "content": [
                {"text": "It is cold."},
            ]}}, "stopReason": "end_turn", "usage": usage()}),
            );
        }
        if request.path.ends_with("/converse") {
            return Reply::json(&whole());
        }
        Reply::new(200)
            .with_header("content-type", "application/vnd.amazon.eventstream")
            .with_chunks(stream().concat().chunks(100).map(<[u8]>::to_vec))
    });
    let model = Bedrock::builder(MODEL)
        .region("eu-central-1")
        .credentials(Credentials::new("AKIA", "secret-of-nobody"))
        .base_url(server.url())
        .build()
        .unwrap();
    assert_eq!(model.info().server_port, Some(server.address().port()));
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    for delivery in [Delivery::Whole, Delivery::Incremental] {
        let request = Request::new("How is it in Zürich?")
            .with_tools(vec![ToolSpec::new("weather", schema.clone())])
            .with_delivery(delivery);
        let response = model.complete(request.clone()).await.unwrap();
        let call = response.tool_calls().next().unwrap();
        assert_eq!(call.arguments.parse().unwrap()["city"], "Zürich");
        let result = ToolCallResponse::new(&call.id, &call.name, json!({"degrees": 3}));
        let request = request
            .with_message(response.message().unwrap().clone())
            .with_message(Message::tool([result]));
        assert_eq!(model.complete(request).await.unwrap().text(), "It is cold.");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    for request in &requests {
        assert!(
            request
                .path
                .starts_with("/model/us.amazon.nova-lite-v1%3A0/converse")
        );
        let authorization = request.header("authorization").unwrap();
        assert!(authorization.contains("SignedHeaders=content-type;host;x-amz-date,"));
    }
    let last = requests[3].json();
    assert_eq!(
        last["messages"][2]["content"],
        json!([{"toolResult": {"toolUseId": "tooluse_1", "content": [{"json": {"degrees": 3}}]}}])
    );
    assert_eq!(last["toolConfig"]["tools"].as_array().unwrap().len(), 1);
}
