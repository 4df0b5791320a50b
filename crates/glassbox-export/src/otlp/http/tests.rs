use std::io::Read as _;

use flate2::read::GzDecoder;
use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;

use super::*;
use crate::testing::{SpanDataExt as _, span};

fn sink(otlp: &Otlp) -> HttpSink<Encoder> {
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(otlp.tls.http(false).unwrap())
        .build()
        .unwrap();
    HttpSink::new(http, otlp, Encoder::new(&Resource::builder_empty().build()))
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
    let batch = vec![span(1), span(2).under(1)];
    let plain = sink(&otlp()).body(&batch).unwrap();
    let expected = ExportTraceServiceRequest::decode(plain.clone()).unwrap();
    assert_eq!(expected.resource_spans[0].scope_spans[0].spans.len(), 2);

    let json = sink(&otlp().with_json(true)).body(&batch).unwrap();
    let json: ExportTraceServiceRequest = serde_json::from_slice(&json).unwrap();
    assert_eq!(json, expected);

    let packed = sink(&otlp().with_gzip(true)).body(&batch).unwrap();
    let mut unpacked = Vec::new();
    GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
}

#[test]
fn a_batch_that_nobody_would_take_is_not_sent() {
    let huge = span(1).with([opentelemetry::KeyValue::new("text", "x".repeat(MOST_SENT))]);
    let error = sink(&otlp()).body(&vec![huge]).unwrap_err();
    assert!(error.contains("67108864 is the most"), "{error}");
}

/// An address where each connection is answered with the next of these, and how many came.
async fn serve(answers: Vec<&'static str>) -> (String, tokio::task::JoinHandle<usize>) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let server = async move {
        let mut served = 0;
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
            }
            served += 1;
            let head = "content-length: 0\r\nconnection: close\r\n\r\n";
            let answer = format!("HTTP/1.1 {answer}\r\n{head}");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        served
    };
    #[expect(clippy::disallowed_methods, reason = "the test owns the server")]
    (url, tokio::spawn(server))
}

async fn deliver(answers: Vec<&'static str>) -> (Delivery, Duration, bool) {
    let (url, server) = serve(answers).await;
    let sink = sink(&Otlp::http(&url).unwrap());
    let began = Instant::now();
    let delivery = sink.deliver(Bytes::new()).await;
    let took = began.elapsed();
    tokio::task::yield_now().await;
    let all = server.is_finished();
    server.abort();
    (delivery, took, all)
}

/// Time is that of the test: it goes on by itself where all wait for it.
#[tokio::test(start_paused = true)]
async fn the_pauses_between_attempts_are_the_server_s() {
    let (delivery, took, _) = deliver(vec!["503 X\r\nretry-after: 3", "429 X", "200 X"]).await;
    assert!(delivery.is_ok(), "{delivery:?}");
    // Three seconds and then twice that, each with a little more by chance.
    assert!(took >= Duration::from_secs(9), "{took:?}");
    assert!(took < Duration::from_millis(9_300), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_what_comes_after_the_timeout() {
    for wait in [
        "10",
        "3600",
        "18446744073709551615",
        "99999999999999999999999",
    ] {
        let answer = format!("503 X\r\nretry-after: {wait}").leak();
        let (delivery, took, _) = deliver(vec![answer]).await;
        let error = delivery.unwrap_err();
        assert!(error.starts_with("the collector answered 503"), "{error}");
        assert!(took < Duration::from_secs(1), "{wait}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn there_is_an_end_to_trying() {
    let (delivery, _, all) = deliver(vec!["502 X", "504 X", "503 X", "429 X"]).await;
    let error = delivery.unwrap_err();
    assert_eq!(error, "the collector answered 429 Too Many Requests");
    assert!(all, "four attempts");
}
