//! When metrics are collected, and what becomes of them.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use glassbox_export::{Builder, Guard, builder};
use opentelemetry::metrics::{Counter, MeterProvider as _};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{Instrument, Stream, Temporality};

use super::{found, measure};
use crate::support::http::Collector;
use crate::support::{LONG, counts};

/// Tells the sum of the counter `jobs` at each export, and fails as often as it is told.
struct Jobs {
    told: Sender<u64>,
    fail: Mutex<usize>,
    temporality: Temporality,
}

impl PushMetricExporter for Jobs {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let mut all = metrics.scope_metrics().flat_map(|scope| scope.metrics());
        let jobs = all.find(|metric| metric.name() == "jobs").unwrap();
        let AggregatedMetrics::U64(MetricData::Sum(sum)) = jobs.data() else {
            panic!("a counter of whole numbers");
        };
        let total = sum.data_points().map(|point| point.value()).sum();
        let mut fail = self.fail.lock().unwrap();
        if let Some(less) = fail.checked_sub(1) {
            *fail = less;
            return Err(OTelSdkError::InternalFailure("no luck".to_owned()));
        }
        self.told.send(total).unwrap();
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        self.temporality
    }
}

fn jobs(fail: usize, temporality: Temporality) -> (Jobs, Receiver<u64>) {
    let (told, totals) = channel();
    let fail = Mutex::new(fail);
    let jobs = Jobs {
        told,
        fail,
        temporality,
    };
    (jobs, totals)
}

fn counter(guard: &Guard) -> Counter<u64> {
    guard
        .meter_provider()
        .meter("test")
        .u64_counter("jobs")
        .build()
}

#[test]
fn metrics_are_collected_again_and_again() {
    let (jobs, totals) = jobs(0, Temporality::Cumulative);
    let guard = builder()
        .with_metric_interval(Duration::from_millis(5))
        .with_metric_exporter("jobs", "memory", jobs)
        .build()
        .unwrap();
    let counter = counter(&guard);
    counter.add(1, &[]);
    assert_eq!(totals.recv_timeout(LONG), Ok(1), "nobody asked");
    counter.add(1, &[]);
    // Some collections may have been between the two.
    let mut later = totals.iter();
    assert!(later.any(|total| total == 2));
}

#[test]
fn nothing_measured_is_nothing_exported() {
    let (jobs, totals) = jobs(0, Temporality::Cumulative);
    let guard = builder()
        .with_metric_exporter("jobs", "memory", jobs)
        .build()
        .unwrap();
    assert!(guard.flush(LONG).is_complete());
    assert!(guard.shutdown(LONG).is_complete());
    drop(guard);
    let nothing = totals.recv_timeout(LONG);
    assert_eq!(nothing, Err(RecvTimeoutError::Disconnected));
}

#[test]
fn each_exporter_has_the_temporality_it_prefers() {
    let (cumulative, totals) = jobs(0, Temporality::Cumulative);
    let (delta, increments) = jobs(0, Temporality::Delta);
    let guard = builder()
        .with_metric_exporter("cumulative", "memory", cumulative)
        .with_metric_exporter("delta", "memory", delta)
        .build()
        .unwrap();
    let counter = counter(&guard);
    for _ in 0..3 {
        counter.add(2, &[]);
        assert!(guard.flush(LONG).is_complete());
    }
    assert_eq!(totals.try_iter().collect::<Vec<_>>(), [2, 4, 6]);
    assert_eq!(increments.try_iter().collect::<Vec<_>>(), [2, 2, 2]);
}

#[test]
fn a_lost_collection_is_made_good_by_the_next() {
    let (jobs, totals) = jobs(1, Temporality::Cumulative);
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&heard);
    let guard = builder()
        .with_metric_exporter("jobs", "nowhere", jobs)
        .with_listener(move |problem| log.lock().unwrap().push(problem.to_owned()))
        .build()
        .unwrap();
    let counter = counter(&guard);
    counter.add(1, &[]);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 1, 0));
    let said = "could not deliver 1 data point to nowhere: no luck";
    assert_eq!(*heard.lock().unwrap(), [said]);
    counter.add(1, &[]);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (1, 0, 1, 0));
    assert_eq!(totals.try_iter().collect::<Vec<_>>(), [2]);
}

#[test]
fn the_sdk_s_own_flush_and_shutdown_work() {
    let (jobs, totals) = jobs(1, Temporality::Delta);
    let guard = builder()
        .with_metric_exporter("jobs", "nowhere", jobs)
        .build()
        .unwrap();
    let counter = counter(&guard);
    counter.add(1, &[]);
    let error = guard.meter_provider().force_flush().unwrap_err();
    assert!(error.to_string().contains("no luck"), "{error}");
    counter.add(1, &[]);
    guard.meter_provider().force_flush().unwrap();
    counter.add(3, &[]);
    guard.meter_provider().shutdown().unwrap();
    assert_eq!(totals.try_iter().collect::<Vec<_>>(), [1, 3]);
    assert_eq!(counts(&guard.shutdown(LONG).sinks[0]), (2, 0, 1, 0));
}

#[test]
fn a_guard_that_is_dropped_delivers() {
    let (jobs, totals) = jobs(0, Temporality::Cumulative);
    let guard = builder()
        .with_metric_exporter("jobs", "memory", jobs)
        .build()
        .unwrap();
    counter(&guard).add(7, &[]);
    drop(guard);
    assert_eq!(totals.try_iter().collect::<Vec<_>>(), [7]);
}

#[test]
fn a_preference_for_deltas_is_followed_over_otlp() {
    let collector = Collector::new([]);
    let url = collector.url();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", url.as_str()),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
    ];
    let builder = Builder::from_environment(&variables.into_iter().collect());
    let guard = builder
        .unwrap()
        .with_delivery_metrics(false)
        .build()
        .unwrap();
    for _ in 0..2 {
        measure(&guard);
        assert!(guard.flush(LONG).is_complete());
    }
    let requests = collector.at::<ExportMetricsServiceRequest>("/v1/metrics");
    assert_eq!(requests.len(), 2);
    for request in &requests {
        let Some(Data::Sum(sum)) = &found(request, "jobs").data else {
            panic!("a counter is a sum");
        };
        assert_eq!(sum.aggregation_temporality, 1, "delta");
        assert_eq!(sum.data_points[0].value, Some(Value::AsInt(2)));
    }
}

#[test]
fn a_program_may_have_views() {
    let collector = Collector::new([]);
    let renamed = |instrument: &Instrument| {
        let stream = Stream::builder().with_name("tasks").build();
        (instrument.name() == "jobs").then(|| stream.unwrap())
    };
    let guard = builder()
        .with_meter_provider(|provider| provider.with_view(renamed))
        .with_otlp_metrics(glassbox_export::Otlp::http(&collector.url()).unwrap())
        .build()
        .unwrap();
    measure(&guard);
    assert!(guard.shutdown(LONG).is_complete());
    let requests = collector.at::<ExportMetricsServiceRequest>("/");
    assert_eq!(found(&requests[0], "tasks").unit, "{job}");
}
