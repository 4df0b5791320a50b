//! Ollama's own API as the laws need it (<https://github.com/ollama/ollama/blob/main/docs/api.md>).

use std::sync::Arc;

use bytes::Bytes;
use glassbox_core::{CompletionModel, Delivery, EmbeddingModel, ErrorKind, ToolCall, Usage};
use glassbox_ollama::OllamaBuilder;
use glassbox_test::Turn;
use glassbox_test::laws::{Body, Case, Host, Line, Skip, Wire};
use serde_json::{Value, json};

/// An Ollama server.
#[derive(Debug)]
pub(crate) struct Ollama;

impl Host for Ollama {
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
        // An answer has no id.
        case.turn.id = None;
        case
    }

    fn skips(&self) -> &[Skip] {
        &[("choices_stay_apart", "Ollama gives one answer")]
    }
}

fn builder(line: &Line) -> OllamaBuilder {
    OllamaBuilder::new("qwen3:4b")
        .base_url(line.url())
        .api_key(line.key())
        .http(line.client())
}

impl Wire for Ollama {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        if delivery == Delivery::Whole {
            let mut message = json!({"role": "assistant", "content": turn.text});
            if !turn.reasoning.is_empty() {
                message["thinking"] = json!(turn.reasoning);
            }
            if !turn.tool_calls.is_empty() {
                message["tool_calls"] = calls(&turn.tool_calls);
            }
            return Body::json(&done(turn, &message));
        }
        let said = |field: &str, piece: Value| {
            let mut message = json!({"role": "assistant", "content": ""});
            message[field] = piece;
            let mut line = head(turn, &message);
            line["done"] = json!(false);
            line
        };
        let mut lines = Vec::new();
        let thinking = turn.split(&turn.reasoning);
        lines.extend(thinking.map(|piece| said("thinking", json!(piece))));
        let text = turn.split(&turn.text);
        lines.extend(text.map(|piece| said("content", json!(piece))));
        let each = turn.tool_calls.chunks(1);
        lines.extend(each.map(|call| said("tool_calls", calls(call))));
        lines.push(done(turn, &json!({"role": "assistant", "content": ""})));
        Body::lines(lines.iter().map(|line| format!("{line}\n")))
    }

    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        let status = match kind {
            ErrorKind::Forbidden => 403,
            ErrorKind::InvalidRequest => 400,
            ErrorKind::NotFound => 404,
            ErrorKind::Overloaded => 503,
            ErrorKind::RateLimited => 429,
            ErrorKind::ServerError => 500,
            ErrorKind::Unauthenticated => 401,
            _ => return None,
        };
        Some(Body::json(&json!({"error": message})).with_status(status))
    }

    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        // There is no status any more, and no code: only a sentence.
        let sentence = match kind {
            ErrorKind::Overloaded => "server busy, please try again.",
            ErrorKind::QuotaExhausted => "you have reached your weekly usage limit",
            ErrorKind::ServerError => "an error was encountered while running the model",
            _ => return None,
        };
        let error = json!({"error": format!("{sentence}: {message}")});
        Some(format!("{error}\n").into())
    }

    fn unknown(&self) -> Option<Bytes> {
        let line = json!({"progress": {"tokens": 7}, "done": false});
        Some(format!("\n{line}\n").into())
    }

    fn usage(&self, mut usage: Usage) -> Usage {
        // Nothing is billed, so what was written to the cache is not told, nor is reasoning told from the rest.
        usage.cache_write_input_tokens = None;
        usage.reasoning_output_tokens = None;
        usage
    }

    fn has_media_types(&self) -> bool {
        false
    }

    fn vectors(&self, vectors: &[Vec<f32>], usage: &Usage) -> Option<Body> {
        Some(Body::json(&json!({
            "model": "embedding-1", "embeddings": vectors, "prompt_eval_count": usage.input_tokens,
            "total_duration": 14_143_917, "load_duration": 1_019_500,
        })))
    }
}

fn head(turn: &Turn, message: &Value) -> Value {
    json!({
        "model": turn.model.as_deref().unwrap_or("model-1"),
        "created_at": "2026-01-01T00:00:00.123456Z", "message": message,
    })
}

/// The last line of a stream, or the whole answer. One that calls tools says that it stopped, as others do.
fn done(turn: &Turn, message: &Value) -> Value {
    let mut line = head(turn, message);
    line["done"] = json!(true);
    line["done_reason"] = json!("stop");
    line["total_duration"] = json!(4_883_583_458_u64);
    let usage = &turn.usage;
    for (field, count) in [
        ("prompt_eval_count", usage.input_tokens),
        ("prompt_eval_cached_count", usage.cache_read_input_tokens),
        ("eval_count", usage.output_tokens),
    ] {
        // What is not counted is left out.
        if let Some(count) = count {
            line[field] = json!(count);
        }
    }
    line
}

fn calls(calls: &[ToolCall]) -> Value {
    let calls = calls.iter().enumerate().map(|(index, call)| {
        json!({"id": call.id, "function": {
            "index": index, "name": call.name, "arguments": call.arguments.to_value(),
        }})
    });
    calls.collect()
}
