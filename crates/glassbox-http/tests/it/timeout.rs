//! How long a head and a body may take, on tokio's paused clock.

use std::time::Duration;

use crate::support::{call, exact, ms};
use glassbox_core::ErrorKind;
use glassbox_http::{HttpClient, MemoryResponse, MemoryTransport, RetryPolicy, Timeouts};
use tokio::time::Instant;

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
