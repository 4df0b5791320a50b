use crate::pipeline::queued::Batches;
use crate::testing::{Discard, span};

use super::*;

#[tokio::test]
async fn one_export_at_a_time() {
    let mut lane = Lane::new(Arc::new(Discard), Batches::new(10, 2));
    lane.backlog.accept((0..2).map(span).collect());
    lane.backlog.accept((0..2).map(span).collect());
    let first = lane.next().expect("a batch waits");
    let mut tasks = tokio::task::JoinSet::new();
    let task = tasks.spawn(async {}).id();
    let other = tasks.spawn(async {}).id();
    lane.started(task, first.items());
    assert!(lane.next().is_none(), "one is under way");
    assert_eq!(lane.ended(other), None, "somebody else's");
    assert_eq!(lane.ended(task), Some(2));
    assert_eq!((lane.backlog.accepted(), lane.backlog.settled()), (4, 2));
    assert!(!lane.is_idle());
    assert!(lane.next().is_some());
    assert!(lane.is_idle());
}
