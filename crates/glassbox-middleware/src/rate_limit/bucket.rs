use std::time::Duration;

use tokio::time::Instant;

/// What may still go. It fills evenly, up to what is let through in one go.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    most: f64,
    per_second: f64,
    level: f64,
    filled: Option<Instant>,
}

/// Both limits.
#[derive(Debug)]
pub(super) struct Buckets {
    pub(super) requests: Option<Bucket>,
    pub(super) tokens: Option<Bucket>,
}

impl Bucket {
    pub(super) fn new(most: f64, per: Duration) -> Self {
        Self {
            most,
            per_second: most / per.max(Duration::from_nanos(1)).as_secs_f64(),
            level: most,
            filled: None,
        }
    }

    /// How long until there is a whole one.
    fn wait(&mut self, now: Instant) -> Duration {
        let since = self
            .filled
            .replace(now)
            .map_or(Duration::ZERO, |then| now.saturating_duration_since(then));
        self.level = self
            .most
            .min(self.level + since.as_secs_f64() * self.per_second);
        let missing = 1.0 - self.level;
        // What rounding lost is not missing.
        if missing <= 1e-9 {
            return Duration::ZERO;
        }
        // A clock that ticks in milliseconds must not wake us too early, and nothing fills a bucket of size 0.
        Duration::try_from_secs_f64(missing / self.per_second)
            .map_or(Duration::MAX, |wait| wait.max(Duration::from_millis(1)))
    }
}

impl Buckets {
    /// Takes a request, or says which limit is reached and how long it will be.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), (&'static str, Duration)> {
        let limits = [
            ("tokens", &mut self.tokens),
            ("requests", &mut self.requests),
        ];
        let waits = limits.into_iter().filter_map(|(what, bucket)| {
            let wait = bucket.as_mut()?.wait(now);
            (!wait.is_zero()).then_some((what, wait))
        });
        match waits.max_by_key(|(_, wait)| *wait) {
            Some(longest) => Err(longest),
            None => {
                if let Some(requests) = &mut self.requests {
                    requests.level -= 1.0;
                }
                Ok(())
            }
        }
    }

    /// Takes off what a request took.
    pub(super) fn settle(&mut self, tokens: u64, now: Instant) {
        if let Some(bucket) = &mut self.tokens {
            bucket.wait(now);
            bucket.level -= tokens as f64;
        }
    }
}
