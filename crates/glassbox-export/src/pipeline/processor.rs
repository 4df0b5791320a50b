//! The SDK's side of the spans' pipeline.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{Span as _, SpanId, TraceContextExt as _, TraceId};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::handle::{Handle, Source};
use super::open::OpenSpans;
use super::queue::{Dropped, Queue};
use crate::limits::LongestValue;

/// The spans of a process, on their way to the exporter's thread.
#[derive(Debug)]
pub(crate) struct Spans {
    pub(super) queue: Arc<Queue<SpanData>>,
    /// Sampled spans that have started and not ended.
    open: OpenSpans,
    /// How many of them the end found open.
    unfinished: AtomicU64,
    /// A root that ends wakes the exporter: somebody watches.
    eager: bool,
    longest: Option<LongestValue>,
    /// The trace that began last.
    latest: Mutex<Option<TraceId>>,
}

impl Spans {
    pub(super) fn new(
        queue: Arc<Queue<SpanData>>,
        eager: bool,
        longest: Option<LongestValue>,
    ) -> Self {
        Self {
            longest,
            queue,
            open: OpenSpans::default(),
            unfinished: AtomicU64::new(0),
            eager,
            latest: Mutex::new(None),
        }
    }

    fn push(&self, mut span: SpanData, urgent: bool) {
        if let Some(longest) = self.longest {
            longest.cut_span(&mut span);
        }
        self.queue.push(span, urgent);
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

    fn finish(&self) {
        let spans = self.open.end_all();
        let count = spans.len() as u64;
        self.unfinished.fetch_add(count, Ordering::Relaxed);
        for span in spans {
            self.push(span, false);
        }
    }

    fn unfinished(&self) -> u64 {
        self.unfinished.load(Ordering::Relaxed) + self.open.count()
    }
}

/// Hands sampled spans to the pipeline. It never blocks, and touches neither the context nor `tracing`,
/// because a span may end inside either.
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
        if !parent.has_active_span() {
            let mut latest = self
                .spans
                .latest
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *latest = Some(context.trace_id());
        }
        self.spans.open.begin(span);
    }

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        if !self.spans.open.end(span.span_context.span_id()) {
            // The end came first, and has delivered what was known.
            return;
        }
        let urgent = self.spans.eager && is_local_root(&span);
        self.spans.push(span, urgent);
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
