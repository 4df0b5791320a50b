//! What Ollama's errors mean: they are sentences without a code.

use glassbox_core::ErrorKind;
use glassbox_http::{ErrorBody, error_body};

/// Parts of the sentences, in small letters.
const SENTENCES: &[(ErrorKind, &[&str])] = &[
    (
        ErrorKind::NotFound,
        &["not found, try pulling it first", "' not found"],
    ),
    (ErrorKind::Unauthenticated, &["unauthorized"]),
    (ErrorKind::Overloaded, &["server busy"]),
    // Of the cloud: it lasts for hours or days.
    (ErrorKind::QuotaExhausted, &["usage limit"]),
];

/// Reads `{"error": "a sentence"}`, and whatever a gateway puts in its place.
pub(crate) fn read_error(body: &[u8]) -> Option<ErrorBody> {
    let mut said = error_body(body)?;
    if said.kind.is_none() {
        said.kind = said.message.as_deref().and_then(kind);
    }
    Some(said)
}

fn kind(sentence: &str) -> Option<ErrorKind> {
    let sentence = sentence.to_lowercase();
    let known = SENTENCES
        .iter()
        .find(|(_, parts)| parts.iter().any(|part| sentence.contains(part)));
    known.map(|(kind, _)| *kind)
}
