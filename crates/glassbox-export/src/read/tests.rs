use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::otlp::{Encoder, Requests as _};
use crate::testing::{SpanDataExt as _, span};

fn read(text: impl AsRef<[u8]>) -> (Vec<RecordedSpan>, Vec<String>) {
    let mut spans = Vec::new();
    let mut problems = Vec::new();
    for item in OtlpReader::new(text.as_ref()) {
        match item {
            Ok(span) => spans.push(span),
            Err(problem) => problems.push(problem.to_string()),
        }
    }
    (spans, problems)
}

fn line(spans: &[SpanData], resource: &Resource) -> Vec<u8> {
    let encoder = Encoder::new(resource);
    let mut line = Encoder::json(encoder.encode(spans)).unwrap().to_vec();
    line.push(b'\n');
    line
}

const IDS: &str = r#""traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7""#;

fn one(fields: &str) -> String {
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{IDS},{fields}}}]}}]}}]}}"#)
}

fn attribute(value: &str) -> Option<Value> {
    let text = one(&format!(r#""attributes":[{{"key":"it","value":{value}}}]"#));
    let (spans, problems) = read(text);
    assert!(problems.is_empty(), "{problems:?}");
    spans[0].span.attributes.first().map(|it| it.value.clone())
}

#[test]
fn what_others_write_is_read() {
    let text = one(
        r#""name":"chat","kind":"SPAN_KIND_CLIENT","start_time_unix_nano":1720660440000000000,
        "endTimeUnixNano":"1720660441000000000","status":{"code":"STATUS_CODE_ERROR","message":"late"},
        "parentSpanId":"AAAAAAAAAAE=","flags":769,"something":{"new":[1]}"#,
    );
    let (spans, problems) = read(text.replace('\n', " "));
    assert!(problems.is_empty(), "{problems:?}");
    let span = &spans[0].span;
    assert_eq!(span.name, "chat");
    assert_eq!(span.span_kind, SpanKind::Client);
    assert_eq!(span.parent_span_id, SpanId::from(1));
    assert!(span.parent_span_is_remote);
    assert!(span.span_context.trace_flags().is_sampled());
    assert_eq!(span.status, Status::error("late"));
    let took = span.end_time.duration_since(span.start_time).unwrap();
    assert_eq!(took, Duration::from_secs(1));
}

#[test]
fn what_tempo_answers_is_read() {
    let span = r#"{"traceId":"CvdlGRbNQ92ESOshHIAxnA==","spanId":"APBnqgupArc=","name":"chat"}"#;
    for (before, after) in [
        (
            r#"{"batches":[{"instrumentationLibrarySpans":[{"spans":["#,
            "]}]}]}",
        ),
        (
            r#"{"trace":{"resourceSpans":[{"scopeSpans":[{"spans":["#,
            "]}]}]}}",
        ),
    ] {
        let (spans, problems) = read(format!("{before}{span}{after}"));
        assert!(problems.is_empty(), "{problems:?}");
        let context = &spans[0].span.span_context;
        let id = context.trace_id().to_string();
        assert_eq!(id, "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(context.span_id().to_string(), "00f067aa0ba902b7");
    }
}

#[test]
fn a_document_over_several_lines_is_read() {
    let pretty: serde_json::Value = serde_json::from_str(&one(r#""name":"chat""#)).unwrap();
    let (spans, problems) = read(format!("\n{pretty:#}\n"));
    assert_eq!((spans.len(), problems.len()), (1, 0), "{problems:?}");
}

#[test]
fn values_keep_their_types() {
    let text = |text: &str| Some(Value::from(text.to_owned()));
    assert_eq!(attribute(r#"{"stringValue":"a"}"#), text("a"));
    assert_eq!(attribute(r#"{"boolValue":true}"#), Some(true.into()));
    assert_eq!(attribute(r#"{"intValue":"-7"}"#), Some((-7).into()));
    assert_eq!(attribute(r#"{"intValue":7}"#), Some(7.into()));
    assert_eq!(attribute(r#"{"doubleValue":7}"#), Some(7.0.into()));
    assert_eq!(
        attribute(r#"{"doubleValue":"-Infinity"}"#),
        Some(f64::NEG_INFINITY.into())
    );
    assert_eq!(attribute(r#"{"bytesValue":"AAE="}"#), text("AAE="));
    assert_eq!(
        attribute(r#"{"arrayValue":{"values":[{"intValue":"1"},{"intValue":"2"}]}}"#),
        Some(Value::Array(Array::I64(vec![1, 2])))
    );
    assert_eq!(
        attribute(r#"{"arrayValue":{"values":[{"intValue":"1"},{"stringValue":"b"},{}]}}"#),
        text(r#"[1,"b",null]"#)
    );
    assert_eq!(
        attribute(
            r#"{"kvlistValue":{"values":[{"key":"a","value":{"arrayValue":{"values":[{"boolValue":false}]}}}]}}"#
        ),
        text(r#"{"a":[false]}"#)
    );
    assert_eq!(attribute("{}"), None);
    assert_eq!(attribute(r#"{"intValue":"much"}"#), None);
}

#[test]
fn what_cannot_be_read_is_told_and_passed_over() {
    let good = one(r#""name":"chat""#);
    let text = [
        "nonsense",
        &good,
        "",
        r#"{"resourceMetrics":[]}"#,
        r#"{"resourceLogs":[]}"#,
        "[]",
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"12","spanId":"00f067aa0ba902b7"}]}]}]}"#,
        "\u{fffd}\u{0}",
        &good,
        r#"{"resourceSpans":[{"sco"#,
    ]
    .join("\n");
    let (spans, problems) = read(text);
    assert_eq!(spans.len(), 2);
    assert_eq!(
        problems,
        [
            "line 1: not JSON at column 2",
            "line 4: metrics, not spans",
            "line 5: log records, not spans",
            "line 6: no OTLP: it has no list `resourceSpans`",
            "line 7: a span without a `traceId` of 16 bytes and a `spanId` of 8, neither all zeros",
            "line 8: not JSON at column 1",
            "line 10: not JSON: it breaks off",
        ]
    );
}

#[test]
fn a_first_line_that_breaks_off_costs_itself_alone() {
    let good = one(r#""name":"chat""#);
    let (spans, problems) = read(format!("{{\"resourceSpans\":[\n{good}\n{good}"));
    assert_eq!(spans.len(), 2);
    assert_eq!(problems, ["line 1: not JSON: it breaks off"]);
}

#[test]
fn every_beginning_of_a_file_ends() {
    let mut file = line(&[span(0), span(1).under(0)], &Resource::builder().build());
    file.extend(line(&[span(2)], &Resource::builder_empty().build()));
    for end in 0..file.len() {
        let (spans, problems) = read(&file[..end]);
        assert!(spans.len() <= 3 && problems.len() <= 1, "{end}");
    }
    assert_eq!(read(&file).0.len(), 3);
}

#[test]
fn a_line_that_is_too_long_is_passed_over() {
    let good = one(r#""name":"chat""#);
    let long = vec![b'x'; MOST + 10];
    let text = [good.as_bytes(), b"\n", &long, b"\n", good.as_bytes()].concat();
    let (spans, problems) = read(text);
    assert_eq!(spans.len(), 2);
    assert_eq!(problems, ["line 2: longer than 64 MiB"]);
}

#[test]
fn depth_is_bounded() {
    let deep = format!(
        "{}1{}",
        r#"{"arrayValue":{"values":["#.repeat(5000),
        "]}}".repeat(5000)
    );
    let text = one(&format!(r#""attributes":[{{"key":"it","value":{deep}}}]"#));
    let (spans, problems) = read(text);
    assert!(spans.is_empty());
    assert_eq!(problems.len(), 1, "{problems:?}");
}

fn value() -> impl Strategy<Value = Value> {
    let float = any::<f64>().prop_filter("JSON has no others", |number| number.is_finite());
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        float.clone().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        vec(any::<i64>(), 1..4).prop_map(|list| Value::Array(Array::I64(list))),
        vec(float, 1..4).prop_map(|list| Value::Array(Array::F64(list))),
        vec(any::<bool>(), 1..4).prop_map(|list| Value::Array(Array::Bool(list))),
        vec(any::<String>(), 0..4).prop_map(|list| {
            Value::Array(Array::String(list.into_iter().map(Into::into).collect()))
        }),
    ]
}

fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let pairs = proptest::collection::btree_map("[a-z.]{1,12}", value(), 0..5);
    pairs.prop_map(|pairs| {
        let pairs = pairs.into_iter();
        pairs
            .map(|(key, value)| KeyValue::new(key, value))
            .collect()
    })
}

fn context() -> impl Strategy<Value = SpanContext> {
    (1..=u128::MAX, 1..=u64::MAX, any::<bool>()).prop_map(|(trace, span, sampled)| {
        let flags = TraceFlags::default().with_sampled(sampled);
        let state = "a=1,b=2".parse().unwrap();
        SpanContext::new(
            TraceId::from(trace),
            SpanId::from(span),
            flags,
            false,
            state,
        )
    })
}

fn time() -> impl Strategy<Value = SystemTime> {
    any::<u64>().prop_map(|nanos| SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos))
}

fn any_span() -> impl Strategy<Value = SpanData> {
    let status = prop_oneof![
        Just(Status::Unset),
        Just(Status::Ok),
        any::<String>().prop_map(Status::error),
    ];
    let kind = prop_oneof![
        Just(SpanKind::Internal),
        Just(SpanKind::Client),
        Just(SpanKind::Server),
        Just(SpanKind::Producer),
        Just(SpanKind::Consumer),
    ];
    let event = (any::<String>(), time(), attributes(), any::<u32>())
        .prop_map(|(name, time, attributes, dropped)| Event::new(name, time, attributes, dropped));
    let link = (context(), attributes(), any::<u32>())
        .prop_map(|(context, attributes, dropped)| Link::new(context, attributes, dropped));
    (
        (context(), any::<u64>(), any::<bool>(), kind),
        (any::<String>(), time(), time(), attributes(), any::<u32>()),
        (
            vec(event, 0..3),
            any::<u32>(),
            vec(link, 0..3),
            any::<u32>(),
        ),
        (status, any::<String>(), attributes()),
    )
        .prop_map(|(ids, facts, lists, rest)| {
            let mut events = SpanEvents::default();
            (events.events, events.dropped_count) = (lists.0, lists.1);
            let mut links = SpanLinks::default();
            (links.links, links.dropped_count) = (lists.2, lists.3);
            SpanData {
                span_context: ids.0,
                parent_span_id: SpanId::from(ids.1),
                parent_span_is_remote: ids.2,
                span_kind: ids.3,
                name: facts.0.into(),
                start_time: facts.1,
                end_time: facts.2,
                attributes: facts.3,
                dropped_attributes_count: facts.4,
                events,
                links,
                status: rest.0,
                instrumentation_scope: InstrumentationScope::builder(rest.1)
                    .with_version("1.0")
                    .with_attributes(rest.2)
                    .build(),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read(span in any_span(), about in attributes()) {
        let resource = Resource::builder_empty().with_attributes(about).build();
        let (spans, problems) = read(line(std::slice::from_ref(&span), &resource));
        prop_assert_eq!(problems, Vec::<String>::new());
        prop_assert_eq!(&spans[0].span, &span);
        prop_assert_eq!(&spans[0].resource, &resource);
    }

    #[test]
    fn no_bytes_stop_it(bytes in vec(any::<u8>(), 0..400)) {
        read(bytes);
    }

    #[test]
    fn no_damage_stops_it(at in 0_usize..4000, byte in any::<u8>()) {
        let it = span(3).with([KeyValue::new("a", 1), KeyValue::new("b", vec_of_text())]);
        let mut file = line(&[it.clone(), it], &Resource::builder().build());
        let place = at % file.len();
        file[place] = byte;
        read(file);
    }
}

fn vec_of_text() -> Value {
    Value::Array(Array::String(vec!["x".into(), "y".into()]))
}
