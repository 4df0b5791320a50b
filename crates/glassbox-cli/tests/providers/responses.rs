//! OpenAI's Responses as far as a live run needs it (<https://platform.openai.com/docs/api-reference/responses>).

use glassbox_core::{Delivery, ErrorKind, Usage};
use glassbox_test::Turn;
use glassbox_test::laws::{Body, Wire};
use serde_json::{Value, json};

/// A host that speaks Responses.
#[derive(Debug)]
pub(crate) struct Responses;

impl Wire for Responses {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        let items = items(turn);
        let whole = |status: &str, output: &[Value]| {
            json!({
                "id": turn.id.as_deref().unwrap_or("resp_1"), "object": "response", "status": status,
                "model": "model-1", "output": output, "usage": counts(&turn.usage),
            })
        };
        let completed = whole("completed", &items);
        if delivery == Delivery::Whole {
            return Body::json(&completed);
        }
        let begun = whole("in_progress", &[]);
        let mut events = vec![json!({"type": "response.created", "response": begun})];
        for (index, item) in items.iter().enumerate() {
            events.extend(said(turn, index, item));
        }
        events.push(json!({"type": "response.completed", "response": completed}));
        Body::events(events.iter().map(frame))
    }

    fn refusal(&self, _: ErrorKind, _: &str) -> Option<Body> {
        None
    }
}

/// What was said, item by item.
fn items(turn: &Turn) -> Vec<Value> {
    let calls = turn.tool_calls.iter().enumerate().map(|(at, call)| {
        json!({
            "type": "function_call", "id": format!("fc_{at}"), "call_id": call.id, "name": call.name,
            "arguments": call.arguments.as_str(), "status": "completed",
        })
    });
    let text = (!turn.text.is_empty()).then(|| {
        let part = json!({"type": "output_text", "text": turn.text, "annotations": []});
        json!({
            "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [part],
        })
    });
    text.into_iter().chain(calls).collect()
}

/// The events of one item.
fn said(turn: &Turn, index: usize, item: &Value) -> Vec<Value> {
    let of = |kind: &str| json!({"type": kind, "output_index": index, "item_id": item["id"]});
    let mut added = of("response.output_item.added");
    added["item"] = item.clone();
    let mut events = Vec::new();
    if item["type"] == "message" {
        added["item"]["content"] = json!([]);
        events.push(added);
        for piece in turn.split(&turn.text) {
            let mut delta = of("response.output_text.delta");
            delta["content_index"] = json!(0);
            delta["delta"] = json!(piece);
            events.push(delta);
        }
    } else {
        added["item"]["arguments"] = json!("");
        events.push(added);
        for piece in turn.split(item["arguments"].as_str().unwrap_or_default()) {
            let mut delta = of("response.function_call_arguments.delta");
            delta["delta"] = json!(piece);
            events.push(delta);
        }
    }
    let mut done = of("response.output_item.done");
    done["item"] = item.clone();
    events.push(done);
    events
}

fn counts(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens(),
    })
}

fn frame(event: &Value) -> String {
    let name = event["type"].as_str().unwrap_or_default();
    format!("event: {name}\ndata: {event}\n\n")
}
