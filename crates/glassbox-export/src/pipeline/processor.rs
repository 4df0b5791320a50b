//! The SDK's side of the spans' pipeline.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{Span as _, SpanId, TraceContextExt as _, TraceId};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::handle::{Handle, Source};
use super::queue::{Dropped, Queue};
use super::sampled::SampledTraces;
use crate::sampling::SamplingReport;

/// The spans of a process, on their way to the exporter's thread.
#[derive(Debug)]
pub(crate) struct Spans {
    pub(super) queue: Arc<Queue<SpanData>>,
    /// Sampled spans that have started and not ended.
    open: AtomicI64,
    /// A root that ends wakes the exporter: somebody watches.
    eager: bool,
    /// The trace that began last.
    latest: Mutex<Option<TraceId>>,
    /// What a tail sampler has to know of them before they end.
    sampled: Option<Arc<SampledTraces>>,
}

impl Spans {
    pub(super) fn new(
        queue: Arc<Queue<SpanData>>,
        eager: bool,
        sampled: Option<Arc<SampledTraces>>,
    ) -> Self {
        Self {
            sampled,
            queue,
            open: AtomicI64::new(0),
            eager,
            latest: Mutex::new(None),
        }
    }

    /// The trace that began last.
    pub(crate) fn latest(&self) -> Option<TraceId> {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Spans {
    fn counts(&self) -> (u64, Dropped) {
        self.queue.counts()
    }

    fn unfinished(&self) -> u64 {
        u64::try_from(self.open.load(Ordering::Relaxed)).unwrap_or(0)
    }

    fn sampling(&self) -> Option<SamplingReport> {
        self.sampled.as_ref().map(|sampled| sampled.report())
    }
}

/// Hands sampled spans to the pipeline. It never blocks, allocates only to grow the queue and the
/// table of open traces, and touches neither the context nor `tracing`, because a span may end inside either.
#[derive(Debug)]
pub(crate) struct Processor {
    spans: Arc<Spans>,
    handle: Handle,
}

impl Processor {
    pub(crate) fn new(spans: Arc<Spans>, handle: Handle) -> Self {
        Self { spans, handle }
    }
}

impl SpanProcessor for Processor {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        let context = span.span_context();
        if !context.is_sampled() {
            return;
        }
        self.spans.open.fetch_add(1, Ordering::Relaxed);
        if let Some(sampled) = &self.spans.sampled {
            sampled.open.started(context.trace_id());
        }
        if !parent.has_active_span() {
            let mut latest = self
                .spans
                .latest
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *latest = Some(context.trace_id());
        }
    }

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        self.spans.open.fetch_sub(1, Ordering::Relaxed);
        let urgent = self.spans.eager && is_local_root(&span);
        let Some(sampled) = &self.spans.sampled else {
            self.spans.queue.push(span, urgent);
            return;
        };
        let trace = span.span_context.trace_id();
        sampled.open.ended(trace);
        if !self.spans.queue.push(span, urgent) {
            sampled.open.dropped(trace);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.handle.sdk_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.handle.sdk_shutdown(timeout)
    }
}

/// The first span of a trace in this process: nothing here waits for it.
pub(crate) fn is_local_root(span: &SpanData) -> bool {
    span.parent_span_id == SpanId::INVALID || span.parent_span_is_remote
}
