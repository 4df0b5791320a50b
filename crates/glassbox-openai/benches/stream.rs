//! What a streamed chunk costs: splitting alone, splitting and decoding, and the whole call. The last lines put the
//! three beside each other, measured in turns in the same run, because figures of different runs do not compare.

#![expect(clippy::unwrap_used, reason = "a benchmark may simply unwrap")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group};
use futures_util::StreamExt as _;
use glassbox_core::{CompletionModel, Delivery, Event, Request};
use glassbox_http::{
    Decoder as _, Events, HttpClient, MemoryResponse, MemoryTransport, SseDecoder,
};
use glassbox_openai::{ChatDecoder, OPENAI, OpenAi};
use tokio::runtime::{Builder, Runtime};

const CHUNKS: usize = 500;

/// As much as one read of a socket gives.
const READ: usize = 16 * 1024;

/// A stream as OpenAI gives it, of about 300 bytes a chunk; `created` says when each was made.
fn stream(created: impl Fn(usize) -> usize, delta: impl Fn(usize) -> String) -> Vec<u8> {
    let chunk = |number: usize, delta: &str, finish: &str, padding: &str| {
        let created = 1_763_000_000 + created(number);
        format!(
            "data: {{\"id\":\"chatcmpl-BxYz0123456789abcdefghijklm\",\"object\":\"chat.completion.chunk\",\
             \"created\":{created},\"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\",\
             \"system_fingerprint\":\"fp_0123456789\",\"choices\":[{{\"index\":0,\"delta\":{delta},\
             \"logprobs\":null,\"finish_reason\":{finish}}}],\"obfuscation\":\"{padding}\"}}\n\n"
        )
    };
    let mut text = chunk(
        0,
        "{\"role\":\"assistant\",\"content\":\"\"}",
        "null",
        "abc",
    );
    for number in 0..CHUNKS {
        text += &chunk(number, &delta(number), "null", &"x".repeat(number % 9));
    }
    text += &chunk(CHUNKS, "{}", "\"stop\"", "");
    text += "data: {\"id\":\"chatcmpl-BxYz0123456789abcdefghijklm\",\"choices\":[],\"usage\":{\
             \"prompt_tokens\":9,\"completion_tokens\":500,\"total_tokens\":509}}\n\ndata: [DONE]\n\n";
    text.into_bytes()
}

fn text() -> Vec<u8> {
    stream(|_| 0, |number| format!("{{\"content\":\" word{number}\"}}"))
}

/// Text in chunks of which no two are alike.
fn changing() -> Vec<u8> {
    stream(
        |number| number,
        |number| format!("{{\"content\":\" word{number}\"}}"),
    )
}

fn arguments() -> Vec<u8> {
    stream(
        |_| 0,
        |number| match number {
            0 => "{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\
              \"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}"
                .to_owned(),
            number => format!(
                "{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"\\\"a{number}\\\":1,\"}}}}]}}"
            ),
        },
    )
}

fn split(body: &[u8]) -> usize {
    let mut sse = SseDecoder::new(1 << 20);
    let mut bytes = 0;
    for mut piece in body.chunks(READ) {
        while let Some(frame) = sse.decode(&mut piece).unwrap() {
            bytes += black_box(frame.data).len();
        }
    }
    bytes
}

fn decode(body: &[u8]) -> usize {
    let mut sse = SseDecoder::new(1 << 20);
    let mut decoder = ChatDecoder::new(&OPENAI);
    let mut events = Events::new();
    let mut count = 0;
    for mut piece in body.chunks(READ) {
        while let Some(frame) = sse.decode(&mut piece).unwrap() {
            decoder.frame(frame, &mut events).unwrap();
            while let Some(event) = events.pop() {
                count += usize::from(matches!(black_box(event), Event::Text { .. }));
            }
        }
    }
    count
}

fn model(body: &[u8]) -> OpenAi {
    let mut response = MemoryResponse::new(200).with_header("content-type", "text/event-stream");
    for piece in body.chunks(READ) {
        response = response.with_chunk(piece.to_vec());
    }
    OpenAi::builder("gpt-4o-mini")
        .api_key("sk-of-nobody")
        .http(HttpClient::new(MemoryTransport::always(response)))
        .build()
        .unwrap()
}

fn call(runtime: &Runtime, model: &OpenAi) -> usize {
    runtime.block_on(async {
        let request = Request::new("Write 500 words.").with_delivery(Delivery::Incremental);
        let mut events = model.stream(request).await.unwrap();
        let mut count = 0;
        while let Some(event) = events.next().await {
            count += usize::from(matches!(black_box(event.unwrap()), Event::Text { .. }));
        }
        count
    })
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

fn chunks(c: &mut Criterion) {
    let mut group = c.benchmark_group("stream");
    group.throughput(Throughput::Elements(CHUNKS as u64));
    let (text, changing, arguments, runtime) = (text(), changing(), arguments(), runtime());
    let model = model(&text);
    group.bench_function("split", |b| b.iter(|| split(&text)));
    group.bench_function("decode text", |b| b.iter(|| decode(&text)));
    group.bench_function("decode changing text", |b| b.iter(|| decode(&changing)));
    group.bench_function("decode arguments", |b| b.iter(|| decode(&arguments)));
    group.bench_function("call", |b| b.iter(|| call(&runtime, &model)));
    group.finish();
}

/// The time of one chunk in the best of many turns, in nanoseconds.
#[expect(clippy::print_stdout, reason = "the ratio is the result")]
fn ratio() {
    let (text, changing, arguments, runtime) = (text(), changing(), arguments(), runtime());
    let model = model(&text);
    assert_eq!((decode(&text), call(&runtime, &model)), (CHUNKS, CHUNKS));
    let mut best = [Duration::MAX; 5];
    for _ in 0..200 {
        let works: [&dyn Fn() -> usize; 5] = [
            &|| split(&text),
            &|| decode(&text),
            &|| decode(&changing),
            &|| decode(&arguments),
            &|| call(&runtime, &model),
        ];
        for (best, work) in best.iter_mut().zip(works) {
            let start = Instant::now();
            black_box(work());
            *best = (*best).min(start.elapsed());
        }
    }
    let nanoseconds = best.map(|time| time.as_nanos() / CHUNKS as u128);
    let bytes = text.len() / CHUNKS;
    println!("a chunk of {bytes} bytes, in nanoseconds:");
    let names = [
        "split",
        "decode text",
        "decode changing text",
        "decode arguments",
        "call",
    ];
    for (name, time) in names.iter().zip(nanoseconds) {
        let ratio = time as f64 / nanoseconds[0] as f64;
        println!("  {name}: {time} ({ratio:.1} x split)");
    }
}

criterion_group!(benches, chunks);

fn main() {
    benches();
    Criterion::default().configure_from_args().final_summary();
    ratio();
}
