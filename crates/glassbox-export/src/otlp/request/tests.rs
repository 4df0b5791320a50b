use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::data::ResourceMetrics;

use super::*;

fn log(fill: impl FnOnce(&mut opentelemetry_sdk::logs::SdkLogRecord)) -> crate::sink::Log {
    let mut record = SdkLoggerProvider::builder()
        .build()
        .logger("test")
        .create_log_record();
    // The SDK does so when a record is emitted.
    record.set_observed_timestamp(crate::testing::at(0));
    fill(&mut record);
    let scope = opentelemetry::InstrumentationScope::builder("test").build();
    (record, scope)
}

#[test]
fn an_attribute_of_a_log_record_that_was_added_twice_has_its_last_value() {
    let batch = vec![log(|record| {
        record.add_attribute("a", 1);
        record.add_attribute("b", 2);
        record.add_attribute("a", 3);
    })];
    let requests = LogRequests::new(&Resource::builder_empty().build());
    let request = ExportLogsServiceRequest::decode(requests.protobuf(&batch)).unwrap();
    let record = &request.resource_logs[0].scope_logs[0].log_records[0];
    let attributes: Vec<_> = record
        .attributes
        .iter()
        .map(|attribute| {
            let value = attribute
                .value
                .as_ref()
                .and_then(|value| value.value.as_ref());
            (attribute.key.as_str(), value)
        })
        .collect();
    assert_eq!(
        attributes,
        [
            ("b", Some(&Value::IntValue(2))),
            ("a", Some(&Value::IntValue(3)))
        ]
    );
}

#[test]
fn json_says_the_same() {
    let batch = vec![log(|record| {
        record.set_event_name("details");
        record.set_body(AnyValue::from_iter([("role", "user")]));
    })];
    let requests = LogRequests::new(&Resource::builder_empty().build());
    let protobuf = requests.protobuf(&batch);
    let expected = ExportLogsServiceRequest::decode(protobuf.clone()).unwrap();
    let json = LogRequests::json(protobuf).unwrap();
    let json: ExportLogsServiceRequest = serde_json::from_slice(&json).unwrap();
    assert_eq!(json, expected);

    let reader = std::sync::Arc::new(opentelemetry_sdk::metrics::ManualReader::default());
    let provider = opentelemetry_sdk::metrics::SdkMeterProvider::builder()
        .with_reader(crate::testing::Reader(std::sync::Arc::clone(&reader)))
        .build();
    let meter = provider.meter("test");
    meter.u64_counter("jobs").build().add(2, &[]);
    meter.f64_histogram("wait").build().record(0.5, &[]);
    let mut metrics = ResourceMetrics::default();
    opentelemetry_sdk::metrics::reader::MetricReader::collect(&*reader, &mut metrics).unwrap();
    let points = Points::new(metrics);
    assert_eq!(points.items(), 2);
    let protobuf = MetricRequests.protobuf(&points);
    let expected = ExportMetricsServiceRequest::decode(protobuf.clone()).unwrap();
    let json = MetricRequests::json(protobuf).unwrap();
    let json: ExportMetricsServiceRequest = serde_json::from_slice(&json).unwrap();
    assert_eq!(json, expected);
}
