//! Encoding a full batch, 512 spans of 20 attributes, beside what opentelemetry-otlp does with the same.
//!
//! The last line of the output is the ratio of the two, taken in one run.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

// The encoder is the crate's own business; it depends on nothing else of it.
#[path = "../src/otlp/encode/mod.rs"]
mod encode;

use std::hint::black_box;
use std::time::{Duration, Instant, SystemTime};

use criterion::{BatchSize, Criterion, Throughput};
use encode::Encoder;
use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use prost::Message as _;

const SPANS: u64 = 512;

/// What a chat call says of itself.
fn attributes(id: u64) -> Vec<KeyValue> {
    let reasons = Value::Array(Array::String(vec![StringValue::from("stop")]));
    vec![
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o-mini".to_owned()),
        KeyValue::new("gen_ai.request.max_tokens", 1024),
        KeyValue::new("gen_ai.request.temperature", 0.2),
        KeyValue::new("gen_ai.request.top_p", 0.9),
        KeyValue::new("gen_ai.request.stream", false),
        KeyValue::new("gen_ai.request.choice.count", 1),
        KeyValue::new("gen_ai.conversation.id", format!("conv_{id:016x}")),
        KeyValue::new("gen_ai.output.type", "text"),
        KeyValue::new("server.address", "api.openai.com"),
        KeyValue::new("server.port", 443),
        KeyValue::new("gen_ai.response.id", format!("chatcmpl-{id:024x}")),
        KeyValue::new("gen_ai.response.model", "gpt-4o-mini-2024-07-18".to_owned()),
        KeyValue::new("gen_ai.response.finish_reasons", reasons),
        KeyValue::new("gen_ai.usage.input_tokens", 1812),
        KeyValue::new("gen_ai.usage.output_tokens", 34),
        KeyValue::new("gen_ai.usage.cache_read.input_tokens", 1024),
        KeyValue::new("openai.response.service_tier", "default".to_owned()),
        KeyValue::new(
            "openai.response.system_fingerprint",
            "fp_06737a9306".to_owned(),
        ),
    ]
}

fn batch() -> Vec<SpanData> {
    let scope = InstrumentationScope::builder("glassbox")
        .with_version("0.1.0")
        .with_schema_url("https://opentelemetry.io/schemas/1.42.0")
        .build();
    let context = |id| {
        let trace = TraceId::from(0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c);
        let state = TraceState::default();
        SpanContext::new(trace, SpanId::from(id), TraceFlags::SAMPLED, false, state)
    };
    let span = |id| SpanData {
        span_context: context(id),
        parent_span_id: SpanId::from(1),
        parent_span_is_remote: false,
        span_kind: SpanKind::Client,
        name: "chat gpt-4o-mini".into(),
        start_time: SystemTime::now(),
        end_time: SystemTime::now(),
        attributes: attributes(id),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: scope.clone(),
    };
    (1..=SPANS).map(span).collect()
}

/// Dropping the spans included, as the library's transform does.
fn ours(encoder: &Encoder, batch: Vec<SpanData>) -> usize {
    let request = encoder.encode(&batch);
    drop(batch);
    request.len()
}

fn library(resource: &ResourceAttributesWithSchema, batch: Vec<SpanData>) -> usize {
    let request = ExportTraceServiceRequest {
        resource_spans: group_spans_by_resource_and_scope(batch, resource),
    };
    request.encode_to_vec().len()
}

fn main() {
    let resource = Resource::builder_empty()
        .with_service_name("weather")
        .build();
    let encoder = Encoder::new(&resource);
    let theirs = ResourceAttributesWithSchema::from(&resource);
    let bytes = ours(&encoder, batch());
    assert_eq!(bytes, library(&theirs, batch()), "the same bytes");

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("512 spans of 20 attributes");
    group.throughput(Throughput::Elements(SPANS));
    group.bench_function("glassbox-export", |bench| {
        bench.iter_batched(batch, |it| ours(&encoder, it), BatchSize::LargeInput);
    });
    group.bench_function("opentelemetry-proto", |bench| {
        bench.iter_batched(batch, |it| library(&theirs, it), BatchSize::LargeInput);
    });
    group.finish();
    criterion.final_summary();

    let ours = fastest(|batch| ours(&encoder, batch));
    let theirs = fastest(|batch| library(&theirs, batch));
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    let each = ours.as_nanos() / u128::from(SPANS);
    println!("{bytes} bytes; {each} ns a span; the library takes {ratio:.1} times as long");
}

/// The fastest of some rounds: what else the machine does only ever adds.
fn fastest(mut encode: impl FnMut(Vec<SpanData>) -> usize) -> Duration {
    (0..50)
        .map(|_| {
            let batch = batch();
            let began = Instant::now();
            black_box(encode(batch));
            began.elapsed()
        })
        .min()
        .unwrap_or_default()
}
