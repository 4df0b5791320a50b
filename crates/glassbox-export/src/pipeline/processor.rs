//! The SDK's side of the pipeline.

use std::sync::atomic::Ordering;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{Span as _, SpanId, TraceContextExt as _};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::{Handle, Shared};
use crate::report::Report;

/// How long the SDK's own `force_flush` may take; it has no argument for it.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Hands sampled spans to the pipeline. It never blocks, allocates only to grow the queue, and
/// touches neither the context nor `tracing`, because a span may end inside either.
#[derive(Debug)]
pub(crate) struct Processor {
    handle: Handle,
}

impl Processor {
    pub(crate) fn new(handle: Handle) -> Self {
        Self { handle }
    }
}

impl SpanProcessor for Processor {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        let context = span.span_context();
        if !context.is_sampled() {
            return;
        }
        self.handle.shared.open.fetch_add(1, Ordering::Relaxed);
        if !parent.has_active_span() {
            self.handle.shared.began(context.trace_id());
        }
    }

    fn on_end(&self, span: SpanData) {
        if !span.span_context.is_sampled() {
            return;
        }
        let shared = &self.handle.shared;
        shared.open.fetch_sub(1, Ordering::Relaxed);
        let urgent = shared.eager && is_local_root(&span);
        shared.queue.push(span, urgent);
    }

    fn force_flush(&self) -> OTelSdkResult {
        let before = self.handle.report(false);
        let after = self.handle.flush(FLUSH_TIMEOUT);
        result(&before, &after, FLUSH_TIMEOUT)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let before = self.handle.report(false);
        let after = self.handle.shutdown(timeout);
        result(&before, &after, timeout)
    }
}

impl Shared {
    pub(super) fn unfinished(&self) -> u64 {
        u64::try_from(self.open.load(Ordering::Relaxed)).unwrap_or(0)
    }
}

/// The first span of a trace in this process: nothing here waits for it.
pub(crate) fn is_local_root(span: &SpanData) -> bool {
    span.parent_span_id == SpanId::INVALID || span.parent_span_is_remote
}

/// In the SDK's terms: whether this call lost anything.
fn result(before: &Report, after: &Report, timeout: Duration) -> OTelSdkResult {
    if after.timed_out {
        Err(OTelSdkError::Timeout(timeout))
    } else if after.lost() > before.lost() {
        Err(OTelSdkError::InternalFailure(after.to_string()))
    } else {
        Ok(())
    }
}
