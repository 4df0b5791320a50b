use opentelemetry_proto::tonic::metrics::v1::{Gauge, HistogramDataPoint, NumberDataPoint, Sum};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::*;

/// Scopes with so many spans each, which are named by their order.
fn traces(sizes: &[usize]) -> ExportTraceServiceRequest {
    let mut names = (0..).map(|index| index.to_string());
    let scope = |size: &usize| ScopeSpans {
        schema_url: format!("scope of {size}"),
        spans: (0..*size)
            .map(|_| Span {
                name: names.next().unwrap_or_default(),
                ..Span::default()
            })
            .collect(),
        ..ScopeSpans::default()
    };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource::default()),
            schema_url: "resource".to_owned(),
            scope_spans: sizes.iter().map(scope).collect(),
        }],
    }
}

fn names(request: &ExportTraceServiceRequest) -> Vec<&str> {
    let resources = request.resource_spans.iter();
    resources
        .flat_map(|resource| &resource.scope_spans)
        .flat_map(|scope| &scope.spans)
        .map(|span| span.name.as_str())
        .collect()
}

#[test]
fn both_halves_say_what_the_whole_said() {
    for sizes in [
        &[2][..],
        &[7],
        &[1, 1],
        &[3, 4],
        &[5, 1, 1],
        &[1, 9],
        &[0, 3, 0],
    ] {
        let whole = traces(sizes);
        let [(first, front), (second, back)] =
            halve::<ExportTraceServiceRequest>(&whole.encode_to_vec().into()).unwrap();
        let total = sizes.iter().sum::<usize>() as u64;
        assert_eq!((front, front + back), (total / 2, total), "{sizes:?}");
        let first = ExportTraceServiceRequest::decode(first).unwrap();
        let second = ExportTraceServiceRequest::decode(second).unwrap();
        let together = [names(&first), names(&second)].concat();
        assert_eq!(together, names(&whole), "{sizes:?}");
        for half in [&first, &second] {
            let resource = &half.resource_spans[0];
            assert_eq!(resource.resource, whole.resource_spans[0].resource);
            assert_eq!(resource.schema_url, "resource");
            for scope in &resource.scope_spans {
                assert!(scope.schema_url.starts_with("scope of"), "{scope:?}");
            }
        }
    }
}

#[test]
fn a_metric_is_split_between_its_points() {
    let point = |time| NumberDataPoint {
        time_unix_nano: time,
        ..NumberDataPoint::default()
    };
    let sum = Metric {
        name: "jobs".to_owned(),
        unit: "{job}".to_owned(),
        data: Some(Data::Sum(Sum {
            data_points: (0..5).map(point).collect(),
            is_monotonic: true,
            aggregation_temporality: 2,
        })),
        ..Metric::default()
    };
    let gauge = Metric {
        name: "load".to_owned(),
        data: Some(Data::Gauge(Gauge {
            data_points: vec![point(9)],
        })),
        ..Metric::default()
    };
    let request = ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            scope_metrics: vec![ScopeMetrics {
                metrics: vec![sum, gauge],
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        }],
    };
    let halves = halve::<ExportMetricsServiceRequest>(&request.encode_to_vec().into()).unwrap();
    let decoded = halves.map(|(half, count)| {
        let half = ExportMetricsServiceRequest::decode(half).unwrap();
        assert_eq!(half.count() as u64, count);
        half.resource_metrics[0].scope_metrics[0].metrics.clone()
    });
    let [first, second] = &decoded;
    assert_eq!((first.count(), second.count()), (3, 3));
    assert_eq!((first.len(), second.len()), (1, 2));
    assert_eq!(first[0].unit, "{job}");
    for (metric, times) in [(&first[0], 0..3), (&second[0], 3..5)] {
        let Some(Data::Sum(sum)) = &metric.data else {
            panic!("{metric:?}");
        };
        assert!(sum.is_monotonic);
        assert_eq!(sum.aggregation_temporality, 2);
        let met = sum.data_points.iter().map(|point| point.time_unix_nano);
        assert!(met.eq(times), "{metric:?}");
    }
    assert_eq!(second[1].name, "load");
}

#[test]
fn points_of_every_kind_are_counted() {
    use opentelemetry_proto::tonic::metrics::v1::{ExponentialHistogram, Histogram, Summary};

    let metric = |data| Metric {
        data,
        ..Metric::default()
    };
    assert_eq!(metric(None).count(), 0);
    let mut histogram = metric(Some(Data::Histogram(Histogram {
        data_points: vec![HistogramDataPoint::default(); 3],
        ..Histogram::default()
    })));
    let front = histogram.split_front(2);
    assert_eq!((front.count(), histogram.count()), (2, 1));
    let none = Some(Data::Summary(Summary::default()));
    assert_eq!(metric(none).count(), 0);
    let none = Some(Data::ExponentialHistogram(ExponentialHistogram::default()));
    assert_eq!(metric(none).count(), 0);
}

#[test]
fn what_is_no_request_is_not_split() {
    let garbage = Bytes::from_static(b"\xff\xff\xff");
    assert!(halve::<ExportLogsServiceRequest>(&garbage).is_err());
}
