//! What leaves the queue, when, and what does not fit into it.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use glassbox_export::builder;
use opentelemetry::trace::{
    Span as _, SpanBuilder, TraceContextExt as _, Tracer as _, TracerProvider as _,
};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::sync::Semaphore;

use crate::support::exporter::{Chatty, Gate, Keep};
use crate::support::{LONG, counts, end_spans, patient, tracer};

#[test]
fn batches_leave_when_they_are_full() {
    let (told, full) = mpsc::channel();
    let guard = builder()
        .with_batching(patient().with_max_batch_size(4))
        .with_exporter("keep", "memory", Announce(told))
        .build()
        .unwrap();
    end_spans(&guard, 10);
    // Without a flush, and long before the delay is over.
    let sizes: Vec<_> = (0..2).map(|_| full.recv_timeout(LONG).unwrap()).collect();
    assert_eq!(sizes, [4, 4]);
    assert_eq!(guard.shutdown(LONG).sinks[0].exported, 10);
}

#[test]
fn batches_leave_when_their_time_is_over() {
    let (told, due) = mpsc::channel();
    let guard = builder()
        .with_batching(patient().with_schedule_delay(Duration::from_millis(10)))
        .with_exporter("keep", "memory", Announce(told))
        .build()
        .unwrap();
    for _ in 0..3 {
        end_spans(&guard, 1);
        assert_eq!(due.recv_timeout(LONG).unwrap(), 1);
    }
}

/// Says how many spans came.
#[derive(Debug)]
struct Announce(mpsc::Sender<usize>);

impl opentelemetry_sdk::trace::SpanExporter for Announce {
    async fn export(
        &self,
        batch: Vec<opentelemetry_sdk::trace::SpanData>,
    ) -> opentelemetry_sdk::error::OTelSdkResult {
        let _ = self.0.send(batch.len());
        Ok(())
    }
}

#[test]
fn a_watched_trace_leaves_when_its_root_ends() {
    let (told, printed) = mpsc::channel();
    let guard = builder()
        .with_batching(patient())
        .with_console(glassbox_export::ConsoleExporter::new(Screen(told)).with_compact(true))
        .build()
        .unwrap();
    let tracer = tracer(&guard);
    let root = tracer.start("root");
    let context = opentelemetry::Context::new().with_span(root);
    let mut child = tracer.build_with_context(SpanBuilder::from_name("child"), &context);
    child.end();
    context.span().end();
    // Without a flush, and long before the delay is over.
    let text = printed.recv_timeout(LONG).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
}

struct Screen(mpsc::Sender<String>);

impl std::io::Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let _ = self.0.send(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn only_sampled_spans_are_exported() {
    let guard = builder()
        .with_provider(|provider| provider.with_sampler(RecordOnly))
        .with_exporter("keep", "memory", Keep::default())
        .build()
        .unwrap();
    end_spans(&guard, 3);
    let report = guard.shutdown(LONG);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 0, 0));
    assert!(report.is_complete());
}

#[derive(Debug, Clone)]
struct RecordOnly;

impl opentelemetry_sdk::trace::ShouldSample for RecordOnly {
    fn should_sample(
        &self,
        _: Option<&opentelemetry::Context>,
        _: opentelemetry::TraceId,
        _: &str,
        _: &opentelemetry::trace::SpanKind,
        _: &[opentelemetry::KeyValue],
        _: &[opentelemetry::trace::Link],
    ) -> opentelemetry_sdk::trace::SamplingResult {
        opentelemetry_sdk::trace::SamplingResult {
            decision: opentelemetry_sdk::trace::SamplingDecision::RecordOnly,
            attributes: Vec::new(),
            trace_state: opentelemetry::trace::TraceState::default(),
        }
    }
}

#[test]
fn what_an_exporter_does_is_no_span() {
    let keep = Keep::default();
    let inner = Keep::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(inner.clone())
        .build();
    let guard = builder()
        .with_exporter("chatty", "memory", Chatty(provider.clone(), keep.clone()))
        .build()
        .unwrap();
    end_spans(&guard, 1);
    guard.flush(LONG);
    assert_eq!(keep.names(), ["span 0"]);
    assert_eq!(
        inner.names(),
        [""; 0],
        "suppressed on the exporter's thread"
    );
    drop(provider.tracer("elsewhere").start("seen"));
    assert_eq!(inner.names(), ["seen"]);
}

#[test]
fn an_overflow_is_counted_to_the_last_span() {
    let gate = Arc::new(Semaphore::new(0));
    let guard = builder()
        .with_batching(patient().with_max_queue_size(8).with_max_batch_size(4))
        .with_exporter("gate", "gate", Gate(Arc::clone(&gate)))
        .build()
        .unwrap();
    end_spans(&guard, 100);
    let report = guard.flush(Duration::from_millis(50));
    assert!(report.timed_out);
    let sink = &report.sinks[0];
    assert_eq!(sink.exported, 0);
    assert!(sink.dropped >= 100 - 8 - 8 - 4, "{sink:?}");
    assert_eq!(sink.dropped + sink.pending, 100, "{sink:?}");

    gate.add_permits(100);
    let report = guard.shutdown(LONG);
    let sink = &report.sinks[0];
    assert_eq!((sink.failed, sink.pending), (0, 0), "{sink:?}");
    assert_eq!(sink.exported + sink.dropped, 100, "{sink:?}");
    assert_eq!(
        report.to_string(),
        format!(
            "dropped {} spans for gate: the queue was full (OTEL_BSP_MAX_QUEUE_SIZE)",
            sink.dropped
        )
    );
}
