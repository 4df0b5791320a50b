use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};

use super::Capture;

#[test]
fn a_span_that_outlives_clear_is_counted_once() {
    let capture = Capture::new();
    let tracer = capture.provider().tracer("test");
    let mut open = tracer.start("long");
    tracer.start("short").end();
    assert_eq!((capture.open(), capture.spans().len()), (1, 1));
    capture.clear();
    assert_eq!((capture.open(), capture.spans().len()), (1, 0));
    open.end();
    assert_eq!((capture.open(), capture.spans().len()), (0, 1));
    assert_eq!(capture.span("long").name(), "long");
}

#[test]
fn what_is_measured_or_random_is_left_out_of_snapshots() {
    let capture = Capture::new();
    let mut span = capture.provider().tracer("test").start("chat");
    span.set_attribute(KeyValue::new("gen_ai.response.time_to_first_chunk", 0.12));
    span.add_event(
        "glassbox.retry",
        vec![
            KeyValue::new("glassbox.retry.attempt", 1),
            KeyValue::new("glassbox.retry.wait", 0.263_733_723),
        ],
    );
    span.end();
    crate::assert_trace_snapshot!(capture, @r"
    chat [internal]
      gen_ai.response.time_to_first_chunk = [seconds]
      * glassbox.retry {glassbox.retry.attempt = 1, glassbox.retry.wait = [seconds]}
    ");
}
