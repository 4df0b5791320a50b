//! Spans and sinks for unit tests.

use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{InstrumentKind, ManualReader, Pipeline, Temporality};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use crate::sink::{Attempt, Batch, Outcome, Parcel, Sink};

/// 2024-07-11T01:14:00Z.
pub(crate) const EPOCH: Duration = Duration::from_secs(1_720_660_440);

pub(crate) fn at(offset_ms: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + EPOCH + Duration::from_millis(offset_ms)
}

pub(crate) fn trace_id() -> TraceId {
    TraceId::from(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c)
}

/// A root span of no duration.
pub(crate) fn span(id: u64) -> SpanData {
    SpanData {
        span_context: SpanContext::new(
            trace_id(),
            SpanId::from(id + 1),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: format!("span {id}").into(),
        start_time: at(0),
        end_time: at(0),
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::builder("test").build(),
    }
}

/// Fluent changes to a span.
pub(crate) trait SpanDataExt: Sized {
    fn named(self, name: &'static str) -> Self;
    /// Makes it a child of span `id`.
    fn under(self, id: u64) -> Self;
    /// From and to, in milliseconds.
    fn during(self, from: u64, to: u64) -> Self;
    fn with(self, attributes: impl IntoIterator<Item = KeyValue>) -> Self;
    fn failed(self, description: &'static str) -> Self;
    fn event(self, name: &'static str, at: u64, attributes: Vec<KeyValue>) -> Self;
}

impl SpanDataExt for SpanData {
    fn named(mut self, name: &'static str) -> Self {
        self.name = name.into();
        self
    }

    fn under(mut self, id: u64) -> Self {
        self.parent_span_id = SpanId::from(id + 1);
        self
    }

    fn during(mut self, from: u64, to: u64) -> Self {
        self.start_time = at(from);
        self.end_time = at(to);
        self
    }

    fn with(mut self, attributes: impl IntoIterator<Item = KeyValue>) -> Self {
        self.attributes.extend(attributes);
        self
    }

    fn failed(mut self, description: &'static str) -> Self {
        self.status = Status::error(description);
        self
    }

    fn event(mut self, name: &'static str, time: u64, attributes: Vec<KeyValue>) -> Self {
        self.events
            .events
            .push(Event::new(name, at(time), attributes, 0));
        self
    }
}

/// Takes everything and keeps nothing.
#[derive(Debug)]
pub(crate) struct Discard;

impl<B: Batch> Sink<B> for Discard {
    fn parcel(self: Arc<Self>, batch: B) -> Box<dyn Parcel> {
        Box::new(Discarded(batch.items()))
    }
}

struct Discarded(u64);

impl Parcel for Discarded {
    fn items(&self) -> u64 {
        self.0
    }

    fn attempt(self: Box<Self>, _: Duration) -> Attempt {
        Box::pin(async move { Outcome::delivered(self.0) })
    }
}

/// A reader that a test collects from.
#[derive(Debug)]
pub(crate) struct Reader(pub(crate) Arc<ManualReader>);

impl MetricReader for Reader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}
