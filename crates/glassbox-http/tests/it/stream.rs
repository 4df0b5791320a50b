//! The driver behind `Reply::events`: framing, laziness, and every way in which a stream can end.

use std::time::Duration;

use crate::support::{Acme, KEY, call, events, failure, texts, told};
use futures_util::StreamExt as _;
use glassbox_core::{Error, ErrorKind, Event};
use glassbox_http::{
    Body, Framing, HttpClient, Limits, MemoryResponse, MemoryTransport, RetryPolicy, Timeouts,
};
use tokio::time::Instant;

use Framing::{Ndjson, ServerSentEvents, Whole};

const SSE: &str = "text/event-stream; charset=utf-8";
const JSON: &str = "application/json";

async fn reply(response: MemoryResponse) -> glassbox_http::Reply {
    let transport = MemoryTransport::new().with(response);
    HttpClient::new(transport)
        .send(call())
        .await
        .expect("a reply")
}

fn sse() -> MemoryResponse {
    MemoryResponse::new(200).with_header("content-type", SSE)
}

#[tokio::test]
async fn a_stream_is_the_same_however_it_is_cut() {
    let stream = "\u{feff}: hi\r\n\r\nevent: größe\r\ndata: {\"text\":\"ein 🦀\"}\r\n\r\n\
                  data: {\"text\":\r\ndata: \"zwei\"}\r\n\r\ndata: [DONE]\r\n\r\n";
    let wanted = ["<größe>", "ein 🦀", "zwei"];
    for size in [stream.len(), 1, 2, 3, 5] {
        let pieces: Vec<&[u8]> = stream.as_bytes().chunks(size).collect();
        let events = events(SSE, &pieces, ServerSentEvents).await;
        assert_eq!(texts(events).await, wanted, "in pieces of {size}");
    }
    let lines = "{\"text\":\"a 日本\"}\r\n\n{\"text\":\"b\"}\n{\"done\":true}";
    for size in [lines.len(), 1, 2, 3] {
        let pieces: Vec<&[u8]> = lines.as_bytes().chunks(size).collect();
        let events = events("application/x-ndjson", &pieces, Ndjson).await;
        assert_eq!(texts(events).await, ["a 日本", "b"], "in pieces of {size}");
    }
}

