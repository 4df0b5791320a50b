use std::borrow::Cow;

use glassbox_core::{Error, ErrorKind, Result};
use http::{HeaderMap, HeaderName, StatusCode};
use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::hints::asked_wait;
use crate::reporter::Reporter;
use crate::words::{is_vague, kind_of_code};
use crate::{ErrorBody, SseDecoder};

/// A response that is not a success.
pub(crate) struct Failed<'a> {
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    /// Its body, or the start of it.
    pub(crate) body: &'a [u8],
}

/// The error that a response's status, headers and body amount to.
pub(crate) fn status_error(failed: &Failed<'_>, reporter: &Reporter) -> Error {
    let &Failed {
        status,
        headers,
        body,
    } = failed;
    let mut said = (reporter.read_error)(body)
        .or_else(|| (reporter.read_error)(first_event(body)?.as_slice()))
        .or_else(|| plain_text(body))
        .unwrap_or_default();
    if said.code.is_none() {
        said.code = aws_error_type(headers);
        said.kind = said.kind.or_else(|| kind_of_code(said.code.as_deref()?));
    }
    let mut here = reporter.statuses.iter();
    let kind = match here.find(|(of, _)| *of == status.as_u16()) {
        Some((_, kind)) => *kind,
        None => kind_of(Some(status.as_u16()), &said),
    };
    let message = match status.as_u16() {
        300..400 => "the host redirects, and redirects are not followed: check the base URL",
        409 => "the request collided with another one",
        _ => words(kind),
    };
    let mut error = describe(Error::new(kind, message), said).with_status(status.as_u16());
    if let Some(wait) = asked_wait(headers) {
        error = error.with_retry_after(wait);
    }
    if let Some(id) = request_id(headers) {
        error = error.with_request_id(id);
    }
    reporter.complete(error)
}

/// The error for an error object found inside a successful response or its stream.
///
/// Its status is the one that the object names, where it names one: what HTTP said was 200. A [`Decoder`] may return
/// it as it is: the driver scrubs and cuts what the provider said.
///
/// [`Decoder`]: crate::Decoder
#[must_use]
pub fn in_band_error(provider: impl Into<Cow<'static, str>>, body: ErrorBody) -> Error {
    let kind = kind_of(body.status, &body);
    let status = body.status;
    let error = describe(Error::new(kind, words(kind)), body).with_provider(provider);
    match status {
        Some(status) => error.with_status(status),
        None => error,
    }
}

fn describe(mut error: Error, said: ErrorBody) -> Error {
    if let Some(code) = said.code {
        error = error.with_code(code);
    }
    if let Some(message) = said.message {
        error = error.with_detail(message);
    }
    match said.retry_after {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}

/// The better word of two: of the status, and of the body's code and sentences.
///
/// A body goes before a vague status (400 for a wrong key). Before a status that is clear it goes only where it says
/// what no status can: too long, filtered, no credit.
fn kind_of(status: Option<u16>, said: &ErrorBody) -> ErrorKind {
    use ErrorKind::{
        ContentFilter, ContextLength, Forbidden, QuotaExhausted, ServerError, Unauthenticated,
    };
    match (status.map(kind_of_status), said.kind) {
        (_, Some(kind @ (ContentFilter | ContextLength | QuotaExhausted))) => kind,
        // AWS and some others answer a wrong key with 403.
        (Some(Forbidden), Some(Unauthenticated)) => Unauthenticated,
        (Some(status), Some(kind)) if is_vague(status) && !is_vague(kind) => kind,
        (Some(status), _) => status,
        (None, Some(kind)) => kind,
        (None, None) => ServerError,
    }
}

fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        // A redirect, or something that is no answer at all.
        0..=399 => ErrorKind::Protocol,
        401 | 407 => ErrorKind::Unauthenticated,
        402 => ErrorKind::QuotaExhausted,
        403 => ErrorKind::Forbidden,
        404 | 410 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        // 409: busy with a request that gets in the way of this one.
        409 | 503 | 529 => ErrorKind::Overloaded,
        429 => ErrorKind::RateLimited,
        424 | 500.. => ErrorKind::ServerError,
        _ => ErrorKind::InvalidRequest,
    }
}

