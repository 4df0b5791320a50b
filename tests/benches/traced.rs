//! What telemetry adds to a call: the same model bare and inside `Telemetry`, over an in-memory transport, with the
//! SDK's batch processor and an exporter that discards.
//!
//! `cargo bench -p glassbox-e2e --bench traced` prints criterion's figures, and then the ratios of the two, measured in
//! turn so that both see the same machine.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark may unwrap, and prints"
)]

use std::time::{Duration, Instant};

use criterion::Criterion;
use futures_util::StreamExt as _;
use glassbox::openai::OpenAi;
use glassbox::{CompletionModel, CompletionModelExt as _, Telemetry};
use glassbox_http::{MemoryResponse, MemoryTransport};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider, SpanData, SpanExporter};
use tokio::runtime::Runtime;

const CHUNKS: usize = 500;

#[derive(Debug)]
struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, _batch: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

/// Answers every request with the same body.
fn model(content_type: &str, body: String) -> OpenAi {
    let response = MemoryResponse::new(200)
        .with_header("content-type", content_type)
        .with_chunk(body);
    let transport = MemoryTransport::always(response);
    OpenAi::builder("gpt-4o-mini")
        .api_key("sk-none")
        .transport(transport)
        .build()
        .unwrap()
}

fn whole_body() -> String {
    let text = "All the words of an answer. ".repeat(54);
    format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":20,"completion_tokens":300,"total_tokens":320}}}}"#
    )
}

fn stream_body() -> String {
    let head = r#""id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_1""#;
    let delta = format!(
        "data: {{{head},\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" token\"}},\"logprobs\":null,\"finish_reason\":null}}],\"usage\":null}}\n\n"
    );
    let finish = format!(
        "data: {{{head},\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"stop\"}}]}}\n\n"
    );
    let usage = format!(
        "data: {{{head},\"choices\":[],\"usage\":{{\"prompt_tokens\":20,\"completion_tokens\":500,\"total_tokens\":520}}}}\n\n"
    );
    delta.repeat(CHUNKS) + &finish + &usage + "data: [DONE]\n\n"
}

async fn whole(model: &dyn CompletionModel) {
    assert!(
        model
            .complete("hello")
            .await
            .unwrap()
            .usage
            .output_tokens
            .is_some()
    );
}

async fn stream(model: &dyn CompletionModel) {
    let mut events = model.events("hello").await.unwrap();
    let mut count = 0;
    while let Some(event) = events.next().await {
        event.unwrap();
        count += 1;
    }
    assert!(count > CHUNKS);
}

/// The median over the rounds of the time of `rounds` calls, of both in turn.
fn in_turn(
    runtime: &Runtime,
    calls: usize,
    mut a: impl AsyncFnMut(),
    mut b: impl AsyncFnMut(),
) -> [Duration; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..15 {
        let began = Instant::now();
        runtime.block_on(async {
            for _ in 0..calls {
                a().await
            }
        });
        times[0].push(began.elapsed());
        let began = Instant::now();
        runtime.block_on(async {
            for _ in 0..calls {
                b().await
            }
        });
        times[1].push(began.elapsed());
    }
    times.map(|mut times| {
        times.sort();
        times[times.len() / 2] / u32::try_from(calls).unwrap()
    })
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let processor = BatchSpanProcessor::builder(Discard).build();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(processor)
        .build();
    let telemetry = Telemetry::builder().tracer_provider(&provider).build();
    let bare = model("application/json", whole_body());
    let traced = telemetry.model(model("application/json", whole_body()));
    let bare_stream = model("text/event-stream", stream_body());
    let traced_stream = telemetry.model(model("text/event-stream", stream_body()));

    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("whole/bare", |b| b.to_async(&runtime).iter(|| whole(&bare)));
    criterion.bench_function("whole/traced", |b| {
        b.to_async(&runtime).iter(|| whole(&*traced))
    });
    criterion.bench_function("stream of 500/bare", |b| {
        b.to_async(&runtime).iter(|| stream(&bare_stream))
    });
    criterion.bench_function("stream of 500/traced", |b| {
        b.to_async(&runtime).iter(|| stream(&*traced_stream))
    });
    criterion.final_summary();

    for (what, [bare, traced]) in [
        (
            "one whole call",
            in_turn(
                &runtime,
                200,
                async || whole(&bare).await,
                async || whole(&*traced).await,
            ),
        ),
        (
            "a stream of 500 chunks",
            in_turn(
                &runtime,
                10,
                async || stream(&bare_stream).await,
                async || stream(&*traced_stream).await,
            ),
        ),
    ] {
        let ratio = traced.as_secs_f64() / bare.as_secs_f64();
        println!("{what}: traced {traced:?}, bare {bare:?}, ratio {ratio:.2}");
    }
    provider.shutdown().unwrap();
}
