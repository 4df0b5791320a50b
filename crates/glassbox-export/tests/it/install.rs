//! The process's own providers and propagator. One test, because there is one process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{Span as _, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};

use crate::support::LONG;
use crate::support::exporter::Keep;

/// Keeps the names of metrics.
#[derive(Clone, Default)]
struct Measured(Arc<Mutex<Vec<String>>>);

impl Measured {
    fn names(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl PushMetricExporter for Measured {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let all = metrics.scope_metrics().flat_map(|scope| scope.metrics());
        let names = all.map(|metric| metric.name().to_owned());
        self.0.lock().unwrap().extend(names);
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
fn installing_is_global() {
    // Without exporters of metrics the process's own meter provider stays.
    let own = Measured::default();
    let reader = PeriodicReader::builder(own.clone()).build();
    let before = SdkMeterProvider::builder().with_reader(reader).build();
    global::set_meter_provider(before.clone());
    drop(glassbox_export::builder().install().unwrap());
    global::meter("anywhere")
        .u64_counter("own")
        .build()
        .add(1, &[]);
    before.force_flush().unwrap();
    assert_eq!(own.names(), ["own"]);

    // With one it is ours.
    let ours = Measured::default();
    let metrics = glassbox_export::builder()
        .with_metric_exporter("measured", "memory", ours.clone())
        .install()
        .unwrap();
    global::meter("anywhere")
        .u64_counter("ours")
        .build()
        .add(1, &[]);
    assert!(metrics.shutdown(LONG).is_complete());
    assert_eq!(ours.names(), ["ours"]);

    let keep = Keep::default();
    let guard = glassbox_export::builder()
        .with_service_name("test")
        .with_exporter("keep", "memory", keep.clone())
        .install()
        .unwrap();

    let span = global::tracer("anywhere").start("span");
    let context = Context::new()
        .with_span(span)
        .with_baggage([KeyValue::new("user", "42")]);
    let mut headers = HashMap::new();
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(&context, &mut headers);
    });
    let trace_id = context.span().span_context().trace_id().to_string();
    assert!(headers["traceparent"].contains(&trace_id), "{headers:?}");
    assert_eq!(headers["baggage"], "user=42");

    let error = glassbox_export::builder().install().unwrap_err();
    assert_eq!(
        error.to_string(),
        "telemetry is installed already; keep that guard, or shut it down first"
    );
    assert!(
        glassbox_export::builder().build().is_ok(),
        "beside it, for a test"
    );

    context.span().end();
    guard.shutdown(LONG);
    assert_eq!(keep.names(), ["span"]);
    assert!(
        !global::tracer("anywhere").start("late").is_recording(),
        "after the shutdown spans cost nothing"
    );
    let again = glassbox_export::builder()
        .with_exporter("keep", "memory", keep.clone())
        .install()
        .unwrap();
    drop(global::tracer("anywhere").start("again"));
    drop(again);
    assert_eq!(keep.names(), ["span", "again"]);
}
