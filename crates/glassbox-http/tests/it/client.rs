//! Retries, timeouts and what a status means, on tokio's paused clock.

use std::time::Duration;

use crate::support::{KEY, call};
use glassbox_core::{Error, ErrorKind, Retry};
use glassbox_http::{HttpClient, Limits, MemoryResponse, MemoryTransport, RetryPolicy, Timeouts};
use tokio::time::Instant;

type Headers = &'static [(&'static str, &'static str)];

fn exact(transport: &MemoryTransport) -> HttpClient {
    HttpClient::new(transport.clone()).with_retry(RetryPolicy::new().with_jitter(false))
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn refused() -> Error {
    Error::new(ErrorKind::Network, "refused")
}

#[tokio::test(start_paused = true)]
async fn a_success_is_not_waited_for() {
    let transport = MemoryTransport::new().with_response(200, &[("x-request-id", "r1")], "ok");
    let begun = Instant::now();
    let reply = exact(&transport).send(call()).await.unwrap();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.start.request_id.as_deref(), Some("r1"));
    assert!(reply.start.retries.is_empty());
    assert_eq!(reply.bytes().await.unwrap(), "ok");
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method(), "POST");
    assert_eq!(requests[0].uri().path(), "/v1/chat");
    assert_eq!(requests[0].headers()["content-type"], "application/json");
    assert!(requests[0].headers()["authorization"].is_sensitive());
    assert_eq!(requests[0].body(), r#"{"q":1}"#);
}

