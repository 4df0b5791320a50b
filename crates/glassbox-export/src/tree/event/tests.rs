//! What stands on an event's line.

use opentelemetry::{Array, KeyValue, Value};

use crate::testing::{SpanDataExt, span};
use crate::tree::tests::rendered;

#[test]
fn many_events_are_summed_up() {
    let mut busy = span(0);
    for index in 0..40 {
        busy = busy.event("chunk", index, Vec::new());
    }
    let text = rendered(vec![busy]);
    assert_eq!(text.lines().count(), 2 + 32 + 1);
    assert!(text.ends_with("     8 more events\n"), "{text}");
}

#[test]
fn an_exception_shows_without_its_stack() {
    let text = rendered(vec![span(0).event(
        "exception",
        3,
        vec![
            KeyValue::new("exception.type", "Timeout"),
            KeyValue::new("exception.stacktrace", "at main"),
            KeyValue::new("tags", Value::Array(Array::I64(vec![1, 2]))),
        ],
    )]);
    assert!(
        text.contains("· exception +3.0ms exception.type=Timeout tags=[1,2]\n"),
        "{text}"
    );
}
