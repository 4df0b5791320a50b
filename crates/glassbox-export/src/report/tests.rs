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
         1 span was still open at the end and not delivered"
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
