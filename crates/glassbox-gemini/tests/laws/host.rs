//! Google as the laws need it (<https://ai.google.dev/api/generate-content>): the Gemini API, whose calls have ids,
//! and Vertex AI, whose calls have none.

use std::sync::Arc;

use bytes::Bytes;
use glassbox_core::{CompletionModel, Delivery, EmbeddingModel, ErrorKind, Usage};
use glassbox_gemini::{Gemini, GeminiBuilder};
use glassbox_test::Turn;
use glassbox_test::laws::{Body, Host, Line, Wire};
use serde_json::{Value, json};

/// One of the places that serve Google's models.
#[derive(Debug)]
pub(crate) struct Google {
    is_vertex: bool,
}

/// What Google wants back with what it said.
const SIGNATURE: &str = "c2lnbmF0dXJlLW9mLW5vYm9keQ==";

impl Google {
    pub(crate) fn gemini() -> Self {
        Self { is_vertex: false }
    }

    pub(crate) fn vertex() -> Self {
        Self { is_vertex: true }
    }

    fn builder(&self, model: &str, line: &Line) -> GeminiBuilder {
        let builder = if self.is_vertex {
            let builder = GeminiBuilder::vertex(model).project("project-1");
            builder.access_token(line.key())
        } else {
            GeminiBuilder::new(model).api_key(line.key())
        };
        builder.base_url(line.url()).http(line.client())
    }

    /// Everything that is said, in parts. A signature stands at the first call. Without one it stands at the text,
    /// behind whose pieces it comes in a part of its own.
    fn parts(&self, turn: &Turn, delivery: Delivery) -> Vec<Value> {
        let pieces = |text: &str| -> Vec<String> {
            match delivery {
                Delivery::Incremental => turn.split(text).map(str::to_owned).collect(),
                _ if text.is_empty() => Vec::new(),
                _ => vec![text.to_owned()],
            }
        };
        let thoughts = pieces(&turn.reasoning).into_iter();
        let mut parts: Vec<Value> = thoughts
            .map(|text| json!({"text": text, "thought": true}))
            .collect();
        parts.extend(
            pieces(&turn.text)
                .into_iter()
                .map(|text| json!({"text": text})),
        );
        let signs = !turn.reasoning.is_empty();
        if signs && turn.tool_calls.is_empty() {
            match parts.last_mut() {
                Some(last) if delivery == Delivery::Whole => {
                    last["thoughtSignature"] = json!(SIGNATURE);
                }
                _ => parts.push(json!({"text": "", "thoughtSignature": SIGNATURE})),
            }
        }
        for (at, call) in turn.tool_calls.iter().enumerate() {
            let mut part = json!({"functionCall": {
                "name": call.name, "args": call.arguments.to_value(),
            }});
            if !self.is_vertex {
                part["functionCall"]["id"] = json!(call.id);
            }
            if signs && at == 0 {
                part["thoughtSignature"] = json!(SIGNATURE);
            }
            parts.push(part);
        }
        parts
    }
}

impl Host for Google {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        let builder = self.builder("gemini-3-flash-preview", line);
        let model: Gemini = builder.build().unwrap();
        Arc::new(model)
    }

    fn embeddings(&self, line: &Line) -> Option<Arc<dyn EmbeddingModel>> {
        // A model that takes several texts at a time in both places.
        let builder = self.builder("text-embedding-005", line);
        Some(Arc::new(builder.build_embeddings().unwrap()))
    }

    fn wire(&self) -> Option<&dyn Wire> {
        Some(self)
    }
}

