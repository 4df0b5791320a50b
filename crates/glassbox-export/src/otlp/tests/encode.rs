//! The measure is what opentelemetry-proto and prost make of the same spans, byte for byte.

mod random;

use std::sync::Arc;

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;

use crate::otlp::encode::{Encoder, KEPT};
use crate::testing::{SpanDataExt as _, span};
use random::Chance;

fn theirs(spans: Vec<SpanData>, resource: &Resource) -> ExportTraceServiceRequest {
    ExportTraceServiceRequest {
        resource_spans: group_spans_by_resource_and_scope(spans, &resource.into()),
    }
}

fn resource() -> Resource {
    let attributes = [
        KeyValue::new("service.name", "wetter ☀"),
        KeyValue::new("process.pid", 4711),
    ];
    Resource::builder_empty()
        .with_schema_url(attributes, "https://example.com/resource")
        .build()
}

/// Keeps of each key the last, by looking at them all.
fn unique(list: &mut Vec<KeyValue>) {
    let all = std::mem::take(list);
    for (index, attribute) in all.iter().enumerate() {
        let later = |other: &KeyValue| other.key == attribute.key;
        if !all[index + 1..].iter().any(later) {
            list.push(attribute.clone());
        }
    }
}

fn unique_everywhere(span: &mut SpanData) {
    unique(&mut span.attributes);
    for event in &mut span.events.events {
        unique(&mut event.attributes);
    }
    for link in &mut span.links.links {
        unique(&mut link.attributes);
    }
}

#[track_caller]
fn same(encoder: &Encoder, mut spans: Vec<SpanData>, resource: &Resource) {
    let ours = encoder.encode(&spans);
    spans.iter_mut().for_each(unique_everywhere);
    let theirs = theirs(spans, resource);
    if ours != theirs.encode_to_vec() {
        let read = ExportTraceServiceRequest::decode(ours).unwrap();
        // As texts: a number that is none is not equal to itself.
        assert_eq!(format!("{read:?}"), format!("{theirs:?}"));
        panic!("it reads the same and is written otherwise: {theirs:?}");
    }
}

#[test]
fn whatever_a_span_holds_is_written_as_the_library_writes_it() {
    let resource = resource();
    let encoder = Encoder::new(&resource);
    for seed in 0..400 {
        let mut chance = Chance::new(seed);
        let count = chance.size(40);
        let spans = (0..count).map(|_| chance.span()).collect();
        same(&encoder, spans, &resource);
    }
}

#[test]
fn a_resource_may_be_empty() {
    let resource = Resource::builder_empty().build();
    let encoder = Encoder::new(&resource);
    same(&encoder, Vec::new(), &resource);
    same(&encoder, vec![span(1)], &resource);
}

#[test]
fn lengths_are_right_at_every_size() {
    let resource = resource();
    let encoder = Encoder::new(&resource);
    let around = |size: usize| size.saturating_sub(70)..size + 10;
    let sizes = (0..300).chain(around(16_384)).chain([1 << 21, 10_000_000]);
    for size in sizes {
        let text = "x".repeat(size);
        let attributes = [
            KeyValue::new(text.clone(), 1),
            KeyValue::new("texts", Value::Array(Array::String(vec![text.into()]))),
        ];
        same(&encoder, vec![span(1).with(attributes)], &resource);
    }
}

#[test]
fn every_kind_and_status_has_its_number() {
    let kinds = [
        SpanKind::Internal,
        SpanKind::Server,
        SpanKind::Client,
        SpanKind::Producer,
        SpanKind::Consumer,
    ];
    let states = [
        Status::Unset,
        Status::Ok,
        Status::error(""),
        Status::error("é"),
    ];
    let resource = resource();
    let encoder = Encoder::new(&resource);
    for span_kind in kinds {
        for status in &states {
            let mut span = span(1);
            span.span_kind = span_kind.clone();
            span.status = status.clone();
            same(&encoder, vec![span], &resource);
        }
    }
}

/// The last value of each key, as a reader finds it.
fn read(span: SpanData) -> Vec<(String, i64)> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;

    let request = Encoder::new(&resource()).encode(&[span]);
    let request = ExportTraceServiceRequest::decode(request).unwrap();
    let span = request.resource_spans[0].scope_spans[0].spans[0].clone();
    let number = |value: Option<Value>| match value {
        Some(Value::IntValue(value)) => value,
        other => panic!("{other:?}"),
    };
    span.attributes
        .into_iter()
        .map(|it| (it.key, number(it.value.unwrap().value)))
        .collect()
}

#[test]
fn an_attribute_that_is_set_again_is_sent_once_with_its_last_value() {
    let list = [("a", 1), ("b", 2), ("a", 3), ("", 4), ("b", 5), ("", 6)];
    let list = list.map(|(key, value)| KeyValue::new(key, value));
    let expected = [("a", 3), ("b", 5), ("", 6)].map(|(key, value)| (key.to_owned(), value));
    assert_eq!(read(span(1).with(list)), expected);
}

#[test]
fn so_it_is_in_a_list_of_any_length() {
    for count in [1, 64, 127, 128, 129, 1000, 200_000] {
        let keys = count / 2 + 1;
        let list = (0..count).map(|n| KeyValue::new(format!("gen_ai.key.{}", n % keys), n));
        let read = read(span(1).with(list));
        assert_eq!(read.len() as i64, keys.min(count), "{count}");
        let all = read.iter().all(|(key, value)| {
            let number: i64 = key.rsplit('.').next().unwrap().parse().unwrap();
            *value
                == if number + keys < count {
                    number + keys
                } else {
                    number
                }
        });
        assert!(all, "{count}");
    }
}

#[test]
fn a_key_is_the_same_however_it_is_held() {
    let list = [
        KeyValue::new("key", 1),
        KeyValue::new(String::from("key"), 2),
        KeyValue::new(Arc::<str>::from("key"), 3),
    ];
    assert_eq!(read(span(1).with(list)), [("key".to_owned(), 3)]);
}

#[test]
fn empty_lists_and_texts_are_values() {
    let list = [
        KeyValue::new("bools", Value::Array(Array::Bool(Vec::new()))),
        KeyValue::new("texts", Value::Array(Array::String(vec!["".into()]))),
        KeyValue::new("text", StringValue::from("")),
        KeyValue::new("no", false),
        KeyValue::new("none", 0),
        KeyValue::new("nothing", 0.0),
    ];
    let resource = resource();
    let encoder = Encoder::new(&resource);
    same(&encoder, vec![span(1).with(list)], &resource);
}

#[test]
fn a_buffer_is_used_again_once_nobody_reads_it() {
    let encoder = Encoder::new(&resource());
    let batch: Vec<_> = (0..20).map(span).collect();
    let first = encoder.encode(&batch);
    let (copy, kept) = (first.to_vec(), first.clone());
    drop(first);
    let spare = || encoder.spare.lock().unwrap().len();
    assert_eq!(spare(), 0, "somebody still reads");
    let second = encoder.encode(&batch[..1]);
    assert_eq!(kept, copy, "and is not written over");
    drop(kept);
    assert!(spare() > 0);
    assert_eq!(encoder.encode(&batch), copy);
    drop(second);

    let huge = span(1).with([KeyValue::new("text", "x".repeat(KEPT))]);
    drop(encoder.encode(&[huge]));
    assert_eq!(spare(), 0, "what is huge is not kept");
}
