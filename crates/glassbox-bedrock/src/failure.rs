//! What Bedrock says where it fails: in the body of a refusal, or in the middle of a stream.

use glassbox_core::{Error, ErrorKind};
use glassbox_http::{ErrorBody, error_body, in_band_error};
use serde::Deserialize;

use crate::PROVIDER;
use glassbox_http::lenient::Word;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said<'a> {
    #[serde(borrow, rename = "__type")]
    kind: Word<'a>,
    #[serde(borrow)]
    message: Word<'a>,
    #[serde(borrow, rename = "originalMessage")]
    original: Word<'a>,
}

/// What sentences mean that only Bedrock says, in small letters.
const SENTENCES: &[(&str, ErrorKind)] = &[
    ("tokens per day", ErrorKind::QuotaExhausted),
    ("authentication failed", ErrorKind::Unauthenticated),
    ("provided model identifier is invalid", ErrorKind::NotFound),
];

/// Reads the body of a refusal: `{"message"}`, in older spellings with `__type`. The name of the exception is in a
/// header, which [`glassbox_http`] reads.
pub(crate) fn read_error(body: &[u8]) -> Option<ErrorBody> {
    let said: Said<'_> = serde_json::from_slice(body).unwrap_or_default();
    // `com.amazon.coral.service#UnrecognizedClientException`
    let name = said.kind.as_str().rsplit('#').next().unwrap_or_default();
    if name.is_empty() {
        return error_body(body).map(|body| understood(body, &said));
    }
    Some(named(name, &said))
}

/// The error that an exception of this name in a stream is. Its payload is JSON, or the message itself.
pub(crate) fn exception(name: &str, payload: &[u8]) -> Error {
    let text = String::from_utf8_lossy(payload);
    let said = serde_json::from_slice(payload).unwrap_or_else(|_| Said {
        message: Word(Some(text)),
        ..Said::default()
    });
    in_band_error(PROVIDER, named(name, &said))
}

/// What an exception of this name says.
fn named(name: &str, said: &Said<'_>) -> ErrorBody {
    let message = match (said.message.given(), said.original.given()) {
        (Some(message), Some(original)) if !message.contains(original) => {
            format!("{message}: {original}")
        }
        (message, original) => message.or(original).unwrap_or_default().to_owned(),
    };
    let body = serde_json::json!({"error": {"message": message, "code": name}});
    let body = error_body(body.to_string().as_bytes()).unwrap_or_default();
    understood(body, said)
}

fn understood(mut body: ErrorBody, said: &Said<'_>) -> ErrorBody {
    let message = said.message.as_str().to_lowercase();
    let known = SENTENCES
        .iter()
        .find(|(sentence, _)| message.contains(sentence));
    if let Some((_, kind)) = known {
        body.kind = Some(*kind);
    }
    body
}

#[cfg(test)]
mod tests;
