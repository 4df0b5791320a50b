//! Metrics: they add up in the SDK until somebody collects them, so nothing waits here.
//!
//! Each sink has a reader of its own, because what is collected depends on the temporality that the
//! sink prefers. A collection is made when its export begins: behind a slow export there is never
//! more than one to come, and it holds what was measured until then.

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::metrics::ManualReader;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::reader::MetricReader as _;
use tokio::time::Instant;

use super::feed::Feed;
use super::lane::{Backlog, Lane};
use crate::report::SinkReport;
use crate::sink::{Batch as _, Points};

/// The clock that says when to collect.
#[derive(Debug)]
pub(super) struct Collected {
    interval: Duration,
    /// Nothing any more, once it is closed.
    due: Option<Instant>,
}

impl Collected {
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval,
            due: Some(Instant::now() + interval),
        }
    }
}

impl Feed for Collected {
    type Backlog = Collections;

    fn collect(&mut self, all: bool, lanes: &mut [Lane<Collections>], _: &mut [SinkReport]) {
        if !all {
            return;
        }
        lanes.iter_mut().for_each(|lane| lane.backlog.ask());
        let next = Instant::now() + self.interval;
        self.due = self.due.map(|_| next);
    }

    fn due(&self) -> Option<Instant> {
        self.due
    }

    fn woken(&self) -> impl Future<Output = ()> {
        pending()
    }

    fn close(&mut self) {
        self.due = None;
    }
}

/// The collections for one sink, counted.
#[derive(Debug)]
pub(super) struct Collections {
    reader: Arc<ManualReader>,
    asked: u64,
    begun: u64,
    settled: u64,
}

impl Collections {
    pub(super) fn new(reader: Arc<ManualReader>) -> Self {
        Self {
            reader,
            asked: 0,
            begun: 0,
            settled: 0,
        }
    }

    /// Asks for a collection that begins from now on. One that is asked for already will do.
    fn ask(&mut self) {
        self.asked = self.begun + 1;
    }
}

impl Backlog for Collections {
    type Batch = Points;

    fn next(&mut self) -> Option<Points> {
        if self.is_empty() {
            return None;
        }
        self.begun += 1;
        let mut metrics = ResourceMetrics::default();
        // It fails where the provider is gone, and then there is nothing to collect.
        let collected = self.reader.collect(&mut metrics);
        let points = Points::new(metrics);
        if collected.is_err() || points.items() == 0 {
            self.settled = self.begun;
            return None;
        }
        Some(points)
    }

    fn is_empty(&self) -> bool {
        self.begun == self.asked
    }

    fn accepted(&self) -> u64 {
        self.asked
    }

    fn settled(&self) -> u64 {
        self.settled
    }

    fn settle(&mut self, _: u64) {
        self.settled = self.begun;
    }
}

#[cfg(test)]
mod tests;
