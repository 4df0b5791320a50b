use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glassbox_core::{Blob, Choice, Message, Messages, Part, Response, Role, ToolSpec, Uri};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::Policy;

/// Turns what was said into JSON, as a policy allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capture<'a>(pub(crate) &'a Policy);

impl Capture<'_> {
    /// A list of messages.
    pub(crate) fn messages<'m>(self, messages: impl IntoIterator<Item = &'m Message>) -> Value {
        let messages = messages.into_iter().map(|message| self.message(message));
        messages.map(Value::Object).collect()
    }

    /// The instructions at the beginning of a conversation, as a list of parts, and how many messages they are.
    pub(crate) fn instructions(self, messages: &Messages) -> (Option<Value>, usize) {
        let leading: Vec<&Message> = messages
            .iter()
            .take_while(|message| message.role == Role::System)
            .collect();
        let parts = leading.iter().flat_map(|message| &message.parts);
        let parts: Vec<Value> = parts.filter_map(|part| self.part(part)).collect();
        let there = !parts.is_empty();
        (there.then_some(Value::Array(parts)), leading.len())
    }

    /// The answers of a response. What has neither a part nor a reason was not produced.
    pub(crate) fn answers(self, response: &Response) -> Option<Value> {
        let produced = response
            .choices
            .iter()
            .filter(|choice| !choice.message.parts.is_empty() || choice.finish_reason.is_some());
        let answers: Vec<Value> = produced.map(|choice| self.answer(choice)).collect();
        (!answers.is_empty()).then_some(Value::Array(answers))
    }

    /// What a workflow gave: messages that are nobody's answer to one call.
    pub(crate) fn results(self, messages: &Messages) -> Value {
        let results = messages.iter().map(|message| {
            let mut message = self.message(message);
            message.insert("finish_reason".to_owned(), "stop".into());
            Value::Object(message)
        });
        results.collect()
    }

    /// Documents or records that were found: what they hold passes the redaction as text.
    pub(crate) fn found(self, found: Vec<Value>) -> Value {
        let found = found.into_iter().filter_map(|mut entry| {
            if let Some(content) = entry.get_mut("content") {
                *content = self.text(content.as_str()?)?;
            }
            Some(entry)
        });
        found.collect()
    }

    fn answer(self, choice: &Choice) -> Value {
        let mut message = self.message(&choice.message);
        let reason = choice
            .finish_reason
            .as_ref()
            .map_or("error", |reason| reason.as_str());
        message.insert("finish_reason".to_owned(), reason.into());
        Value::Object(message)
    }

    fn message(self, message: &Message) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("role".to_owned(), json!(message.role));
        let parts = message.parts.iter().filter_map(|part| self.part(part));
        fields.insert("parts".to_owned(), parts.collect());
        if let Some(name) = &message.name {
            fields.insert("name".to_owned(), name.as_str().into());
        }
        fields
    }

    /// One part, as far as it may be seen.
    pub(crate) fn part(self, part: &Part) -> Option<Value> {
        let part = self.0.redacted(part)?;
        Some(match part {
            Part::Blob(blob) => binary(&blob),
            Part::Uri(uri) => match embedded(&uri) {
                Some(blob) => binary(&blob),
                None => json!(Part::Uri(uri)),
            },
            // What a provider wants back verbatim is for it alone, and may be as long as the thought behind it.
            Part::Opaque(opaque) => json!({"type": "opaque", "provider": opaque.provider}),
            Part::Reasoning(mut reasoning) => {
                reasoning.opaque = None;
                json!(Part::Reasoning(reasoning))
            }
            Part::Text(mut text) => {
                text.opaque = None;
                json!(Part::Text(text))
            }
            Part::ToolCall(mut call) => {
                call.opaque = None;
                json!(Part::ToolCall(call))
            }
            other => json!(other),
        })
    }

    /// A text that is no message.
    pub(crate) fn text(self, text: &str) -> Option<Value> {
        match self.0.redacted(&Part::text(text))? {
            Part::Text(text) => Some(text.content.into()),
            other => Some(json!(other)),
        }
    }

    /// The tools on offer.
    pub(crate) fn tools(self, tools: &[ToolSpec]) -> Option<Value> {
        let tools = tools.iter().map(|tool| {
            if self.0.tool_schemas {
                let mut whole = json!(tool);
                if let Some(fields) = whole.as_object_mut() {
                    fields.remove("strict");
                }
                whole
            } else {
                json!({"type": "function", "name": tool.name})
            }
        });
        let tools: Vec<Value> = tools.collect();
        (!tools.is_empty()).then_some(Value::Array(tools))
    }
}

/// Binary data as its digest, its type and its length: it would fill the trace, and nobody reads it there. Its
/// `content` is empty, because the conventions' schema wants one.
fn binary(blob: &Blob) -> Value {
    let mut part = json!({"type": "blob", "modality": blob.modality});
    if let Some(mime_type) = &blob.mime_type {
        part["mime_type"] = mime_type.as_str().into();
    }
    part["content"] = "".into();
    match STANDARD.decode(blob.content.as_bytes()) {
        Ok(bytes) => {
            let digest = Sha256::digest(&bytes);
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            part["digest"] = format!("sha256:{digest}").into();
            part["length"] = bytes.len().into();
        }
        Err(_) => part["length"] = blob.decoded_len().into(),
    }
    part
}

/// The data in a `data:` URI (RFC 2397).
fn embedded(uri: &Uri) -> Option<Blob> {
    let scheme = uri.uri.get(..5)?;
    if !scheme.eq_ignore_ascii_case("data:") {
        return None;
    }
    let (head, data) = uri.uri[5..].split_once(',').unwrap_or(("", ""));
    let mut words = head.split(';');
    let mime_type = words.next().filter(|word| !word.is_empty());
    let mime_type = mime_type.or(uri.mime_type.as_deref());
    let mime_type = mime_type.unwrap_or("text/plain").to_owned();
    let mut blob = Blob::new(uri.modality.clone(), mime_type, data.as_bytes());
    if words.any(|word| word.eq_ignore_ascii_case("base64")) {
        blob.content = data.into();
    }
    Some(blob)
}
