//! What is sent again, when, and what is told of it, on tokio's paused clock.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crate::support::{KEY, call, exact, ms, refused};
use bytes::Bytes;
use glassbox_core::{Error, ErrorKind, Result, Retry};
use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy, Signer};
use http::Request;
use tokio::time::Instant;

type Headers = &'static [(&'static str, &'static str)];

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
async fn quirk_14_the_provider_says_how_long_to_wait() {
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
async fn quirk_14_x_should_retry_overrules() {
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

/// Numbers its signatures, and has no more than two.
#[derive(Debug, Default)]
struct Numbered(AtomicU8);

impl Signer for Numbered {
    fn sign(&self, request: &mut Request<Bytes>) -> Result<()> {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        if number > 2 {
            let message = format!("no ink left, {KEY}");
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let signature = format!("{number} for {} bytes", request.body().len());
        request
            .headers_mut()
            .insert("signature", signature.parse().expect("a valid header"));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_is_signed_anew() {
    let transport = MemoryTransport::new()
        .with_response(503, &[], "{}")
        .with_response(503, &[], "{}")
        .with_response(200, &[], "never asked for");
    let call = call().with_signer(Numbered::default());
    let error = exact(&transport).send(call).await.unwrap_err();
    let signatures: Vec<_> = transport
        .requests()
        .iter()
        .map(|request| request.headers()["signature"].clone())
        .collect();
    assert_eq!(signatures, ["1 for 7 bytes", "2 for 7 bytes"]);
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(error.provider(), Some("acme"));
    assert_eq!(error.retries().len(), 2);
    assert!(!error.message().contains(KEY));
}
