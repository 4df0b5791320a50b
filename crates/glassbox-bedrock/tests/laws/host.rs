//! Bedrock's Converse as the laws need it
//! (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>), with a model of Anthropic's
//! behind it, which signs its reasoning.

use std::sync::Arc;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use glassbox_bedrock::Bedrock;
use glassbox_core::{CompletionModel, Delivery, ErrorKind, Usage};
use glassbox_test::Turn;
use glassbox_test::laws::{Body, Case, Host, Line, Skip, Wire};
use serde_json::{Value, json};

/// Bedrock.
#[derive(Debug)]
pub(crate) struct Converse;

/// What the model wants back with its reasoning.
const SIGNATURE: &str = "c2lnbmF0dXJlLW9mLW5vYm9keQ==";

impl Host for Converse {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        let builder = Bedrock::builder("us.anthropic.claude-sonnet-4-5-20250929-v1:0")
            .region("us-east-1")
            .base_url(line.url())
            .api_key(line.key())
            .http(line.client());
        Arc::new(builder.build().unwrap())
    }

    fn wire(&self) -> Option<&dyn Wire> {
        Some(self)
    }

    fn case(&self, _law: &str, mut case: Case) -> Case {
        // An answer bears neither an id nor the name of its model.
        case.turn.id = None;
        case.turn.model = None;
        case
    }

    fn skips(&self) -> &[Skip] {
        &[
            ("choices_stay_apart", "Converse gives one answer"),
            ("embeddings_round_trip", "Converse has no embeddings"),
        ]
    }
}

impl Wire for Converse {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        if delivery == Delivery::Whole {
            let mut answer = end(turn);
            answer["output"] = json!({"message": {"role": "assistant", "content": blocks(turn)}});
            answer["stopReason"] = json!(stop_reason(turn));
            return Body::json(&answer);
        }
        Body::new("application/vnd.amazon.eventstream").with_frames(events(turn))
    }

    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        let (status, name) = exception(kind)?;
        let header = format!("{name}:http://internal.amazon.com/coral/com.amazon.bedrock/");
        let body = Body::json(&json!({"message": message}));
        Some(
            body.with_status(status)
                .with_header("x-amzn-errortype", header),
        )
    }

    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        let name = match kind {
            ErrorKind::InvalidRequest => "validationException",
            ErrorKind::Overloaded => "serviceUnavailableException",
            ErrorKind::RateLimited => "throttlingException",
            ErrorKind::ServerError => "internalServerException",
            _ => return None,
        };
        let payload = json!({"message": message});
        Some(frame("exception", ":exception-type", name, &payload))
    }

    fn unknown(&self) -> Option<Bytes> {
        Some(event(
            "tomorrow",
            &json!({"contentBlockIndex": 0, "a": [1]}),
        ))
    }

    fn usage(&self, mut usage: Usage) -> Usage {
        // Reasoning is billed as output, and not told apart.
        usage.reasoning_output_tokens = None;
        usage
    }

    fn token(&self) -> Option<&str> {
        Some(SIGNATURE)
    }
}

/// The errors of
/// <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors>,
/// and one that every AWS service has.
fn exception(kind: ErrorKind) -> Option<(u16, &'static str)> {
    Some(match kind {
        ErrorKind::Forbidden => (403, "AccessDeniedException"),
        ErrorKind::InvalidRequest => (400, "ValidationException"),
        ErrorKind::NotFound => (404, "ResourceNotFoundException"),
        ErrorKind::Overloaded => (503, "ServiceUnavailableException"),
        ErrorKind::QuotaExhausted => (400, "ServiceQuotaExceededException"),
        ErrorKind::RateLimited => (429, "ThrottlingException"),
        ErrorKind::ServerError => (500, "InternalServerException"),
        ErrorKind::Timeout => (408, "ModelTimeoutException"),
        ErrorKind::Unauthenticated => (403, "UnrecognizedClientException"),
        _ => return None,
    })
}

fn stop_reason(turn: &Turn) -> &'static str {
    if turn.tool_calls.is_empty() {
        "end_turn"
    } else {
        "tool_use"
    }
}

/// What follows the message. Bedrock counts the cache beside the input.
fn end(turn: &Turn) -> Value {
    let usage = &turn.usage;
    let cached = [
        usage.cache_read_input_tokens,
        usage.cache_write_input_tokens,
    ];
    let cached: u64 = cached.into_iter().flatten().sum();
    let counts = json!({
        "inputTokens": usage.input_tokens.map(|input| input - cached),
        "outputTokens": usage.output_tokens,
        "totalTokens": usage.total_tokens(),
        "cacheReadInputTokens": usage.cache_read_input_tokens,
        "cacheWriteInputTokens": usage.cache_write_input_tokens,
    });
    json!({"usage": counts, "metrics": {"latencyMs": 5}})
}

fn blocks(turn: &Turn) -> Vec<Value> {
    let mut blocks = Vec::new();
    if !turn.reasoning.is_empty() {
        let said = json!({"text": turn.reasoning, "signature": SIGNATURE});
        blocks.push(json!({"reasoningContent": {"reasoningText": said}}));
    }
    if !turn.text.is_empty() {
        blocks.push(json!({"text": turn.text}));
    }
    blocks.extend(turn.tool_calls.iter().map(|call| {
        let input = call.arguments.to_value();
        json!({"toolUse": {"toolUseId": call.id, "name": call.name, "input": input}})
    }));
    blocks
}

fn events(turn: &Turn) -> Vec<Bytes> {
    let mut events = vec![event("messageStart", &json!({"role": "assistant"}))];
    for (index, block) in blocks(turn).iter().enumerate() {
        let mut deltas: Vec<Value> = Vec::new();
        if let Some(text) = block["text"].as_str() {
            deltas.extend(turn.split(text).map(|text| json!({"text": text})));
        } else if let Some(call) = block.get("toolUse") {
            let start = json!({"toolUse": {"toolUseId": call["toolUseId"], "name": call["name"]}});
            let start = json!({"contentBlockIndex": index, "start": start});
            events.push(event("contentBlockStart", &start));
            let input = call["input"].to_string();
            let pieces = turn.split(&input);
            deltas.extend(pieces.map(|piece| json!({"toolUse": {"input": piece}})));
        } else {
            let thought = |piece: Value| json!({"reasoningContent": piece});
            let pieces = turn.split(&turn.reasoning);
            deltas.extend(pieces.map(|text| thought(json!({"text": text}))));
            deltas.push(thought(json!({"signature": SIGNATURE})));
        }
        // Each is padded, so that its length tells nothing of what is in it.
        events.extend(deltas.iter().map(|delta| {
            let piece = json!({"contentBlockIndex": index, "delta": delta, "p": "abcd"});
            event("contentBlockDelta", &piece)
        }));
        let stop = json!({"contentBlockIndex": index});
        events.push(event("contentBlockStop", &stop));
    }
    let stop = json!({"stopReason": stop_reason(turn)});
    events.push(event("messageStop", &stop));
    events.push(event("metadata", &end(turn)));
    events
}

fn event(name: &'static str, payload: &Value) -> Bytes {
    frame("event", ":event-type", name, payload)
}

/// A message of AWS's event stream, as its own code writes it.
fn frame(kind: &'static str, named: &'static str, name: &'static str, payload: &Value) -> Bytes {
    let header = |name: &'static str, value: &'static str| {
        Header::new(name, HeaderValue::String(value.into()))
    };
    let message = Message::new(payload.to_string())
        .add_header(header(":message-type", kind))
        .add_header(header(named, name))
        .add_header(header(":content-type", "application/json"));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    bytes.into()
}
