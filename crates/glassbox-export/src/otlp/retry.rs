//! What may be tried again, and when: the specification's
//! [OTLP/HTTP response](https://opentelemetry.io/docs/specs/otlp/#otlphttp-response) and
//! [OTLP/gRPC response](https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-response).

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use prost::Message;
use tonic::{Code, Status};

/// What the specification lists; no other status is.
pub(super) fn is_retryable(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// How long a server wants to be left alone: a number of seconds, or a date.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        // More than fits is longer than anybody waits.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    // One that is over asks for nothing.
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// The same of a gRPC status, with what its `RetryInfo` asks for. What is exhausted may be tried again
/// only where there is such a message.
pub(super) fn is_retryable_status(status: &Status) -> (bool, Option<Duration>) {
    let asked = retry_info(status.details());
    let is_retryable = match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => true,
        Code::ResourceExhausted => asked.is_some(),
        _ => false,
    };
    (is_retryable, asked)
}

/// Whether the server says that the message is larger than it takes. There is no code for it: these are
/// the words of gRPC in Go (and so of the Collector), C++, Java and of tonic.
pub(super) fn is_too_large(status: &Status) -> bool {
    const WORDS: [&str; 3] = [
        "larger than max",
        "exceeds maximum size",
        "length too large",
    ];
    let message = status.message();
    matches!(status.code(), Code::ResourceExhausted | Code::OutOfRange)
        && WORDS.iter().any(|words| message.contains(words))
}

/// `google.rpc.Status`, as far as it matters: what says more.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

/// `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

fn retry_info(details: &[u8]) -> Option<Duration> {
    let status = RpcStatus::decode(details).ok()?;
    let mut details = status.details.iter();
    let any = details.find(|any| any.type_url.ends_with("/google.rpc.RetryInfo"))?;
    let delay = RetryInfo::decode(&*any.value).ok()?.retry_delay;
    // Without a delay it says that another attempt makes sense.
    let delay = delay.unwrap_or_default();
    let seconds = u64::try_from(delay.seconds).unwrap_or_default();
    let nanos = u64::try_from(delay.nanos).unwrap_or_default();
    Some(Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanos)))
}

#[cfg(test)]
mod tests;
