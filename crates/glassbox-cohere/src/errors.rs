//! What Cohere's errors mean: they are sentences without a code.

use glassbox_core::ErrorKind;
use glassbox_http::{ErrorBody, error_body};

/// Parts of the sentences, in small letters. The first that fits counts.
const SENTENCES: &[(ErrorKind, &[&str])] = &[
    // It begins as the one about a prompt that is too long does.
    (ErrorKind::InvalidRequest, &["max tokens must be"]),
    (ErrorKind::ContextLength, &["too many tokens:"]),
    // With the status 498.
    (
        ErrorKind::ContentFilter,
        &["blocked input", "blocked output", "usage guidelines"],
    ),
    // Of a trial key: waiting for a minute does not cure it, as it does `calls / minute`.
    (ErrorKind::QuotaExhausted, &["calls / month"]),
    (ErrorKind::Unauthenticated, &["invalid api token"]),
];

/// Reads `{"id": "...", "message": "a sentence"}`, and whatever a gateway puts in its place.
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
