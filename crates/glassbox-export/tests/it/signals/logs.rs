//! How log records wait and travel.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use glassbox_export::{Batching, Guard, builder};
use opentelemetry::logs::{LogRecord as _, Logger as _, LoggerProvider as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogBatch, LogExporter};

use crate::support::{LONG, counts};

/// Keeps the names of the events, batch by batch.
#[derive(Clone, Debug, Default)]
struct Keep(Arc<Mutex<Vec<Vec<&'static str>>>>);

impl Keep {
    fn batches(&self) -> Vec<Vec<&'static str>> {
        self.0.lock().unwrap().clone()
    }
}

impl LogExporter for Keep {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let names = batch.iter().filter_map(|(record, _)| record.event_name());
        self.0.lock().unwrap().push(names.collect());
        Ok(())
    }
}

/// Never comes back.
#[derive(Debug)]
struct Hang;

impl LogExporter for Hang {
    async fn export(&self, _: LogBatch<'_>) -> OTelSdkResult {
        pending().await
    }
}

fn keeping(batching: Batching) -> (Guard, Keep) {
    let keep = Keep::default();
    let guard = builder()
        .with_log_batching(batching.with_schedule_delay(LONG))
        .with_log_exporter("keep", "memory", keep.clone())
        .build()
        .unwrap();
    (guard, keep)
}

fn emit(guard: &Guard, names: &[&'static str]) {
    let logger = guard.logger_provider().logger("test");
    for name in names {
        let mut record = logger.create_log_record();
        record.set_event_name(name);
        logger.emit(record);
    }
}

#[test]
fn records_travel_in_batches_and_in_order() {
    let (guard, keep) = keeping(Batching::for_logs().with_max_batch_size(2));
    emit(&guard, &["a", "b", "c"]);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (3, 0, 0, 0));
    assert_eq!(keep.batches(), [vec!["a", "b"], vec!["c"]]);
}

#[test]
fn a_full_queue_drops_and_says_so() {
    let guard = builder()
        .with_log_batching(Batching::for_logs().with_max_queue_size(2))
        .with_log_exporter("hang", "nowhere", Hang)
        .build()
        .unwrap();
    emit(&guard, &["a"; 1000]);
    let report = guard.shutdown(Duration::from_millis(20));
    let (exported, dropped, failed, pending) = counts(&report.sinks[0]);
    assert_eq!((exported, dropped + failed, pending), (0, 1000, 0));
    // Two are on their way, two wait for that, and two in the queue.
    assert!(dropped >= 994, "{report}");
    let said = format!(
        "dropped {dropped} log records for nowhere: the queue was full (OTEL_BLRP_MAX_QUEUE_SIZE)"
    );
    assert_eq!(report.problems().last(), Some(said));
}

#[test]
fn the_sdk_s_own_flush_and_shutdown_work() {
    let (guard, keep) = keeping(Batching::for_logs());
    emit(&guard, &["a"]);
    guard.logger_provider().force_flush().unwrap();
    assert_eq!(keep.batches(), [["a"]]);
    emit(&guard, &["b"]);
    guard.logger_provider().shutdown().unwrap();
    assert_eq!(keep.batches(), [["a"], ["b"]]);
    emit(&guard, &["late"]);
    assert_eq!(counts(&guard.shutdown(LONG).sinks[0]), (2, 0, 0, 0));
}

#[test]
fn a_guard_that_is_dropped_delivers() {
    let (guard, keep) = keeping(Batching::for_logs());
    emit(&guard, &["a", "b"]);
    drop(guard);
    assert_eq!(keep.batches(), [["a", "b"]]);
}
