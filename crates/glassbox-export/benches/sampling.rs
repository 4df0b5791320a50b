//! What a span costs with a tail sampler and without, from its start to an exporter that throws it away.
//!
//! The first column is what the program's own thread spends on a span; the second one adds the exporter's
//! thread, until the last span is through. The ratios are taken in one run, round by round in turn.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::time::{Duration, Instant};

use glassbox_export::{Batching, Guard, Policy};
use opentelemetry::trace::{TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SpanData, SpanExporter};

const TRACES: usize = 300;
const CALLS: usize = 5;
const SPANS: usize = TRACES * (CALLS + 1);
const ROUNDS: usize = 300;
const LONG: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        drop(batch);
        Ok(())
    }
}

/// What a chat call says of itself.
fn attributes(tokens: i64) -> Vec<KeyValue> {
    vec![
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o-mini".to_owned()),
        KeyValue::new("gen_ai.request.max_tokens", 1024),
        KeyValue::new("gen_ai.request.temperature", 0.2),
        KeyValue::new("server.address", "api.openai.com".to_owned()),
        KeyValue::new("server.port", 443),
        KeyValue::new("gen_ai.response.id", "chatcmpl-06737a9306".to_owned()),
        KeyValue::new("gen_ai.response.model", "gpt-4o-mini-2024-07-18".to_owned()),
        KeyValue::new("gen_ai.usage.input_tokens", tokens),
        KeyValue::new("gen_ai.usage.output_tokens", 34),
        KeyValue::new("glassbox.cost.total", 0.000_42),
    ]
}

/// A run with its calls; one in four is expensive.
fn trace(tracer: &SdkTracer, index: usize) {
    let tokens = if index.is_multiple_of(4) { 500 } else { 50 };
    let run = Context::new().with_span(tracer.start_with_context("run", &Context::new()));
    for _ in 0..CALLS {
        let call = tracer.span_builder("chat gpt-4o-mini");
        let call = call.with_attributes(attributes(tokens));
        drop(call.start_with_context(tracer, &run));
    }
    run.span().end();
}

struct Contender {
    name: &'static str,
    guard: Guard,
    tracer: SdkTracer,
    /// The least that the program's thread took for a round, and that both took.
    best: (Duration, Duration),
}

impl Contender {
    fn new(policy: Option<&'static str>) -> Self {
        let batching = Batching::default().with_max_queue_size(2 * SPANS);
        let mut builder = glassbox_export::builder()
            .with_batching(batching)
            .with_exporter("discard", "nowhere", Discard);
        if let Some(policy) = policy {
            let policy: Policy = policy.parse().expect("it is written here");
            builder = builder.with_tail_sampling(policy);
        }
        let guard = builder.build().expect("nothing can be missing");
        let tracer = guard.tracer_provider().tracer("bench");
        Self {
            name: policy.unwrap_or("no sampler"),
            guard,
            tracer,
            best: (Duration::MAX, Duration::MAX),
        }
    }

    fn round(&mut self) {
        let began = Instant::now();
        (0..TRACES).for_each(|index| trace(&self.tracer, index));
        let ended = began.elapsed();
        let report = self.guard.flush(LONG);
        let through = began.elapsed();
        assert!(report.is_complete() && report.sinks[0].pending == 0);
        // What else the machine does only ever adds.
        self.best = (self.best.0.min(ended), self.best.1.min(through));
    }
}

fn main() {
    let policies = [
        None,
        Some("always"),
        Some("ratio=0.1"),
        Some("tokens>1000,ratio=0.1"),
        Some("tokens>1000,error,latency>=5s,cost>=0.05,tool=search,ratio=0.1"),
    ];
    let mut contenders = policies.map(Contender::new);
    for _ in 0..ROUNDS {
        contenders.iter_mut().for_each(Contender::round);
    }
    let base = contenders[0].best;
    for Contender { name, best, .. } in &contenders {
        let each = |time: Duration| time.as_nanos() / SPANS as u128;
        let ratio = |time: Duration, base: Duration| time.as_secs_f64() / base.as_secs_f64();
        println!(
            "{:>5} ns ({:.2})  {:>5} ns ({:.2})  {name}",
            each(best.0),
            ratio(best.0, base.0),
            each(best.1),
            ratio(best.1, base.1),
        );
    }
}
