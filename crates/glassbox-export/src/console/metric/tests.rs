use std::sync::Arc;

use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::reader::MetricReader as _;
use opentelemetry_sdk::metrics::{Aggregation, Instrument, ManualReader, SdkMeterProvider, Stream};
use serde_json::{Value, json};

use super::*;
use crate::console::tests::Screen;
use crate::testing::Reader;

/// What is printed of what was measured, by the metric's name, without times.
async fn printed(measure: impl FnOnce(&opentelemetry::metrics::Meter)) -> Vec<Value> {
    let reader = Arc::new(ManualReader::default());
    let resource = Resource::builder_empty().with_service_name("weather");
    let exponential = |instrument: &Instrument| {
        let aggregation = Aggregation::Base2ExponentialHistogram {
            max_size: 4,
            max_scale: 0,
            record_min_max: true,
        };
        let stream = Stream::builder().with_aggregation(aggregation);
        (instrument.name() == "exponential").then(|| stream.build().unwrap())
    };
    let provider = SdkMeterProvider::builder()
        .with_resource(resource.build())
        .with_view(exponential)
        .with_reader(Reader(Arc::clone(&reader)))
        .build();
    measure(&provider.meter("test"));
    let mut metrics = ResourceMetrics::default();
    reader.collect(&mut metrics).unwrap();
    let screen = Screen::default();
    let exporter = ConsoleExporter::new(screen.clone()).with_compact(true);
    PushMetricExporter::export(&exporter, &metrics)
        .await
        .unwrap();
    let text = screen.text();
    let objects = text.lines().map(|line| {
        let mut object: Value = serde_json::from_str(line).unwrap();
        for point in object["data"]["data_points"].as_array_mut().unwrap() {
            let point = point.as_object_mut().unwrap();
            for time in ["start_time", "time"] {
                let time = point.remove(time).unwrap();
                assert!(time.as_str().unwrap().ends_with('Z'), "{time}");
            }
        }
        object
    });
    objects.collect()
}

#[tokio::test]
async fn each_instrument_is_an_object_with_its_points() {
    let objects = printed(|meter| {
        let counter = meter.u64_counter("jobs").with_unit("{job}");
        let counter = counter.with_description("Jobs done.").build();
        counter.add(2, &[KeyValue::new("queue", "a")]);
    })
    .await;
    let expected = json!([{
        "name": "jobs",
        "description": "Jobs done.",
        "unit": "{job}",
        "data": {
            "data_points": [{"attributes": {"queue": "a"}, "value": 2}],
            "aggregation_temporality": "CUMULATIVE",
            "is_monotonic": true,
        },
        "scope": {"name": "test", "version": "", "schema_url": ""},
        "resource": {"attributes": {"service.name": "weather"}, "schema_url": ""},
    }]);
    assert_eq!(Value::from(objects), expected);
}

#[tokio::test]
async fn every_kind_of_instrument_is_written() {
    let mut objects = printed(|meter| {
        let bounds = vec![1.0, 2.5];
        let histogram = meter.f64_histogram("a").with_boundaries(bounds).build();
        histogram.record(0.5, &[]);
        histogram.record(2.0, &[]);
        meter.i64_gauge("b").build().record(-3, &[]);
        meter.f64_up_down_counter("c").build().add(-0.5, &[]);
        meter.u64_histogram("exponential").build().record(3, &[]);
    })
    .await;
    objects.sort_by_key(|object| object["name"].to_string());
    let data: Vec<&Value> = objects.iter().map(|object| &object["data"]).collect();
    assert_eq!(
        *data[0],
        json!({
            "data_points": [{
                "attributes": {},
                "count": 2,
                "sum": 2.5,
                "bucket_counts": [1, 1, 0],
                "explicit_bounds": [1.0, 2.5],
                "min": 0.5,
                "max": 2.0,
            }],
            "aggregation_temporality": "CUMULATIVE",
        })
    );
    let gauge = json!({"data_points": [{"attributes": {}, "value": -3}]});
    assert_eq!(*data[1], gauge);
    assert_eq!(data[2]["data_points"][0]["value"], -0.5);
    assert_eq!(data[2]["is_monotonic"], false);
    assert_eq!(
        data[3]["data_points"][0],
        json!({
            "attributes": {},
            "count": 1,
            "sum": 3,
            "scale": 0,
            "zero_count": 0,
            "positive": {"offset": 1, "bucket_counts": [1]},
            "negative": {"offset": 0, "bucket_counts": []},
            "min": 3,
            "max": 3,
        })
    );
}