#[tokio::test]
async fn quirk_13_a_body_is_framed_as_it_is_not_as_was_asked() {
    let whole = "\n {\"text\":\"x\",\n\"done\":true}";
    let stream = "data: {\"text\":\"x\"}\n\ndata: [DONE]\n\n";
    let lines = "{\"text\":\"x\"}\n{\"done\":true}\n";
    let cases = [
        (JSON, whole, ServerSentEvents),
        (JSON, whole, Ndjson),
        ("application/vnd.acme+json", whole, Ndjson),
        (SSE, whole, ServerSentEvents),
        ("", whole, ServerSentEvents),
        (SSE, stream, Whole),
        (SSE, stream, Ndjson),
        ("Text/Event-Stream", stream, Whole),
        // Hosts that mislabel their streams.
        (JSON, stream, ServerSentEvents),
        (JSON, stream, Whole),
        ("text/plain", stream, ServerSentEvents),
        ("text/html", stream, ServerSentEvents),
        ("text/html", whole, Whole),
        (JSON, lines, Ndjson),
        ("application/x-ndjson", lines, Whole),
        ("application/jsonl", lines, ServerSentEvents),
        ("text/plain", lines, Ndjson),
    ];
    for (content_type, body, framing) in cases {
        for size in [1, 1_000] {
            let pieces: Vec<&[u8]> = body.as_bytes().chunks(size).collect();
            let events = events(content_type, &pieces, framing).await;
            let (texts, failure) = told(events).await;
            assert!(
                failure.is_none() && texts == ["x"],
                "{content_type} {framing:?} {body} by {size}: {texts:?} {failure:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_web_page_is_no_answer() {
    for (framing, content_type) in [
        (Whole, "text/html"),
        (ServerSentEvents, "text/html; charset=utf-8"),
        (Ndjson, "text/html"),
        (ServerSentEvents, SSE),
        (Whole, JSON),
    ] {
        let page = b"\r\n<!DOCTYPE html>\n<html><title>Sign in</title></html>";
        let error = failure(events(content_type, &[page], framing).await).await;
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.message().contains("HTML"), "{error}");
        assert!(error.message().contains("base URL"), "{error}");
    }
}

#[tokio::test]
async fn quirk_13_an_error_inside_a_success_is_an_error() {
    let object = r#"{"error":{"message":"limit of sk-secret-0123456789","code":429}}"#;
    let framed = format!("data: {{\"text\":\"a\"}}\n\ndata: {object}\n\n");
    let lines = format!("{object}\n");
    for (body, content_type, framing) in [
        (object, JSON, Whole),
        (object, JSON, ServerSentEvents),
        (framed.as_str(), SSE, ServerSentEvents),
        (lines.as_str(), "application/x-ndjson", Ndjson),
        // An error that this provider's decoder does not know.
        (r#"{"error":"out of memory","code":429}"#, JSON, Whole),
    ] {
        let error = failure(events(content_type, &[body.as_bytes()], framing).await).await;
        assert_eq!(error.kind(), ErrorKind::RateLimited, "{body}");
        assert_eq!(error.provider(), Some("acme"));
        assert_eq!(error.status(), Some(429));
        let texts = format!("{error} {error:?} {:?}", error.detail());
        assert!(!texts.contains(KEY), "{texts}");
    }
    // A frame that the decoder cannot read, with an error in it.
    let frame = b"data: [{\"error\":{\"code\":503,\"message\":\"busy\"}}]\n\n";
    let error = failure(events(SSE, &[frame], ServerSentEvents).await).await;
    assert_eq!(error.kind(), ErrorKind::Overloaded);
}

#[tokio::test]
async fn an_answer_without_its_end_is_broken() {
    let cases: [(&str, Framing, &str); 7] = [
        ("", Whole, "empty"),
        (" \n", Whole, "empty"),
        ("", ServerSentEvents, "broke off"),
        (": ping\n\n", ServerSentEvents, "broke off"),
        ("data: {\"text\":\"a\"}\n\n", ServerSentEvents, "broke off"),
        (
            "data: {\"text\":\"a\"}\n\ndata: {\"te",
            ServerSentEvents,
            "in the middle of an event",
        ),
        (
            "{\"text\":\"a\"}\n{\"te",
            Ndjson,
            "in the middle of an event",
        ),
    ];
    for (body, framing, message) in cases {
        let error = failure(events("", &[body.as_bytes()], framing).await).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
        assert!(error.message().contains(message), "{body}: {error}");
    }
    // The last event needs no blank line.
    let last = b"data: {\"text\":\"a\"}\n\ndata: [DONE]";
    assert_eq!(
        texts(events(SSE, &[last], ServerSentEvents).await).await,
        ["a"]
    );
}

#[tokio::test]
async fn what_came_before_an_error_is_given_first() {
    let body = b"data: {\"text\":\"a\"}\n\ndata: {\"text\":\"b\"}\n\ndata: oops\n\n";
    let (texts, error) = told(events(SSE, &[body], ServerSentEvents).await).await;
    assert_eq!(texts, ["a", "b"]);
    assert_eq!(error.unwrap().message(), "not JSON");

    let response = sse()
        .with_chunk("data: {\"text\":\"a\"}\n\n")
        .with_failure(Error::new(ErrorKind::Network, "reset"));
    let (texts, error) = told(
        reply(response)
            .await
            .events(ServerSentEvents, Acme::default()),
    )
    .await;
    let error = error.unwrap();
    assert_eq!(texts, ["a"]);
    assert_eq!(error.kind(), ErrorKind::Network);
    assert_eq!(error.provider(), Some("acme"));
}

#[tokio::test]
async fn nothing_is_read_after_the_end() {
    let response = sse()
        .with_chunk("data: {\"text\":\"a\"}\n\ndata: [DONE]\n\ndata: {\"text\":\"b\"}\n\n")
        .with_hang();
    let events = reply(response)
        .await
        .events(ServerSentEvents, Acme::default());
    assert_eq!(texts(events).await, ["a"]);
}

#[tokio::test]
async fn the_end_of_the_body_is_taken_along_where_it_is_there() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    // A body that counts how often it was asked after its last event.
    let polls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&polls);
    let mut pieces = vec![Ok("\n".into()), Ok("data: [DONE]\n\n".into())];
    let body = Body::new(futures_util::stream::poll_fn(move |_| {
        counter.fetch_add(1, SeqCst);
        std::task::Poll::Ready(pieces.pop())
    }));
    #[derive(Debug)]
    struct One(std::sync::Mutex<Option<Body>>);
    #[async_trait::async_trait]
    impl glassbox_http::Transport for One {
        async fn send(
            &self,
            _: http::Request<bytes::Bytes>,
        ) -> glassbox_core::Result<http::Response<Body>> {
            Ok(http::Response::new(self.0.lock().unwrap().take().unwrap()))
        }
    }
    let reply = HttpClient::new(One(std::sync::Mutex::new(Some(body))))
        .send(call())
        .await
        .unwrap();
    let mut events = reply.events(ServerSentEvents, Acme::default());
    events.next().await;
    assert!(matches!(events.next().await, Some(Ok(Event::End))));
    assert_eq!(polls.load(SeqCst), 3, "the event, the rest, and the end");
}

#[tokio::test]
async fn a_line_beyond_the_limit_ends_the_stream() {
    let limits = Limits::new().with_line(50);
    for (content_type, framing, lead) in [
        (SSE, ServerSentEvents, "data: "),
        ("application/x-ndjson", Ndjson, "{"),
    ] {
        let mut response = MemoryResponse::new(200).with_header("content-type", content_type);
        for _ in 0..100 {
            response = response.with_chunk(format!("{lead}xxxxxxxxxx"));
        }
        let transport = MemoryTransport::new().with(response.with_hang());
        let client = HttpClient::new(transport).with_limits(limits);
        let events = client.send(call()).await.unwrap();
        let error = failure(events.events(framing, Acme::default())).await;
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.message().contains("limit of 50 bytes"), "{error}");
    }
}

