use opentelemetry_sdk::trace::SpanData;

use super::*;
use crate::testing::span;

fn batch(size: u64) -> Vec<SpanData> {
    (0..size).map(span).collect()
}

#[test]
fn what_does_not_fit_is_counted() {
    let mut batches = Batches::new(5, 512);
    assert_eq!(batches.accept(batch(3)), 0);
    assert_eq!(batches.accept(batch(4)), 2);
    assert_eq!(batches.accept(batch(1)), 1);
    assert_eq!(batches.accepted(), 5);
    assert_eq!(batches.next().map(|batch| batch.len()), Some(5));
}

#[test]
fn small_batches_travel_together() {
    let mut batches = Batches::new(100, 7);
    for _ in 0..5 {
        batches.accept(batch(3));
    }
    let sizes: Vec<_> = std::iter::from_fn(|| batches.next())
        .map(|batch| batch.len())
        .collect();
    assert_eq!(sizes, [6, 6, 3]);
}
