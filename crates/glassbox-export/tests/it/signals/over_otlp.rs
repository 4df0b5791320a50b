//! All three signals over HTTP and gRPC, as the environment says.

use glassbox_export::{Builder, Guard, Otlp, Report, Signal, builder};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use prost::Message as _;
use tokio::task::JoinSet;

use super::{assert_emitted, assert_measured, emit, measure};
use crate::support::http::{Answer, Collector};
use crate::support::{LONG, counts, grpc};

fn from_environment(url: &str, more: &[(&str, &str)]) -> Guard {
    let base = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url),
        ("OTEL_SERVICE_NAME", "weather"),
    ];
    let environment = base.iter().chain(more).copied().collect();
    let guard = Builder::from_environment(&environment).unwrap();
    let guard = guard.with_delivery_metrics(false).build().unwrap();
    assert_eq!(guard.warnings(), [""; 0]);
    guard
}

/// Exactly the span, two data points and the log record of `measure` and `emit`.
fn assert_all(report: &Report) {
    let exported: Vec<_> = report
        .sinks
        .iter()
        .map(|sink| (sink.signal, counts(sink)))
        .collect();
    assert_eq!(
        exported,
        [
            (Signal::Traces, (1, 0, 0, 0)),
            (Signal::Metrics, (2, 0, 0, 0)),
            (Signal::Logs, (1, 0, 0, 0)),
        ],
        "{report}"
    );
    assert!(report.is_complete());
}

fn assert_arrived(collector: &Collector, trace_id: &[u8]) {
    let metrics = collector.at::<ExportMetricsServiceRequest>("/v1/metrics");
    assert_eq!(metrics.len(), 1);
    assert_measured(&metrics[0]);
    let logs = collector.at::<ExportLogsServiceRequest>("/v1/logs");
    assert_eq!(logs.len(), 1);
    assert_emitted(&logs[0], trace_id);
}

#[test]
fn all_signals_arrive_over_http_without_a_runtime() {
    for more in [
        &[][..],
        &[("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")],
        &[("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip")],
    ] {
        let collector = Collector::new([]);
        let guard = from_environment(&collector.url(), more);
        measure(&guard);
        let trace_id = emit(&guard);
        assert_all(&guard.shutdown(LONG));
        assert_arrived(&collector, &trace_id);
    }
}

#[test]
fn all_signals_arrive_over_grpc_without_a_runtime() {
    let collector = grpc::Collector::new([]);
    let guard = from_environment(&collector.url(), &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]);
    measure(&guard);
    let trace_id = emit(&guard);
    assert_all(&guard.shutdown(LONG));
    assert_measured(&collector.metrics()[0]);
    assert_emitted(&collector.logs()[0], &trace_id);
    assert_eq!(collector.names(), ["work"]);
}

#[tokio::test(flavor = "current_thread")]
async fn on_the_only_thread_of_a_runtime() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector.url(), &[]);
    measure(&guard);
    let trace_id = emit(&guard);
    assert_all(&guard.shutdown(LONG));
    assert_arrived(&collector, &trace_id);

    let collector = grpc::Collector::new([]);
    let guard = from_environment(&collector.url(), &[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]);
    measure(&guard);
    emit(&guard);
    assert_all(&guard.shutdown(LONG));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn on_the_only_worker_of_a_runtime() {
    let collector = Collector::new([]);
    let guard = from_environment(&collector.url(), &[]);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        measure(&guard);
        let trace_id = emit(&guard);
        (guard.shutdown(LONG), trace_id)
    });
    let (report, trace_id) = tasks.join_all().await.remove(0);
    assert_all(&report);
    assert_arrived(&collector, &trace_id);
}

#[test]
fn each_signal_goes_where_its_own_variable_says() {
    let [all, metrics, logs] = [(); 3].map(|()| Collector::new([]));
    let own = metrics.url() + "/collect?key=1";
    let guard = from_environment(
        &all.url(),
        &[
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", own.as_str()),
            ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", logs.url().as_str()),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-for=all"),
            ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x-for=logs"),
        ],
    );
    measure(&guard);
    emit(&guard);
    assert_all(&guard.shutdown(LONG));
    let received = |collector: &Collector| {
        let request = collector.received().remove(0);
        let header = request.header("x-for").unwrap_or_default().to_owned();
        (request.line, header)
    };
    let line = |line: &str, header: &str| (line.to_owned(), header.to_owned());
    assert_eq!(received(&all), line("POST /v1/traces HTTP/1.1", "all"));
    let metrics = received(&metrics);
    assert_eq!(metrics, line("POST /collect?key=1 HTTP/1.1", "all"));
    assert_eq!(received(&logs), line("POST / HTTP/1.1", "logs"));
}

#[test]
fn rejected_data_points_are_counted() {
    let answer = ExportMetricsServiceResponse {
        partial_success: Some(ExportMetricsPartialSuccess {
            rejected_data_points: 1,
            error_message: "too many".to_owned(),
        }),
    };
    let kind = vec![("content-type", "application/x-protobuf")];
    let collector = Collector::new([Answer::Status(200, kind, answer.encode_to_vec())]);
    let otlp = Otlp::http(&collector.url()).unwrap();
    let guard = builder().with_otlp_metrics(otlp).build().unwrap();
    measure(&guard);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (1, 0, 1, 0));
    assert_eq!(
        report.to_string(),
        format!(
            "could not deliver 1 data point to {}: rejected by the collector: too many",
            collector.url()
        )
    );
}
