use std::io::Read as _;

use flate2::read::GzDecoder;
use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_sdk::Resource;
use prost::Message as _;

use super::*;
use crate::otlp::encode::Encoder;
use crate::testing::{SpanDataExt as _, span};

fn courier(otlp: &Otlp) -> HttpCourier {
    HttpCourier::new::<Encoder>(otlp).unwrap()
}

fn otlp() -> Otlp {
    Otlp::http("http://127.0.0.1:1/v1/traces").unwrap()
}

#[test]
fn a_program_s_headers_describe_all_but_the_body() {
    let otlp = otlp()
        .with_gzip(true)
        .with_header("authorization", "own")
        .and_then(|otlp| otlp.with_header("user-agent", "own"))
        .and_then(|otlp| otlp.with_header("content-type", "own"))
        .and_then(|otlp| otlp.with_header("content-encoding", "own"))
        .unwrap();
    let sent = headers(&otlp);
    assert_eq!(sent.len(), 4, "{sent:?}");
    assert_eq!(sent[AUTHORIZATION], "own");
    assert_eq!(sent[USER_AGENT], "own");
    assert_eq!(sent[CONTENT_TYPE], "application/x-protobuf");
    assert_eq!(sent[CONTENT_ENCODING], "gzip");

    let sent = headers(&otlp.with_gzip(false).with_json(true));
    assert_eq!(sent[CONTENT_TYPE], "application/json");
    assert!(!sent.contains_key(CONTENT_ENCODING));
    assert!(!sent.contains_key(CONTENT_LENGTH), "reqwest knows it");
}

#[test]
fn a_body_says_the_same_however_it_is_written() {
    let encoder = Encoder::new(&Resource::builder_empty().build());
    let request = encoder.encode(&[span(1), span(2).under(1)]);
    let plain = courier(&otlp()).body(request.clone()).unwrap();
    assert_eq!(plain, request);
    let expected = ExportTraceServiceRequest::decode(plain.clone()).unwrap();
    assert_eq!(expected.resource_spans[0].scope_spans[0].spans.len(), 2);

    let json = courier(&otlp().with_json(true)).body(request.clone());
    let json: ExportTraceServiceRequest = serde_json::from_slice(&json.unwrap()).unwrap();
    assert_eq!(json, expected);

    let packed = courier(&otlp().with_gzip(true)).body(request).unwrap();
    let mut unpacked = Vec::new();
    GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
}
