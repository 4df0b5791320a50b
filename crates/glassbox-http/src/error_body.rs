use std::time::Duration;

use glassbox_core::ErrorKind;
use serde_json::{Map, Value};

use crate::hints::{duration, wait_in_words};
use crate::words::{is_vague, kind_of_code, kind_of_message};

/// What a provider says of a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorBody {
    /// The provider's words. They may quote the request.
    pub message: Option<String>,
    /// The provider's code (`model_not_found`), or its type where it has no code, or the number that it has instead.
    pub code: Option<String>,
    /// What kind of failure the code or the words speak of.
    pub kind: Option<ErrorKind>,
    /// The HTTP status that the body names (400 to 599), where it names one.
    pub status: Option<u16>,
    /// The wait that the body asks for.
    pub retry_after: Option<Duration>,
}

impl ErrorBody {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Words, and what they speak of.
    pub fn from_message(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind: kind_of_message(&message),
            retry_after: wait_in_words(&message),
            message: Some(message),
            ..Self::default()
        }
    }
}

/// Reads the error object of a body in any of the usual shapes; `None` where there is none.
///
/// | shape | who |
/// | --- | --- |
/// | `{"error": {"message", "type", "code", "param"}}` | OpenAI and its kin, Gemini (with `status` and `details`) |
/// | `{"type": "error", "error": {...}}` | Anthropic |
/// | `{"error": "text"}`, also with `code` beside it | Ollama, Hugging Face, xAI |
/// | `{"message", "code" or "type"}` | Cohere, Mistral, Bedrock |
/// | `{"detail": "text"}`, `{"detail": [{"loc", "msg"}]}` | FastAPI servers |
/// | `[{"error": {...}}]` | Gemini's stream |
/// | `{"errors": [...]}` | Cloudflare |
#[must_use]
pub fn error_body(body: &[u8]) -> Option<ErrorBody> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let object = match &value {
        Value::Array(items) => items.first()?.as_object()?,
        value => value.as_object()?,
    };
    let mut found = Found::default();
    found.read(object);
    if found.messages.is_empty() && !holds_error(object) {
        return None;
    }
    Some(found.into_body())
}

fn holds_error(object: &Map<String, Value>) -> bool {
    match object.get("error").or_else(|| object.get("errors")) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    }
}

/// What was found so far, the innermost first.
#[derive(Default)]
struct Found {
    messages: Vec<String>,
    words: Vec<String>,
    /// A code that is only the HTTP status again.
    number: Option<String>,
    status: Option<u16>,
    retry_after: Option<Duration>,
}

impl Found {
    fn read(&mut self, object: &Map<String, Value>) {
        match object.get("error") {
            // `{"error": "Bad Request", "message": "what was bad"}`
            Some(Value::String(title)) if object.get("message").is_some_and(Value::is_string) => {
                self.word(title);
            }
            Some(inner) => self.read_inner(inner),
            None => {}
        }
        for key in ["errors", "detail"] {
            if let Some(inner) = object.get(key) {
                self.read_inner(inner);
            }
        }
        if self.messages.is_empty() {
            self.read_message(object);
        }
        self.read_code(object.get("code"));
        for key in ["type", "status"] {
            match object.get(key) {
                Some(Value::String(word)) if word != "error" => self.word(word),
                Some(Value::Number(_)) => self.read_code(object.get(key)),
                _ => {}
            }
        }
        for key in ["status_code", "raw_status_code"] {
            self.status = self.status.or_else(|| status(object.get(key)?));
        }
        self.read_details(object);
    }

    fn read_inner(&mut self, inner: &Value) {
        match inner {
            Value::String(text) => self.message(text),
            Value::Object(inner) => self.read(inner),
            Value::Array(items) => {
                for item in items {
                    match item {
                        Value::String(text) => self.message(text),
                        Value::Object(item) => self.read_item(item),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// One of several errors: a place and what is wrong there.
    fn read_item(&mut self, item: &Map<String, Value>) {
        let Some(words) = text(item, &["msg", "message"]) else {
            return;
        };
        let place: Vec<String> = item
            .get("loc")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|step| {
                step.as_str()
                    .map_or_else(|| step.to_string(), str::to_owned)
            })
            .collect();
        if place.is_empty() {
            self.message(words);
            self.read_code(item.get("code"));
        } else {
            self.message(&format!("{}: {words}", place.join(".")));
        }
    }

    fn read_message(&mut self, object: &Map<String, Value>) {
        const KEYS: &[&str] = &[
            "message",
            "msg",
            "error_message",
            "error_description",
            "errorMessage",
            "Message",
        ];
        let Some(words) = text(object, KEYS) else {
            return;
        };
        // OpenRouter says "Provider returned error", and what the provider said is here.
        match object
            .get("metadata")
            .and_then(|metadata| metadata.get("raw")?.as_str())
        {
            Some(raw) => self.message(&format!("{words}: {raw}")),
            None => self.message(words),
        }
    }

    /// What Google and Azure say in a list or an object of its own.
    fn read_details(&mut self, object: &Map<String, Value>) {
        for key in ["innererror", "inner_error"] {
            if let Some(code) = object.get(key).and_then(|inner| inner.get("code")) {
                self.read_code(Some(code));
            }
        }
        let details = object.get("details").and_then(Value::as_array);
        for detail in details.into_iter().flatten() {
            if let Some(reason) = detail.get("reason").and_then(Value::as_str) {
                self.word(reason);
            }
            let delay = detail.get("retryDelay").and_then(Value::as_str);
            self.retry_after = self.retry_after.or_else(|| duration(delay?));
        }
    }

    fn read_code(&mut self, code: Option<&Value>) {
        match code {
            Some(Value::String(word)) => self.word(word),
            Some(Value::Number(number)) => self.word(&number.to_string()),
            _ => {}
        }
    }

    fn message(&mut self, message: &str) {
        if !message.trim().is_empty() {
            self.messages.push(message.to_owned());
        }
    }

    fn word(&mut self, word: &str) {
        let is_code = !word.is_empty()
            && word.len() <= 100
            && word
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte));
        if let Some(status) = word.parse().ok().filter(is_error_status) {
            self.status.get_or_insert(status);
            self.number.get_or_insert_with(|| word.to_owned());
        } else if is_code {
            self.words.push(word.to_owned());
        }
    }

    fn into_body(self) -> ErrorBody {
        let message = (!self.messages.is_empty()).then(|| self.messages.join("; "));
        let kinds = || self.words.iter().filter_map(|word| kind_of_code(word));
        let kind = message
            .as_deref()
            .and_then(kind_of_message)
            .or_else(|| kinds().find(|kind| !is_vague(*kind)))
            .or_else(|| kinds().next());
        ErrorBody {
            kind,
            // Gemini rounds down in one of the two places.
            retry_after: self
                .retry_after
                .max(message.as_deref().and_then(wait_in_words)),
            message,
            status: self.status,
            code: self.words.into_iter().next().or(self.number),
        }
    }
}

fn text<'a>(object: &'a Map<String, Value>, keys: &[&str]) -> Option<&'a str> {
    keys.iter().find_map(|key| object.get(*key)?.as_str())
}

fn status(value: &Value) -> Option<u16> {
    u16::try_from(value.as_u64()?).ok().filter(is_error_status)
}

fn is_error_status(status: &u16) -> bool {
    (400..600).contains(status)
}

#[cfg(test)]
mod tests;
