use super::*;
use crate::testing::{SpanDataExt as _, span, trace_id};

#[test]
fn a_trace_is_over_when_nothing_is_open_or_on_its_way() {
    let open = OpenTraces::default();
    open.started(trace_id());
    open.started(trace_id());
    open.ended(trace_id());
    assert!(!open.arrived(&span(1).under(0)));
    open.started(trace_id());
    open.ended(trace_id());
    open.ended(trace_id());
    assert!(!open.arrived(&span(2).under(0)), "the root is on its way");
    assert!(open.arrived(&span(0)));
    // And it may go on.
    open.started(trace_id());
    open.ended(trace_id());
    assert!(open.arrived(&span(3).under(0)));
    assert!(
        open.shards
            .iter()
            .all(|shard| shard.lock().unwrap().is_empty())
    );
}

#[test]
fn what_is_dropped_is_not_waited_for() {
    let open = OpenTraces::default();
    open.started(trace_id());
    open.started(trace_id());
    open.ended(trace_id());
    open.ended(trace_id());
    open.dropped(trace_id());
    assert!(open.arrived(&span(0)));
}

#[test]
fn without_room_a_local_root_ends_its_trace() {
    let open = OpenTraces::new(SHARDS);
    let other = TraceId::from(u128::from_be_bytes(trace_id().to_bytes()) ^ 1 << 64);
    open.started(other);
    open.started(trace_id());
    open.ended(trace_id());
    assert!(!open.arrived(&span(1).under(0)));
    assert!(open.arrived(&span(0)));
    let mut remote = span(2).under(0);
    remote.parent_span_is_remote = true;
    assert!(open.arrived(&remote));
}

#[test]
fn what_never_started_here_is_harmless() {
    let open = OpenTraces::default();
    open.ended(trace_id());
    open.dropped(trace_id());
    assert!(!open.arrived(&span(1).under(0)));
}
