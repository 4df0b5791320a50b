//! Dividing a stream of 500 chunks into server-sent events, beside what finding the ends of its lines costs alone.
//!
//! The last line of the output is the ratio of the two, taken in one run.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use glassbox_http::SseDecoder;

const CHUNKS: usize = 500;

/// A stream as OpenAI sends it.
fn stream() -> Vec<u8> {
    let mut stream = String::new();
    for number in 0..CHUNKS {
        stream.push_str(&format!(
            "data: {{\"id\":\"chatcmpl-B1x9Zk3mQ7\",\"object\":\"chat.completion.chunk\",\"created\":1741570283,\
             \"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_06737a9306\",\
             \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" word{number}\"}},\"logprobs\":null,\
             \"finish_reason\":null}}],\"usage\":null}}\n\n"
        ));
    }
    stream.push_str("data: [DONE]\n\n");
    stream.into_bytes()
}

fn count_events<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> usize {
    let mut decoder = SseDecoder::new(1 << 20);
    let mut count = 0;
    for mut piece in pieces {
        while let Some(frame) = decoder.decode(&mut piece).expect("short lines") {
            count += usize::from(!black_box(frame).data.is_empty());
        }
    }
    count
}

fn count_lines(stream: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', stream).map(black_box).count()
}

/// The shortest of many runs: what the work itself takes.
fn shortest(mut work: impl FnMut() -> usize) -> Duration {
    (0..2_000)
        .map(|_| {
            let begun = Instant::now();
            black_box(work());
            begun.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn main() {
    let stream = stream();
    let event = stream.len() / CHUNKS;
    assert_eq!(count_events([&stream[..]].into_iter()), CHUNKS + 1);
    assert_eq!(count_lines(&stream), 2 * (CHUNKS + 1));

    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    let mut group = criterion.benchmark_group("sse");
    group.throughput(Throughput::Elements(CHUNKS as u64));
    group.bench_function("lines alone", |bench| bench.iter(|| count_lines(&stream)));
    group.bench_function("one piece", |bench| {
        bench.iter(|| count_events([&stream[..]].into_iter()));
    });
    group.bench_function("cut inside every event", |bench| {
        bench.iter(|| count_events(stream.chunks(event - 7)));
    });
    group.finish();

    let floor = shortest(|| count_lines(&stream));
    let ours = shortest(|| count_events([&stream[..]].into_iter()));
    println!(
        "events / lines alone: {ours:?} / {floor:?} = {:.2}",
        ours.as_secs_f64() / floor.as_secs_f64()
    );
}
