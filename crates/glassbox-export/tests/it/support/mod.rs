//! Collectors, exporters and spans to test with.

pub(crate) mod certificates;
pub(crate) mod exporter;
pub(crate) mod grpc;
pub(crate) mod http;
pub(crate) mod wire;

use std::net::TcpListener;
use std::time::Duration;

use glassbox_export::{Batching, Guard, SinkReport};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanKind, Tracer as _, TracerProvider as _};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_sdk::trace::SdkTracer;

/// Longer than anything here takes: it is reached only by a test that fails.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// Batches that wait for a flush, so that nothing leaves before the test says so.
pub(crate) fn patient() -> Batching {
    Batching::default().with_schedule_delay(LONG)
}

pub(crate) fn tracer(guard: &Guard) -> SdkTracer {
    guard.tracer_provider().tracer("test")
}

/// Ends `count` root spans named `span 0`, `span 1`, ...
pub(crate) fn end_spans(guard: &Guard, count: usize) {
    let tracer = tracer(guard);
    for index in 0..count {
        let mut span = tracer
            .span_builder(format!("span {index}"))
            .with_kind(SpanKind::Client)
            .with_attributes([KeyValue::new("index", index as i64)])
            .start(&tracer);
        span.end();
    }
}

/// Exported, dropped, failed, pending.
pub(crate) fn counts(sink: &SinkReport) -> (u64, u64, u64, u64) {
    (sink.exported, sink.dropped, sink.failed, sink.pending)
}

/// An address where nobody listens.
pub(crate) fn refused_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The names of the spans of a request.
pub(crate) fn span_names(request: &ExportTraceServiceRequest) -> Vec<String> {
    let resources = request.resource_spans.iter();
    resources
        .flat_map(|resource| &resource.scope_spans)
        .flat_map(|scope| &scope.spans)
        .map(|span| span.name.clone())
        .collect()
}

/// The resource attribute `service.name`.
pub(crate) fn service_name(request: &ExportTraceServiceRequest) -> Option<String> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;

    let resource = request.resource_spans.first()?.resource.as_ref()?;
    let attribute = resource
        .attributes
        .iter()
        .find(|attribute| attribute.key == "service.name")?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(name) => Some(name.clone()),
        _ => None,
    }
}
