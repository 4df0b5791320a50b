use http::HeaderValue;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;

use super::*;

fn answered(kind: &'static str, body: &[u8]) -> (u64, Option<String>) {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
    match taken(Signal::Traces, &headers, body, &HeaderMap::new()) {
        Answer::Taken { rejected, message } => (rejected, message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_partial_success_is_read_in_both_encodings() {
    let partial = |rejected, message: &str| {
        let answer = ExportTraceServiceResponse {
            partial_success: Some(ExportTracePartialSuccess {
                rejected_spans: rejected,
                error_message: message.to_owned(),
            }),
        };
        answered("application/x-protobuf", &answer.encode_to_vec())
    };
    assert_eq!(partial(3, "too\nold"), (3, Some("too old".to_owned())));
    assert_eq!(partial(-1, ""), (0, None));
    for body in [
        r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too old"}}"#,
        r#"{"partialSuccess":{"rejectedSpans":3,"errorMessage":"too old"}}"#,
    ] {
        let answer = answered("application/json; charset=utf-8", body.as_bytes());
        assert_eq!(answer, (3, Some("too old".to_owned())), "{body}");
    }
}

#[test]
fn each_signal_has_a_name_of_its_own_for_what_was_rejected() {
    for (signal, name) in [
        (Signal::Traces, "rejectedSpans"),
        (Signal::Metrics, "rejectedDataPoints"),
        (Signal::Logs, "rejectedLogRecords"),
    ] {
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
        let body = format!(r#"{{"partialSuccess":{{"{name}":"2"}}}}"#);
        let answer = taken(signal, &headers, body.as_bytes(), &HeaderMap::new());
        let is_two = matches!(answer, Answer::Taken { rejected: 2, .. });
        assert!(is_two, "{answer:?}");
    }
}

#[test]
fn whatever_else_a_success_says_it_is_one() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "garbage",
        r#"{"partialSuccess":[-1]}"#,
    ] {
        assert_eq!(
            answered("application/json", body.as_bytes()),
            (0, None),
            "{body}"
        );
    }
    for body in [&b""[..], b"\xff\xff\xff\xff", b"<html>"] {
        assert_eq!(answered("text/plain", body), (0, None));
    }
}