impl Wire for Google {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        let chunk = |parts: &[Value]| {
            json!({
                "candidates": [{"content": {"role": "model", "parts": parts}, "index": 0}],
                "modelVersion": turn.model.as_deref().unwrap_or("model-1"),
                "responseId": turn.id.as_deref().unwrap_or("r-1"),
            })
        };
        let parts = self.parts(turn, delivery);
        let mut chunks: Vec<Value> = match delivery {
            Delivery::Incremental => parts.chunks(1).map(chunk).collect(),
            _ => vec![chunk(&parts)],
        };
        if let Some(last) = chunks.last_mut() {
            last["candidates"][0]["finishReason"] = json!("STOP");
            last["usageMetadata"] = counts(&turn.usage);
        }
        match delivery {
            Delivery::Incremental => Body::events(chunks.iter().map(frame)),
            _ => Body::json(&chunks[0]),
        }
    }

    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        let error = error(kind, message)?;
        let status = u16::try_from(error["error"]["code"].as_u64()?).ok()?;
        Some(Body::json(&error).with_status(status))
    }

    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        Some(frame(&error(kind, message)?).into())
    }

    fn unknown(&self) -> Option<Bytes> {
        let chunk = json!({"tomorrow": [1]});
        Some(format!(": a comment\r\n\r\nevent: tomorrow\r\n{}", frame(&chunk)).into())
    }

    fn usage(&self, mut usage: Usage) -> Usage {
        // What is written to a cache is no part of an answer.
        usage.cache_write_input_tokens = None;
        usage
    }

    fn has_call_ids(&self) -> bool {
        !self.is_vertex
    }

    fn token(&self) -> Option<&str> {
        Some(SIGNATURE)
    }

    fn choices(&self, turns: &[Turn], delivery: Delivery) -> Option<Body> {
        let chunk = |candidates: Vec<Value>| json!({"candidates": candidates, "modelVersion": "model-1", "responseId": "r-1"});
        let candidate = |index: usize, part: &Value| json!({"content": {"role": "model", "parts": [part]}, "index": index});
        let mut pieces: Vec<Vec<Value>> = Vec::new();
        for (index, turn) in turns.iter().enumerate() {
            let parts = self.parts(turn, delivery);
            let mut candidates: Vec<Value> =
                parts.iter().map(|part| candidate(index, part)).collect();
            candidates.last_mut()?["finishReason"] = json!("STOP");
            pieces.push(candidates);
        }
        if delivery == Delivery::Whole {
            return Some(Body::json(&chunk(pieces.concat())));
        }
        // The answers come by turns, the last one first.
        let longest = pieces.iter().map(Vec::len).max()?;
        let rounds = (0..longest).flat_map(|at| {
            let round = pieces.iter().rev().filter_map(move |piece| piece.get(at));
            round.map(|candidate| frame(&chunk(vec![candidate.clone()])))
        });
        Some(Body::events(rounds))
    }

    fn vectors(&self, vectors: &[Vec<f32>], usage: &Usage) -> Option<Body> {
        if !self.is_vertex {
            let items = vectors.iter().map(|vector| json!({"values": vector}));
            return Some(Body::json(&json!({
                "embeddings": items.collect::<Vec<Value>>(), "usageMetadata": counts(usage),
            })));
        }
        // Vertex AI counts text by text, here all of them in the first.
        let mut tokens = usage.input_tokens;
        let items = vectors.iter().map(|vector| {
            let statistics = json!({"token_count": tokens.take().unwrap_or(0)});
            json!({"embeddings": {"values": vector, "statistics": statistics}})
        });
        Some(Body::json(
            &json!({"predictions": items.collect::<Vec<Value>>()}),
        ))
    }
}

/// <https://ai.google.dev/gemini-api/docs/troubleshooting>, and for the words
/// <https://cloud.google.com/apis/design/errors>.
fn error(kind: ErrorKind, message: &str) -> Option<Value> {
    let (code, status) = match kind {
        ErrorKind::Forbidden => (403, "PERMISSION_DENIED"),
        ErrorKind::InvalidRequest => (400, "INVALID_ARGUMENT"),
        ErrorKind::NotFound => (404, "NOT_FOUND"),
        ErrorKind::Overloaded => (503, "UNAVAILABLE"),
        ErrorKind::QuotaExhausted | ErrorKind::RateLimited => (429, "RESOURCE_EXHAUSTED"),
        ErrorKind::ServerError => (500, "INTERNAL"),
        ErrorKind::Timeout => (504, "DEADLINE_EXCEEDED"),
        ErrorKind::Unauthenticated => (401, "UNAUTHENTICATED"),
        _ => return None,
    };
    let mut error = json!({"error": {"code": code, "message": message, "status": status}});
    if kind == ErrorKind::QuotaExhausted {
        error["error"]["details"] = json!([{
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel", "quotaValue": "250"}],
        }]);
    }
    Some(error)
}

/// Google counts thoughts beside the rest of the output.
fn counts(usage: &Usage) -> Value {
    let thoughts = usage.reasoning_output_tokens;
    let said = usage
        .output_tokens
        .map(|output| output - thoughts.unwrap_or(0));
    json!({
        "promptTokenCount": usage.input_tokens,
        "cachedContentTokenCount": usage.cache_read_input_tokens,
        "candidatesTokenCount": said,
        "thoughtsTokenCount": thoughts,
        "totalTokenCount": usage.total_tokens(),
    })
}

fn frame(chunk: &Value) -> String {
    format!("data: {chunk}\r\n\r\n")
}
