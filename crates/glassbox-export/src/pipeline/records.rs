//! The SDK's side of the log records' pipeline.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord};

use super::handle::{Handle, Source};
use super::queue::{Dropped, Queue};
use crate::limits::{RecordLimiter, RecordLimits};
use crate::sink::Log;

/// The log records of a process, on their way to the exporter's thread.
#[derive(Debug)]
pub(super) struct Records {
    queue: Arc<Queue<Log>>,
    /// Each record wakes the exporter: somebody watches.
    eager: bool,
    limiter: Option<RecordLimiter>,
}

impl Records {
    pub(super) fn new(queue: Arc<Queue<Log>>, eager: bool, limits: RecordLimits) -> Self {
        Self {
            queue,
            eager,
            limiter: RecordLimiter::new(limits),
        }
    }
}

impl Source for Records {
    fn counts(&self) -> (u64, Dropped) {
        self.queue.counts()
    }
}

/// Hands log records to the pipeline. It never blocks, and copies a record because the SDK lends it.
#[derive(Debug)]
pub(crate) struct RecordProcessor {
    records: Arc<Records>,
    handle: Handle,
}

impl RecordProcessor {
    pub(super) fn new(records: Arc<Records>, handle: Handle) -> Self {
        Self { records, handle }
    }
}

impl LogProcessor for RecordProcessor {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        let record = match &self.records.limiter {
            Some(limiter) => limiter.copy(record),
            None => record.clone(),
        };
        let log = (record, scope.clone());
        self.records.queue.push(log, self.records.eager);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.handle.sdk_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.handle.sdk_shutdown(timeout)
    }
}
