use super::*;

fn sink() -> SinkReport {
    SinkReport {
        name: "otlp".to_owned(),
        target: "http://localhost:4318/v1/traces".to_owned(),
        exported: 3,
        ..SinkReport::default()
    }
}

#[test]
fn nothing_to_say_when_all_arrived() {
    let report = Report {
        sinks: vec![sink()],
        ..Report::default()
    };
    assert!(report.is_complete());
    assert_eq!(report.to_string(), "");
}

#[test]
fn each_problem_is_one_sentence() {
    let report = Report {
        sinks: vec![SinkReport {
            dropped: 1,
            failed: 5,
            pending: 2,
            last_error: Some("connection refused".to_owned()),
            ..sink()
        }],
        unfinished: 1,
        timed_out: true,
    };
    assert!(!report.is_complete());
    assert_eq!(
        report.to_string(),
        "could not deliver 5 spans to http://localhost:4318/v1/traces: connection refused\n\
         dropped 1 span for http://localhost:4318/v1/traces: the queue was full (OTEL_BSP_MAX_QUEUE_SIZE)\n\
         2 spans still on the way to http://localhost:4318/v1/traces when the time was over\n\
         1 span was still open at the end: only what the start told is known"
    );
}

#[test]
fn spans_on_their_way_are_no_problem_in_time() {
    let report = Report {
        sinks: vec![SinkReport {
            pending: 2,
            ..sink()
        }],
        ..Report::default()
    };
    assert!(report.is_complete());
}

#[test]
fn each_signal_is_counted_in_its_own_items() {
    let sink = |signal| SinkReport {
        signal,
        target: "x".to_owned(),
        dropped: 2,
        failed: 1,
        last_error: Some("no luck".to_owned()),
        ..SinkReport::default()
    };
    let report = Report {
        sinks: vec![sink(Signal::Metrics), sink(Signal::Logs)],
        ..Report::default()
    };
    assert_eq!(
        report.to_string(),
        "could not deliver 1 data point to x: no luck\n\
         dropped 2 data points for x: the queue was full\n\
         could not deliver 1 log record to x: no luck\n\
         dropped 2 log records for x: the queue was full (OTEL_BLRP_MAX_QUEUE_SIZE)"
    );
}
