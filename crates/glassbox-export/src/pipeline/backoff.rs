//! When to try again.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// The first pause; each is twice the one before.
pub(super) const FIRST: Duration = Duration::from_millis(100);
/// No pause of our own is longer.
const LONGEST: Duration = Duration::from_secs(30);
/// Nor do we wait for longer than this when asked to: a server that comes back sooner is met sooner.
const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);

/// The pauses of a series of failures.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: FIRST }
    }
}

impl Backoff {
    /// How long to wait for the next attempt: never less than what was asked for, and up to half as
    /// much again by chance, so that not all come back at once.
    pub(super) fn pause(&mut self, asked: Option<Duration>) -> Duration {
        let pause = self.next.max(asked.unwrap_or_default().min(LONGEST_ASKED));
        self.next = (self.next * 2).min(LONGEST);
        pause + chance(pause.min(LONGEST) / 2)
    }
}

/// Up to this much.
fn chance(most: Duration) -> Duration {
    // The one source of chance in the standard library: each has other keys.
    let chance = RandomState::new().hash_one(());
    most.mul_f64(chance as f64 / u64::MAX as f64)
}

#[cfg(test)]
mod tests;
