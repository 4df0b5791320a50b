//! What the exporters say of themselves, as metrics: the general conventions' names for an SDK
//! (`otel.sdk.*`).
//!
//! The counts are read when metrics are collected, so that what is counted is never counted on the way:
//! an export causes no measurement, and a measurement no export.

use std::sync::Arc;

use glassbox_semconv::{attribute, glassbox};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Meter, MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::handle::Shared;
use super::pipelines::Pipelines;
use crate::report::SinkReport;
use crate::signal::Signal;

/// Something went wrong that has no word of its own.
const OTHER: &str = "_OTHER";
const REJECTED: &str = "rejected";
const QUEUE_FULL: &str = "queue_full";

impl Pipelines {
    /// From now on each collection of metrics says what became of everything so far.
    pub(crate) fn observe(&self, provider: &SdkMeterProvider) {
        let meter = provider.meter(env!("CARGO_PKG_NAME"));
        for handle in self.handles() {
            observe(&meter, handle.shared());
        }
    }
}

fn observe(meter: &Meter, shared: &Arc<Shared>) {
    let Some(signal) = shared.tallies().first().map(|tally| tally.signal) else {
        return;
    };
    let (exported, processed, unit) = match signal {
        Signal::Traces => (
            glassbox::METRIC_OTEL_SDK_EXPORTER_SPAN_EXPORTED,
            Some(glassbox::METRIC_OTEL_SDK_PROCESSOR_SPAN_PROCESSED),
            "{span}",
        ),
        Signal::Metrics => (
            glassbox::METRIC_OTEL_SDK_EXPORTER_METRIC_DATA_POINT_EXPORTED,
            None,
            "{data_point}",
        ),
        Signal::Logs => (
            glassbox::METRIC_OTEL_SDK_EXPORTER_LOG_EXPORTED,
            Some(glassbox::METRIC_OTEL_SDK_PROCESSOR_LOG_PROCESSED),
            "{log_record}",
        ),
    };
    counter(meter, exported, unit, shared, |tally| {
        let failed = tally.failed - tally.rejected;
        [
            (tally.exported, None),
            (tally.rejected, Some(REJECTED)),
            (failed, Some(OTHER)),
        ]
    });
    if let Some(processed) = processed {
        counter(meter, processed, unit, shared, |tally| {
            let passed_on = tally.exported + tally.failed;
            [
                (passed_on, None),
                (tally.dropped, Some(QUEUE_FULL)),
                (0, Some(OTHER)),
            ]
        });
    }
}

/// What a sink's counts come to, each with what went wrong. What never happened is not observed.
type Counts = [(u64, Option<&'static str>); 3];

fn counter(
    meter: &Meter,
    name: &'static str,
    unit: &'static str,
    shared: &Arc<Shared>,
    counts: fn(&SinkReport) -> Counts,
) {
    let shared = Arc::clone(shared);
    let is_queue = name.contains(".processor.");
    meter
        .u64_observable_counter(name)
        .with_unit(unit)
        .with_callback(move |observer| {
            for (index, tally) in shared.counts().iter().enumerate() {
                let kind = component(tally, is_queue);
                for (count, error) in counts(tally).into_iter().filter(|(count, _)| *count > 0) {
                    let name = format!("{kind}/{index}");
                    let mut attributes = vec![
                        KeyValue::new(glassbox::OTEL_COMPONENT_NAME, name),
                        KeyValue::new(glassbox::OTEL_COMPONENT_TYPE, kind.clone()),
                    ];
                    attributes.extend(error.map(|word| KeyValue::new(attribute::ERROR_TYPE, word)));
                    observer.observe(count, &attributes);
                }
            }
        })
        .build();
}

/// The conventions' word for what counts, where they have one.
fn component(tally: &SinkReport, is_queue: bool) -> String {
    let (item, processor) = match tally.signal {
        Signal::Traces => ("span", "batching_span_processor"),
        Signal::Metrics => ("metric", "periodic_metric_reader"),
        Signal::Logs => ("log", "batching_log_processor"),
    };
    match is_queue {
        true => processor.to_owned(),
        false => format!("{}_{item}_exporter", tally.component),
    }
}
