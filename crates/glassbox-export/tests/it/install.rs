//! The process's own provider and propagator. One test, because there is one process.

use std::collections::HashMap;

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{Span as _, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, global};

use crate::support::LONG;
use crate::support::exporter::Keep;

#[test]
fn installing_is_global() {
    let keep = Keep::default();
    let guard = glassbox_export::builder()
        .with_service_name("test")
        .with_exporter("keep", "memory", keep.clone())
        .install()
        .unwrap();

    let span = global::tracer("anywhere").start("span");
    let context = Context::new()
        .with_span(span)
        .with_baggage([KeyValue::new("user", "42")]);
    let mut headers = HashMap::new();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut headers);
    });
    let trace_id = context.span().span_context().trace_id().to_string();
    assert!(headers["traceparent"].contains(&trace_id), "{headers:?}");
    assert_eq!(headers["baggage"], "user=42");

    context.span().end();
    guard.shutdown(LONG);
    assert_eq!(keep.names(), ["span"]);
    assert!(
        !global::tracer("anywhere").start("late").is_recording(),
        "after the shutdown spans cost nothing"
    );
}
