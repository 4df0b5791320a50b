//! The hosts that the laws are held with over Chat Completions: OpenAI, which hides its reasoning, one that shows it,
//! and every other dialect. Some spell their answers in ways of their own.

use std::sync::Arc;

use bytes::Bytes;
use glassbox_core::{CompletionModel, Delivery, EmbeddingModel, ErrorKind, Usage};
use glassbox_openai::{AZURE, COMPATIBLE, Dialect, MISTRAL, OPENAI, OpenAi, OpenAiBuilder};
use glassbox_test::Turn;
use glassbox_test::laws::{Body, Case, ChatCompletions, Host, Line, Skip, Wire};
use serde_json::{Value, json};

/// A host that speaks Chat Completions.
#[derive(Debug)]
pub(crate) struct Chat {
    dialect: Dialect,
    spelling: Spelling,
    skips: Vec<Skip>,
}

/// How a host spells an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    /// As OpenAI does, with reasoning in `reasoning_content`.
    Plain,
    /// Its content filter speaks before the answer and behind it.
    Azure,
    /// Reasoning is a part of the content, calls have no index, and the last chunk of the answer has the usage.
    Mistral,
}

impl Spelling {
    fn of(dialect: &Dialect) -> Self {
        match dialect.name {
            name if name == AZURE.name => Self::Azure,
            name if name == MISTRAL.name => Self::Mistral,
            _ => Self::Plain,
        }
    }

    fn respell(self, body: Body, delivery: Delivery) -> Body {
        match self {
            Self::Plain => body,
            Self::Azure if delivery == Delivery::Whole => respelt(&body, judged),
            Self::Azure => filtered(&body),
            Self::Mistral => respelt(&body, mistral),
        }
    }
}

impl Chat {
    pub(crate) fn openai() -> Self {
        Self::new(&OPENAI)
    }

    pub(crate) fn compatible() -> Self {
        Self::new(&COMPATIBLE)
    }

    /// A host of this dialect. What a law may not ask follows from the dialect's data.
    pub(crate) fn new(dialect: &Dialect) -> Self {
        let can = dialect.capabilities();
        let skips = [
            ("tool_call_round_trips", can.tools, "it takes no tools"),
            (
                "parallel_tool_calls_keep_identity",
                can.parallel_tool_calls,
                "it takes no tools",
            ),
            (
                "reasoning_is_kept",
                can.reasoning,
                "it shows reasoning in Responses alone",
            ),
            (
                "structured_output_conforms",
                can.structured_output,
                "it takes no schema",
            ),
            ("images_are_sent", can.images, "it takes no images"),
            ("choices_stay_apart", can.choices, "it gives one answer"),
        ];
        let skips = skips.into_iter().filter(|(_, can, _)| !can);
        Self {
            dialect: *dialect,
            spelling: Spelling::of(dialect),
            skips: skips.map(|(law, _, reason)| (law, reason)).collect(),
        }
    }

    fn builder(&self, line: &Line) -> OpenAiBuilder {
        let base_url = match self.spelling {
            Spelling::Azure => line.url().to_owned(),
            _ => format!("{}/v1", line.url()),
        };
        OpenAi::builder("model-1")
            .dialect(self.dialect)
            .base_url(base_url)
            // Azure alone has one.
            .api_version("2025-04-01-preview")
            .api_key(line.key())
            .http(line.client())
    }
}

impl Host for Chat {
    fn model(&self, line: &Line) -> Arc<dyn CompletionModel> {
        Arc::new(self.builder(line).build().unwrap())
    }

    fn embeddings(&self, line: &Line) -> Option<Arc<dyn EmbeddingModel>> {
        Some(Arc::new(self.builder(line).build_embeddings().unwrap()))
    }

    fn wire(&self) -> Option<&dyn Wire> {
        Some(self)
    }

    fn case(&self, _: &str, mut case: Case) -> Case {
        if self.spelling == Spelling::Mistral {
            // Its ids are nine letters and digits.
            for call in &mut case.turn.tool_calls {
                call.id = format!("{:0<9}", call.id.replace('_', ""));
            }
        }
        case
    }

    fn skips(&self) -> &[Skip] {
        &self.skips
    }
}

