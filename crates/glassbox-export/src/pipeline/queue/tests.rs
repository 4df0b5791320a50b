use opentelemetry_sdk::trace::SpanData;

use super::*;
use crate::testing::span;

fn queue(max_items: usize, batch_size: usize) -> Queue<SpanData> {
    let batching = Batching::default().with_max_queue_size(max_items);
    Queue::new(&batching.with_max_batch_size(batch_size))
}

fn sizes<T>(taken: &Taken<T>) -> Vec<usize> {
    taken
        .batches
        .iter()
        .map(|batch| batch.items.len())
        .collect()
}

/// Items waiting, dropped, and dropped because of their bytes.
fn counts(queue: &Queue<SpanData>) -> (u64, u64, u64) {
    let (waiting, dropped) = queue.counts();
    (waiting, dropped.items, dropped.heavy)
}

#[test]
fn batches_are_cut_at_their_size() {
    let queue = queue(100, 4);
    for index in 0..10 {
        queue.push(span(index), false);
    }
    let taken = queue.take(false);
    assert_eq!(sizes(&taken), [4, 4]);
    assert_eq!(taken.left, 2);

    let taken = queue.take(true);
    assert_eq!(sizes(&taken), [2]);
    assert_eq!(taken.left, 0);
    assert_eq!(counts(&queue), (0, 0, 0));
}

#[test]
fn order_is_kept() {
    let queue = queue(100, 3);
    let pushed: Vec<_> = (0..8).map(span).collect();
    for span in &pushed {
        queue.push(span.clone(), false);
    }
    let taken: Vec<_> = queue
        .take(true)
        .batches
        .into_iter()
        .flat_map(|batch| batch.items)
        .collect();
    assert_eq!(taken, pushed);
}

#[test]
fn a_full_queue_drops_and_counts_the_new_ones() {
    let queue = queue(5, 512);
    for index in 0..12 {
        queue.push(span(index), false);
    }
    assert_eq!(counts(&queue), (5, 7, 0));
    assert_eq!(sizes(&queue.take(true)), [5]);
    queue.push(span(12), false);
    assert_eq!(counts(&queue), (1, 7, 0), "there is room again");
}

#[test]
fn what_waits_is_bounded_in_bytes() {
    let size = span(0).size();
    let batching = Batching::default().with_max_queue_bytes(3 * size + 1);
    let queue = Queue::new(&batching);
    for index in 0..5 {
        queue.push(span(index), false);
    }
    assert_eq!(counts(&queue), (3, 2, 2));
    let taken = queue.take(true);
    assert_eq!(taken.batches[0].bytes, 3 * size);
    queue.push(span(5), false);
    assert_eq!(counts(&queue), (1, 2, 2), "there is room again");
}

#[test]
fn one_item_may_wait_whatever_its_size() {
    let queue = Queue::new(&Batching::default().with_max_queue_bytes(0));
    queue.push(span(0), false);
    queue.push(span(1), false);
    assert_eq!(counts(&queue), (1, 1, 1));
}

#[test]
fn a_closed_queue_takes_nothing() {
    let queue = queue(5, 5);
    queue.push(span(0), false);
    queue.close();
    queue.push(span(1), false);
    assert_eq!(counts(&queue), (1, 1, 0));
}

#[tokio::test]
async fn the_exporter_wakes_for_the_first_span_a_full_batch_and_an_urgent_one() {
    let woken = |queue: &Queue<SpanData>| {
        let mut woken = Box::pin(queue.woken());
        let waker = std::task::Waker::noop();
        Future::poll(woken.as_mut(), &mut std::task::Context::from_waker(waker)).is_ready()
    };
    let queue = queue(100, 3);
    assert!(!woken(&queue));
    queue.push(span(0), false);
    assert!(woken(&queue), "first");
    queue.push(span(1), false);
    assert!(!woken(&queue), "second");
    queue.push(span(2), false);
    assert!(woken(&queue), "full");
    queue.push(span(3), false);
    assert!(!woken(&queue), "behind a full batch");
    queue.push(span(4), true);
    assert!(woken(&queue), "urgent");
    assert_eq!(
        sizes(&queue.take(false)),
        [3, 2],
        "an urgent push takes all"
    );
}
