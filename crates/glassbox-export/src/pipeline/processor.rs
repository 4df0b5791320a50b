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
use super::sampled::SampledTraces;
use super::spooled::Recorder;
use crate::limits::LongestValue;
use crate::sampling::SamplingReport;

/// The spans of a process, on their way to the exporter's thread.
#[derive(Debug)]
pub(crate) struct Spans {
    /// To where they are only in memory.
    queue: Option<Arc<Queue<SpanData>>>,
    /// To where they are written down.
    recorder: Option<Recorder>,
    /// Sampled spans that have started and not ended.
    open: OpenSpans,
    /// How many of them the end found open.
    unfinished: AtomicU64,
    /// A root that ends wakes the exporter: somebody watches.
    eager: bool,
    longest: Option<LongestValue>,
    /// The trace that began last.
    latest: Mutex<Option<TraceId>>,
    /// What a tail sampler has to know of them before they end.
    sampled: Option<Arc<SampledTraces>>,
}

impl Spans {
    pub(super) fn new(
        queue: Option<Arc<Queue<SpanData>>>,
        recorder: Option<Recorder>,
        eager: bool,
        longest: Option<LongestValue>,
        sampled: Option<Arc<SampledTraces>>,
    ) -> Self {
        Self {
            longest,
            sampled,
            queue,
            recorder,
            open: OpenSpans::default(),
            unfinished: AtomicU64::new(0),
            eager,
            latest: Mutex::new(None),
        }
    }

    /// Whether there was room for it.
    fn push(&self, mut span: SpanData, urgent: bool) -> bool {
        if let Some(longest) = self.longest {
            longest.cut_span(&mut span);
        }
        if let Some(recorder) = &self.recorder {
            recorder.record(&span);
        }
        let queue = self.queue.as_ref();
        queue.is_none_or(|queue| queue.push(span, urgent))
    }

    /// The trace that began last.
    pub(crate) fn latest(&self) -> Option<TraceId> {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Spans {
    fn counts(&self) -> (u64, Dropped) {
        let queue = self.queue.as_ref();
        queue.map_or_else(Default::default, |queue| queue.counts())
    }

    fn finish(&self) {
        let spans = self.open.end_all();
        let count = spans.len() as u64;
        self.unfinished.fetch_add(count, Ordering::Relaxed);
        // For the sampler they stay open: what still goes on is kept.
        for span in spans {
            self.push(span, false);
        }
    }

    fn unfinished(&self) -> u64 {
        self.unfinished.load(Ordering::Relaxed) + self.open.count()
    }

    fn sampling(&self) -> Option<SamplingReport> {
        self.sampled.as_ref().map(|sampled| sampled.report())
    }
}

/// Hands sampled spans to the pipeline. Without a spool it never blocks; with one it writes to a file. It
/// touches neither the context nor `tracing`, because a span may end inside either.
#[derive(Debug)]
pub(crate) struct Processor {
    spans: Arc<Spans>,
    handles: Vec<Handle>,
}

impl Processor {
    pub(crate) fn new(spans: Arc<Spans>, handles: Vec<Handle>) -> Self {
        Self { spans, handles }
    }
}

impl SpanProcessor for Processor {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        let context = span.span_context();
        if !context.is_sampled() {
            return;
        }
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
        let Some(sampled) = &self.spans.sampled else {
            self.spans.push(span, urgent);
            return;
        };
        let trace = span.span_context.trace_id();
        sampled.open.ended(trace);
        if !self.spans.push(span, urgent) {
            sampled.open.dropped(trace);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        let mut results = self.handles.iter().map(Handle::sdk_flush);
        results.find(Result::is_err).unwrap_or(Ok(()))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let shutdown = |handle: &Handle| handle.sdk_shutdown(timeout);
        // All of them, also after one that fails.
        let results: Vec<_> = self.handles.iter().map(shutdown).collect();
        results.into_iter().collect()
    }
}

/// The first span of a trace in this process: nothing here waits for it.
pub(crate) fn is_local_root(span: &SpanData) -> bool {
    span.parent_span_id == SpanId::INVALID || span.parent_span_is_remote
}
