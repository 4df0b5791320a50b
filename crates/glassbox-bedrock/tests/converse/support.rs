//! What the tests share: an answer in both forms, and a model that gets it.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message as Binary};
use glassbox_bedrock::{Bedrock, BedrockBuilder};
use glassbox_core::{CompletionModelExt as _, Delivery, Error, Request, Response};
use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "key-of-nobody";
pub(crate) const MODEL: &str = "us.amazon.nova-lite-v1:0";
pub(crate) const BINARY: &[(&str, &str)] = &[
    ("content-type", "application/vnd.amazon.eventstream"),
    ("x-amzn-requestid", "req-1"),
];
pub(crate) const JSON: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("x-amzn-requestid", "req-1"),
];

pub(crate) fn message(kind: &'static str, name: &'static str, payload: &Value) -> Vec<u8> {
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

pub(crate) fn event(name: &'static str, payload: &Value) -> Vec<u8> {
    message("event", name, payload)
}

pub(crate) fn usage() -> Value {
    json!({"inputTokens": 20, "outputTokens": 30, "totalTokens": 50})
}

/// Text and a tool call, in messages.
pub(crate) fn stream() -> Vec<Vec<u8>> {
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
pub(crate) fn whole() -> Value {
    json!({"output": {"message": {"role": "assistant", "content": [
        {"text": "天気 😀"},
        {"toolUse": {"toolUseId": "tooluse_1", "name": "weather", "input": {"city":"Zürich"}}},
    ]}}, "stopReason": "tool_use", "usage": usage(), "metrics": {"latencyMs": 5}})
}

pub(crate) fn builder(transport: &MemoryTransport) -> BedrockBuilder {
    let http = HttpClient::new(transport.clone()).with_retry(RetryPolicy::none());
    Bedrock::builder(MODEL)
        .region("eu-central-1")
        .api_key(KEY)
        .http(http)
}

pub(crate) async fn complete(
    transport: &MemoryTransport,
    delivery: Delivery,
) -> Result<Response, Error> {
    let model = builder(transport).build().unwrap();
    model
        .complete(Request::new("hi").with_delivery(delivery))
        .await
}
