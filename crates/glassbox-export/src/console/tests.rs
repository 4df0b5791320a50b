use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceState};
use opentelemetry::{Array, KeyValue, Value};
use serde_json::Value as Json;

use super::*;
use crate::testing::{SpanDataExt, at, span, trace_id};

/// A writer that others can look into.
#[derive(Clone, Default)]
pub(super) struct Screen(Arc<Mutex<Vec<u8>>>);

impl Screen {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn printed(spans: &[SpanData], compact: bool) -> String {
    let screen = Screen::default();
    let mut exporter = ConsoleExporter::new(screen.clone()).with_compact(compact);
    exporter.set_resource(
        &Resource::builder_empty()
            .with_attributes([
                KeyValue::new("service.name", "weather"),
                KeyValue::new("telemetry.sdk.language", "rust"),
            ])
            .build(),
    );
    exporter.write_spans(spans).unwrap();
    screen.text()
}

fn parsed(span: SpanData) -> Json {
    serde_json::from_str(&printed(&[span], false)).unwrap()
}

fn chat() -> SpanData {
    let mut chat = span(1)
        .named("chat gpt-4o-mini")
        .under(0)
        .during(0, 512)
        .with([
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.request.temperature", 1.0),
            KeyValue::new("gen_ai.usage.input_tokens", 812),
            KeyValue::new("gen_ai.request.stream", true),
            KeyValue::new(
                "gen_ai.response.finish_reasons",
                Value::Array(Array::String(vec!["stop".into()])),
            ),
        ])
        .event("retry", 120, vec![KeyValue::new("attempt", 2)])
        .failed("rate limited");
    chat.span_kind = SpanKind::Client;
    chat.links.links.push(Link::new(
        SpanContext::new(
            trace_id(),
            SpanId::from(9),
            TraceFlags::SAMPLED,
            true,
            TraceState::from_key_value([("a", "1"), ("b", "2")]).unwrap(),
        ),
        Vec::new(),
        0,
    ));
    chat
}

#[test]
fn the_layout_is_python_s() {
    let expected = r#"{
    "name": "chat gpt-4o-mini",
    "context": {
        "trace_id": "0x0af7651916cd43dd8448eb211c80319c",
        "span_id": "0x0000000000000002",
        "trace_state": "[]"
    },
    "kind": "SpanKind.CLIENT",
    "parent_id": "0x0000000000000001",
    "start_time": "2024-07-11T01:14:00.000000Z",
    "end_time": "2024-07-11T01:14:00.512000Z",
    "status": {
        "status_code": "ERROR",
        "description": "rate limited"
    },
    "attributes": {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.temperature": 1.0,
        "gen_ai.usage.input_tokens": 812,
        "gen_ai.request.stream": true,
        "gen_ai.response.finish_reasons": [
            "stop"
        ]
    },
    "events": [
        {
            "name": "retry",
            "timestamp": "2024-07-11T01:14:00.120000Z",
            "attributes": {
                "attempt": 2
            }
        }
    ],
    "links": [
        {
            "context": {
                "trace_id": "0x0af7651916cd43dd8448eb211c80319c",
                "span_id": "0x0000000000000009",
                "trace_state": "['{key=a, value=1}', '{key=b, value=2}']"
            },
            "attributes": {}
        }
    ],
    "resource": {
        "attributes": {
            "service.name": "weather",
            "telemetry.sdk.language": "rust"
        },
        "schema_url": ""
    }
}
"#;
    assert_eq!(printed(&[chat()], false), expected);
}

#[test]
fn compact_is_one_line_a_span_and_says_the_same() {
    let lines = printed(&[chat(), span(2)], true);
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        serde_json::from_str::<Json>(lines[0]).unwrap(),
        parsed(chat())
    );
    assert!(
        lines[1].contains(r#""parent_id": null, "start_time""#),
        "{}",
        lines[1]
    );
}

#[test]
fn a_batch_is_a_stream_of_objects() {
    let text = printed(&(0..5).map(span).collect::<Vec<_>>(), false);
    let objects: Vec<Json> = serde_json::Deserializer::from_str(&text)
        .into_iter()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(objects.len(), 5);
    assert_eq!(objects[4]["name"], "span 4");
    assert_eq!(
        objects[0]["status"],
        serde_json::json!({"status_code": "UNSET"})
    );
}

#[test]
fn of_an_attribute_set_twice_the_last_value_counts() {
    let text = printed(
        &[span(0).with([
            KeyValue::new("a", 1),
            KeyValue::new("b", 2),
            KeyValue::new("a", 3),
        ])],
        true,
    );
    assert!(text.contains(r#""attributes": {"a": 3, "b": 2}"#), "{text}");
}

#[test]
fn numbers_json_cannot_say_are_strings() {
    let json = parsed(span(0).with([
        KeyValue::new("nan", f64::NAN),
        KeyValue::new("up", f64::INFINITY),
        KeyValue::new(
            "all",
            Value::Array(Array::F64(vec![0.1, f64::NEG_INFINITY, 1e300])),
        ),
        KeyValue::new("least", i64::MIN),
    ]));
    assert_eq!(
        json["attributes"],
        serde_json::json!({
            "nan": "NaN", "up": "Infinity", "all": [0.1, "-Infinity", 1e300], "least": i64::MIN,
        })
    );
}

#[test]
fn hostile_text_is_escaped_and_survives() {
    let hostile = "\"\\ \u{1b}[2J \u{9b}2J \u{7f} \u{0} \r\n\t\u{8}\u{c} \u{2028} 天気 \u{10ffff}";
    let text = printed(
        &[span(0).named("x").with([KeyValue::new("k", hostile)])],
        true,
    );
    let body = text.trim_end_matches('\n');
    assert!(!body.chars().any(char::is_control), "{body:?}");
    let json: Json = serde_json::from_str(body).unwrap();
    assert_eq!(json["attributes"]["k"], hostile);
}

#[test]
fn times_are_utc_to_the_microsecond() {
    let mut odd = span(0);
    odd.start_time = SystemTime::UNIX_EPOCH - Duration::from_nanos(1_500);
    odd.end_time = at(0) + Duration::from_nanos(123_456_789);
    let json = parsed(odd);
    assert_eq!(json["start_time"], "1969-12-31T23:59:59.999998Z");
    assert_eq!(json["end_time"], "2024-07-11T01:14:00.123456Z");
}

#[test]
fn a_time_beyond_the_calendar_is_null() {
    let mut odd = span(0);
    let Some(far) = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(1 << 60)) else {
        return;
    };
    odd.end_time = far;
    assert_eq!(parsed(odd)["end_time"], Json::Null);
}

/// A reader that has gone away.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_broken_pipe_is_an_error_and_no_panic() {
    let exporter = ConsoleExporter::new(Closed);
    let error = exporter.export(vec![span(0)]).await.unwrap_err();
    assert_eq!(error.to_string(), "Operation failed: broken pipe");
}

#[test]
fn status_ok_has_no_description() {
    let mut ok = span(0);
    ok.status = Status::Ok;
    assert_eq!(
        parsed(ok)["status"],
        serde_json::json!({"status_code": "OK"})
    );
}
