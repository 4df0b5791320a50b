//! Spans and sinks for unit tests.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use crate::sink::{Delivered, Delivery, Sink};

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

impl Sink for Discard {
    fn export(self: Arc<Self>, _: Vec<SpanData>) -> Pin<Box<dyn Future<Output = Delivery> + Send>> {
        Box::pin(ready(Ok(Delivered::default())))
    }
}
