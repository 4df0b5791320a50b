use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use tempfile::TempDir;

use super::*;
use crate::testing::span;

fn resource(name: &'static str) -> Resource {
    Resource::builder_empty().with_service_name(name).build()
}

/// As it is in the spool.
fn stored(encoder: &Encoder, span: SpanData) -> Bytes {
    encoder.encode(&[span])
}

fn scoped(id: u64, name: &'static str) -> SpanData {
    SpanData {
        instrumentation_scope: InstrumentationScope::builder(name)
            .with_schema_url("https://example.com/1")
            .build(),
        attributes: vec![KeyValue::new("long", "x".repeat(id as usize * 100))],
        ..span(id)
    }
}

fn merged(records: &[Bytes]) -> Bytes {
    let records: Vec<&[u8]> = records.iter().map(|record| &**record).collect();
    merge::merged(&records)
}

#[test]
fn spans_of_one_process_are_what_the_encoder_writes() {
    let encoder = Encoder::new(&resource("weather"));
    let spans = [
        scoped(0, "one"),
        scoped(1, "other"),
        scoped(2, "one"),
        scoped(3, "other"),
    ];
    let records: Vec<_> = spans
        .iter()
        .map(|span| stored(&encoder, span.clone()))
        .collect();
    assert_eq!(merged(&records), encoder.encode(&spans));
    assert_eq!(merged(&[]), Bytes::new());
}

#[test]
fn spans_keep_the_resource_of_their_process() {
    let (one, other) = (
        Encoder::new(&resource("one")),
        Encoder::new(&resource("other")),
    );
    let records = [
        stored(&one, span(0)),
        stored(&other, span(1)),
        stored(&one, span(2)),
    ];
    let request = ExportTraceServiceRequest::decode(merged(&records)).unwrap();
    let expected = ExportTraceServiceRequest {
        resource_spans: [one.encode(&[span(0), span(2)]), other.encode(&[span(1)])]
            .into_iter()
            .flat_map(|request| {
                ExportTraceServiceRequest::decode(request)
                    .unwrap()
                    .resource_spans
            })
            .collect(),
    };
    assert_eq!(request, expected);
}

/// What a later version may write: nothing of it is lost.
#[test]
fn what_is_not_known_is_passed_on() {
    let encoder = Encoder::new(&resource("weather"));
    let known = stored(&encoder, span(0));
    for unknown in [&[0x98, 0x06, 0x01][..], &[0x22, 0x01, 0x00], &[0xff]] {
        let records = [known.clone(), Bytes::copy_from_slice(unknown)];
        assert_eq!(merged(&records), records.concat());
    }
}

#[test]
fn what_is_refused_is_a_line_in_a_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("dead.jsonl");
    let requests = StoredSpans::new(path.clone(), 1 << 20);
    let request = stored(&Encoder::new(&resource("weather")), span(0));
    for _ in 0..2 {
        let said = requests.refused(&request).unwrap();
        assert_eq!(said, format!("kept in {}", path.display()));
    }
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 2);
    for line in text.lines() {
        let kept: ExportTraceServiceRequest = serde_json::from_str(line).unwrap();
        assert_eq!(
            kept,
            ExportTraceServiceRequest::decode(request.clone()).unwrap()
        );
    }
    let full = StoredSpans::new(path, 10);
    assert!(full.refused(&request).unwrap().starts_with("not kept in"));
}
