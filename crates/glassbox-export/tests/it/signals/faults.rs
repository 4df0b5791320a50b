//! Collectors that are not there, do not answer, and instruments that hang.

use std::time::Duration;

use glassbox_export::{Builder, Guard, Signal, builder};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;

use super::{emit, measure};
use crate::support::exporter::Keep;
use crate::support::http::{Answer, Collector};
use crate::support::{LONG, counts, end_spans, patient, refused_port};

fn from_environment(url: &str, protocol: &str) -> Guard {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
    ];
    let builder = Builder::from_environment(&variables.into_iter().collect());
    // Exactly what the test measures.
    let builder = builder.unwrap().with_delivery_metrics(false);
    builder.build().unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn a_port_where_nobody_listens_is_a_sentence_for_each_signal() {
    let url = format!("http://127.0.0.1:{}", refused_port());
    let targets = [
        ("http/protobuf", ["/v1/traces", "/v1/metrics", "/v1/logs"]),
        ("grpc", [""; 3]),
    ];
    for (protocol, paths) in targets {
        let guard = from_environment(&url, protocol);
        measure(&guard);
        emit(&guard);
        let report = guard.shutdown(LONG);
        assert!(!report.timed_out);
        let expected: Vec<_> = ["1 span", "2 data points", "1 log record"]
            .iter()
            .zip(paths)
            .map(|(what, path)| {
                format!(
                    "could not deliver {what} to {url}{path}: connection refused; is a collector \
                     listening? (OTEL_EXPORTER_OTLP_ENDPOINT)"
                )
            })
            .collect();
        assert_eq!(report.problems().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_collector_that_never_answers_holds_up_no_shutdown() {
    let collector = Collector::new(vec![Answer::Silence; 3]);
    let guard = from_environment(&collector.url(), "http/protobuf");
    measure(&guard);
    emit(&guard);
    let report = guard.flush(Duration::from_millis(20));
    assert!(report.timed_out);
    let report = guard.shutdown(Duration::from_millis(100));
    assert!(report.timed_out);
    let failed: Vec<_> = report
        .sinks
        .iter()
        .map(|sink| (sink.signal, counts(sink)))
        .collect();
    assert_eq!(
        failed,
        [
            (Signal::Traces, (0, 0, 1, 0)),
            (Signal::Metrics, (0, 0, 2, 0)),
            (Signal::Logs, (0, 0, 1, 0)),
        ]
    );
    for sink in &report.sinks {
        let reason = sink.last_error.as_deref().unwrap_or_default();
        assert!(reason.starts_with("no answer within"), "{reason}");
    }
    assert_eq!(guard.shutdown(LONG), report, "the first one counts");
}

#[test]
fn one_signal_s_dead_collector_delays_no_other() {
    let silent = Collector::new(vec![Answer::Silence; 8]);
    let keep = Keep::default();
    let guard = builder()
        .with_batching(patient())
        .with_exporter("keep", "memory", keep.clone())
        .with_otlp_metrics(glassbox_export::Otlp::http(&silent.url()).unwrap())
        .build()
        .unwrap();
    measure(&guard);
    end_spans(&guard, 2);
    // Each flush times out, because of the metrics.
    let mut flushes = (0..1000).map(|_| guard.flush(Duration::from_millis(20)));
    assert!(flushes.any(|report| counts(&report.sinks[0]) == (2, 0, 0, 0)));
    assert_eq!(keep.names().len(), 2);
    assert!(guard.shutdown(Duration::from_millis(20)).timed_out);
}

/// Blocks the thread it is called on.
struct Block;

impl PushMetricExporter for Block {
    async fn export(&self, _: &ResourceMetrics) -> OTelSdkResult {
        loop {
            std::thread::park();
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

#[test]
fn an_exporter_that_blocks_the_thread_holds_up_no_shutdown() {
    let guard = builder()
        .with_metric_exporter("block", "a full pipe", Block)
        .build()
        .unwrap();
    measure(&guard);
    assert!(guard.flush(Duration::from_millis(20)).timed_out);
    let report = guard.shutdown(Duration::from_millis(20));
    assert!(report.timed_out);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 0, 2));
    assert_eq!(
        report.to_string(),
        "2 data points still on the way to a full pipe when the time was over"
    );
}

#[test]
fn an_instrument_that_hangs_holds_up_no_shutdown() {
    let guard = builder()
        .with_metric_exporter("block", "nowhere", Block)
        .build()
        .unwrap();
    let meter = guard.meter_provider().meter("test");
    let _gauge = meter
        .u64_observable_gauge("stuck")
        .with_callback(|_| {
            loop {
                std::thread::park();
            }
        })
        .build();
    assert!(guard.flush(Duration::from_millis(20)).timed_out);
    assert!(guard.shutdown(Duration::from_millis(20)).timed_out);
}
