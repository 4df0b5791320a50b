use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _};
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::SpanData;

use super::*;
use crate::testing::{SpanDataExt as _, span};

const TEXT: usize = 10_000;

fn text() -> String {
    "x".repeat(TEXT)
}

#[test]
fn a_span_is_as_large_as_what_it_says() {
    let bare = span(0).size();
    assert!(bare >= size_of::<SpanData>());
    for value in [
        Value::from(text()),
        Value::Array(Array::String(vec![text().into()])),
        Value::Array(Array::I64(vec![1; TEXT / 8])),
        Value::Array(Array::F64(vec![1.0; TEXT / 8])),
        Value::Array(Array::Bool(vec![true; TEXT])),
    ] {
        let more = span(0).with([KeyValue::new("key", value.clone())]).size() - bare;
        assert!((TEXT..TEXT + 200).contains(&more), "{more}");
        let event = vec![KeyValue::new("key", value)];
        let more = span(0).event("event", 0, event).size() - bare;
        assert!((TEXT..TEXT + 300).contains(&more), "{more}");
    }
    let named = SpanData {
        name: text().into(),
        ..span(0)
    };
    assert!(named.size() >= bare + TEXT - 20);
}

#[test]
fn a_log_record_is_as_large_as_what_it_says() {
    let provider = SdkLoggerProvider::builder().build();
    let logger = provider.logger("test");
    let scope = opentelemetry::InstrumentationScope::builder("test").build();
    let bare = (logger.create_log_record(), scope.clone()).size();
    for value in [
        AnyValue::String(text().into()),
        AnyValue::Bytes(Box::new(text().into_bytes())),
        AnyValue::ListAny(Box::new(vec![AnyValue::String(text().into())])),
        AnyValue::Map(Box::new(
            [("key".into(), AnyValue::String(text().into()))].into(),
        )),
    ] {
        let mut record = logger.create_log_record();
        record.set_body(value.clone());
        let more = (record, scope.clone()).size() - bare;
        assert!((TEXT..TEXT + 200).contains(&more), "{more}");
        let mut record = logger.create_log_record();
        record.add_attribute("key", value);
        let more = (record, scope.clone()).size() - bare;
        assert!((TEXT..TEXT + 200).contains(&more), "{more}");
    }
}
