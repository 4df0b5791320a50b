//! What telemetry costs: the same model bare, inside `Telemetry`, and with the same spans and metrics written by hand,
//! over an in-memory transport, with the SDK's batch processor and an exporter that discards.
//!
//! `cargo bench -p glassbox-e2e --bench traced` prints criterion's figures, and then what the three come to, measured in
//! turn so that all see the same machine: with spans alone, and with metrics too. After `--` `ratios` leaves criterion's
//! figures out.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark may unwrap, and prints"
)]

mod hand;
mod work;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use glassbox::{CompletionModel, Telemetry};
use glassbox_test::Capture;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter};
use tokio::runtime::Runtime;

use self::hand::ByHand;
use self::work::{CHUNKS, stream, stream_model, whole, whole_model};

#[derive(Debug)]
struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, _batch: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

/// Bare, traced, by hand.
type Three = [Arc<dyn CompletionModel>; 3];

fn three<M: CompletionModel>(
    model: impl Fn() -> M,
    tracers: &SdkTracerProvider,
    meters: Option<&SdkMeterProvider>,
) -> Three {
    let mut telemetry = Telemetry::builder().tracer_provider(tracers);
    if let Some(meters) = meters {
        telemetry = telemetry.meter_provider(meters);
    }
    [
        Arc::new(model()),
        telemetry.build().model(model()),
        Arc::new(ByHand::new(model(), tracers, meters)),
    ]
}

/// The spans and the metrics are the same, or the comparison says nothing.
fn check(runtime: &Runtime, stream_too: bool) {
    let told = |which: usize| {
        let capture = Capture::new();
        let (tracers, meters) = (capture.provider(), Some(capture.meter_provider()));
        if stream_too {
            let models = three(stream_model, tracers, meters);
            runtime.block_on(stream(&*models[which]));
        } else {
            let models = three(whole_model, tracers, meters);
            runtime.block_on(whole(&*models[which]));
        }
        let spans = capture.spans();
        let keys: BTreeSet<String> = spans[0]
            .data()
            .attributes
            .iter()
            .map(|attribute| attribute.key.to_string())
            .collect();
        let metrics: Vec<String> = capture
            .metrics()
            .iter()
            .map(|metric| format!("{} {}", metric.name(), metric.points().len()))
            .collect();
        (spans[0].name().to_owned(), keys, metrics)
    };
    assert_eq!(told(1), told(2));
}

/// The median over the rounds of the time of a call, of all three in turn.
fn in_turn(
    runtime: &Runtime,
    calls: u32,
    call: &impl AsyncFn(&dyn CompletionModel),
    of: &Three,
) -> [Duration; 3] {
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..25 {
        for (model, times) in of.iter().zip(&mut times) {
            let began = Instant::now();
            runtime.block_on(async {
                for _ in 0..calls {
                    call(&**model).await;
                }
            });
            times.push(began.elapsed() / calls);
        }
    }
    times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    })
}

/// The allocations of one call, when everything that is made once has been made.
fn allocations(
    runtime: &Runtime,
    call: &impl AsyncFn(&dyn CompletionModel),
    of: &Three,
) -> [u64; 3] {
    [0, 1, 2].map(|which| {
        let once = || runtime.block_on(call(&*of[which]));
        (0..3).for_each(|_| once());
        allocation_counter::measure(once).count_total
    })
}

fn report(
    runtime: &Runtime,
    what: &str,
    tracers: &SdkTracerProvider,
    meters: Option<&SdkMeterProvider>,
) {
    let models = three(whole_model, tracers, meters);
    let [bare, traced, by_hand] = in_turn(runtime, 300, &whole, &models);
    let nanos = |duration: Duration| duration.as_secs_f64() * 1e9;
    let ratio = nanos(traced) / nanos(by_hand);
    println!("{what}: one whole call: bare {bare:?}, traced {traced:?}, by hand {by_hand:?}");
    println!("  traced / by hand {ratio:.3} (at most 1.3)");
    let [bare, traced, by_hand] = allocations(runtime, &whole, &models);
    let (ours, theirs) = (traced - bare, by_hand - bare);
    println!("  allocations of the span: traced {ours}, by hand {theirs}");
    let models = three(stream_model, tracers, meters);
    let [bare, traced, by_hand] = in_turn(runtime, 12, &stream, &models);
    println!("{what}: {CHUNKS} chunks: bare {bare:?}, traced {traced:?}, by hand {by_hand:?}");
    let of_a_chunk = |other| (nanos(traced) - nanos(other)) / CHUNKS as f64;
    let (more, most) = (of_a_chunk(by_hand), of_a_chunk(bare));
    println!("  a chunk: traced - by hand {more:.0} ns (at most 200), traced - bare {most:.0} ns");
    let [bare, traced, by_hand] = allocations(runtime, &stream, &models);
    let (ours, theirs) = (traced - bare, by_hand - bare);
    println!("  allocations of the span: traced {ours}, by hand {theirs}");
}

fn criterion(runtime: &Runtime, tracers: &SdkTracerProvider) {
    let mut criterion = Criterion::default().configure_from_args();
    let names = ["bare", "traced", "by hand"];
    for (name, model) in names.iter().zip(three(whole_model, tracers, None)) {
        criterion.bench_function(&format!("whole/{name}"), |b| {
            b.to_async(runtime).iter(|| whole(&*model));
        });
    }
    for (name, model) in names.iter().zip(three(stream_model, tracers, None)) {
        criterion.bench_function(&format!("stream of {CHUNKS}/{name}"), |b| {
            b.to_async(runtime).iter(|| stream(&*model));
        });
    }
    criterion.final_summary();
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    check(&runtime, false);
    check(&runtime, true);
    let processor = BatchSpanProcessor::builder(Discard).build();
    let tracers = SdkTracerProvider::builder()
        .with_span_processor(processor)
        .build();
    // Collects when it is asked, and nobody asks.
    let meters = Capture::new();
    if !std::env::args().any(|argument| argument == "ratios") {
        criterion(&runtime, &tracers);
    }
    report(&runtime, "spans", &tracers, None);
    let meters = Some(meters.meter_provider());
    report(&runtime, "spans and metrics", &tracers, meters);
    tracers.shutdown().unwrap();
}
