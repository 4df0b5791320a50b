//! What was measured, as it is collected.

use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics,
};

use super::Batch;

/// One collection of metrics.
#[derive(Debug)]
pub(crate) struct Points {
    metrics: ResourceMetrics,
    count: u64,
}

impl Points {
    pub(crate) fn new(metrics: ResourceMetrics) -> Self {
        let count = each_metric(&metrics)
            .map(|(_, metric)| count(metric.data()))
            .sum();
        Self { metrics, count }
    }

    pub(crate) fn metrics(&self) -> &ResourceMetrics {
        &self.metrics
    }
}

impl Batch for Points {
    fn items(&self) -> u64 {
        self.count
    }
}

/// Every metric, with the scope it is of.
pub(crate) fn each_metric(
    metrics: &ResourceMetrics,
) -> impl Iterator<Item = (&ScopeMetrics, &Metric)> {
    let scopes = metrics.scope_metrics();
    scopes.flat_map(|scope| scope.metrics().map(move |metric| (scope, metric)))
}

fn count(data: &AggregatedMetrics) -> u64 {
    match data {
        AggregatedMetrics::F64(data) => points(data),
        AggregatedMetrics::U64(data) => points(data),
        AggregatedMetrics::I64(data) => points(data),
    }
}

fn points<T>(data: &MetricData<T>) -> u64 {
    let count = match data {
        MetricData::Gauge(gauge) => gauge.data_points().count(),
        MetricData::Sum(sum) => sum.data_points().count(),
        MetricData::Histogram(histogram) => histogram.data_points().count(),
        MetricData::ExponentialHistogram(histogram) => histogram.data_points().count(),
    };
    count as u64
}
