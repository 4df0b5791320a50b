//! Metrics and log records beside spans.

use glassbox_export::Guard;
use opentelemetry::KeyValue;
use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::trace::{TraceContextExt as _, Tracer as _};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1 as proto;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric, number_data_point};

use crate::support::tracer;

mod faults;
mod logs;
mod metrics;
mod over_otlp;

/// A counter, twice for each kind of job, and a histogram: two data points.
fn measure(guard: &Guard) {
    let meter = guard.meter_provider().meter("test");
    let jobs = meter.u64_counter("jobs").with_unit("{job}").build();
    jobs.add(2, &[KeyValue::new("queue", "a")]);
    let wait = meter.f64_histogram("wait").with_unit("s");
    let wait = wait.with_boundaries(vec![1.0]).build();
    wait.record(0.5, &[KeyValue::new("queue", "b")]);
}

/// One event, inside a span, whose trace id is returned.
fn emit(guard: &Guard) -> Vec<u8> {
    let logger = guard.logger_provider().logger("test");
    tracer(guard).in_span("work", |context| {
        let mut record = logger.create_log_record();
        record.set_event_name("details");
        record.set_severity_number(Severity::Info);
        record.add_attribute("queue", "a");
        let part = AnyValue::from_iter([("type", "text")]);
        record.add_attribute("parts", AnyValue::from_iter([part]));
        logger.emit(record);
        let trace_id = context.span().span_context().trace_id();
        trace_id.to_bytes().to_vec()
    })
}

/// That these are the metrics of [`measure`], by their names.
fn assert_measured(request: &ExportMetricsServiceRequest) {
    let resource = &request.resource_metrics[0];
    let scope = &resource.scope_metrics[0];
    assert_eq!(scope.scope.as_ref().unwrap().name, "test");
    let service = &resource.resource.as_ref().unwrap().attributes;
    assert_eq!(text_of(service, "service.name"), Some("weather"));

    let metric = |name: &str| found(request, name);
    assert_eq!(metric("jobs").unit, "{job}");
    let Some(Data::Sum(sum)) = &metric("jobs").data else {
        panic!("a counter is a sum");
    };
    assert!(sum.is_monotonic);
    let point = &sum.data_points[0];
    assert_eq!(point.value, Some(number_data_point::Value::AsInt(2)));
    assert_eq!(text_of(&point.attributes, "queue"), Some("a"));

    assert_eq!(metric("wait").unit, "s");
    let Some(Data::Histogram(histogram)) = &metric("wait").data else {
        panic!("a histogram");
    };
    let point = &histogram.data_points[0];
    assert_eq!((point.count, point.sum), (1, Some(0.5)));
    assert_eq!(point.bucket_counts, [1, 0]);
    assert_eq!(text_of(&point.attributes, "queue"), Some("b"));
}

fn found<'a>(request: &'a ExportMetricsServiceRequest, name: &str) -> &'a Metric {
    let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
    metrics.iter().find(|metric| metric.name == name).unwrap()
}

/// That this is the event of [`emit`].
fn assert_emitted(request: &ExportLogsServiceRequest, trace_id: &[u8]) {
    let resource = &request.resource_logs[0];
    let service = &resource.resource.as_ref().unwrap().attributes;
    assert_eq!(text_of(service, "service.name"), Some("weather"));
    let scope = &resource.scope_logs[0];
    assert_eq!(scope.scope.as_ref().unwrap().name, "test");
    let record = &scope.log_records[0];
    assert_eq!(record.event_name, "details");
    assert_eq!(record.severity_number, 9);
    assert_eq!(record.trace_id, trace_id);
    assert_eq!(record.span_id.len(), 8);
    assert_ne!(record.observed_time_unix_nano, 0);
    assert_eq!(text_of(&record.attributes, "queue"), Some("a"));
    let Some(Value::ArrayValue(parts)) = value_of(&record.attributes, "parts") else {
        panic!("a list stays a list");
    };
    let Some(Value::KvlistValue(part)) = &parts.values[0].value else {
        panic!("a map stays a map");
    };
    assert_eq!(text_of(&part.values, "type"), Some("text"));
}

fn value_of<'a>(attributes: &'a [proto::KeyValue], key: &str) -> Option<&'a Value> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.as_ref()?.value.as_ref()
}

fn text_of<'a>(attributes: &'a [proto::KeyValue], key: &str) -> Option<&'a str> {
    match value_of(attributes, key)? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}
