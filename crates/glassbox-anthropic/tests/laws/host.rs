//! Anthropic's Messages as the laws need it (<https://docs.anthropic.com/en/api/messages>).

use std::sync::Arc;

use bytes::Bytes;
use glassbox_anthropic::Anthropic;
use glassbox_core::{CompletionModel, Delivery, ErrorKind, Usage};
use glassbox_test::Turn;
use glassbox_test::laws::{Body, Host, Line, Skip, Wire};
use serde_json::{Value, json};

/// Anthropic.
#[derive(Debug)]
pub(crate) struct Messages;

/// What Anthropic wants back with the reasoning.
const SIGNATURE: &str = "c2lnbmF0dXJlLW9mLW5vYm9keQ==";

impl Host for Messages {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        let builder = Anthropic::builder("claude-sonnet-4-5")
            .base_url(line.url())
            .api_key(line.key())
            .http(line.client());
        Arc::new(builder.build().unwrap())
    }

    fn wire(&self) -> Option<&dyn Wire> {
        Some(self)
    }

    fn skips(&self) -> &[Skip] {
        &[
            ("choices_stay_apart", "Messages gives one answer"),
            ("embeddings_round_trip", "Anthropic has no embeddings"),
        ]
    }
}

impl Wire for Messages {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        if delivery == Delivery::Whole {
            let mut message = head(turn);
            message["content"] = blocks(turn);
            message["stop_reason"] = json!(stop_reason(turn));
            message["usage"] = counts(&turn.usage);
            return Body::json(&message);
        }
        Body::events(events(turn).iter().map(frame))
    }

    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        let (status, word) = word(kind)?;
        Some(Body::json(&error(word, message)).with_status(status))
    }

    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        let (_, word) = word(kind)?;
        Some(frame(&error(word, message)).into())
    }

    fn unknown(&self) -> Option<Bytes> {
        let events = [
            json!({"type": "ping"}),
            json!({"type": "tomorrow", "index": 0}),
        ];
        Some(events.iter().map(frame).collect::<String>().into())
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

/// <https://docs.anthropic.com/en/api/errors>
fn word(kind: ErrorKind) -> Option<(u16, &'static str)> {
    Some(match kind {
        ErrorKind::Forbidden => (403, "permission_error"),
        ErrorKind::InvalidRequest => (400, "invalid_request_error"),
        ErrorKind::NotFound => (404, "not_found_error"),
        ErrorKind::Overloaded => (529, "overloaded_error"),
        ErrorKind::RateLimited => (429, "rate_limit_error"),
        ErrorKind::ServerError => (500, "api_error"),
        ErrorKind::Unauthenticated => (401, "authentication_error"),
        _ => return None,
    })
}

fn error(word: &str, message: &str) -> Value {
    json!({"type": "error", "error": {"type": word, "message": message}})
}

fn head(turn: &Turn) -> Value {
    json!({
        "id": turn.id.as_deref().unwrap_or("msg_1"), "type": "message", "role": "assistant",
        "model": turn.model.as_deref().unwrap_or("model-1"), "content": [],
        "stop_reason": null, "stop_sequence": null,
    })
}

fn stop_reason(turn: &Turn) -> &'static str {
    if turn.tool_calls.is_empty() {
        "end_turn"
    } else {
        "tool_use"
    }
}

/// Anthropic counts the cache beside the input.
fn counts(usage: &Usage) -> Value {
    let cached = [
        usage.cache_read_input_tokens,
        usage.cache_write_input_tokens,
    ];
    let cached: u64 = cached.into_iter().flatten().sum();
    json!({
        "input_tokens": usage.input_tokens.map(|input| input - cached),
        "cache_read_input_tokens": usage.cache_read_input_tokens,
        "cache_creation_input_tokens": usage.cache_write_input_tokens,
        "output_tokens": usage.output_tokens,
    })
}

fn blocks(turn: &Turn) -> Value {
    let mut blocks = Vec::new();
    if !turn.reasoning.is_empty() {
        let thinking = &turn.reasoning;
        blocks.push(json!({"type": "thinking", "thinking": thinking, "signature": SIGNATURE}));
    }
    if !turn.text.is_empty() {
        blocks.push(json!({"type": "text", "text": turn.text}));
    }
    blocks.extend(turn.tool_calls.iter().map(|call| {
        json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments.to_value()})
    }));
    json!(blocks)
}

fn events(turn: &Turn) -> Vec<Value> {
    let mut message = head(turn);
    message["usage"] = counts(&turn.usage);
    message["usage"]["output_tokens"] = json!(1);
    let mut events = vec![json!({"type": "message_start", "message": message})];
    for (index, block) in blocks(turn).as_array().into_iter().flatten().enumerate() {
        let mut empty = block.clone();
        let mut deltas = Vec::new();
        for (field, kind, piece) in [
            ("thinking", "thinking_delta", "thinking"),
            ("signature", "signature_delta", "signature"),
            ("text", "text_delta", "text"),
            ("input", "input_json_delta", "partial_json"),
        ] {
            let (blank, text) = match block.get(field) {
                None => continue,
                Some(Value::String(text)) => (json!(""), text.clone()),
                Some(input) => (json!({}), input.to_string()),
            };
            empty[field] = blank;
            let delta = |text: &str| json!({"type": kind, piece: text});
            if field == "signature" {
                deltas.push(delta(&text));
            } else {
                deltas.extend(turn.split(&text).map(delta));
            }
        }
        events.push(json!({"type": "content_block_start", "index": index, "content_block": empty}));
        events.extend(
            deltas.into_iter().map(
                |delta| json!({"type": "content_block_delta", "index": index, "delta": delta}),
            ),
        );
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    events.push(json!({
        "type": "message_delta", "delta": {"stop_reason": stop_reason(turn), "stop_sequence": null},
        "usage": {"output_tokens": turn.usage.output_tokens},
    }));
    events.push(json!({"type": "message_stop"}));
    events
}

fn frame(event: &Value) -> String {
    let name = event["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {event}\n\n")
}