#[tokio::test]
async fn a_stream_beyond_the_limit_of_a_body_ends() {
    let mut response = sse();
    for _ in 0..10 {
        response = response.with_chunk("data: {\"text\":\"a\"}\n\n");
    }
    let transport = MemoryTransport::new().with(response);
    let client = HttpClient::new(transport).with_limits(Limits::new().with_body(100));
    let reply = client.send(call()).await.unwrap();
    let (texts, error) = told(reply.events(ServerSentEvents, Acme::default())).await;
    assert_eq!(texts.len(), 5);
    assert_eq!(error.unwrap().kind(), ErrorKind::Protocol);
}

#[tokio::test(start_paused = true)]
async fn quirk_12_a_comment_is_a_sign_of_life() {
    let mut response = sse();
    for _ in 0..20 {
        response = response
            .with_pause(Duration::from_secs(9))
            .with_chunk(": ping\n\n");
    }
    let response = response
        .with_chunk("data: {\"text\":\"a\"}\n\n")
        .with_hang();
    let transport = MemoryTransport::new().with(response);
    let client = HttpClient::new(transport)
        .with_timeouts(Timeouts::none().with_idle(Duration::from_secs(10)));
    let begun = Instant::now();
    let reply = client.send(call()).await.unwrap();
    let (texts, error) = told(reply.events(ServerSentEvents, Acme::default())).await;
    assert_eq!(texts, ["a"]);
    assert_eq!(error.unwrap().kind(), ErrorKind::Timeout);
    assert_eq!(begun.elapsed(), Duration::from_secs(20 * 9 + 10));
}

