//! What waits for its verdict, and how what was kept leaves.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use glassbox_export::{Flusher, Policy, TailSampling, Verdict, builder};
use opentelemetry::trace::TraceContextExt as _;

use super::{Spans, begin, call, policy, run, told};
use crate::support::exporter::{Gate, Keep};
use crate::support::{LONG, counts, patient};

#[test]
fn a_flush_decides_nothing_that_goes_on() {
    let keep = Keep::default();
    let guard = builder()
        .with_batching(patient())
        .with_exporter("keep", "memory", keep.clone())
        .with_tail_sampling(policy("tokens>1000"))
        .build()
        .unwrap();
    let context = begin(&guard, "run");
    call(&guard, &context, 600);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 0, 1));
    assert_eq!(report.sampling.unwrap().undecided, 1);
    assert!(!report.timed_out);
    // Now it is known, though it still goes on.
    call(&guard, &context, 600);
    assert_eq!(counts(&guard.flush(LONG).sinks[0]), (2, 0, 0, 0));
    context.span().end();
    assert_eq!(counts(&guard.flush(LONG).sinks[0]), (3, 0, 0, 0));
    assert_eq!(keep.names(), ["chat", "chat", "run"]);
}

#[test]
fn what_goes_on_at_the_shutdown_is_kept() {
    let spans = Spans::default();
    let guard = builder()
        .with_exporter("keep", "memory", spans.clone())
        .with_tail_sampling(policy("tokens>1000"))
        .build()
        .unwrap();
    let context = begin(&guard, "run");
    call(&guard, &context, 5);
    let report = guard.shutdown(LONG);
    let trace = context.span().span_context().trace_id();
    assert_eq!(spans.of(trace), told("_shutdown"));
    assert_eq!(report.unfinished, 1);
    let sampling = report.sampling.unwrap();
    assert_eq!((sampling.kept, sampling.failed_open), (1, 1));
}

#[test]
fn what_has_waited_for_its_time_is_decided_without_a_push() {
    let (tell, heard) = std::sync::mpsc::channel();
    let also_tell = tell.clone();
    let guard = builder()
        .with_batching(patient().with_max_batch_size(1))
        .with_exporter("keep", "memory", Keep::default())
        .with_tail_sampling(
            TailSampling::new(policy("error"))
                .with_max_age(Duration::from_millis(20))
                .with_hook(move |verdict| also_tell.send(verdict.clone()).unwrap())
                .with_hook(move |verdict| tell.send(verdict.clone()).unwrap()),
        )
        .build()
        .unwrap();
    let context = begin(&guard, "run");
    call(&guard, &context, 5);
    let verdict = heard.recv_timeout(LONG).unwrap();
    assert_eq!(verdict.trace_id, context.span().span_context().trace_id());
    assert_eq!(verdict.policy, None);
    assert_eq!(heard.recv_timeout(LONG).unwrap(), verdict);
    context.span().end();
    let report = guard.shutdown(LONG);
    assert_eq!(report.sinks[0].sampled_out, 2);
    assert_eq!(report.sampling.unwrap().expired, 1);
}

/// A trace that is let go at once is more than a queue of spans holds.
#[test]
fn a_large_trace_is_delivered_whole() {
    let keep = Keep::default();
    let guard = builder()
        .with_exporter("keep", "memory", keep.clone())
        .with_tail_sampling(policy("tokens>1000"))
        .build()
        .unwrap();
    let context = begin(&guard, "run");
    for _ in 0..20 {
        for _ in 0..400 {
            call(&guard, &context, 0);
        }
        assert_eq!(guard.flush(LONG).sinks[0].exported, 0);
    }
    call(&guard, &context, 2_000);
    context.span().end();
    let report = guard.shutdown(LONG);
    assert_eq!(counts(&report.sinks[0]), (8_002, 0, 0, 0));
    assert!(keep.batches().iter().all(|size| *size <= 512));
}

/// What is kept waits for a collector that hangs, within a bound.
#[test]
fn an_exporter_that_hangs_costs_what_the_bound_allows() {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let guard = builder()
        .with_batching(patient().with_max_queue_bytes(1_000_000))
        .with_exporter("gate", "memory", Gate(Arc::clone(&gate)))
        .with_tail_sampling(Policy::always())
        .build()
        .unwrap();
    for _ in 0..50 {
        for _ in 0..100 {
            run(&guard, 1);
        }
        guard.flush(Duration::ZERO);
    }
    let sink = &guard.flush(Duration::from_secs(1)).sinks[0];
    assert_eq!(sink.exported + sink.dropped + sink.pending, 10_000);
    assert!(sink.dropped > 5_000, "{sink:?}");
    gate.add_permits(1_000);
    let sink = &guard.shutdown(LONG).sinks[0];
    assert_eq!(sink.exported + sink.dropped, 10_000);
    assert_eq!((sink.pending, sink.failed), (0, 0));
}

/// Who hears of a verdict may ask what became of everything.
#[test]
fn a_verdict_is_told_without_a_lock() {
    let flusher = Arc::new(OnceLock::<Flusher>::new());
    let asks = Arc::clone(&flusher);
    let reports = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&reports);
    let hook = move |_: &Verdict| {
        let flusher = asks.wait();
        kept.lock().unwrap().push(flusher.flush(Duration::ZERO));
    };
    let guard = builder()
        .with_exporter("keep", "memory", Keep::default())
        .with_tail_sampling(TailSampling::new(policy("tokens>1000")).with_hook(hook))
        .build()
        .unwrap();
    flusher.set(guard.flusher()).unwrap();
    run(&guard, 2_000);
    run(&guard, 20);
    let report = guard.shutdown(LONG);
    assert_eq!(report.sinks[0].exported, 2);
    let reports = reports.lock().unwrap();
    assert_eq!(reports.len(), 2);
    assert!(reports.iter().all(|report| report.sampling.is_some()));
}
