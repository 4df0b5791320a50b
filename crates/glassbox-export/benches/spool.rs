//! What a span costs the thread that ends it, with a spool and without.
//!
//! The last line of the output is the ratio of the two, taken in one run.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::time::{Duration, Instant};

use glassbox_export::{Batching, Fsync, Guard, Spool, builder};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SpanData, SpanExporter};

const SPANS: u32 = 2_000;
const ROUNDS: u32 = 30;

/// Takes everything and keeps nothing.
#[derive(Debug)]
struct Nowhere;

impl SpanExporter for Nowhere {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

/// What a chat call says of itself, in part.
fn attributes() -> Vec<KeyValue> {
    vec![
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o-mini".to_owned()),
        KeyValue::new("gen_ai.request.max_tokens", 1024),
        KeyValue::new("gen_ai.request.temperature", 0.2),
        KeyValue::new("gen_ai.conversation.id", "conv_0123456789abcdef".to_owned()),
        KeyValue::new("server.address", "api.openai.com"),
        KeyValue::new("server.port", 443),
        KeyValue::new("gen_ai.response.id", "chatcmpl-0123456789".to_owned()),
        KeyValue::new("gen_ai.response.model", "gpt-4o-mini-2024-07-18".to_owned()),
        KeyValue::new("gen_ai.usage.input_tokens", 1812),
        KeyValue::new("gen_ai.usage.output_tokens", 34),
    ]
}

/// The mean time of a span in the fastest of some rounds: what else the machine does only ever adds.
fn fastest(guard: &Guard) -> Duration {
    let tracer = guard.tracer_provider().tracer("bench");
    let round = |_| {
        let began = Instant::now();
        (0..SPANS).for_each(|_| one(&tracer));
        let took = began.elapsed() / SPANS;
        guard.flush(Duration::from_secs(10));
        took
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

fn one(tracer: &SdkTracer) {
    let span = tracer.span_builder("chat gpt-4o-mini");
    span.with_attributes(attributes()).start(tracer).end();
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let batching = Batching::default().with_max_queue_size(SPANS as usize);
    let without = builder()
        .with_batching(batching)
        .with_exporter("nowhere", "nowhere", Nowhere)
        .build()?;
    let plain = fastest(&without);
    println!("in memory: {} ns a span", plain.as_nanos());
    let folder = tempfile::tempdir()?;
    for (fsync, name) in [(Fsync::Never, "never"), (Fsync::Interval, "interval")] {
        let spool = Spool::new(folder.path())
            .with_fsync(fsync)
            .with_max_bytes(32 << 20);
        // Nobody reads: what is measured is writing.
        let with = builder()
            .with_batching(batching)
            .with_spool(spool)
            .build()?;
        let spooled = fastest(&with);
        let ratio = spooled.as_secs_f64() / plain.as_secs_f64();
        println!(
            "with a spool, fsync {name}: {} ns a span, {ratio:.1} times as long",
            spooled.as_nanos()
        );
    }
    Ok(())
}
