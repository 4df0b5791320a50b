//! Cohere's chat and embeddings as the laws need them (<https://docs.cohere.com/reference/chat>).

use std::sync::Arc;

use bytes::Bytes;
use glassbox_cohere::CohereBuilder;
use glassbox_core::{CompletionModel, Delivery, EmbeddingModel, ErrorKind, ToolCall, Usage};
use glassbox_test::Turn;
use glassbox_test::laws::{Body, Case, Host, Line, Skip, Wire};
use serde_json::{Value, json};

/// Cohere.
#[derive(Debug)]
pub(crate) struct Cohere;

impl Host for Cohere {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        Arc::new(builder(line).build().unwrap())
    }

    fn embeddings(&self, line: &Line) -> Option<Arc<dyn EmbeddingModel>> {
        Some(Arc::new(builder(line).build_embeddings().unwrap()))
    }

    fn wire(&self) -> Option<&dyn Wire> {
        Some(self)
    }

    fn case(&self, _: &str, mut case: Case) -> Case {
        // An answer does not say which model gave it.
        case.turn.model = None;
        case
    }

    fn skips(&self) -> &[Skip] {
        &[("choices_stay_apart", "Cohere gives one answer")]
    }
}

fn builder(line: &Line) -> CohereBuilder {
    CohereBuilder::new("command-a-03-2025")
        .base_url(line.url())
        .api_key(line.key())
        .http(line.client())
}

impl Wire for Cohere {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        if delivery == Delivery::Incremental {
            let events = events(turn);
            return Body::events(events.iter().map(frame)).with_frame("data: [DONE]\n\n");
        }
        let mut message = json!({"role": "assistant"});
        let blocks: Vec<Value> = blocks(turn)
            .map(|(kind, text)| json!({"type": kind, kind: text}))
            .collect();
        if !blocks.is_empty() {
            message["content"] = json!(blocks);
        }
        if !turn.tool_calls.is_empty() {
            let calls = turn.tool_calls.iter();
            message["tool_calls"] = calls
                .map(|call| spelt(call, call.arguments.as_str()))
                .collect();
        }
        Body::json(&json!({
            "id": id(turn), "message": message, "finish_reason": finish_reason(turn), "usage": counts(&turn.usage),
        }))
    }

    /// <https://docs.cohere.com/reference/errors>
    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        let status = match kind {
            ErrorKind::Forbidden => 403,
            ErrorKind::InvalidRequest => 400,
            ErrorKind::NotFound => 404,
            ErrorKind::Overloaded => 503,
            ErrorKind::QuotaExhausted => 402,
            ErrorKind::RateLimited => 429,
            ErrorKind::ServerError => 500,
            ErrorKind::Unauthenticated => 401,
            _ => return None,
        };
        let error = json!({"id": "e3f0", "message": message});
        Some(Body::json(&error).with_status(status))
    }

    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        let delta = match kind {
            ErrorKind::ServerError => json!({"finish_reason": "ERROR", "error": message}),
            ErrorKind::Timeout => json!({"finish_reason": "TIMEOUT"}),
            _ => return None,
        };
        Some(frame(&json!({"type": "message-end", "delta": delta})).into())
    }

    fn unknown(&self) -> Option<Bytes> {
        let event = json!({"type": "tomorrow", "index": 0, "delta": {"message": {"news": [1]}}});
        Some(format!(": a comment\n\n{}", frame(&event)).into())
    }

    fn usage(&self, mut usage: Usage) -> Usage {
        // What was written to the cache is not told.
        usage.cache_write_input_tokens = None;
        usage
    }

    fn vectors(&self, vectors: &[Vec<f32>], usage: &Usage) -> Option<Body> {
        Some(Body::json(&json!({
            "id": "e1", "embeddings": {"float": vectors}, "response_type": "embeddings_by_type",
            "meta": {"api_version": {"version": "2"}, "billed_units": {"input_tokens": usage.input_tokens}},
        })))
    }
}

fn id(turn: &Turn) -> &str {
    turn.id.as_deref().unwrap_or("c14c80c3")
}

fn finish_reason(turn: &Turn) -> &'static str {
    if turn.tool_calls.is_empty() {
        "COMPLETE"
    } else {
        "TOOL_CALL"
    }
}

/// What is billed is less than what is counted: Cohere's own instructions are not paid for.
fn counts(usage: &Usage) -> Value {
    let billed = usage.input_tokens.map(|input| input / 2);
    json!({
        "billed_units": {"input_tokens": billed, "output_tokens": usage.output_tokens},
        "tokens": {
            "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens,
            "reasoning_tokens": usage.reasoning_output_tokens,
        },
        "cached_tokens": usage.cache_read_input_tokens,
    })
}

/// The blocks of the content: a type, which names the field too, and a text.
fn blocks(turn: &Turn) -> impl Iterator<Item = (&'static str, &str)> {
    let blocks = [("thinking", &*turn.reasoning), ("text", &*turn.text)];
    blocks.into_iter().filter(|(_, text)| !text.is_empty())
}

fn spelt(call: &ToolCall, arguments: &str) -> Value {
    let function = json!({"name": call.name, "arguments": arguments});
    json!({"id": call.id, "type": "function", "function": function})
}

fn events(turn: &Turn) -> Vec<Value> {
    let of = |kind: &str, index: usize, message: Value| json!({"type": kind, "index": index, "delta": {"message": message}});
    let end = |kind: &str, index: usize| json!({"type": kind, "index": index});
    let message = json!({"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []});
    let mut events =
        vec![json!({"type": "message-start", "id": id(turn), "delta": {"message": message}})];
    for (index, (kind, text)) in blocks(turn).enumerate() {
        let empty = json!({"content": {"type": kind, kind: ""}});
        events.push(of("content-start", index, empty));
        let pieces = turn.split(text);
        let piece = |piece| of("content-delta", index, json!({"content": {kind: piece}}));
        events.extend(pieces.map(piece));
        events.push(end("content-end", index));
    }
    for (index, call) in turn.tool_calls.iter().enumerate() {
        let begun = json!({"tool_calls": spelt(call, "")});
        events.push(of("tool-call-start", index, begun));
        let pieces = turn.split(call.arguments.as_str());
        events.extend(pieces.map(|piece| {
            let piece = json!({"tool_calls": {"function": {"arguments": piece}}});
            of("tool-call-delta", index, piece)
        }));
        events.push(end("tool-call-end", index));
    }
    let usage = counts(&turn.usage);
    events.push(json!({"type": "message-end", "delta": {"finish_reason": finish_reason(turn), "usage": usage}}));
    events
}

fn frame(event: &Value) -> String {
    let name = event["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {event}\n\n")
}
