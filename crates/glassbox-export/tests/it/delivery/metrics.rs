//! What the exporters say of themselves.

use std::collections::BTreeMap;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;

use super::*;
use crate::support::end_spans;
use crate::support::http::{Answer, Collector};

/// Each point by its metric, its component's type and its `error.type`.
type Points = BTreeMap<(String, String, String), u64>;

#[derive(Clone, Default)]
struct Keep(std::sync::Arc<std::sync::Mutex<Points>>);

impl PushMetricExporter for Keep {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let mut kept = self.0.lock().unwrap();
        for metric in metrics.scope_metrics().flat_map(|scope| scope.metrics()) {
            let AggregatedMetrics::U64(MetricData::Sum(sum)) = metric.data() else {
                panic!("{metric:?}");
            };
            for point in sum.data_points() {
                let attribute = |key: &str| {
                    let mut all = point.attributes();
                    let found = all.find(|attribute| attribute.key.as_str() == key);
                    found.map_or_else(String::new, |found| found.value.to_string())
                };
                let key = (
                    metric.name().to_owned(),
                    attribute("otel.component.name"),
                    attribute("error.type"),
                );
                kept.insert(key, point.value());
            }
        }
        Ok(())
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
fn each_span_is_in_a_metric() {
    let partial = r#"{"partialSuccess":{"rejectedSpans":"1"}}"#;
    let json = vec![("content-type", "application/json")];
    let collector = Collector::new([
        Answer::status(200),
        Answer::Status(200, json, partial.into()),
        Answer::status(400),
    ]);
    let keep = Keep::default();
    let otlp = Otlp::http(&collector.url()).unwrap();
    let guard = to(otlp)
        .with_batching(patient().with_max_queue_size(5).with_max_batch_size(5))
        .with_metric_exporter("keep", "memory", keep.clone())
        .with_delivery_metrics(true)
        .build()
        .unwrap();
    for count in [4, 3, 2] {
        end_spans(&guard, count);
        drop(guard.flush(LONG));
    }
    end_spans(&guard, 9);
    let report = guard.flush(LONG);
    let dropped = report.sinks[0].dropped;
    assert!(dropped > 0, "{report}");
    // What a collection counts is what came before it.
    drop(guard.flush(LONG));
    let exported = |error: &str| {
        let name = "otel.sdk.exporter.span.exported".to_owned();
        (
            name,
            "otlp_http_span_exporter/0".to_owned(),
            error.to_owned(),
        )
    };
    let processed = |error: &str| {
        let name = "otel.sdk.processor.span.processed".to_owned();
        (
            name,
            "batching_span_processor/0".to_owned(),
            error.to_owned(),
        )
    };
    let kept = keep.0.lock().unwrap().clone();
    let spans: Points = kept
        .into_iter()
        .filter(|((name, ..), _)| name.contains(".span."))
        .collect();
    let arrived = 18 - 1 - 2 - dropped;
    assert_eq!(
        spans,
        Points::from([
            (exported(""), arrived),
            (exported("rejected"), 1),
            (exported("_OTHER"), 2),
            (processed(""), 18 - dropped),
            (processed("queue_full"), dropped),
        ])
    );
}

#[test]
fn nothing_is_said_unless_asked_for() {
    let keep = Keep::default();
    let guard = builder()
        .with_metric_exporter("keep", "memory", keep.clone())
        .with_exporter("keep", "memory", crate::support::exporter::Keep::default())
        .build()
        .unwrap();
    end_spans(&guard, 3);
    drop(guard.flush(LONG));
    drop(guard.flush(LONG));
    assert_eq!(*keep.0.lock().unwrap(), Points::new());
}
