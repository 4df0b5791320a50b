use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::InstrumentationScope;
use opentelemetry::logs::{AnyValue, Severity};
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord};

use crate::render;

/// Keeps every log record. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Logs(Arc<Mutex<Vec<CapturedLog>>>);

impl Logs {
    pub(super) fn kept(&self) -> MutexGuard<'_, Vec<CapturedLog>> {
        // A test that panicked elsewhere leaves the list whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogProcessor for Logs {
    fn emit(&self, record: &mut SdkLogRecord, scope: &InstrumentationScope) {
        let log = CapturedLog {
            record: record.clone(),
            scope: scope.clone(),
        };
        self.kept().push(log);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// A log record that was emitted. One with a name is an event.
#[derive(Clone, Debug, PartialEq)]
pub struct CapturedLog {
    record: SdkLogRecord,
    scope: InstrumentationScope,
}

impl CapturedLog {
    /// The event's name.
    #[must_use]
    pub fn event_name(&self) -> Option<&str> {
        self.record.event_name()
    }

    /// How bad it is, as a number that has a name.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.record.severity_number()
    }

    /// Its body.
    #[must_use]
    pub fn body(&self) -> Option<&AnyValue> {
        self.record.body()
    }

    /// Its attributes in the order in which they were added. The SDK keeps every value that was added.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &AnyValue)> {
        self.record
            .attributes_iter()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// The value of an attribute; the last one is what counts.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&AnyValue> {
        let found = self.attributes().filter(|(name, _)| *name == key).last()?;
        Some(found.1)
    }

    /// The value of an attribute as text, in the form that snapshots show.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.attribute(key).map(render::any_value)
    }

    /// The trace that it belongs to.
    #[must_use]
    pub fn trace_id(&self) -> Option<TraceId> {
        Some(self.record.trace_context()?.trace_id)
    }

    /// The span that it belongs to.
    #[must_use]
    pub fn span_id(&self) -> Option<SpanId> {
        Some(self.record.trace_context()?.span_id)
    }

    /// The name of the instrumentation scope that it comes from.
    #[must_use]
    pub fn scope(&self) -> &str {
        self.scope.name()
    }

    /// The record as the SDK hands it to an exporter.
    #[must_use]
    pub fn data(&self) -> &SdkLogRecord {
        &self.record
    }
}
