//! Queue, thread, flush and shutdown, with every kind of runtime and none.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use glassbox_export::{Guard, builder};
use opentelemetry::trace::{
    Span as _, SpanBuilder, TraceContextExt as _, Tracer as _, TracerProvider as _,
};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::exporter::{Block, Chatty, Fail, Gate, Hang, Keep, Panic};
use crate::support::{LONG, counts, end_spans, patient, tracer};

fn keeping() -> (Guard, Keep) {
    let keep = Keep::default();
    let guard = builder()
        .with_batching(patient())
        .with_exporter("keep", "memory", keep.clone())
        .build()
        .unwrap();
    (guard, keep)
}

#[test]
fn without_a_runtime() {
    let (guard, keep) = keeping();
    end_spans(&guard, 3);
    let report = guard.flush(LONG);
    assert_eq!(keep.names(), ["span 0", "span 1", "span 2"]);
    assert_eq!(counts(&report.sinks[0]), (3, 0, 0, 0));
    assert!(report.is_complete() && !report.timed_out);
}

#[tokio::test(flavor = "current_thread")]
async fn on_the_only_thread_of_a_runtime() {
    let (guard, keep) = keeping();
    end_spans(&guard, 3);
    assert!(guard.flush(LONG).is_complete());
    assert_eq!(keep.names().len(), 3);
    end_spans(&guard, 2);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(keep.names().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn on_the_only_worker_of_a_runtime() {
    let (guard, keep) = keeping();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        end_spans(&guard, 3);
        guard.shutdown(LONG)
    });
    assert!(tasks.join_all().await[0].is_complete());
    assert_eq!(keep.names().len(), 3);
}

#[test]
fn after_the_runtime_is_gone() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (guard, keep) = runtime.block_on(async {
        let (guard, keep) = keeping();
        end_spans(&guard, 2);
        (guard, keep)
    });
    drop(runtime);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(keep.names().len(), 2);
}

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
fn every_span_of_many_threads_arrives_once() {
    let (guard, keep) = keeping();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| end_spans(&guard, 100));
        }
    });
    let report = guard.shutdown(LONG);
    assert_eq!(counts(&report.sinks[0]), (800, 0, 0, 0));
    assert_eq!(keep.names().len(), 800);
    assert!(keep.batches().iter().all(|size| *size <= 512));
}

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
fn an_exporter_that_blocks_the_thread_holds_up_nobody_else() {
    let guard = builder()
        .with_batching(patient())
        .with_exporter("block", "a full pipe", Block)
        .build()
        .unwrap();
    end_spans(&guard, 2);
    assert!(guard.flush(Duration::from_millis(20)).timed_out);
    end_spans(&guard, 2);
    let report = guard.shutdown(Duration::from_millis(20));
    assert!(report.timed_out);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 0, 4));
}

#[test]
fn a_slow_exporter_delays_no_other() {
    let keep = Keep::default();
    let guard = builder()
        .with_batching(patient())
        .with_exporter("hang", "nowhere", Hang)
        .with_exporter("keep", "memory", keep.clone())
        .build()
        .unwrap();
    for round in 1..=3 {
        end_spans(&guard, 2);
        // Each flush times out, because of the other one.
        let mut flushes = (0..1000).map(|_| guard.flush(Duration::from_millis(20)));
        assert!(flushes.any(|report| counts(&report.sinks[1]) == (2 * round, 0, 0, 0)));
    }
    assert_eq!(keep.names().len(), 6);
}

#[test]
fn an_export_has_a_time_limit_of_its_own() {
    let guard = builder()
        .with_batching(patient().with_export_timeout(Duration::from_millis(20)))
        .with_exporter("hang", "nowhere", Hang)
        .build()
        .unwrap();
    end_spans(&guard, 2);
    let report = guard.flush(LONG);
    assert!(!report.timed_out);
    assert_eq!(
        report.to_string(),
        "could not deliver 2 spans to nowhere: no answer within 20 ms"
    );
}

#[test]
fn an_exporter_that_panics_is_a_failure_and_no_more() {
    let keep = Keep::default();
    let guard = builder()
        .with_batching(patient())
        .with_exporter("panic", "nowhere", Panic)
        .with_exporter("keep", "memory", keep.clone())
        .build()
        .unwrap();
    for _ in 0..2 {
        end_spans(&guard, 1);
        guard.flush(LONG);
    }
    let report = guard.shutdown(LONG);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 2, 0));
    assert_eq!(
        report.sinks[0].last_error.as_deref(),
        Some("the exporter panicked")
    );
    assert_eq!(keep.names().len(), 2);
}

#[test]
fn the_sdk_s_result_is_about_this_flush() {
    let guard = builder()
        .with_batching(patient())
        .with_exporter("fail", "nowhere", Fail(Mutex::new(1)))
        .build()
        .unwrap();
    end_spans(&guard, 1);
    let error = guard.tracer_provider().force_flush().unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("could not deliver 1 span to nowhere: no luck"),
        "{error}"
    );
    end_spans(&guard, 1);
    guard.tracer_provider().force_flush().unwrap();
    assert_eq!(counts(&guard.shutdown(LONG).sinks[0]), (1, 0, 1, 0));
}

#[test]
fn a_listener_hears_the_first_failure_of_a_series() {
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&heard);
    let guard = builder()
        .with_batching(patient())
        .with_exporter("fail", "nowhere", Fail(Mutex::new(2)))
        .with_listener(move |problem| log.lock().unwrap().push(problem.to_owned()))
        .build()
        .unwrap();
    for _ in 0..4 {
        end_spans(&guard, 1);
        guard.flush(LONG);
    }
    assert_eq!(
        *heard.lock().unwrap(),
        ["could not deliver 1 span to nowhere: no luck"]
    );
    drop(guard);
    assert_eq!(
        heard.lock().unwrap().last().map(String::as_str),
        Some("could not deliver 2 spans to nowhere: no luck"),
        "the whole story in the end"
    );
}

#[test]
fn a_guard_that_is_dropped_delivers() {
    let (guard, keep) = keeping();
    end_spans(&guard, 2);
    drop(guard);
    assert_eq!(keep.names().len(), 2);
}

#[test]
fn open_spans_are_counted_at_shutdown() {
    let (guard, keep) = keeping();
    let open = tracer(&guard).start("open");
    end_spans(&guard, 1);
    assert_eq!(guard.flush(LONG).unfinished, 0, "a flush is not the end");
    let report = guard.shutdown(LONG);
    assert_eq!(report.unfinished, 1);
    assert_eq!(
        report.to_string(),
        "1 span was still open at the end and not delivered"
    );
    drop(open);
    assert_eq!(keep.names(), ["span 0"]);
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
