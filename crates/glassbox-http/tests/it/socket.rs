//! What only a real connection can show. Loopback alone.

use std::time::Duration;

use crate::support::{Acme, call_to, failure, texts, told};
use futures_util::StreamExt as _;
use glassbox_core::{Error, ErrorKind, Event, Result};
use glassbox_http::{Framing, HttpClient, Limits, Reply, ReqwestTransport, RetryPolicy, Timeouts};
use glassbox_test::{Reply as Answer, Server};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

/// Long enough for loopback, short enough for a test that waits for it.
const SOON: Duration = Duration::from_millis(100);

fn client() -> HttpClient {
    HttpClient::new(ReqwestTransport::new().expect("a transport")).with_retry(RetryPolicy::none())
}

async fn send(client: &HttpClient, server: &Server) -> Result<Reply> {
    let uri = format!("{}/v1/chat?key={}", server.url(), crate::support::KEY);
    client.send(call_to(&uri)).await
}

async fn error(client: &HttpClient, server: &Server) -> Error {
    match send(client, server).await {
        Ok(reply) => failure(reply.events(Framing::ServerSentEvents, Acme::default())).await,
        Err(error) => error,
    }
}

fn assert_says_nothing_secret(error: &Error) {
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(crate::support::KEY), "{text}");
        assert!(!text.contains("key="), "{text}");
    }
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made() {
    let server = Server::new(|_| Answer::json(&json!({"text": "hi", "done": true})));
    let client = client();
    for _ in 0..3 {
        let reply = send(&client, &server).await.unwrap();
        assert_eq!(reply.headers["content-type"], "application/json");
        assert_eq!(
            texts(reply.events(Framing::Whole, Acme::default())).await,
            ["hi"]
        );
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    let first = &requests[0];
    assert_eq!(first.method, "POST");
    assert_eq!(first.path, format!("/v1/chat?key={}", crate::support::KEY));
    assert_eq!(first.json(), json!({"q": 1}));
    assert_eq!(
        first.header("authorization").unwrap(),
        format!("Bearer {}", crate::support::KEY)
    );
    assert!(first.header("user-agent").unwrap().starts_with("glassbox/"));
    assert!(
        requests.iter().all(|request| request.connection == 0),
        "one connection serves them all"
    );
}

#[tokio::test]
async fn a_stream_arrives_in_pieces() {
    let server = Server::new(|_| {
        Answer::events()
            .with_chunk(": hi\n\ndata: {\"te")
            .with_pause(Duration::from_millis(5))
            .with_chunk("xt\":\"a\"}\n")
            .with_pause(Duration::from_millis(5))
            .with_chunk("\ndata: {\"text\":\"b\"}\r\n\r\ndata: [DONE]\n\n")
    });
    let reply = send(&client(), &server).await.unwrap();
    let events = reply.events(Framing::ServerSentEvents, Acme::default());
    assert_eq!(texts(events).await, ["a", "b"]);
}

#[tokio::test]
async fn a_connection_is_used_again_after_a_stream() {
    let server = Server::new(|_| {
        Answer::events()
            .with_chunk("data: [DONE]\n\n")
            .with_pause(Duration::from_millis(20))
    });
    let client = client();
    for _ in 0..2 {
        let reply = send(&client, &server).await.unwrap();
        let mut events = reply.events(Framing::ServerSentEvents, Acme::default());
        events.next().await;
        assert!(matches!(events.next().await, Some(Ok(Event::End))));
        // The end of the body comes after the end of the answer.
        tokio::time::sleep(2 * SOON).await;
        assert!(events.next().await.is_none());
        tokio::time::sleep(SOON / 10).await;
    }
    assert_eq!(server.requests()[1].connection, 0);
}

#[tokio::test]
async fn a_closed_port_refuses() {
    let server = Server::new(|_| Answer::new(200));
    let (url, address) = (server.url(), server.address());
    drop(server);
    let mut last = None;
    // The listener closes when its task is dropped, which is soon.
    for _ in 0..100 {
        match client().send(call_to(&format!("{url}/?key=sk-x"))).await {
            Err(error) if error.message().contains("refused") => {
                last = Some(error);
                break;
            }
            _ => tokio::task::yield_now().await,
        }
    }
    let error = last.expect("a refused connection");
    assert_eq!(error.kind(), ErrorKind::Network);
    assert_eq!(
        error.to_string(),
        format!("acme: {address} refused the connection")
    );
    assert_says_nothing_secret(&error);
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_made_again() {
    for answer in [Answer::closing(), Answer::resetting()] {
        let server = Server::new(move |_| answer.clone());
        let policy = RetryPolicy::new().with_backoff(Duration::ZERO, Duration::ZERO);
        let error = error(&client().with_retry(policy), &server).await;
        assert_eq!(error.kind(), ErrorKind::Network);
        assert!(error.message().contains("broke"), "{error}");
        assert!(error.message().contains(&server.address().to_string()));
        assert_eq!(error.retries().len(), 2);
        assert_eq!(server.requests().len(), 3);
        assert_says_nothing_secret(&error);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_answer_is_an_error() {
    let start = Answer::events().with_chunk("data: {\"text\":\"a\"}\n\n");
    // A pause, so that the reset does not overtake what was sent.
    for answer in [
        start.clone().with_close(),
        start.with_pause(SOON).with_reset(),
    ] {
        let server = Server::new(move |_| answer.clone());
        let reply = send(&client(), &server).await.unwrap();
        let (texts, error) = told(reply.events(Framing::ServerSentEvents, Acme::default())).await;
        let error = error.unwrap();
        assert_eq!(texts, ["a"]);
        assert_eq!(error.kind(), ErrorKind::Network);
        assert!(error.message().contains("in the middle"), "{error}");
        assert_says_nothing_secret(&error);
    }
}

#[tokio::test]
async fn a_whole_answer_that_is_cut_is_an_error() {
    let server = Server::new(|_| {
        Answer::new(200)
            .with_chunk("{\"text\":\"a\",\"done\":true")
            .with_close()
    });
    let reply = send(&client(), &server).await.unwrap();
    let error = failure(reply.events(Framing::Whole, Acme::default())).await;
    assert_eq!(error.kind(), ErrorKind::Network);
    let error = send(&client(), &server)
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let timeouts = Timeouts::none().with_headers(SOON).with_idle(SOON);
    let client = client().with_timeouts(timeouts);
    let answers = [
        Answer::hanging(),
        Answer::events().with_chunk(": ping\n\n").with_hang(),
        Answer::events().with_hang(),
    ];
    for answer in answers {
        let server = Server::new(move |_| answer.clone());
        let error = error(&client, &server).await;
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert_eq!(error.provider(), Some("acme"));
    }
}

#[tokio::test]
async fn signs_of_life_keep_a_stream_open() {
    let server = Server::new(|_| {
        (0..8)
            .fold(Answer::events(), |answer, _| {
                answer.with_pause(SOON / 2).with_chunk(": ping\n\n")
            })
            .with_chunk("data: {\"text\":\"a\"}\n\ndata: [DONE]\n\n")
    });
    let client = client().with_timeouts(Timeouts::none().with_idle(SOON * 3));
    let reply = send(&client, &server).await.unwrap();
    let events = reply.events(Framing::ServerSentEvents, Acme::default());
    assert_eq!(texts(events).await, ["a"]);
}

#[tokio::test]
async fn an_endless_line_is_given_up() {
    for lead in ["data: ", ":", ""] {
        let server = Server::new(move |_| {
            Answer::events()
                .with_chunk(format!("{lead}x"))
                .with_endless("x".repeat(10_000))
        });
        let client = client().with_limits(Limits::new().with_line(100_000));
        let error = error(&client, &server).await;
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.message().contains("100000 bytes"), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::new(|_| Answer::new(307).with_header("location", "/elsewhere"));
    let error = error(&client(), &server).await;
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(error.status(), Some(307));
    assert!(error.message().contains("redirects"), "{error}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_read_to_its_end() {
    let server = Server::new(|_| {
        Answer::new(429)
            .with_header("retry-after", "90")
            .with_header("request-id", "req_7")
            .with_chunk("{\"error\":{\"mess")
            .with_pause(Duration::from_millis(5))
            .with_chunk("age\":\"slow\"}}")
    });
    let error = error(&client().with_retry(RetryPolicy::new()), &server).await;
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.detail(), Some("slow"));
    assert_eq!(error.request_id(), Some("req_7"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(90)));
}

#[tokio::test]
async fn a_port_without_tls_is_told_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        std::future::pending::<()>().await;
    };
    let client = client();
    let ask = client.send(call_to(&format!("https://{address}/?key=sk-x")));
    let error = tokio::select! {
        answer = ask => answer.unwrap_err(),
        () = serve => unreachable!(),
    };
    assert_eq!(error.kind(), ErrorKind::Network);
    assert_eq!(
        error.message(),
        format!("no secure connection to {address}: it does not speak TLS on that port")
    );
    assert_says_nothing_secret(&error);
}
