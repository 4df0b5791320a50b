use std::time::Duration;

use glassbox_core::Error;

/// When a failed request is sent again, and how long to wait before.
///
/// What is sent again: a request whose failure [is retryable](Error::is_retryable): no connection, a timeout before
/// the head of the response, and HTTP 408, 409, 429, 5xx and 529, unless the account has no quota left. The header
/// `x-should-retry` overrules that both ways. Nothing is sent again once a successful response has begun.
///
/// How long to wait: as long as the provider asks (`retry-after-ms`, `retry-after`, or a hint in the body); else a
/// backoff that doubles from `base` up to `max` and of which the upper half is random. Where that is more than `total`
/// leaves, the request fails at once with that error and its [`retry_after`](Error::retry_after): a caller can plan
/// better than a sleeping task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included. 3 unless set.
    pub attempts: u32,
    /// The first backoff. 500 ms unless set.
    pub base: Duration,
    /// The longest backoff. 8 s unless set.
    pub max: Duration,
    /// How long all waits of a request may take together. 60 s unless set.
    pub total: Duration,
    /// Whether the upper half of a backoff is random, so that clients do not come back all at once. On unless set.
    pub jitter: bool,
}

impl RetryPolicy {
    /// The defaults: 3 attempts, backoffs of 0.5 s to 8 s with jitter, 60 s in all.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(500),
            max: Duration::from_secs(8),
            total: Duration::from_secs(60),
            jitter: true,
        }
    }

    /// One attempt.
    #[must_use]
    pub const fn none() -> Self {
        Self::new().with_attempts(1)
    }

    /// Sets how often a request is sent at most, the first time included.
    #[must_use]
    pub const fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets the first and the longest backoff.
    #[must_use]
    pub const fn with_backoff(mut self, base: Duration, max: Duration) -> Self {
        self.base = base;
        self.max = max;
        self
    }

    /// Sets how long all waits of a request may take together.
    #[must_use]
    pub const fn with_total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }

    /// Sets whether the upper half of a backoff is random.
    #[must_use]
    pub const fn with_jitter(mut self, jitter: bool) -> Self {
        self.jitter = jitter;
        self
    }

    /// How long to wait before the next attempt, or `None` where there is none.
    ///
    /// `attempt` is the one that failed, from 1; `asked` is what `x-should-retry` says; `waited` is the sum of the
    /// waits so far.
    pub(crate) fn wait(
        &self,
        attempt: u32,
        error: &Error,
        asked: Option<bool>,
        waited: Duration,
    ) -> Option<Duration> {
        if attempt >= self.attempts || !asked.unwrap_or_else(|| error.is_retryable()) {
            return None;
        }
        let wait = error.retry_after().unwrap_or_else(|| self.backoff(attempt));
        (wait <= self.total.saturating_sub(waited)).then_some(wait)
    }

    fn backoff(&self, attempt: u32) -> Duration {
        let doubled = 2u32
            .checked_pow(attempt.saturating_sub(1))
            .map_or(Duration::MAX, |factor| self.base.saturating_mul(factor));
        let longest = doubled.min(self.max);
        if self.jitter {
            let half = longest / 2;
            half + rand::random_range(Duration::ZERO..=half)
        } else {
            longest
        }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests;
