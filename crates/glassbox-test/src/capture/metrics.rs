use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{InstrumentKind, ManualReader, Pipeline, Temporality};

use crate::render;

/// Collects when it is asked, from the start on: nothing is lost between two looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader(Arc<ManualReader>);

impl Reader {
    /// Every instrument that has measured something, by name and then by scope.
    pub(super) fn collect(&self) -> Vec<CapturedMetric> {
        let mut collected = ResourceMetrics::default();
        // It fails where nothing can be collected: after a shutdown, or without an instrument.
        if self.0.collect(&mut collected).is_err() {
            return Vec::new();
        }
        let mut metrics: Vec<_> = collected
            .scope_metrics()
            .flat_map(|scope| scope.metrics().map(|metric| captured(scope, metric)))
            .collect();
        metrics.sort_by(|a, b| (&a.name, &a.scope).cmp(&(&b.name, &b.scope)));
        metrics
    }
}

impl MetricReader for Reader {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}

/// What an instrument has measured since the capture was made.
#[derive(Clone, Debug, PartialEq)]
pub struct CapturedMetric {
    name: String,
    unit: String,
    description: String,
    scope: String,
    kind: MetricKind,
    is_integer: bool,
    points: Vec<CapturedPoint>,
}

impl CapturedMetric {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its unit in the notation of UCUM, `s` or `{token}`; empty where it has none.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// Its description; empty where it has none.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The name of the instrumentation scope that it belongs to.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// How its measurements are put together.
    #[must_use]
    pub fn kind(&self) -> MetricKind {
        self.kind
    }

    /// True where the instrument takes whole numbers.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.is_integer
    }

    /// One point for each set of attributes that was measured with, in no particular order.
    #[must_use]
    pub fn points(&self) -> &[CapturedPoint] {
        &self.points
    }

    /// The one point that has all of these attributes, and perhaps others.
    ///
    /// # Panics
    ///
    /// Where there is none, or more than one; the message lists the points there are.
    #[must_use]
    pub fn point(&self, attributes: &[KeyValue]) -> &CapturedPoint {
        let mut found = self
            .points
            .iter()
            .filter(|point| attributes.iter().all(|wanted| point.has(wanted)));
        match (found.next(), found.next()) {
            (Some(point), None) => point,
            (first, _) => panic!(
                "{} of {} has {attributes:?}; there are {:#?}",
                if first.is_none() {
                    "no point"
                } else {
                    "more than one point"
                },
                self.name,
                self.points
            ),
        }
    }
}

/// How the measurements of an instrument are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricKind {
    /// A sum that only grows.
    Counter,
    /// A sum that goes up and down.
    UpDownCounter,
    /// The last value.
    Gauge,
    /// Counts in buckets of given bounds.
    Histogram,
    /// Counts in buckets whose bounds the SDK chooses.
    ExponentialHistogram,
}

/// As snapshots show it, in small letters.
impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Counter => "counter",
            Self::UpDownCounter => "up-down counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::ExponentialHistogram => "exponential histogram",
        })
    }
}

/// What was measured with one set of attributes. Numbers are floats, whatever the instrument takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CapturedPoint {
    attributes: Vec<KeyValue>,
    /// The value, or a histogram's sum.
    total: f64,
    count: Option<u64>,
    bounds: Vec<f64>,
    bucket_counts: Vec<u64>,
}

impl CapturedPoint {
    /// Its attributes, sorted by key.
    #[must_use]
    pub fn attributes(&self) -> &[KeyValue] {
        &self.attributes
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        let found = self.attributes.iter().find(|kv| kv.key.as_str() == key)?;
        Some(&found.value)
    }

    /// The value of an attribute as text, in the form that snapshots show.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.attribute(key).map(render::value)
    }

    /// What a counter came to, or a gauge's last value. `None` where it is a histogram.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.count.is_none().then_some(self.total)
    }

    /// The sum of what a histogram measured. `None` where it is no histogram.
    #[must_use]
    pub fn sum(&self) -> Option<f64> {
        self.count.map(|_| self.total)
    }

    /// How often was measured. `None` where it is no histogram.
    #[must_use]
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// The upper bounds of the buckets; the last bucket has none. Empty where it is no histogram of given bounds.
    #[must_use]
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// How many measurements are in each bucket: one more than there are bounds.
    #[must_use]
    pub fn bucket_counts(&self) -> &[u64] {
        &self.bucket_counts
    }

    fn new<'a>(attributes: impl Iterator<Item = &'a KeyValue>, total: f64) -> Self {
        let mut attributes: Vec<KeyValue> = attributes.cloned().collect();
        attributes.sort_by(|a, b| a.key.cmp(&b.key));
        Self {
            attributes,
            total,
            ..Self::default()
        }
    }

    fn has(&self, wanted: &KeyValue) -> bool {
        self.attribute(wanted.key.as_str()) == Some(&wanted.value)
    }
}

fn captured(scope: &ScopeMetrics, metric: &Metric) -> CapturedMetric {
    let (kind, points) = match metric.data() {
        AggregatedMetrics::F64(data) => points(data, |number| number),
        AggregatedMetrics::U64(data) => points(data, |number| number as f64),
        AggregatedMetrics::I64(data) => points(data, |number| number as f64),
    };
    CapturedMetric {
        name: metric.name().to_owned(),
        unit: metric.unit().to_owned(),
        description: metric.description().to_owned(),
        scope: scope.scope().name().to_owned(),
        kind,
        is_integer: !matches!(metric.data(), AggregatedMetrics::F64(_)),
        points,
    }
}

fn points<T: Copy>(
    data: &MetricData<T>,
    number: impl Fn(T) -> f64,
) -> (MetricKind, Vec<CapturedPoint>) {
    match data {
        MetricData::Sum(sum) => {
            let kind = match sum.is_monotonic() {
                true => MetricKind::Counter,
                false => MetricKind::UpDownCounter,
            };
            let points = sum
                .data_points()
                .map(|point| CapturedPoint::new(point.attributes(), number(point.value())));
            (kind, points.collect())
        }
        MetricData::Gauge(gauge) => {
            let points = gauge
                .data_points()
                .map(|point| CapturedPoint::new(point.attributes(), number(point.value())));
            (MetricKind::Gauge, points.collect())
        }
        MetricData::Histogram(histogram) => {
            let points = histogram.data_points().map(|point| CapturedPoint {
                count: Some(point.count()),
                bounds: point.bounds().collect(),
                bucket_counts: point.bucket_counts().collect(),
                ..CapturedPoint::new(point.attributes(), number(point.sum()))
            });
            (MetricKind::Histogram, points.collect())
        }
        MetricData::ExponentialHistogram(histogram) => {
            let points = histogram.data_points().map(|point| CapturedPoint {
                count: Some(point.count() as u64),
                ..CapturedPoint::new(point.attributes(), number(point.sum()))
            });
            (MetricKind::ExponentialHistogram, points.collect())
        }
    }
}
