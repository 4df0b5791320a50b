use bytes::Bytes;
use glassbox_core::{Delivery, ErrorKind, Usage};
use serde_json::{Value, json};

use super::{Body, Wire};
use crate::Turn;
use crate::chat_host::{DONE, chunks, completion, usage};

/// The wire of OpenAI's Chat Completions (<https://platform.openai.com/docs/api-reference/chat>), which many hosts
/// speak, with reasoning in the field `reasoning_content`.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ChatCompletions;

impl ChatCompletions {
    /// The wire.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

/// The status and the code of each kind of refusal
/// (<https://platform.openai.com/docs/guides/error-codes>).
fn refusals(kind: ErrorKind) -> Option<(u16, Option<&'static str>)> {
    Some(match kind {
        ErrorKind::ContentFilter => (400, Some("content_filter")),
        ErrorKind::ContextLength => (400, Some("context_length_exceeded")),
        ErrorKind::Forbidden => (403, Some("unsupported_country_region_territory")),
        ErrorKind::InvalidRequest => (400, None),
        ErrorKind::NotFound => (404, Some("model_not_found")),
        ErrorKind::Overloaded => (503, None),
        ErrorKind::QuotaExhausted => (429, Some("insufficient_quota")),
        ErrorKind::RateLimited => (429, Some("rate_limit_exceeded")),
        ErrorKind::ServerError => (500, Some("server_error")),
        ErrorKind::Unauthenticated => (401, Some("invalid_api_key")),
        _ => return None,
    })
}

fn error(message: &str, code: Option<&str>) -> Value {
    json!({"error": {"message": message, "type": code, "param": null, "code": code}})
}

/// The answers of these bodies, each with its number.
fn numbered(bodies: impl Iterator<Item = Value>) -> Value {
    let choices = bodies.enumerate().map(|(index, mut body)| {
        let mut choice = body["choices"][0].take();
        choice["index"] = json!(index);
        choice
    });
    choices.collect()
}

impl Wire for ChatCompletions {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        let head = json!({
            "id": turn.id.as_deref().unwrap_or("chatcmpl-1"),
            "created": 1_700_000_000,
            "model": turn.model.as_deref().unwrap_or("model-1"),
        });
        if delivery == Delivery::Whole {
            return Body::json(&completion(turn, head));
        }
        let chunks = chunks(turn, &head, true).into_iter();
        Body::events(chunks.map(|chunk| format!("data: {chunk}\n\n"))).with_frame(DONE)
    }

    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        let (status, code) = refusals(kind)?;
        Some(Body::json(&error(message, code)).with_status(status))
    }

    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        let (_, code) = refusals(kind)?;
        Some(format!("data: {}\n\n", error(message, Some(code?))).into())
    }

    fn unknown(&self) -> Option<Bytes> {
        let chunk = json!({"object": "chat.completion.tomorrow", "choices": [], "news": [1]});
        Some(format!(": a comment\n\nevent: tomorrow\ndata: {chunk}\n\n").into())
    }

    fn usage(&self, mut usage: Usage) -> Usage {
        // What was written to the cache is not billed apart, and not told.
        usage.cache_write_input_tokens = None;
        usage
    }

    fn choices(&self, turns: &[Turn], delivery: Delivery) -> Option<Body> {
        let head = json!({"id": "chatcmpl-1", "created": 1_700_000_000, "model": "model-1"});
        if delivery == Delivery::Whole {
            let mut body = completion(turns.first()?, head.clone());
            body["choices"] = numbered(turns.iter().map(|turn| completion(turn, head.clone())));
            return Some(Body::json(&body));
        }
        // The answers come by turns, the last one first.
        let pieces: Vec<Vec<Value>> = turns.iter().map(|turn| chunks(turn, &head, true)).collect();
        let longest = pieces.iter().map(Vec::len).max()?;
        let mut frames = Vec::new();
        for at in 0..longest {
            for (index, chunks) in pieces.iter().enumerate().rev() {
                if let Some(mut chunk) = chunks.get(at).cloned() {
                    chunk["choices"][0]["index"] = json!(index);
                    frames.push(format!("data: {chunk}\n\n"));
                }
            }
        }
        Some(Body::events(frames).with_frame(DONE))
    }

    fn vectors(&self, vectors: &[Vec<f32>], counted: &Usage) -> Option<Body> {
        let items = vectors.iter().enumerate().map(
            |(index, vector)| json!({"object": "embedding", "index": index, "embedding": vector}),
        );
        // In another order than that of the texts: the index says which is which.
        let items: Vec<Value> = items.rev().collect();
        let usage = usage(counted);
        Some(Body::json(&json!({
            "object": "list", "model": "embedding-1", "data": items, "usage": usage,
        })))
    }
}
