//! Exporters that hang, block, fail and panic.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use glassbox_export::builder;

use crate::support::exporter::{Block, Fail, Hang, Keep, Panic};
use crate::support::{LONG, counts, end_spans, patient};

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
