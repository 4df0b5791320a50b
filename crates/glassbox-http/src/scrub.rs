use std::error::Error as _;

use glassbox_core::{Error, Secret};

/// How much of the provider's words is kept.
const DETAIL_BYTES: usize = 2_000;

/// A text without the secrets.
pub(crate) fn text(text: &str, secrets: &[Secret]) -> String {
    secrets
        .iter()
        .fold(text.to_owned(), |text, secret| secret.scrub(&text))
}

/// A header's value without the secrets. Most hold none, and are not copied.
pub(crate) fn header(value: String, secrets: &[Secret]) -> String {
    if secrets.iter().any(|secret| value.contains(secret.expose())) {
        return text(&value, secrets);
    }
    value
}

/// A provider's words: without the secrets, and cut. Scrubbed first, so that no key is cut in half.
pub(crate) fn detail(words: &str, secrets: &[Secret]) -> String {
    let mut words = text(words.trim(), secrets);
    if words.len() > DETAIL_BYTES {
        let cut = (0..=DETAIL_BYTES)
            .rev()
            .find(|at| words.is_char_boundary(*at));
        words.truncate(cut.unwrap_or(0));
        words.push('…');
    }
    words
}

/// An error whose texts hold none of the secrets, and whose detail is short.
pub(crate) fn error(mut error: Error, secrets: &[Secret]) -> Error {
    let tainted = |text: &str| secrets.iter().any(|secret| secret.scrub(text) != text);
    let source = error.source().map(|source| format!("{source:?} {source}"));
    if tainted(error.message()) || source.is_some_and(|source| tainted(&source)) {
        error = without_source(&error, text(error.message(), secrets));
    }
    if let Some(words) = error.detail().map(|words| detail(words, secrets)) {
        error = error.with_detail(words);
    }
    if let Some(code) = error.code().filter(|code| tainted(code)) {
        let code = text(code, secrets);
        error = error.with_code(code);
    }
    if let Some(id) = error.request_id().filter(|id| tainted(id)) {
        let id = text(id, secrets);
        error = error.with_request_id(id);
    }
    error
}

/// The error again with another message, and without the cause, which cannot be changed.
fn without_source(error: &Error, message: String) -> Error {
    let mut copy = Error::new(error.kind(), message).with_retries(error.retries().to_vec());
    if let Some(provider) = error.provider() {
        copy = copy.with_provider(provider.to_owned());
    }
    if let Some(status) = error.status() {
        copy = copy.with_status(status);
    }
    if let Some(code) = error.code() {
        copy = copy.with_code(code);
    }
    if let Some(detail) = error.detail() {
        copy = copy.with_detail(detail);
    }
    if let Some(id) = error.request_id() {
        copy = copy.with_request_id(id);
    }
    if let Some(wait) = error.retry_after() {
        copy = copy.with_retry_after(wait);
    }
    copy
}