#[tokio::test(start_paused = true)]
async fn what_may_succeed_is_sent_again() {
    for status in [408, 409, 429, 500, 502, 503, 504, 529, 599] {
        let transport = MemoryTransport::new()
            .with_response(status, &[], "{}")
            .with_response(status, &[], "{}")
            .with_response(200, &[], "ok");
        let begun = Instant::now();
        let reply = exact(&transport).send(call()).await.unwrap();
        assert_eq!(begun.elapsed(), ms(500) + ms(1_000), "{status}");
        assert_eq!(transport.requests().len(), 3);
        let kind = reply.start.retries[0].kind;
        assert_eq!(
            reply.start.retries,
            [
                Retry::new(1, kind, Some(status), ms(0), ms(500)),
                Retry::new(2, kind, Some(status), ms(500), ms(1_000)),
            ]
        );
        assert!(kind.is_retryable());
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_succeed_is_not() {
    for status in [301, 400, 401, 402, 403, 404, 405, 413, 422] {
        let transport = MemoryTransport::new().with_response(status, &[], "{}");
        let error = exact(&transport).send(call()).await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert!(error.retries().is_empty());
        assert_eq!(transport.requests().len(), 1, "{status}");
    }
    let no_quota = r#"{"error":{"code":"insufficient_quota","message":"pay"}}"#;
    let transport = MemoryTransport::new().with_response(429, &[("retry-after", "1")], no_quota);
    let error = exact(&transport).send(call()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QuotaExhausted);
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_made_again() {
    let transport = MemoryTransport::new()
        .with_error(refused())
        .with_response(200, &[], "ok");
    let begun = Instant::now();
    let reply = exact(&transport).send(call()).await.unwrap();
    assert_eq!(begun.elapsed(), ms(500));
    assert_eq!(
        reply.start.retries,
        [Retry::new(1, ErrorKind::Network, None, ms(0), ms(500))]
    );
}

#[tokio::test(start_paused = true)]
async fn the_last_failure_tells_of_those_before() {
    let transport = MemoryTransport::new()
        .with_error(refused())
        .with_response(500, &[], "{}")
        .with_response(503, &[("x-request-id", "r3")], r#"{"error":"busy"}"#);
    let error = exact(&transport).send(call()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    assert_eq!(error.status(), Some(503));
    assert_eq!(error.provider(), Some("acme"));
    assert_eq!(error.request_id(), Some("r3"));
    assert_eq!(error.detail(), Some("busy"));
    let kinds: Vec<_> = error.retries().iter().map(|retry| retry.kind).collect();
    assert_eq!(kinds, [ErrorKind::Network, ErrorKind::ServerError]);
}

#[tokio::test(start_paused = true)]
async fn the_provider_says_how_long_to_wait() {
    let cases: [(Headers, &str, u64); 7] = [
        (
            &[("retry-after-ms", "120"), ("retry-after", "9")],
            "{}",
            120,
        ),
        (&[("retry-after", "20")], "{}", 20_000),
        (&[("retry-after", "0")], "{}", 0),
        (
            &[
                ("date", "Sat, 22 Nov 2025 10:00:00 GMT"),
                ("retry-after", "Sat, 22 Nov 2025 10:00:07 GMT"),
            ],
            "{}",
            7_000,
        ),
        (
            &[],
            r#"{"error":{"message":"Please try again in 1.5s."}}"#,
            1_500,
        ),
        (
            &[],
            r#"[{"error":{"code":429,"details":[{"retryDelay":"7s"}]}}]"#,
            7_000,
        ),
        (&[], "{}", 500),
    ];
    for (headers, body, wait) in cases {
        let transport = MemoryTransport::new()
            .with_response(429, headers, body)
            .with_response(200, &[], "ok");
        let begun = Instant::now();
        let reply = exact(&transport).send(call()).await.unwrap();
        assert_eq!(begun.elapsed(), ms(wait), "{headers:?} {body}");
        assert_eq!(reply.start.retries[0].wait, ms(wait));
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_is_left_to_the_caller() {
    let transport = MemoryTransport::new().with_response(429, &[("retry-after", "61")], "{}");
    let begun = Instant::now();
    let error = exact(&transport).send(call()).await.unwrap_err();
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
    assert!(error.retries().is_empty());

    // All waits count together.
    let transport = MemoryTransport::new()
        .with_response(429, &[("retry-after", "40")], "{}")
        .with_response(429, &[("retry-after", "40")], "{}");
    let begun = Instant::now();
    let error = exact(&transport).send(call()).await.unwrap_err();
    assert_eq!(begun.elapsed(), Duration::from_secs(40));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(40)));
    assert_eq!(error.retries().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn x_should_retry_overrules() {
    let transport = MemoryTransport::new()
        .with_response(400, &[("x-should-retry", "true")], "{}")
        .with_response(200, &[], "ok");
    assert!(exact(&transport).send(call()).await.is_ok());

    let transport = MemoryTransport::new().with_response(503, &[("x-should-retry", "false")], "{}");
    assert!(exact(&transport).send(call()).await.is_err());
    assert_eq!(transport.requests().len(), 1);

    // What it does not understand changes nothing.
    let transport = MemoryTransport::new()
        .with_response(503, &[("x-should-retry", "perhaps")], "{}")
        .with_response(200, &[], "ok");
    assert!(exact(&transport).send(call()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn without_retries_the_first_failure_counts() {
    let transport = MemoryTransport::new().with_response(503, &[], "{}");
    let client = HttpClient::new(transport.clone()).with_retry(RetryPolicy::none());
    assert!(client.send(call()).await.is_err());
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_head_of_a_response_may_not_take_for_ever() {
    let transport = MemoryTransport::new()
        .with_hang()
        .with_response(200, &[], "ok");
    let client =
        exact(&transport).with_timeouts(Timeouts::none().with_headers(Duration::from_secs(5)));
    let begun = Instant::now();
    let reply = client.send(call()).await.unwrap();
    assert_eq!(begun.elapsed(), ms(5_500));
    assert_eq!(reply.start.retries[0].kind, ErrorKind::Timeout);

    let transport = MemoryTransport::new().with_hang();
    let error = exact(&transport)
        .with_retry(RetryPolicy::none())
        .with_timeouts(Timeouts::new().with_headers(Duration::from_secs(5)))
        .send(call())
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "acme: no answer within 5s");
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test(start_paused = true)]
async fn a_body_may_not_be_silent_for_ever() {
    let transport = MemoryTransport::new().with(
        MemoryResponse::new(200)
            .with_chunk("a")
            .with_pause(Duration::from_secs(9))
            .with_chunk("b")
            .with_pause(Duration::from_secs(9))
            .with_chunk("c")
            .with_hang(),
    );
    let client = HttpClient::new(transport)
        .with_timeouts(Timeouts::none().with_idle(Duration::from_secs(10)));
    let begun = Instant::now();
    let error = client
        .send(call())
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap_err();
    assert_eq!(begun.elapsed(), Duration::from_secs(28));
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.provider(), Some("acme"));
}

#[tokio::test(start_paused = true)]
async fn time_in_which_nobody_reads_is_not_silence() {
    use futures_util::StreamExt as _;
    let transport = MemoryTransport::new().with(
        MemoryResponse::new(200)
            .with_pause(Duration::from_secs(1))
            .with_chunk("a")
            .with_pause(Duration::from_secs(5))
            .with_chunk("b"),
    );
    let client = HttpClient::new(transport)
        .with_timeouts(Timeouts::none().with_idle(Duration::from_secs(10)));
    let mut body = client.send(call()).await.unwrap().body;
    assert_eq!(body.next().await.unwrap().unwrap(), "a");
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert_eq!(body.next().await.unwrap().unwrap(), "b");
    assert!(body.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_error_body_that_does_not_end_is_read_as_far_as_it_came() {
    let transport = MemoryTransport::new().with(
        MemoryResponse::new(400)
            .with_chunk(r#"{"error":{"code":"context_length_exceeded"}}"#)
            .with_hang(),
    );
    let client =
        exact(&transport).with_timeouts(Timeouts::none().with_idle(Duration::from_secs(3)));
    let begun = Instant::now();
    let error = client.send(call()).await.unwrap_err();
    assert_eq!(begun.elapsed(), Duration::from_secs(3));
    assert_eq!(error.status(), Some(400));
    assert_eq!(error.kind(), ErrorKind::ContextLength);

    let broken = MemoryResponse::new(400)
        .with_chunk("no such ")
        .with_chunk("thing")
        .with_failure(refused());
    let transport = MemoryTransport::new().with(broken);
    let error = exact(&transport).send(call()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.detail(), Some("no such thing"));
}

#[tokio::test(start_paused = true)]
async fn bodies_are_bounded() {
    let limits = Limits::new().with_body(10).with_error_body(10);
    let send = async |status, chunks: [&'static str; 3]| {
        let transport = MemoryTransport::new().with_chunks(status, &[], chunks);
        let client = HttpClient::new(transport)
            .with_retry(RetryPolicy::none())
            .with_limits(limits);
        client.send(call()).await?.bytes().await
    };
    assert_eq!(
        send(200, ["01234", "567", "89"]).await.unwrap(),
        "0123456789"
    );
    let error = send(200, ["01234", "567", "89a"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.message().contains("limit of 10 bytes"), "{error}");
    // An error is an error, however much it says.
    let error = send(500, ["01234", "56789abc", "d"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServerError);
    assert_eq!(error.detail(), Some("0123456789"));
}

#[tokio::test(start_paused = true)]
async fn a_huge_error_body_is_cut() {
    let body = "x".repeat(100 << 20);
    let transport = MemoryTransport::new().with_response(400, &[], body);
    let error = exact(&transport).send(call()).await.unwrap_err();
    assert!(error.detail().unwrap().len() < 2_010);
}

#[tokio::test(start_paused = true)]
async fn a_success_that_holds_an_error_is_one() {
    let body = r#"{"error":{"message":"slow down","code":429}}"#;
    let transport = MemoryTransport::new().with_response(200, &[("x-request-id", "r9")], body);
    let reply = exact(&transport).send(call()).await.unwrap();
    let error = reply.bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.detail(), Some("slow down"));
    assert_eq!(error.request_id(), Some("r9"));
    assert_eq!(error.provider(), Some("acme"));

    let transport = MemoryTransport::new().with_response(200, &[], "\n<html>");
    let error = exact(&transport)
        .send(call())
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.message().contains("base URL"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_own_reader_of_errors_is_asked() {
    let transport = MemoryTransport::new().with_response(400, &[], "E42");
    let call = call().with_read_error(|body| {
        let mut error = glassbox_http::ErrorBody::new();
        error.kind = Some(ErrorKind::NotFound);
        error.code = Some(String::from_utf8_lossy(body).into_owned());
        Some(error)
    });
    let error = exact(&transport).send(call).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.code(), Some("E42"));
}

#[tokio::test(start_paused = true)]
async fn no_key_is_printed() {
    let transport = MemoryTransport::new().with_response(401, &[], KEY);
    let call = call();
    let client = exact(&transport);
    let mut texts = vec![format!("{call:?}")];
    let error = client.send(call).await.unwrap_err();
    texts.push(format!("{error} {error:?} {:?}", error.detail()));
    texts.push(format!("{client:?} {transport:?}"));
    for text in texts {
        assert!(!text.contains("sk-secret"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_no_header_is_a_matter_of_configuration() {
    use glassbox_core::Secret;
    let error = glassbox_http::Call::get("acme", "http://a.test/".parse().unwrap())
        .with_bearer(Secret::new("sk-line\nbreak"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!format!("{error} {error:?}").contains("sk-line"));
}

/// Without timeouts and retries there is no timer, so no runtime is needed.
#[test]
fn a_client_without_timeouts_runs_anywhere() {
    let transport = MemoryTransport::new().with_chunks(200, &[], ["a", "b"]);
    let client = HttpClient::new(transport)
        .with_timeouts(Timeouts::none())
        .with_retry(RetryPolicy::none());
    let mut future = Box::pin(async { client.send(call()).await?.bytes().await });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(bytes) => assert_eq!(bytes.unwrap(), "ab"),
        std::task::Poll::Pending => panic!("nothing to wait for"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_script_that_is_too_short_fails_at_once() {
    let transport = MemoryTransport::new();
    let error = exact(&transport).send(call()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.message().contains("request 1"), "{error}");
}
