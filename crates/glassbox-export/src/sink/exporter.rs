//! Sinks around exporters of the SDK's kind.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::{LogBatch, LogExporter};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::trace::SpanExporter;

use super::{Attempt, Batch, Logs, Outcome, Parcel, Points, Sink, Spans};
use crate::text::seconds;

/// How long an exporter may take to put itself away, after its last export.
const SHUTDOWN: Duration = Duration::from_secs(1);

pub(crate) fn spans(
    mut exporter: impl SpanExporter + 'static,
    resource: &Resource,
) -> Arc<dyn Sink<Spans>> {
    exporter.set_resource(resource);
    Arc::new(SpanSink(exporter))
}

pub(crate) fn metrics(exporter: impl PushMetricExporter) -> Arc<dyn Sink<Points>> {
    Arc::new(MetricSink(exporter))
}

pub(crate) fn logs(
    mut exporter: impl LogExporter + 'static,
    resource: &Resource,
) -> Arc<dyn Sink<Logs>> {
    exporter.set_resource(resource);
    Arc::new(LogSink(exporter))
}

#[derive(Debug)]
struct SpanSink<E>(E);

impl<E: SpanExporter + 'static> Sink<Spans> for SpanSink<E> {
    fn parcel(self: Arc<Self>, batch: Spans) -> Box<dyn Parcel> {
        once(
            batch,
            move |batch| async move { self.0.export(batch).await },
        )
    }

    fn flush(&self) -> Result<(), String> {
        self.0.force_flush().map_err(reason)
    }

    fn shutdown(&self) {
        // What shutdown could not do shows in the counts; the error has nobody to go to.
        let _ = self.0.shutdown_with_timeout(SHUTDOWN);
    }
}

struct MetricSink<E>(E);

/// The SDK asks no `Debug` of such an exporter.
impl<E> fmt::Debug for MetricSink<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricSink").finish_non_exhaustive()
    }
}

impl<E: PushMetricExporter> Sink<Points> for MetricSink<E> {
    fn parcel(self: Arc<Self>, batch: Points) -> Box<dyn Parcel> {
        once(batch, move |batch: Points| async move {
            self.0.export(batch.metrics()).await
        })
    }

    fn flush(&self) -> Result<(), String> {
        self.0.force_flush().map_err(reason)
    }

    fn shutdown(&self) {
        // As for spans.
        let _ = self.0.shutdown_with_timeout(SHUTDOWN);
    }
}

#[derive(Debug)]
struct LogSink<E>(E);

impl<E: LogExporter + 'static> Sink<Logs> for LogSink<E> {
    fn parcel(self: Arc<Self>, batch: Logs) -> Box<dyn Parcel> {
        once(batch, move |batch: Logs| async move {
            let records: Vec<_> = batch
                .iter()
                .map(|(record, scope)| (record, scope))
                .collect();
            self.0.export(LogBatch::new(&records)).await
        })
    }

    fn shutdown(&self) {
        // As for spans.
        let _ = self.0.shutdown_with_timeout(SHUTDOWN);
    }
}

/// A batch that an exporter takes or loses: what went wrong is not said in a way that a program
/// could act upon, and the exporters that try again do so themselves.
struct Once<B, F> {
    batch: B,
    export: F,
}

pub(crate) fn once<B, F, R>(batch: B, export: F) -> Box<dyn Parcel>
where
    B: Batch,
    F: FnOnce(B) -> R + Send + 'static,
    R: Future<Output = OTelSdkResult> + Send + 'static,
{
    Box::new(Once { batch, export })
}

impl<B, F, R> Parcel for Once<B, F>
where
    B: Batch,
    F: FnOnce(B) -> R + Send + 'static,
    R: Future<Output = OTelSdkResult> + Send + 'static,
{
    fn items(&self) -> u64 {
        self.batch.items()
    }

    fn attempt(self: Box<Self>, limit: Duration) -> Attempt {
        Box::pin(async move {
            let items = self.items();
            let Self { batch, export } = *self;
            match tokio::time::timeout(limit, export(batch)).await {
                Ok(Ok(())) => Outcome::delivered(items),
                Ok(Err(error)) => Outcome::failed(items, reason(error)),
                Err(_) => Outcome::failed(items, format!("no answer within {}", seconds(limit))),
            }
        })
    }
}

fn reason(error: OTelSdkError) -> String {
    match error {
        OTelSdkError::InternalFailure(message) => message,
        other => other.to_string(),
    }
}
