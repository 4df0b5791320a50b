//! Metrics as JSON.

use std::time::{Duration, SystemTime};

use opentelemetry::KeyValue;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, ExponentialBucket, ExponentialHistogramDataPoint, HistogramDataPoint,
    Metric, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;

use super::ConsoleExporter;
use super::json::{self, Object, Writer};
use crate::sink::each_metric;

impl PushMetricExporter for ConsoleExporter {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let resource = json::resource(metrics.resource(), self.compact);
        self.write(each_metric(metrics), |out, (scope, metric)| {
            write(out, scope, metric, &resource, self.compact);
        })
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

fn write(out: &mut String, scope: &ScopeMetrics, metric: &Metric, resource: &str, compact: bool) {
    let scope = scope.scope();
    Writer::new(out, compact).object(|object| {
        object.key("name").string(metric.name());
        object.key("description").string(metric.description());
        object.key("unit").string(metric.unit());
        object.key("data").object(|object| match metric.data() {
            AggregatedMetrics::F64(data) => data_of(object, data, |writer, number| {
                writer.number(&number);
            }),
            AggregatedMetrics::U64(data) => data_of(object, data, |writer, number| {
                writer.display(format_args!("{number}"));
            }),
            AggregatedMetrics::I64(data) => data_of(object, data, |writer, number| {
                writer.integer(&number);
            }),
        });
        object.key("scope").object(|object| {
            object.key("name").string(scope.name());
            object
                .key("version")
                .string(scope.version().unwrap_or_default());
            object
                .key("schema_url")
                .string(scope.schema_url().unwrap_or_default());
        });
        object.key("resource").raw(resource);
    });
}

/// How a number of an instrument's own kind is written.
type Number<T> = fn(&mut Writer<'_>, T);

fn data_of<T: Copy>(object: &mut Object<'_, '_>, data: &MetricData<T>, number: Number<T>) {
    match data {
        MetricData::Gauge(gauge) => {
            points(object, gauge.data_points(), |object, point| {
                head(object, point.attributes(), gauge.start_time(), gauge.time());
                number(object.key("value"), point.value());
            });
        }
        MetricData::Sum(sum) => {
            points(object, sum.data_points(), |object, point| {
                head(
                    object,
                    point.attributes(),
                    Some(sum.start_time()),
                    sum.time(),
                );
                number(object.key("value"), point.value());
            });
            temporality(object, sum.temporality());
            object.key("is_monotonic").bool(&sum.is_monotonic());
        }
        MetricData::Histogram(histogram) => {
            let (start, end) = (Some(histogram.start_time()), histogram.time());
            points(object, histogram.data_points(), |object, point| {
                head(object, point.attributes(), start, end);
                buckets(object, point, number);
            });
            temporality(object, histogram.temporality());
        }
        MetricData::ExponentialHistogram(histogram) => {
            let (start, end) = (Some(histogram.start_time()), histogram.time());
            points(object, histogram.data_points(), |object, point| {
                head(object, point.attributes(), start, end);
                exponential_buckets(object, point, number);
            });
            temporality(object, histogram.temporality());
        }
    }
}

fn points<P>(
    object: &mut Object<'_, '_>,
    points: impl Iterator<Item = P>,
    members: impl Fn(&mut Object<'_, '_>, &P),
) {
    let points: Vec<P> = points.collect();
    object.key("data_points").array(&points, |writer, point| {
        writer.object(|object| members(object, point));
    });
}

/// What every point begins with.
fn head<'a>(
    object: &mut Object<'_, '_>,
    attributes: impl Iterator<Item = &'a KeyValue>,
    start: Option<SystemTime>,
    end: SystemTime,
) {
    let attributes: Vec<KeyValue> = attributes.cloned().collect();
    object.key("attributes").attributes(&attributes);
    match start {
        Some(start) => object.key("start_time").time(start),
        None => object.key("start_time").raw("null"),
    }
    object.key("time").time(end);
}

fn buckets<T: Copy>(object: &mut Object<'_, '_>, point: &HistogramDataPoint<T>, number: Number<T>) {
    count(object.key("count"), &point.count());
    number(object.key("sum"), point.sum());
    let counts: Vec<u64> = point.bucket_counts().collect();
    object.key("bucket_counts").array(&counts, count);
    let bounds: Vec<f64> = point.bounds().collect();
    object.key("explicit_bounds").array(&bounds, Writer::number);
    extremes(object, point.min(), point.max(), number);
}

fn exponential_buckets<T: Copy>(
    object: &mut Object<'_, '_>,
    point: &ExponentialHistogramDataPoint<T>,
    number: Number<T>,
) {
    count(object.key("count"), &(point.count() as u64));
    number(object.key("sum"), point.sum());
    object.key("scale").integer(&point.scale().into());
    count(object.key("zero_count"), &point.zero_count());
    let mut side = |key, bucket: &ExponentialBucket| {
        object.key(key).object(|object| {
            object.key("offset").integer(&bucket.offset().into());
            let counts: Vec<u64> = bucket.counts().collect();
            object.key("bucket_counts").array(&counts, count);
        });
    };
    side("positive", point.positive_bucket());
    side("negative", point.negative_bucket());
    extremes(object, point.min(), point.max(), number);
}

fn extremes<T>(object: &mut Object<'_, '_>, min: Option<T>, max: Option<T>, number: Number<T>) {
    for (key, extreme) in [("min", min), ("max", max)] {
        if let Some(extreme) = extreme {
            number(object.key(key), extreme);
        }
    }
}

fn count(writer: &mut Writer<'_>, count: &u64) {
    writer.display(format_args!("{count}"));
}

fn temporality(object: &mut Object<'_, '_>, temporality: Temporality) {
    object
        .key("aggregation_temporality")
        .string(match temporality {
            Temporality::Delta => "DELTA",
            _ => "CUMULATIVE",
        });
}

#[cfg(test)]
mod tests;
