//! How Acme spells an answer, a refusal and usage.

use std::sync::Arc;

use bytes::Bytes;
use glassbox_acme::AcmeBuilder;
use glassbox_core::{CompletionModel, Delivery, ErrorKind, Usage};
use glassbox_test::Turn;
use glassbox_test::laws::{self, Body, Line, Skip, Wire};
use serde_json::{Value, json};

/// Acme.
#[derive(Debug)]
pub(crate) struct Host;

impl laws::Host for Host {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        let builder = AcmeBuilder::new("anvil-2")
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
            ("reasoning_is_kept", "Acme shows no reasoning"),
            ("structured_output_conforms", "Acme takes no schema"),
            ("images_are_sent", "Acme cannot see"),
            ("choices_stay_apart", "Acme gives one answer"),
            ("embeddings_round_trip", "Acme has no embeddings"),
        ]
    }
}

impl Wire for Host {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        let called = turn.tool_calls.iter().map(
            |call| json!({"id": call.id, "tool": call.name, "input": call.arguments.to_value()}),
        );
        let calls: Vec<Value> = called.collect();
        let head = json!({
            "id": turn.id.as_deref().unwrap_or("a-1"),
            "model": turn.model.as_deref().unwrap_or("anvil-2-0001"),
        });
        let mut last = json!({
            "stopped": if calls.is_empty() { "end" } else { "calls" },
            "tokens": {
                "read": turn.usage.input_tokens, "written": turn.usage.output_tokens,
                "cached": turn.usage.cache_read_input_tokens,
            },
        });
        if delivery == Delivery::Whole {
            last["id"] = head["id"].clone();
            last["model"] = head["model"].clone();
            last["text"] = json!(turn.text);
            last["calls"] = json!(calls);
            return Body::json(&last);
        }
        let mut lines = vec![head];
        lines.extend(turn.split(&turn.text).map(|piece| json!({"text": piece})));
        lines.extend(calls.iter().map(|call| json!({"calls": [call]})));
        lines.push(last);
        Body::lines(lines.iter().map(|line| format!("{line}\n")))
    }

    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        let status = match kind {
            ErrorKind::InvalidRequest => 400,
            ErrorKind::NotFound => 404,
            ErrorKind::RateLimited => 429,
            ErrorKind::ServerError => 500,
            ErrorKind::Unauthenticated => 401,
            _ => return None,
        };
        let error = json!({"error": {"message": message}});
        Some(Body::json(&error).with_status(status))
    }

    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        let code = match kind {
            ErrorKind::Overloaded => "overloaded",
            ErrorKind::ServerError => "server_error",
            _ => return None,
        };
        let error = json!({"error": {"code": code, "message": message}});
        Some(format!("{error}\n").into())
    }

    fn unknown(&self) -> Option<Bytes> {
        Some("{\"mood\": \"fine\"}\n".into())
    }

    fn usage(&self, mut usage: Usage) -> Usage {
        // These two are not told.
        usage.cache_write_input_tokens = None;
        usage.reasoning_output_tokens = None;
        usage
    }
}
