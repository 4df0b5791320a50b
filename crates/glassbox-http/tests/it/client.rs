//! What a reply and a failure hold: bodies and their bounds, errors, and no key.

use std::time::Duration;

use crate::support::{KEY, call, exact, refused};
use glassbox_core::ErrorKind;
use glassbox_http::{HttpClient, Limits, MemoryResponse, MemoryTransport, RetryPolicy, Timeouts};
use tokio::time::Instant;

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

#[tokio::test]
async fn a_key_in_the_id_of_a_request_is_not_kept() {
    let id = format!("id-{KEY}");
    let transport = MemoryTransport::new().with_response(200, &[("x-request-id", &id)], "ok");
    let reply = exact(&transport).send(call()).await.unwrap();
    assert_eq!(reply.start.request_id.as_deref(), Some("id-***"));
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
