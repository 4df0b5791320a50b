//! When to try again: the specification's
//! [OTLP/HTTP response](https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};

/// How many attempts follow the first: enough for a restart, few enough that a program which ends
/// without a collector does not wait for long.
const RETRIES: u32 = 3;
/// The first pause; each is twice the one before.
const FIRST: Duration = Duration::from_millis(100);
/// What chance adds to a pause, at the most, so that not all come back at once.
const JITTER: Duration = Duration::from_millis(100);

/// The pauses of one delivery.
#[derive(Debug)]
pub(super) struct Backoff {
    left: u32,
    next: Duration,
}

impl Backoff {
    pub(super) fn new() -> Self {
        Self {
            left: RETRIES,
            next: FIRST,
        }
    }

    /// How long to wait for the next attempt, never less than what was asked for. Nothing where it
    /// is time to give up.
    pub(super) fn pause(&mut self, asked: Option<Duration>) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let pause = self.next.max(asked.unwrap_or_default());
        self.next = pause.saturating_mul(2);
        Some(pause.saturating_add(jitter()))
    }
}

fn jitter() -> Duration {
    // The one source of chance in the standard library: each has other keys.
    let chance = RandomState::new().hash_one(());
    JITTER.mul_f64(chance as f64 / u64::MAX as f64)
}

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

#[cfg(test)]
mod tests;
