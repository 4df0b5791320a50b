use opentelemetry::KeyValue;
use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::trace::{Span as _, TraceContextExt as _, Tracer as _, TracerProvider as _};

use super::{Capture, MetricKind};

#[test]
fn a_span_that_outlives_clear_is_counted_once() {
    let capture = Capture::new();
    let tracer = capture.provider().tracer("test");
    let mut open = tracer.start("long");
    tracer.start("short").end();
    assert_eq!((capture.open(), capture.spans().len()), (1, 1));
    capture.clear();
    assert_eq!((capture.open(), capture.spans().len()), (1, 0));
    open.end();
    assert_eq!((capture.open(), capture.spans().len()), (0, 1));
    assert_eq!(capture.span("long").name(), "long");
}

#[test]
fn what_is_measured_or_random_is_left_out_of_snapshots() {
    let capture = Capture::new();
    let mut span = capture.provider().tracer("test").start("chat");
    span.set_attribute(KeyValue::new("gen_ai.response.time_to_first_chunk", 0.12));
    span.add_event(
        "glassbox.retry",
        vec![
            KeyValue::new("glassbox.retry.attempt", 1),
            KeyValue::new("glassbox.retry.wait", 0.263_733_723),
        ],
    );
    span.end();
    crate::assert_trace_snapshot!(capture, @r"
    chat [internal]
      gen_ai.response.time_to_first_chunk = [seconds]
      * glassbox.retry {glassbox.retry.attempt = 1, glassbox.retry.wait = [seconds]}
    ");
}

#[test]
fn metrics_are_totals_whose_measured_times_are_left_out() {
    let capture = Capture::new();
    let meter = capture.meter_provider().meter("test");
    let tokens = meter
        .u64_histogram("gen_ai.client.token.usage")
        .with_unit("{token}")
        .with_description("Tokens used.")
        .with_boundaries(vec![1.0, 4.0])
        .build();
    let input = KeyValue::new("gen_ai.token.type", "input");
    tokens.record(40, std::slice::from_ref(&input));
    tokens.record(3, std::slice::from_ref(&input));
    let seen = capture.metric("gen_ai.client.token.usage");
    assert_eq!(seen.description(), "Tokens used.");
    assert_eq!((seen.scope(), seen.kind()), ("test", MetricKind::Histogram));
    let point = seen.point(std::slice::from_ref(&input));
    assert_eq!((point.count(), point.sum()), (Some(2), Some(43.0)));
    assert_eq!(point.bounds(), [1.0, 4.0]);
    assert_eq!(point.bucket_counts(), [0, 1, 1]);
    assert_eq!(point.value(), None);
    assert_eq!(
        point.text("gen_ai.token.type").as_deref(),
        Some("\"input\"")
    );

    // A second look holds what the first did: nothing starts anew.
    tokens.record(6, &[KeyValue::new("gen_ai.token.type", "output")]);
    let duration = meter.f64_histogram("duration").with_unit("s").build();
    let server = [
        KeyValue::new("server.port", 34_567),
        KeyValue::new("server.address", "127.0.0.1"),
    ];
    duration.record(0.123, &server);
    meter.f64_counter("cost").build().add(0.25, &[]);
    meter.i64_up_down_counter("open").build().add(-1, &[]);
    meter
        .f64_gauge("age")
        .with_unit("s")
        .build()
        .record(1.5, &[]);
    let cost = capture.metric("cost");
    assert_eq!(
        (cost.points()[0].value(), cost.points()[0].sum()),
        (Some(0.25), None)
    );
    insta::assert_snapshot!(capture.render_metrics(), @r#"
    age [gauge, s]
      value [measured]
    cost [counter]
      value 0.25
    duration [histogram, s]
      count 1
        server.address = "127.0.0.1"
        server.port = [port]
    gen_ai.client.token.usage [histogram, {token}]
      count 2, sum 43
        gen_ai.token.type = "input"
      count 1, sum 6
        gen_ai.token.type = "output"
    open [up-down counter]
      value -1
    "#);
}

#[test]
#[should_panic(expected = "no point of jobs has")]
fn a_point_that_is_not_there_is_told_with_those_that_are() {
    let capture = Capture::new();
    let meter = capture.meter_provider().meter("test");
    meter
        .u64_counter("jobs")
        .build()
        .add(1, &[KeyValue::new("queue", "a")]);
    let _ = capture.metric("jobs").point(&[KeyValue::new("queue", "b")]);
}

#[test]
#[should_panic(expected = "not one metric is named \"tasks\"; there are [\"jobs\"]")]
fn a_metric_that_is_not_there_is_told_with_those_that_are() {
    let capture = Capture::new();
    let meter = capture.meter_provider().meter("test");
    meter.u64_counter("jobs").build().add(1, &[]);
    let _ = capture.metric("tasks");
}

#[test]
fn log_records_say_which_span_they_belong_to_and_keep_their_structure() {
    let capture = Capture::new();
    let tracer = capture.provider().tracer("test");
    let logger = capture.logger_provider().logger("test");
    let part = AnyValue::from_iter([("type", "text"), ("content", "Hi")]);
    tracer.in_span("chat", |context| {
        let mut record = logger.create_log_record();
        record.set_event_name("details");
        record.set_severity_number(Severity::Info);
        record.add_attribute("messages", AnyValue::from_iter([part.clone()]));
        record.add_attribute("server.port", 34_567);
        record.add_attribute("server.address", "127.0.0.1");
        record.add_attribute("times", 1);
        record.add_attribute("times", 2);
        logger.emit(record);
        let span = context.span();
        let log = &capture.logs()[0];
        assert_eq!(log.trace_id(), Some(span.span_context().trace_id()));
        assert_eq!(log.span_id(), Some(span.span_context().span_id()));
        assert!(
            capture
                .render_logs()
                .starts_with("details [info] in (a span that")
        );
    });
    let mut record = logger.create_log_record();
    record.set_body(AnyValue::from(&[0x0a_u8, 0xff][..]));
    logger.emit(record);

    let logs = capture.logs();
    assert_eq!(logs[0].event_name(), Some("details"));
    assert_eq!(logs[0].scope(), "test");
    assert_eq!(logs[0].severity(), Some(Severity::Info));
    assert_eq!(logs[0].text("times").as_deref(), Some("2"));
    let messages = logs[0].attribute("messages");
    assert_eq!(messages, Some(&AnyValue::from_iter([part])));
    assert_eq!((logs[1].event_name(), logs[1].trace_id()), (None, None));
    crate::assert_telemetry_snapshot!(capture, @r#"
    chat [internal]

    events
      details [info] in chat
        messages = [{"content": "Hi", "type": "text"}]
        server.address = "127.0.0.1"
        server.port = [port]
        times = 2
      (no event name)
        body: 0x0aff
    "#);
    capture.clear();
    assert_eq!(capture.render_all(), "");
}
