mod logs;
mod metrics;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::trace::{Span as _, SpanContext, SpanId, SpanKind, Status, TraceId};
use opentelemetry::{Context, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{SdkTracerProvider, Span, SpanData, SpanProcessor};

use self::logs::Logs;
use self::metrics::Reader;
use crate::render;

pub use self::logs::CapturedLog;
pub use self::metrics::{CapturedMetric, CapturedPoint, MetricKind};

/// Keeps every span that ends, and knows which are still open; keeps what is measured, and every log record: for tests
/// of what a program reports.
///
/// Each capture has providers of its own, so tests do not see each other's telemetry.
#[derive(Clone, Debug)]
pub struct Capture {
    spans: Arc<Spans>,
    provider: SdkTracerProvider,
    reader: Reader,
    meter_provider: SdkMeterProvider,
    logs: Logs,
    logger_provider: SdkLoggerProvider,
}

#[derive(Debug, Default)]
struct Spans {
    open: Mutex<HashSet<(TraceId, SpanId)>>,
    ended: Mutex<Vec<SpanData>>,
}

impl Capture {
    /// A capture that holds nothing.
    #[must_use]
    pub fn new() -> Self {
        let spans = Arc::new(Spans::default());
        let processor = Processor(Arc::clone(&spans));
        let provider = SdkTracerProvider::builder()
            .with_span_processor(processor)
            .build();
        let reader = Reader::default();
        let logs = Logs::default();
        Self {
            spans,
            provider,
            meter_provider: SdkMeterProvider::builder()
                .with_reader(reader.clone())
                .build(),
            reader,
            logger_provider: SdkLoggerProvider::builder()
                .with_log_processor(logs.clone())
                .build(),
            logs,
        }
    }

    /// The tracer provider whose spans are kept.
    #[must_use]
    pub fn provider(&self) -> &SdkTracerProvider {
        &self.provider
    }

    /// The meter provider whose measurements are kept.
    #[must_use]
    pub fn meter_provider(&self) -> &SdkMeterProvider {
        &self.meter_provider
    }

    /// The logger provider whose records are kept.
    #[must_use]
    pub fn logger_provider(&self) -> &SdkLoggerProvider {
        &self.logger_provider
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

    /// What has been measured since the capture was made, collected now: one entry for each instrument that measured
    /// something, by name and then by scope.
    #[must_use]
    pub fn metrics(&self) -> Vec<CapturedMetric> {
        self.reader.collect()
    }

    /// The one metric of this name.
    ///
    /// # Panics
    ///
    /// Where there is none, or more than one; the message lists the names there are.
    #[must_use]
    pub fn metric(&self, name: &str) -> CapturedMetric {
        let all = self.metrics();
        let names: Vec<&str> = all.iter().map(CapturedMetric::name).collect();
        let mut found = all.iter().filter(|metric| metric.name() == name);
        match (found.next(), found.next()) {
            (Some(metric), None) => metric.clone(),
            _ => panic!("not one metric is named {name:?}; there are {names:?}"),
        }
    }

    /// The log records, events among them, in the order in which they were emitted.
    #[must_use]
    pub fn logs(&self) -> Vec<CapturedLog> {
        self.logs.kept().clone()
    }

    /// Forgets the spans that have ended, and the log records. A span that is open still counts as
    /// [`open`](Self::open), and is kept when it ends. Metrics stay: they are totals.
    pub fn clear(&self) {
        self.ended().clear();
        self.logs.kept().clear();
    }

    /// The traces as text: the tree, with names, kinds, statuses, events and attributes, and without ids and times.
    #[must_use]
    pub fn render(&self) -> String {
        let open = self.open();
        render::traces(&self.ended(), open)
    }

    /// The metrics as text: names, kinds and units, and for each set of attributes what a counter came to, or how many
    /// measurements a histogram has and their sum. Of durations only their number is shown.
    #[must_use]
    pub fn render_metrics(&self) -> String {
        render::metrics(&self.metrics())
    }

    /// The log records as text: names, severities, the name of the span that each belongs to, bodies and attributes,
    /// without ids and times.
    #[must_use]
    pub fn render_logs(&self) -> String {
        let logs = self.logs();
        render::logs(&logs, &self.ended())
    }

    /// Everything as text: the traces, then the metrics under `metrics`, then the log records under `events`. What there
    /// is none of has no heading.
    #[must_use]
    pub fn render_all(&self) -> String {
        let traces = self.render();
        let sections = [
            (!traces.is_empty()).then_some(traces),
            render::section("metrics", &self.render_metrics()),
            render::section("events", &self.render_logs()),
        ];
        let present: Vec<String> = sections.into_iter().flatten().collect();
        present.join("\n\n")
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
