use http::HeaderValue;
use http::header::{AUTHORIZATION, CONTENT_TYPE};

use super::*;

fn explain(protocol: Protocol, endpoint: &str) -> Explain {
    let variables = [
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint),
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            match protocol {
                Protocol::Grpc => "grpc",
                _ => "http/protobuf",
            },
        ),
    ];
    let (otlp, _) = Otlp::from_environment(&variables.into_iter().collect()).unwrap();
    Explain::new(&otlp)
}

#[test]
fn a_status_names_what_decides_about_it() {
    let explain = explain(Protocol::HttpProtobuf, "http://c:4318/x");
    for (status, said, expected) in [
        (503, None, "the collector answered 503 Service Unavailable"),
        (
            401,
            Some("no token"),
            "the collector answered 401 Unauthorized: no token (OTEL_EXPORTER_OTLP_HEADERS)",
        ),
        (
            404,
            None,
            "the collector answered 404 Not Found (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)",
        ),
        (
            415,
            None,
            "the collector answered 415 Unsupported Media Type (OTEL_EXPORTER_OTLP_PROTOCOL)",
        ),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(explain.status(status, said), expected);
    }
}

/// What a call fails with that this went wrong with, on its way.
fn broken(code: Code, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Status {
    let mut status = Status::new(code, "tcp connect error");
    status.set_source(std::sync::Arc::from(cause.into()));
    status
}

#[test]
fn grpc_s_sentences_become_ours() {
    let explain = explain(Protocol::Grpc, "http://c:4317");
    let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
    for (status, expected) in [
        (
            broken(Code::Unavailable, refused),
            "connection refused; is a collector listening? (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)",
        ),
        (
            broken(Code::Cancelled, io::Error::from(io::ErrorKind::TimedOut)),
            "no answer within 10 s (OTEL_EXPORTER_OTLP_TIMEOUT)",
        ),
        (
            Status::unauthenticated("who are you?"),
            "the collector answered Unauthenticated: who are you? (OTEL_EXPORTER_OTLP_HEADERS)",
        ),
        (
            Status::unavailable("busy\x1b[2J"),
            "the collector answered Unavailable: busy\u{fffd}[2J",
        ),
        (
            Status::unimplemented(""),
            "the collector answered Unimplemented (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)",
        ),
        (
            broken(
                Code::Unavailable,
                "received corrupt message of type InvalidContentType",
            ),
            "the other end does not speak TLS; is it http instead of https? \
             (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)",
        ),
        (
            broken(Code::Unavailable, "invalid peer certificate: UnknownIssuer"),
            "invalid peer certificate: UnknownIssuer (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)",
        ),
    ] {
        assert_eq!(explain.grpc(&status, &HeaderMap::new()), expected);
    }
    let sent = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer hunter2"))]);
    let status = Status::unauthenticated("no such token: hunter2");
    assert_eq!(
        explain.grpc(&status, &sent),
        "the collector answered Unauthenticated (OTEL_EXPORTER_OTLP_HEADERS)"
    );
}

#[test]
fn the_other_protocol_s_port_is_recognised() {
    let http = explain(Protocol::HttpProtobuf, "http://c:4317/v1/traces");
    assert_eq!(
        http.garbled("invalid HTTP version"),
        "invalid HTTP version; port 4317 is for grpc, 4318 for http/protobuf (OTEL_EXPORTER_OTLP_PROTOCOL)"
    );
    let grpc = explain(Protocol::Grpc, "http://c:4318");
    assert!(
        grpc.garbled("h2 error")
            .contains("port 4318 is for http/protobuf")
    );
}

#[test]
fn what_came_from_code_names_no_variable() {
    let explain = Explain::new(&Otlp::http("http://c:4318/v1/traces").unwrap());
    assert_eq!(
        explain.refused(),
        "connection refused; is a collector listening?"
    );
}

fn answer(kind: &'static str, body: &[u8]) -> Option<String> {
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
    let sent = HeaderMap::from_iter([(
        AUTHORIZATION,
        HeaderValue::from_static("Bearer hunter2hunter2"),
    )]);
    said(&headers, body, &sent)
}

#[test]
fn an_answer_is_repeated_as_far_as_it_is_text() {
    let status = RpcStatus {
        message: "header x-experiment-id is required".to_owned(),
    };
    assert_eq!(
        answer("application/x-protobuf", &status.encode_to_vec()).as_deref(),
        Some("header x-experiment-id is required")
    );
    assert_eq!(
        answer("text/plain", b" no\nroute \x1b[2J").as_deref(),
        Some("no route \u{fffd}[2J")
    );
    assert_eq!(answer("text/html; charset=utf-8", b"<html>"), None);
    assert_eq!(answer("text/plain", b""), None);
    assert_eq!(answer("application/x-protobuf", b"\xff\xff\xff"), None);
    let long = answer("text/plain", &vec![b'x'; 1 << 20]).unwrap();
    assert_eq!(long.chars().count(), QUOTE);
}

#[test]
fn an_answer_that_echoes_a_header_is_not_repeated() {
    assert_eq!(answer("text/plain", b"bad token hunter2hunter2"), None);
    assert_eq!(answer("text/plain", b"Bearer what?"), None, "to be safe");
}
