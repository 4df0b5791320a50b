//! Sinks around exporters of the SDK's kind.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::{LogBatch, LogExporter};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::trace::SpanExporter;

use super::{Delivered, Delivering, Delivery, Logs, Points, Sink, Spans};

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
    fn export(self: Arc<Self>, batch: Spans) -> Delivering {
        Box::pin(async move { delivery(self.0.export(batch).await) })
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
    fn export(self: Arc<Self>, batch: Points) -> Delivering {
        Box::pin(async move { delivery(self.0.export(batch.metrics()).await) })
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
    fn export(self: Arc<Self>, batch: Logs) -> Delivering {
        Box::pin(async move {
            let records: Vec<_> = batch
                .iter()
                .map(|(record, scope)| (record, scope))
                .collect();
            delivery(self.0.export(LogBatch::new(&records)).await)
        })
    }

    fn shutdown(&self) {
        // As for spans.
        let _ = self.0.shutdown_with_timeout(SHUTDOWN);
    }
}

fn delivery(result: OTelSdkResult) -> Delivery {
    result.map(|()| Delivered::default()).map_err(reason)
}

fn reason(error: OTelSdkError) -> String {
    match error {
        OTelSdkError::InternalFailure(message) => message,
        other => other.to_string(),
    }
}
