use std::time::SystemTime;

use opentelemetry::logs::Severity;
use opentelemetry::trace::{SpanId, TraceFlags, TraceId};

use super::*;
use crate::testing::{SpanDataExt as _, span};

fn strings(list: &[&'static str]) -> Value {
    Value::Array(Array::String(
        list.iter().map(|text| (*text).into()).collect(),
    ))
}

#[test]
fn text_is_cut_between_characters_wherever_it_is() {
    let event = vec![KeyValue::new("text", "äöüß")];
    let mut span = span(0)
        .with([
            KeyValue::new("short", "abc"),
            KeyValue::new("long", "abcdef"),
            KeyValue::new("wide", "äöüß"),
            KeyValue::new("list", strings(&["abcdef", "a"])),
            KeyValue::new("number", 123_456),
        ])
        .event("event", 0, event);
    LongestValue(3).cut_span(&mut span);
    let values: Vec<_> = span.attributes.iter().map(|it| it.value.clone()).collect();
    assert_eq!(
        values,
        [
            Value::from("abc"),
            Value::from("abc"),
            Value::from("äöü"),
            strings(&["abc", "a"]),
            Value::from(123_456),
        ]
    );
    let event = &span.events.events[0];
    assert_eq!(event.attributes[0].value, Value::from("äöü"));
    LongestValue(0).cut_span(&mut span);
    assert_eq!(span.attributes[0].value, Value::from(""));
}

#[test]
fn a_record_within_limits_is_the_same_otherwise() {
    let logger = SdkLoggerProvider::builder().build().logger("test");
    let mut record = logger.create_log_record();
    let map = || AnyValue::from_iter([("key", AnyValue::from("abcdef"))]);
    record.set_event_name("event");
    record.set_target("target");
    record.set_timestamp(SystemTime::UNIX_EPOCH);
    record.set_observed_timestamp(SystemTime::UNIX_EPOCH);
    record.set_severity_text("WARN");
    record.set_severity_number(Severity::Warn);
    record.set_body("abcdef".into());
    let flags = Some(TraceFlags::SAMPLED);
    record.set_trace_context(TraceId::from(1), SpanId::from(2), flags);
    record.add_attribute("text", "abcdef");
    record.add_attribute("list", AnyValue::from_iter([map()]));
    record.add_attribute("bytes", AnyValue::Bytes(Box::new(b"abcdef".to_vec())));
    record.add_attribute("more", 1);

    let no_effect = RecordLimits {
        value: Some(LongestValue(6)),
        attributes: Some(4),
    };
    let copy = RecordLimiter::new(no_effect).unwrap().copy(&record);
    assert_eq!(format!("{copy:?}"), format!("{record:?}"));

    let limits = RecordLimits {
        value: Some(LongestValue(3)),
        attributes: Some(3),
    };
    let copy = RecordLimiter::new(limits).unwrap().copy(&record);
    let attributes: Vec<_> = copy.attributes_iter().cloned().collect();
    let short = AnyValue::from_iter([("key", AnyValue::from("abc"))]);
    assert_eq!(
        attributes,
        [
            ("text".into(), AnyValue::from("abc")),
            ("list".into(), AnyValue::from_iter([short])),
            ("bytes".into(), AnyValue::Bytes(Box::new(b"abc".to_vec()))),
        ]
    );
    assert_eq!(copy.body(), Some(&AnyValue::from("abcdef")), "no attribute");
}

#[test]
fn without_limits_there_is_nothing_to_do() {
    assert!(RecordLimiter::new(RecordLimits::default()).is_none());
}
