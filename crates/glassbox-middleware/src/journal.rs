use std::time::Duration;

use glassbox_core::{Decision, DecisionKind, Error, Retry, Start};
use tokio::time::Instant;

use crate::begun::Failed;

/// What was done for one call, until somebody can be told.
#[derive(Debug)]
pub(crate) struct Journal {
    began: Instant,
    retries: Vec<Retry>,
    decisions: Vec<Decision>,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            retries: Vec::new(),
            decisions: Vec::new(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn decide(&mut self, kind: DecisionKind) {
        self.decisions.push(Decision::new(self.elapsed(), kind));
    }

    /// Keeps what an attempt tells that began `at` and failed.
    pub(crate) fn keep(&mut self, failed: &Failed, at: Duration) {
        let mut told = failed.start().cloned().unwrap_or_default();
        told.retries.extend_from_slice(failed.error.retries());
        told.decisions.extend_from_slice(failed.error.decisions());
        told.delay(at);
        self.retries.append(&mut told.retries);
        self.decisions.append(&mut told.decisions);
    }

    /// Tells it in the first event of an attempt that began `at`.
    pub(crate) fn tell(mut self, start: &mut Start, at: Duration) {
        start.delay(at);
        self.retries.append(&mut start.retries);
        self.decisions.append(&mut start.decisions);
        start.retries = self.retries;
        start.decisions = self.decisions;
    }

    /// Tells it in the error of an attempt that began `at`.
    pub(crate) fn fail(mut self, error: Error, at: Duration) -> Error {
        let error = error.delayed(at);
        self.retries.extend_from_slice(error.retries());
        self.decisions.extend_from_slice(error.decisions());
        error
            .with_retries(self.retries)
            .with_decisions(self.decisions)
    }
}
