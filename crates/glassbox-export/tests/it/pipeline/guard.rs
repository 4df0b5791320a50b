//! Flush, shutdown and what the guard knows.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use glassbox_export::builder;
use opentelemetry::trace::{Span as _, SpanBuilder, TraceContextExt as _, Tracer as _};
use opentelemetry_sdk::trace::Sampler;
use tokio::sync::Semaphore;

use super::keeping;
use crate::support::exporter::{Gate, Hang};
use crate::support::{LONG, counts, end_spans, patient, tracer};

#[test]
fn the_sdk_s_own_flush_and_shutdown_work() {
    let (guard, keep) = keeping();
    end_spans(&guard, 2);
    guard.tracer_provider().force_flush().unwrap();
    assert_eq!(keep.names().len(), 2);
    end_spans(&guard, 1);
    guard.tracer_provider().shutdown().unwrap();
    assert_eq!(keep.names().len(), 3);
    assert!(guard.shutdown(LONG).is_complete());
}

#[test]
fn a_flush_waits_for_nobody_for_ever_and_loses_nothing() {
    let gate = Arc::new(Semaphore::new(0));
    let guard = builder()
        .with_batching(patient())
        .with_exporter("gate", "gate", Gate(Arc::clone(&gate)))
        .build()
        .unwrap();
    end_spans(&guard, 2);
    let report = guard.flush(Duration::from_millis(20));
    assert!(report.timed_out);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 0, 2));
    assert_eq!(
        report.to_string(),
        "2 spans still on the way to gate when the time was over"
    );
    gate.add_permits(1);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (2, 0, 0, 0));
    assert!(report.is_complete());
}

#[test]
fn a_shutdown_waits_for_nobody_for_ever_and_says_what_is_lost() {
    let guard = builder()
        .with_batching(patient())
        .with_exporter("hang", "nowhere", Hang)
        .build()
        .unwrap();
    end_spans(&guard, 2);
    let report = guard.shutdown(Duration::from_millis(500));
    assert!(report.timed_out);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 2, 0));
    let said = report.to_string();
    assert!(
        said.starts_with("could not deliver 2 spans to nowhere: no answer within"),
        "{said}"
    );
    assert_eq!(guard.shutdown(LONG), report, "the first one counts");
}

#[test]
fn a_guard_that_is_dropped_delivers() {
    let (guard, keep) = keeping();
    end_spans(&guard, 2);
    drop(guard);
    assert_eq!(keep.names().len(), 2);
}

#[test]
fn a_flusher_works_from_elsewhere_and_after_the_end() {
    let (guard, keep) = keeping();
    let flusher = guard.flusher();
    end_spans(&guard, 2);
    let other = flusher.clone();
    let report = thread::spawn(move || other.flush(LONG)).join().unwrap();
    assert_eq!(counts(&report.sinks[0]), (2, 0, 0, 0));
    guard.shutdown(LONG);
    assert_eq!(counts(&flusher.flush(LONG).sinks[0]), (2, 0, 0, 0));
    assert_eq!(keep.names().len(), 2);
}

#[test]
fn a_pipeline_without_exporters_is_none() {
    let guard = builder()
        .with_provider(|provider| provider.with_sampler(Sampler::AlwaysOn))
        .build()
        .unwrap();
    end_spans(&guard, 1);
    assert_eq!(guard.flush(LONG).sinks, []);
    assert!(guard.shutdown(LONG).is_complete());
}

#[test]
fn a_time_without_end_is_no_panic() {
    let (guard, keep) = keeping();
    end_spans(&guard, 1);
    assert!(guard.flush(Duration::MAX).is_complete());
    assert!(guard.shutdown(Duration::MAX).is_complete());
    assert_eq!(keep.names().len(), 1);
}

#[test]
fn open_spans_are_ended_and_delivered_at_shutdown() {
    let (guard, keep) = keeping();
    let open = tracer(&guard).start("open");
    end_spans(&guard, 1);
    let report = guard.flush(LONG);
    assert_eq!(report.unfinished, 0, "a flush is not the end");
    assert_eq!(keep.names(), ["span 0"]);
    let report = guard.shutdown(LONG);
    assert_eq!(report.unfinished, 1);
    assert_eq!(counts(&report.sinks[0]), (2, 0, 0, 0));
    assert_eq!(
        report.to_string(),
        "1 span was still open at the end: only what the start told is known"
    );
    drop(open);
    assert_eq!(keep.names(), ["span 0", "open"], "once");
}

#[test]
fn an_open_span_says_what_its_start_told() {
    let collector = crate::support::http::Collector::new([]);
    let guard = builder()
        .with_batching(patient())
        .with_otlp(glassbox_export::Otlp::http(&collector.url()).unwrap())
        .build()
        .unwrap();
    let tracer = tracer(&guard);
    let outer = tracer
        .span_builder("outer")
        .with_attributes([opentelemetry::KeyValue::new("early", 1)])
        .start(&tracer);
    let outer = opentelemetry::Context::new().with_span(outer);
    let inner = tracer.build_with_context(SpanBuilder::from_name("inner"), &outer);
    outer
        .span()
        .set_attribute(opentelemetry::KeyValue::new("late", 1));
    let report = guard.shutdown(LONG);
    assert_eq!(report.unfinished, 2);
    drop(inner);
    outer.span().end();

    assert_eq!(collector.names(), ["outer", "inner"], "as they began");
    let received = collector.received();
    let request = received[0].spans();
    let spans = &request.resource_spans[0].scope_spans[0].spans;
    let keys = |index: usize| {
        let attributes = spans[index].attributes.iter();
        attributes.map(|it| it.key.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(keys(0), ["early", "glassbox.span.unfinished"]);
    assert_eq!(keys(1), ["glassbox.span.unfinished"]);
    assert_eq!(spans[1].parent_span_id, spans[0].span_id);
    assert!(
        spans
            .iter()
            .all(|span| span.end_time_unix_nano >= span.start_time_unix_nano)
    );
}

#[test]
fn the_last_trace_is_the_one_that_began_last() {
    let (guard, _) = keeping();
    assert_eq!(guard.last_trace_id(), None);
    let tracer = tracer(&guard);
    let first = opentelemetry::Context::new().with_span(tracer.start("first"));
    let second = tracer.start("second");
    drop(tracer.build_with_context(SpanBuilder::from_name("child"), &first));
    assert_eq!(
        guard.last_trace_id(),
        Some(second.span_context().trace_id())
    );
}