impl Wire for Chat {
    fn answer(&self, turn: &Turn, delivery: Delivery) -> Body {
        let body = ChatCompletions::new().answer(turn, delivery);
        self.spelling.respell(body, delivery)
    }

    fn choices(&self, turns: &[Turn], delivery: Delivery) -> Option<Body> {
        let body = ChatCompletions::new().choices(turns, delivery)?;
        Some(self.spelling.respell(body, delivery))
    }

    fn refusal(&self, kind: ErrorKind, message: &str) -> Option<Body> {
        ChatCompletions::new().refusal(kind, message)
    }

    fn interruption(&self, kind: ErrorKind, message: &str) -> Option<Bytes> {
        ChatCompletions::new().interruption(kind, message)
    }

    fn unknown(&self) -> Option<Bytes> {
        ChatCompletions::new().unknown()
    }

    fn usage(&self, usage: Usage) -> Usage {
        ChatCompletions::new().usage(usage)
    }

    fn vectors(&self, vectors: &[Vec<f32>], usage: &Usage) -> Option<Body> {
        ChatCompletions::new().vectors(vectors, usage)
    }
}

/// The same body with every JSON in it changed.
fn respelt(body: &Body, change: fn(&mut Value)) -> Body {
    let frames = body.frames().iter().map(|frame| {
        let text = std::str::from_utf8(frame).unwrap();
        let data = text.strip_prefix("data: ");
        match serde_json::from_str::<Value>(data.unwrap_or(text)) {
            Ok(mut value) => {
                change(&mut value);
                match data {
                    Some(_) => format!("data: {value}\n\n"),
                    None => value.to_string(),
                }
            }
            Err(_) => text.to_owned(),
        }
    });
    let frames: Vec<String> = frames.collect();
    match body.frames() {
        [frame] if frame.starts_with(b"{") => Body::new("application/json").with_frames(frames),
        _ => Body::events(frames),
    }
}

/// `docs.mistral.ai/capabilities/reasoning`
fn mistral(completion: &mut Value) {
    let usage = completion["usage"].clone();
    for choice in completion["choices"].as_array_mut().into_iter().flatten() {
        for field in ["message", "delta"] {
            let Some(message) = choice.get_mut(field).and_then(Value::as_object_mut) else {
                continue;
            };
            for call in message
                .get_mut("tool_calls")
                .and_then(Value::as_array_mut)
                .into_iter()
                .flatten()
            {
                if let Some(call) = call.as_object_mut() {
                    call.remove("index");
                }
            }
            if let Some(reasoning) = message.remove("reasoning_content") {
                let thinking = json!([{"type": "text", "text": reasoning}]);
                let mut content = vec![json!({"type": "thinking", "thinking": thinking})];
                if let Some(Value::String(text)) = message.get("content") {
                    content.push(json!({"type": "text", "text": text}));
                }
                message.insert("content".to_owned(), json!(content));
            }
        }
    }
    if completion["choices"] == json!([]) && !usage.is_null() {
        completion["choices"] =
            json!([{"index": 0, "delta": {"content": ""}, "finish_reason": null}]);
    }
}

/// What Azure's content filter thought of the prompt, and of the answer.
fn judged(completion: &mut Value) {
    completion["prompt_filter_results"] =
        json!([{"prompt_index": 0, "content_filter_results": {}}]);
    completion["choices"][0]["content_filter_results"] = json!({});
}

/// `learn.microsoft.com/azure/ai-services/openai/concepts/content-streaming`
fn filtered(body: &Body) -> Body {
    let prompt = json!({
        "id": "", "object": "", "created": 0, "model": "", "choices": [],
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}],
    });
    let answer = json!({
        "id": "", "object": "", "created": 0, "model": "",
        "choices": [{"index": 0, "finish_reason": null, "content_filter_results": {}, "content_filter_offsets": {}}],
    });
    let frame = |chunk: &Value| Bytes::from(format!("data: {chunk}\n\n"));
    let mut frames = body.frames().to_vec();
    frames.insert(0, frame(&prompt));
    frames.insert(frames.len() - 1, frame(&answer));
    Body::events(frames)
}
