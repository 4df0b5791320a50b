//! The SDK's side of the metrics' pipeline.

use std::sync::{Arc, Weak};
use std::time::Duration;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{InstrumentKind, ManualReader, Pipeline, Temporality};

use super::handle::{Handle, Source};
use super::queue::Dropped;

/// What the meter provider knows of a sink: a reader, which the exporter's thread collects from.
#[derive(Debug)]
pub(crate) struct Reader {
    manual: Arc<ManualReader>,
    handle: Handle,
}

impl Reader {
    pub(super) fn new(manual: Arc<ManualReader>, handle: Handle) -> Self {
        Self { manual, handle }
    }
}

impl MetricReader for Reader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.manual.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.manual.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.handle.sdk_flush()
    }

    /// The worker collects once more before it ends. The reader itself has no end: to put it away
    /// would mean to wait for an instrument's callback that may hang.
    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.handle.sdk_shutdown(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.manual.temporality(kind)
    }
}

/// Metrics come from instruments when they are collected; before that nothing waits.
#[derive(Debug)]
pub(super) struct Instruments;

impl Source for Instruments {
    fn counts(&self) -> (u64, Dropped) {
        (0, Dropped::default())
    }
}
