use super::*;
use crate::testing::{Discard, span};

fn batch(size: u64) -> Vec<SpanData> {
    (0..size).map(span).collect()
}

fn lane() -> Lane {
    Lane::new(Arc::new(Discard))
}

#[test]
fn what_does_not_fit_is_counted() {
    let mut lane = lane();
    assert_eq!(lane.accept(batch(3), 5), 0);
    assert_eq!(lane.accept(batch(4), 5), 2);
    assert_eq!(lane.accept(batch(1), 5), 1);
    assert_eq!(lane.accepted(), 5);
    assert_eq!(lane.next(512).map(|batch| batch.len()), Some(5));
}

#[tokio::test]
async fn one_export_at_a_time() {
    let mut lane = lane();
    lane.accept(batch(2), 10);
    lane.accept(batch(2), 10);
    let first = lane.next(2).expect("a batch waits");
    let mut tasks = tokio::task::JoinSet::new();
    let task = tasks.spawn(async {}).id();
    let other = tasks.spawn(async {}).id();
    lane.started(task, first.len());
    assert!(lane.next(2).is_none(), "one is under way");
    assert_eq!(lane.ended(other), None, "somebody else's");
    assert_eq!(lane.ended(task), Some(2));
    assert_eq!((lane.accepted(), lane.settled()), (4, 2));
    assert!(!lane.is_idle());
    assert!(lane.next(2).is_some());
    assert!(lane.is_idle());
}

#[test]
fn small_batches_travel_together() {
    let mut lane = lane();
    for _ in 0..5 {
        lane.accept(batch(3), 100);
    }
    let sizes: Vec<_> = std::iter::from_fn(|| lane.next(7))
        .map(|batch| batch.len())
        .collect();
    assert_eq!(sizes, [6, 6, 3]);
}