#[tokio::test(start_paused = true)]
async fn an_error_of_a_stream_tells_of_the_attempts_before_it() {
    let transport = MemoryTransport::new()
        .with_response(503, &[], "{}")
        .with_response(200, &[("x-request-id", "r2")], "data: oops\n\n");
    let reply = HttpClient::new(transport).send(call()).await.unwrap();
    let mut events = reply.events(ServerSentEvents, Acme::default());
    let Some(Ok(Event::Start(start))) = events.next().await else {
        panic!("no start");
    };
    assert_eq!(start.retries.len(), 1);
    assert_eq!(start.request_id.as_deref(), Some("r2"));
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.retries(), start.retries);
    assert_eq!(error.request_id(), Some("r2"));
}

#[tokio::test]
async fn a_decoder_may_end_with_the_body() {
    let body = "data: {\"text\":\"a\"}\n\n";
    let reply = reply(sse().with_chunk(body)).await;
    assert_eq!(
        texts(reply.events(ServerSentEvents, Acme::lenient())).await,
        ["a"]
    );
}

#[tokio::test]
async fn start_is_given_before_anything_is_read() {
    let reply = reply(sse().with_hang()).await;
    let mut events = reply.events(ServerSentEvents, Acme::default());
    assert!(matches!(events.next().await, Some(Ok(Event::Start(_)))));
    let next = tokio::time::timeout(Duration::ZERO, events.next()).await;
    assert!(next.is_err(), "then it waits");
}

#[tokio::test]
async fn a_piece_is_let_go_once_it_is_decoded() {
    let first = bytes::Bytes::from("data: {\"text\":\"a\"}\n\n".to_owned());
    let response = sse().with_chunk(first.clone()).with_hang();
    let mut events = reply(response)
        .await
        .events(ServerSentEvents, Acme::default());
    events.next().await;
    events.next().await;
    let next = tokio::time::timeout(Duration::ZERO, events.next()).await;
    assert!(next.is_err());
    assert!(first.is_unique(), "nobody else holds the piece");
}

#[test]
fn random_bytes_end_in_an_end_or_an_error() {
    let mut seed = 11u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % below
    };
    let parts: [&[u8]; 12] = [
        b"data: ",
        b"{\"text\":\"a\"}",
        b"\n",
        b"\n\n",
        b"\r",
        b"[DONE]",
        b"{\"done\":true}",
        b"<",
        b"\xff",
        b"{\"error\":{}}",
        b"event: e\n",
        b" ",
    ];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    for _ in 0..300 {
        let body: Vec<u8> = (0..random(20))
            .flat_map(|_| parts[random(parts.len())].to_vec())
            .collect();
        for framing in [Whole, ServerSentEvents, Ndjson] {
            for content_type in ["", JSON, SSE] {
                let whole = runtime
                    .block_on(async { told(events(content_type, &[&body], framing).await).await });
                for size in [1, 3] {
                    let pieces: Vec<&[u8]> = body.chunks(size).collect();
                    let cut = runtime.block_on(async {
                        told(events(content_type, &pieces, framing).await).await
                    });
                    assert_eq!(cut.0, whole.0, "{body:?}");
                    assert_eq!(
                        cut.1.map(|error| error.to_string()),
                        whole.1.as_ref().map(Error::to_string),
                        "{body:?} {framing:?} {content_type} by {size}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn dropping_the_stream_drops_the_body() {
    let first = bytes::Bytes::from("data: {\"text\":\"a\"}\n\n: rest".to_owned());
    let response = sse().with_chunk(first.clone()).with_hang();
    let transport = MemoryTransport::new().with(response);
    let client = HttpClient::new(transport).with_retry(RetryPolicy::none());
    let mut events = client
        .send(call())
        .await
        .unwrap()
        .events(ServerSentEvents, Acme::default());
    events.next().await;
    events.next().await;
    assert!(!first.is_unique());
    drop(events);
    assert!(first.is_unique());
}
