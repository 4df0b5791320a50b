//! An outage that lasts longer than there is room.

use std::sync::{Arc, Mutex};

use glassbox_export::Batching;

use super::*;
use crate::support::http::{Answer, Collector};
use crate::support::{end_spans, refused_port};

fn batching() -> Batching {
    patient().with_max_queue_size(16).with_max_batch_size(4)
}

#[test]
fn what_there_is_no_room_for_is_counted_to_the_last_span() {
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&heard);
    let otlp = Otlp::http(&format!("http://127.0.0.1:{}/", refused_port())).unwrap();
    let guard = to(otlp)
        .with_batching(batching())
        .with_listener(move |problem| log.lock().unwrap().push(problem.to_owned()))
        .build()
        .unwrap();
    for _ in 0..20 {
        end_spans(&guard, 10);
        drop(guard.flush(Duration::from_millis(1)));
    }
    let report = guard.shutdown(LONG);
    let sink = &report.sinks[0];
    assert_sum(sink, 200, &[]);
    assert!(sink.dropped > 100, "{sink:?}");
    assert_eq!(sink.dropped_for_size, 0);
    let said = report.to_string();
    assert!(
        said.contains("the queue was full (OTEL_BSP_MAX_QUEUE_SIZE)"),
        "{said}"
    );
    let heard = heard.lock().unwrap().clone();
    let dropped = |said: &&String| said.starts_with("dropped ");
    assert_eq!(heard.iter().filter(dropped).count(), 1, "once: {heard:?}");
}

#[test]
fn memory_is_a_bound_too() {
    let otlp = Otlp::http(&format!("http://127.0.0.1:{}/", refused_port())).unwrap();
    let batching = patient().with_max_queue_bytes(20_000);
    let guard = to(otlp).with_batching(batching).build().unwrap();
    let tracer = tracer(&guard);
    for index in 0..100 {
        let text = opentelemetry::KeyValue::new("text", "x".repeat(1000));
        drop(
            tracer
                .span_builder(format!("span {index}"))
                .with_attributes([text])
                .start(&tracer),
        );
    }
    let report = guard.shutdown(LONG);
    let sink = &report.sinks[0];
    assert_sum(sink, 100, &[]);
    assert_eq!(sink.dropped, sink.dropped_for_size);
    assert!((5..20).contains(&sink.failed), "{sink:?}");
    let said = report.to_string();
    assert!(
        said.contains("the queue was full (Batching::max_queue_bytes)"),
        "{said}"
    );
}

#[test]
fn an_outage_in_the_middle_loses_nothing_there_is_room_for() {
    let outage = vec![Answer::status(503); 3];
    let collector = Collector::new(outage);
    let otlp = Otlp::http(&format!("{}/v1/traces", collector.url())).unwrap();
    let guard = to(otlp)
        .with_batching(batching().with_max_queue_size(200))
        .build()
        .unwrap();
    for _ in 0..20 {
        end_spans(&guard, 10);
        drop(guard.flush(Duration::from_millis(1)));
    }
    let report = guard.shutdown(LONG);
    assert_eq!(counts(&report.sinks[0]), (200, 0, 0, 0), "{report}");
    assert_eq!(collector.taken().len(), 200);
}

#[test]
fn a_series_of_failures_is_news_once() {
    let heard = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&heard);
    let collector = Collector::new(vec![Answer::status(503); 6]);
    let otlp = Otlp::http(&format!("{}/v1/traces", collector.url())).unwrap();
    let guard = to(otlp)
        .with_listener(move |problem| log.lock().unwrap().push(problem.to_owned()))
        .build()
        .unwrap();
    end_spans(&guard, 5);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(
        *heard.lock().unwrap(),
        [format!(
            "5 spans still on the way to {}/v1/traces: the collector answered 503 Service Unavailable",
            collector.url()
        )]
    );
}
