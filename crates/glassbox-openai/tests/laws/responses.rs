//! Responses as the laws need them (<https://platform.openai.com/docs/api-reference/responses>).

use std::sync::Arc;

use bytes::Bytes;
use glassbox_core::{CompletionModel, Delivery, EmbeddingModel, ErrorKind, ToolCall, Usage};
use glassbox_openai::{OpenAiBuilder, OpenAiResponses};
use glassbox_test::Turn;
use glassbox_test::laws::{Body, ChatCompletions, Host, Line, Skip, Wire};
use serde_json::{Value, json};

/// OpenAI, over Responses, with a summary of its reasoning.
#[derive(Debug)]
pub(crate) struct Responses;

impl Host for Responses {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        let builder = builder(line).reasoning_summary("auto");
        Arc::new(builder.build_responses().unwrap())
    }

    fn embeddings(&self, line: &Line) -> Option<Arc<dyn EmbeddingModel>> {
        Some(Arc::new(builder(line).build_embeddings().unwrap()))
    }

    fn wire(&self) -> Option<&dyn Wire> {
        Some(self)
    }

    fn skips(&self) -> &[Skip] {
        &[("choices_stay_apart", "Responses gives one answer")]
    }
}

/// A model that reasons, so that its reasoning is asked for encrypted.
fn builder(line: &Line) -> OpenAiBuilder {
    OpenAiResponses::builder("gpt-5")
        .base_url(format!("{}/v1", line.url()))
        .api_key(line.key())
        .http(line.client())
}

/// What the provider wants back.
const SEALED: &str = "gAAAA-sealed-0b5e";

impl Wire for Responses {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        if delivery == Delivery::Whole {
            return Body::json(&response(turn, "completed", &items(turn)));
        }
        Body::events(events(turn).iter().map(frame))
    }

    /// The same as in Chat Completions: <https://platform.openai.com/docs/guides/error-codes>.
    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        ChatCompletions::new().refusal(kind, message)
    }

    /// Both ways to say so: an `error`, and a response that failed.
    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        let event = match kind {
            ErrorKind::RateLimited => json!({
                "type": "error", "code": "rate_limit_exceeded", "message": message, "param": null,
            }),
            ErrorKind::ServerError => {
                let mut response = response(&Turn::text(""), "failed", &[]);
                response["error"] = json!({"code": "server_error", "message": message});
                json!({"type": "response.failed", "response": response})
            }
            _ => return None,
        };
        Some(frame(&event).into())
    }

    fn unknown(&self) -> Option<Bytes> {
        let event = json!({"type": "response.tomorrow.delta", "output_index": 0, "delta": "news"});
        Some(format!(": a comment\n\n{}", frame(&event)).into())
    }

    fn usage(&self, mut usage: Usage) -> Usage {
        // What was written to the cache is not billed apart, and not told.
        usage.cache_write_input_tokens = None;
        usage
    }

    fn token(&self) -> Option<&str> {
        Some(SEALED)
    }

    fn vectors(&self, vectors: &[Vec<f32>], usage: &Usage) -> Option<Body> {
        ChatCompletions::new().vectors(vectors, usage)
    }
}

fn response(turn: &Turn, status: &str, output: &[Value]) -> Value {
    let usage = (!turn.usage.is_empty()).then(|| counts(&turn.usage));
    json!({
        "object": "response",
        "id": turn.id.as_deref().unwrap_or("resp_1"),
        "created_at": 1_700_000_000,
        "model": turn.model.as_deref().unwrap_or("gpt-5"),
        "status": status,
        "error": null,
        "incomplete_details": null,
        "output": output,
        "store": false,
        "usage": usage,
    })
}

fn counts(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cache_read_input_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_output_tokens},
        "total_tokens": usage.total_tokens(),
    })
}

/// The items of an answer, finished.
fn items(turn: &Turn) -> Vec<Value> {
    let reasoning = (!turn.reasoning.is_empty()).then(|| {
        json!({
            "type": "reasoning", "id": "rs_1", "encrypted_content": SEALED,
            "summary": [{"type": "summary_text", "text": turn.reasoning}],
        })
    });
    let message = (!turn.text.is_empty()).then(|| {
        json!({
            "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": turn.text, "annotations": []}],
        })
    });
    let calls = (1..)
        .zip(&turn.tool_calls)
        .map(|(number, call)| call_item(number, call));
    reasoning.into_iter().chain(message).chain(calls).collect()
}

fn call_item(number: usize, call: &ToolCall) -> Value {
    json!({
        "type": "function_call", "id": format!("fc_{number}"), "status": "completed",
        "call_id": call.id, "name": call.name, "arguments": call.arguments.as_str(),
    })
}

fn events(turn: &Turn) -> Vec<Value> {
    let begun = response(
        &Turn::text("").with_id(id(turn)).with_model(model(turn)),
        "in_progress",
        &[],
    );
    let mut events = vec![
        json!({"type": "response.created", "response": begun}),
        json!({"type": "response.in_progress", "response": begun}),
    ];
    let items = items(turn);
    for (index, item) in items.iter().enumerate() {
        events.push(json!({"type": "response.output_item.added", "output_index": index, "item": opened(item)}));
        events.extend(pieces(turn, index, item));
        events.push(
            json!({"type": "response.output_item.done", "output_index": index, "item": item}),
        );
    }
    events.push(
        json!({"type": "response.completed", "response": response(turn, "completed", &items)}),
    );
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = json!(number);
    }
    events
}

fn id(turn: &Turn) -> &str {
    turn.id.as_deref().unwrap_or("resp_1")
}

fn model(turn: &Turn) -> &str {
    turn.model.as_deref().unwrap_or("gpt-5")
}

/// An item of which nothing has been said yet.
fn opened(item: &Value) -> Value {
    let mut item = item.clone();
    match item["type"].as_str() {
        Some("reasoning") => item["summary"] = json!([]),
        Some("message") => item["content"] = json!([]),
        _ => item["arguments"] = json!(""),
    }
    item
}

/// What is said between the beginning of an item and its end.
fn pieces(turn: &Turn, index: usize, item: &Value) -> Vec<Value> {
    let id = &item["id"];
    let (channel, part, text) = match item["type"].as_str() {
        Some("reasoning") => (
            "reasoning_summary_text",
            "summary_index",
            &item["summary"][0]["text"],
        ),
        Some("message") => ("output_text", "content_index", &item["content"][0]["text"]),
        _ => ("function_call_arguments", "", &item["arguments"]),
    };
    let text = text.as_str().unwrap_or_default();
    let event = |kind: String, field: &str, value: &str| {
        let mut event = json!({"type": kind, "item_id": id, "output_index": index});
        if !part.is_empty() {
            event[part] = json!(0);
        }
        event[field] = json!(value);
        event
    };
    let deltas = turn.split(text);
    let mut events: Vec<Value> = deltas
        .map(|delta| event(format!("response.{channel}.delta"), "delta", delta))
        .collect();
    let all = if part.is_empty() { "arguments" } else { "text" };
    events.push(event(format!("response.{channel}.done"), all, text));
    events
}

fn frame(event: &Value) -> String {
    let name = event["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {event}\n\n")
}
