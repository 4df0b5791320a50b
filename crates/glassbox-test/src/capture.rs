use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::trace::{Span as _, SpanContext, SpanId, SpanKind, Status, TraceId};
use opentelemetry::{Context, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, Span, SpanData, SpanProcessor};

use crate::render;

/// Keeps every span that ends, and knows which are still open: for tests of what a program reports.
///
/// Each capture has a tracer provider of its own, so tests do not see each other's spans.
#[derive(Clone, Debug)]
pub struct Capture {
    spans: Arc<Spans>,
    provider: SdkTracerProvider,
}

#[derive(Debug, Default)]
struct Spans {
    open: Mutex<HashSet<(TraceId, SpanId)>>,
    ended: Mutex<Vec<SpanData>>,
}

impl Capture {
    /// A capture that holds no spans.
    #[must_use]
    pub fn new() -> Self {
        let spans = Arc::new(Spans::default());
        let processor = Processor(Arc::clone(&spans));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .build();
        Self { spans, provider }
    }

    /// The tracer provider whose spans are kept.
    #[must_use]
    pub fn provider(&self) -> &SdkTracerProvider {
        &self.provider
    }

    /// The spans that have ended, in the order in which they ended.
    #[must_use]
    pub fn spans(&self) -> Vec<CapturedSpan> {
        self.ended().iter().cloned().map(CapturedSpan).collect()
    }

    /// The one span of this name.
    ///
    /// # Panics
    ///
    /// Where there is none, or more than one; the message lists the names there are.
    #[must_use]
    pub fn span(&self, name: &str) -> CapturedSpan {
        let mut found: Vec<_> = self
            .spans()
            .into_iter()
            .filter(|span| span.name() == name)
            .collect();
        let names: Vec<String> = self
            .ended()
            .iter()
            .map(|span| span.name.to_string())
            .collect();
        assert!(
            found.len() == 1,
            "{} spans are named {name:?}; there are {names:?}",
            found.len()
        );
        found.remove(0)
    }

    /// How many spans have begun and not ended.
    #[must_use]
    pub fn open(&self) -> usize {
        self.spans.open().len()
    }

    /// Forgets the spans that have ended. A span that is open still counts as [`open`](Self::open), and is kept when
    /// it ends.
    pub fn clear(&self) {
        self.ended().clear();
    }

    /// The traces as text: the tree, with names, kinds, statuses, events and attributes, and without ids and times.
    #[must_use]
    pub fn render(&self) -> String {
        let open = self.open();
        render::traces(&self.ended(), open)
    }

    fn ended(&self) -> MutexGuard<'_, Vec<SpanData>> {
        self.spans.ended()
    }
}

impl Spans {
    // A test that panicked elsewhere leaves both collections whole.
    fn open(&self) -> MutexGuard<'_, HashSet<(TraceId, SpanId)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ended(&self) -> MutexGuard<'_, Vec<SpanData>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Capture {
    fn default() -> Self {
        Self::new()
    }
}

/// A span that has ended.
#[derive(Clone, Debug)]
pub struct CapturedSpan(SpanData);

impl CapturedSpan {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &SpanKind {
        &self.0.span_kind
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> &Status {
        &self.0.status
    }

    /// Its trace and span ids.
    #[must_use]
    pub fn context(&self) -> &SpanContext {
        &self.0.span_context
    }

    /// Its parent's id. `None` for a root.
    #[must_use]
    pub fn parent(&self) -> Option<SpanId> {
        (self.0.parent_span_id != SpanId::INVALID).then_some(self.0.parent_span_id)
    }

    /// How long it took.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.0
            .end_time
            .duration_since(self.0.start_time)
            .unwrap_or_default()
    }

    /// The value of an attribute. The SDK keeps every value that was set; the last one is what counts.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        self.0
            .attributes
            .iter()
            .rev()
            .find(|attribute| attribute.key.as_str() == key)
            .map(|found| &found.value)
    }

    /// The value of an attribute as text, in the form that snapshots show.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.attribute(key).map(render::value)
    }

    /// The names of its events, in order.
    #[must_use]
    pub fn events(&self) -> Vec<&str> {
        self.0.events.iter().map(|event| &*event.name).collect()
    }

    /// The span as the SDK hands it to an exporter.
    #[must_use]
    pub fn data(&self) -> &SpanData {
        &self.0
    }
}

#[derive(Debug)]
struct Processor(Arc<Spans>);

impl SpanProcessor for Processor {
    fn on_start(&self, span: &mut Span, _cx: &Context) {
        self.0.open().insert(key(span.span_context()));
    }

    fn on_end(&self, span: SpanData) {
        self.0.open().remove(&key(&span.span_context));
        self.0.ended().push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

fn key(context: &SpanContext) -> (TraceId, SpanId) {
    (context.trace_id(), context.span_id())
}

#[cfg(test)]
mod tests;