/// Our own words for a kind of refusal: what the provider said is content.
fn words(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ContentFilter => "the provider's safety system refused the request",
        ErrorKind::ContextLength => "the request is longer than the model's context",
        ErrorKind::Forbidden => "the request was refused: the key may not do this",
        ErrorKind::InvalidRequest => "the provider found the request invalid",
        ErrorKind::NotFound => "the provider knows no such model, deployment or path",
        ErrorKind::Overloaded => "the provider is overloaded",
        ErrorKind::QuotaExhausted => "the account has no credit or quota left",
        ErrorKind::RateLimited => "the rate limit is reached",
        ErrorKind::Timeout => "the provider gave up waiting",
        ErrorKind::Unauthenticated => "the request was refused: authentication failed",
        _ => "the provider failed",
    }
}

/// The provider's id of a request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    // OpenAI and most; Anthropic; Azure; Mistral; Bedrock; whatever stands behind Cloudflare.
    static NAMES: [HeaderName; 6] = [
        HeaderName::from_static("x-request-id"),
        HeaderName::from_static("request-id"),
        HeaderName::from_static("apim-request-id"),
        HeaderName::from_static("mistral-correlation-id"),
        HeaderName::from_static("x-amzn-requestid"),
        HeaderName::from_static("cf-ray"),
    ];
    NAMES.iter().find_map(|name| {
        let id = headers.get(name)?.to_str().ok()?;
        (!id.is_empty()).then(|| id.to_owned())
    })
}

/// What AWS names an error in a header: `ThrottlingException:http://internal.amazon.com/...`.
fn aws_error_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-amzn-errortype")?.to_str().ok()?;
    let name = value.split(':').next()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The data of the first event, where a host refuses a stream with a stream.
fn first_event(body: &[u8]) -> Option<Vec<u8>> {
    let mut rest = body;
    let mut decoder = SseDecoder::new(body.len());
    if let Some(frame) = decoder.decode(&mut rest).ok()? {
        return Some(frame.data.to_vec());
    }
    let frame = decoder.finish().ok()??;
    Some(frame.data.to_vec())
}

/// What a body without an error object says: the title of a web page, or the text as it is.
fn plain_text(body: &[u8]) -> Option<ErrorBody> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    if text.starts_with('<') {
        return Some(ErrorBody::from_message(format!(
            "a web page: {}",
            title(text).unwrap_or("without a title")
        )));
    }
    (!text.is_empty()).then(|| ErrorBody::from_message(text))
}

fn title(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    Some(title.trim())
}

/// The error for a page where JSON or a stream was expected.
pub(crate) fn web_page() -> Error {
    Error::new(
        ErrorKind::Protocol,
        "a web page (HTML) came in place of the API's answer: check the base URL",
    )
}

/// Fails where a whole body is a web page, or holds the provider's error.
pub(crate) fn check_whole(body: &[u8], reporter: &Reporter) -> Result<()> {
    if body.trim_ascii_start().starts_with(b"<") {
        return Err(web_page());
    }
    match error_in(body, reporter) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// A better reason why a frame or a body could not be read, where there is one.
pub(crate) fn unreadable(error: Error, data: &[u8], reporter: &Reporter) -> Error {
    if error.kind() != ErrorKind::Protocol {
        return error;
    }
    match check_whole(data, reporter) {
        Err(better) => better,
        Ok(()) => error,
    }
}

fn error_in(body: &[u8], reporter: &Reporter) -> Option<Error> {
    if !says_error(body) {
        return None;
    }
    let said = (reporter.read_error)(body)?;
    Some(in_band_error(reporter.provider.clone(), said))
}

/// Whether a JSON object says of itself that it is an error. Most bodies do not hold the word, and cost a search.
fn says_error(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Probe<'a> {
        error: Option<IgnoredAny>,
        #[serde(borrow)]
        object: Option<Cow<'a, str>>,
        #[serde(borrow, rename = "type")]
        kind: Option<Cow<'a, str>>,
    }
    if memmem::find(body, b"\"error\"").is_none() {
        return false;
    }
    match serde_json::from_slice::<Probe<'_>>(body) {
        Ok(probe) => {
            probe.error.is_some()
                || probe.object.as_deref() == Some("error")
                || probe.kind.as_deref() == Some("error")
        }
        // Gemini's list of one, or an object whose `type` is no string.
        Err(_) => body.trim_ascii_start().starts_with(b"[{"),
    }
}

#[cfg(test)]
mod tests;
