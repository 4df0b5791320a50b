//! Which attributes an event's line shows, and how.

use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::rounded;
use crate::testing::{SpanDataExt, span};
use crate::tree::tests::rendered;

/// The line of an event with these attributes, from its name on.
fn line(name: &'static str, attributes: Vec<KeyValue>) -> String {
    let text = rendered(vec![span(0).event(name, 3, attributes)]);
    let last = text.lines().last().unwrap();
    last.trim_start_matches([' ', '·']).to_owned()
}

#[test]
fn an_event_s_own_attributes_do_not_repeat_its_name() {
    let attributes = vec![
        KeyValue::new("glassbox.retry.attempt", 1),
        KeyValue::new("glassbox.retry.wait", 0.263_733_723),
        KeyValue::new("error.type", "network"),
    ];
    assert_eq!(
        line("glassbox.retry", attributes),
        "glassbox.retry +3.0ms attempt=1 wait=0.264 error.type=network"
    );
    let attributes = vec![KeyValue::new(
        "glassbox.options_dropped.names",
        Value::Array(Array::String(vec![
            StringValue::from("seed"),
            StringValue::from("top_k"),
        ])),
    )];
    assert_eq!(
        line("glassbox.options_dropped", attributes),
        r#"glassbox.options_dropped +3.0ms names=["seed","top_k"]"#
    );
}

#[test]
fn a_name_that_would_be_mistaken_stays_whole() {
    let attributes = vec![
        KeyValue::new("retry.error.type", "inner"),
        KeyValue::new("error.type", "outer"),
        KeyValue::new("retry", 1),
        KeyValue::new("retry.", 2),
        KeyValue::new("retry_after", 3),
    ];
    assert_eq!(
        line("retry", attributes),
        "retry +3.0ms retry.error.type=inner error.type=outer retry=1 retry.=2 retry_after=3"
    );
}

#[test]
fn doubles_are_rounded() {
    let rows = [
        (0.263_733_723, "0.264"),
        (-0.263_733_723, "-0.264"),
        (12.345_67, "12.346"),
        (1_234.567_89, "1234.568"),
        (0.000_263_733, "0.000264"),
        (0.099_96, "0.1"),
        (0.001, "0.001"),
        (0.999_96, "1"),
        (2.0, "2"),
        (100.0, "100"),
        (1e14, "100000000000000"),
        (0.0, "0"),
        (-0.0, "0"),
        (1e15, "1.00e15"),
        (1.234_5e-7, "1.23e-7"),
        (f64::MAX, "1.80e308"),
        (f64::MIN_POSITIVE, "2.23e-308"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-inf"),
    ];
    for (number, expected) in rows {
        assert_eq!(rounded(number), expected, "{number}");
    }
    let numbers = |numbers| vec![KeyValue::new("n", Value::Array(Array::F64(numbers)))];
    assert_eq!(
        line("e", numbers(vec![0.263_733_723, 1.5])),
        "e +3.0ms n=[0.264,1.5]"
    );
    let many = line("e", numbers(vec![1.0; 100_000]));
    assert_eq!(many.chars().count(), "e +3.0ms n=".len() + 60, "{many}");
    assert!(many.ends_with("1,…"), "{many}");
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
        text.contains("· exception +3.0ms type=Timeout tags=[1,2]\n"),
        "{text}"
    );
}
