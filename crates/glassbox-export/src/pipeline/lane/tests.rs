use std::time::Duration;

use opentelemetry_sdk::trace::SpanData;
use tokio::task::JoinSet;

use super::*;
use crate::batching::Batching;
use crate::pipeline::queue::Bundle;
use crate::pipeline::queued::Batches;
use crate::testing::{Discard, span};

fn lane(batches: usize) -> Lane<Batches<SpanData>> {
    let batching = Batching::default().with_max_batch_size(2);
    let mut lane = Lane::new(Arc::new(Discard), Batches::new(&batching));
    for _ in 0..batches {
        lane.backlog.accept(Bundle {
            items: (0..2).map(span).collect(),
            bytes: 0,
        });
    }
    lane
}

/// An attempt that ends in this.
fn attempt(lane: &mut Lane<Batches<SpanData>>, tasks: &mut JoinSet<()>, later: Option<Later>) {
    let parcel = lane.next(Instant::now()).expect("its time has come");
    let task = tasks.spawn(async {}).id();
    lane.started(task, parcel.items());
    assert_eq!(lane.ended(task), Some(2));
    match later {
        None => lane.settle(2, None),
        later => lane.settle(0, Some(Rest { parcel, later })),
    }
}

fn missed() -> Option<Later> {
    Some(Later {
        answered: false,
        asked: None,
    })
}

fn asked(pause: u64) -> Option<Later> {
    Some(Later {
        answered: true,
        asked: Some(Duration::from_secs(pause)),
    })
}

#[tokio::test]
async fn one_attempt_at_a_time() {
    let mut lane = lane(2);
    let now = Instant::now();
    let first = lane.next(now).expect("a batch waits");
    let mut tasks = JoinSet::new();
    let task = tasks.spawn(async {}).id();
    let other = tasks.spawn(async {}).id();
    lane.started(task, first.items());
    assert!(lane.next(now).is_none(), "one is under way");
    assert_eq!(lane.ended(other), None, "somebody else's");
    assert_eq!(lane.ended(task), Some(2));
    lane.settle(2, None);
    assert_eq!((lane.backlog.accepted(), lane.backlog.settled()), (4, 2));
    assert!(!lane.is_idle());
    assert!(lane.next(now).is_some());
    assert!(lane.is_idle());
}

#[tokio::test(start_paused = true)]
async fn what_is_left_goes_before_what_is_next_when_its_time_has_come() {
    let (mut lane, mut tasks) = (lane(2), JoinSet::new());
    attempt(&mut lane, &mut tasks, missed());
    assert!(lane.next(Instant::now()).is_none(), "a pause");
    let due = lane.due().expect("another attempt");
    tokio::time::sleep_until(due).await;
    attempt(&mut lane, &mut tasks, None);
    assert_eq!(lane.backlog.settled(), 2);
    assert_eq!(lane.due(), None);
    attempt(&mut lane, &mut tasks, None);
    assert_eq!(lane.backlog.settled(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_settled_counts_with_the_last() {
    let (mut lane, mut tasks) = (lane(1), JoinSet::new());
    let parcel = lane.next(Instant::now()).expect("a batch waits");
    let task = tasks.spawn(async {}).id();
    lane.started(task, 2);
    lane.ended(task);
    lane.settle(
        1,
        Some(Rest {
            parcel,
            later: None,
        }),
    );
    assert_eq!(lane.backlog.settled(), 0);
    assert!(lane.next(Instant::now()).is_some(), "without a pause");
    lane.settle(1, None);
    assert_eq!(lane.backlog.settled(), 2);
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_when_nobody_is_there() {
    let (mut lane, mut tasks) = (lane(1), JoinSet::new());
    let waiter = lane.hurry(Instant::now() + Duration::from_secs(60));
    for attempts in 1..=PATIENCE {
        assert!(!lane.is_hopeless(&waiter), "{attempts}");
        attempt(&mut lane, &mut tasks, missed());
        tokio::time::sleep_until(lane.due().expect("another attempt")).await;
    }
    assert!(lane.is_hopeless(&waiter));
    let later = lane.hurry(waiter.deadline);
    assert!(
        !lane.is_hopeless(&later),
        "whoever comes later sees for himself"
    );
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_when_the_other_side_asks_for_more_time_than_there_is() {
    let (mut lane, mut tasks) = (lane(1), JoinSet::new());
    let soon = lane.hurry(Instant::now() + Duration::from_secs(5));
    let late = lane.hurry(Instant::now() + Duration::from_secs(60));
    attempt(&mut lane, &mut tasks, asked(10));
    assert!(lane.is_hopeless(&soon));
    assert!(!lane.is_hopeless(&late));
    // Nor does hurry help.
    let due = lane.due();
    lane.hurry(Instant::now());
    assert_eq!(lane.due(), due);
}

#[tokio::test(start_paused = true)]
async fn hurry_shortens_a_pause() {
    let (mut lane, mut tasks) = (lane(1), JoinSet::new());
    for _ in 0..6 {
        attempt(&mut lane, &mut tasks, missed());
        tokio::time::sleep_until(lane.due().expect("another attempt")).await;
    }
    attempt(&mut lane, &mut tasks, missed());
    let began = Instant::now();
    assert!(lane.due().expect("another attempt") > began + Duration::from_secs(3));
    lane.hurry(began);
    assert_eq!(lane.due(), Some(began + FIRST));
}
