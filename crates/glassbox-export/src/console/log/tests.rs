use opentelemetry::InstrumentationScope;
use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::trace::{SpanId, TraceFlags};
use opentelemetry_sdk::logs::SdkLoggerProvider;
use serde_json::{Value, json};

use super::*;
use crate::console::tests::Screen;
use crate::testing::{at, trace_id};

async fn printed(fill: impl FnOnce(&mut SdkLogRecord)) -> Value {
    let logger = SdkLoggerProvider::builder().build().logger("test");
    let mut record = logger.create_log_record();
    fill(&mut record);
    let screen = Screen::default();
    let mut exporter = ConsoleExporter::new(screen.clone());
    let resource = Resource::builder_empty().with_service_name("weather");
    LogExporter::set_resource(&mut exporter, &resource.build());
    let scope = InstrumentationScope::builder("test").build();
    let batch = [(&record, &scope)];
    LogExporter::export(&exporter, LogBatch::new(&batch))
        .await
        .unwrap();
    serde_json::from_str(&screen.text()).unwrap()
}

#[tokio::test]
async fn an_event_keeps_its_structure() {
    let object = printed(|record| {
        record.set_event_name("details");
        record.set_severity_number(Severity::Info);
        record.set_timestamp(at(1));
        record.set_observed_timestamp(at(2));
        record.set_trace_context(trace_id(), SpanId::from(0xb7), Some(TraceFlags::SAMPLED));
        record.set_body(AnyValue::from(&[0x0a_u8, 0xff][..]));
        record.add_attribute("twice", 1);
        let parts = AnyValue::from_iter([AnyValue::Double(0.5), AnyValue::Boolean(true)]);
        let message = AnyValue::from_iter([("role", AnyValue::from("user")), ("parts", parts)]);
        record.add_attribute("message", message);
        record.add_attribute("twice", 2);
    })
    .await;
    assert_eq!(
        object,
        json!({
            "event_name": "details",
            "body": "0x0aff",
            "severity_number": 9,
            "severity_text": "INFO",
            "attributes": {"twice": 2, "message": {"parts": [0.5, true], "role": "user"}},
            "timestamp": "2024-07-11T01:14:00.001000Z",
            "observed_timestamp": "2024-07-11T01:14:00.002000Z",
            "trace_id": "0x0af7651916cd43dd8448eb211c80319c",
            "span_id": "0x00000000000000b7",
            "trace_flags": 1,
            "resource": {"attributes": {"service.name": "weather"}, "schema_url": ""},
        })
    );
}

#[tokio::test]
async fn what_a_record_does_not_say_is_null() {
    let object = printed(|record| record.set_severity_text("odd")).await;
    for key in [
        "event_name",
        "body",
        "severity_number",
        "timestamp",
        "trace_id",
        "trace_flags",
    ] {
        assert_eq!(object[key], Value::Null, "{key}");
    }
    assert_eq!(object["severity_text"], "odd");
    assert_eq!(object["attributes"], json!({}));
}
