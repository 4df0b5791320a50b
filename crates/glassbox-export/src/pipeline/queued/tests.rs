use opentelemetry_sdk::trace::SpanData;

use super::*;
use crate::testing::span;

fn batches(max_waiting: usize, max_batch: usize) -> Batches<SpanData> {
    let batching = Batching::default().with_max_queue_size(max_waiting);
    Batches::new(&batching.with_max_batch_size(max_batch))
}

fn batch(size: u64) -> Bundle<SpanData> {
    let items: Vec<_> = (0..size).map(span).collect();
    let bytes = items.iter().map(Size::size).sum();
    Bundle { items, bytes }
}

fn dropped(items: u64, heavy: u64) -> Dropped {
    Dropped { items, heavy }
}

#[test]
fn what_does_not_fit_is_counted() {
    let mut batches = batches(5, 512);
    assert_eq!(batches.accept(batch(3)), dropped(0, 0));
    assert_eq!(batches.accept(batch(4)), dropped(2, 0));
    assert_eq!(batches.accept(batch(1)), dropped(1, 0));
    assert_eq!(batches.accepted(), 5);
    assert_eq!(batches.next().map(|batch| batch.len()), Some(5));
}

#[test]
fn what_waits_is_bounded_in_bytes() {
    let size = span(0).size();
    let mut batches = Batches::new(&Batching::default().with_max_queue_bytes(5 * size));
    assert_eq!(batches.accept(batch(3)), dropped(0, 0));
    assert_eq!(batches.accept(batch(4)), dropped(2, 2));
    assert_eq!(batches.next().map(|batch| batch.len()), Some(5));
    assert_eq!(
        batches.accept(batch(5)),
        dropped(0, 0),
        "there is room again"
    );

    let mut none = Batches::new(&Batching::default().with_max_queue_bytes(0));
    assert_eq!(none.accept(batch(3)), dropped(2, 2), "one may always wait");
    assert_eq!(none.accept(batch(1)), dropped(1, 1));
}

#[test]
fn small_batches_travel_together() {
    let mut batches = batches(100, 7);
    for _ in 0..5 {
        batches.accept(batch(3));
    }
    let sizes: Vec<_> = std::iter::from_fn(|| batches.next())
        .map(|batch| batch.len())
        .collect();
    assert_eq!(sizes, [6, 6, 3]);
}
