//! What the tests share: a small made-up provider, and clients for it.

use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox_core::{Error, ErrorKind, Event, EventStream, Result, Secret};
use glassbox_http::{
    Call, Decoder, Events, Frame, Framing, HttpClient, MemoryTransport, RetryPolicy, error_body,
    in_band_error,
};
use http::Uri;
use serde_json::Value;

pub(crate) const KEY: &str = "sk-secret-0123456789";

/// A call with a key.
pub(crate) fn call() -> Call {
    call_to("http://acme.test/v1/chat?key=sk-secret-0123456789")
}

pub(crate) fn call_to(uri: &str) -> Call {
    Call::post(
        "acme",
        uri.parse::<Uri>().expect("a valid URI"),
        r#"{"q":1}"#,
    )
    .with_bearer(Secret::new(KEY))
    .expect("a valid header")
}

/// A client that waits exactly as long as its policy says.
pub(crate) fn exact(transport: &MemoryTransport) -> HttpClient {
    HttpClient::new(transport.clone()).with_retry(RetryPolicy::new().with_jitter(false))
}

pub(crate) fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A connection that was not made.
pub(crate) fn refused() -> Error {
    Error::new(ErrorKind::Network, "refused")
}

/// Speaks the provider's language: `{"text": "..."}` is text, an event called `name` is told as text too,
/// `{"error": ...}` an error, `[DONE]` or `{"done": true}` the end.
#[derive(Debug, Default)]
pub(crate) struct Acme {
    lenient: bool,
}

impl Acme {
    /// Takes the end of the body for the end of the answer.
    pub(crate) fn lenient() -> Self {
        Self { lenient: true }
    }
}

impl Decoder for Acme {
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()> {
        if !frame.event.is_empty() {
            events.push(Event::text(format!("<{}>", frame.event)));
        }
        if frame.data == b"[DONE]" {
            events.push(Event::End);
            return Ok(());
        }
        self.whole(frame.data, events)
    }

    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()> {
        let value: Value = serde_json::from_slice(body)
            .map_err(|_| Error::new(ErrorKind::Protocol, "not JSON"))?;
        if !value.is_object() {
            return Err(Error::new(ErrorKind::Protocol, "not an object"));
        }
        if value["error"].is_object() {
            let body = error_body(body).expect("there is an error");
            return Err(in_band_error("acme", body));
        }
        if let Some(text) = value["text"].as_str() {
            events.push(Event::text(text));
        }
        if value["done"] == true {
            events.push(Event::End);
        }
        Ok(())
    }

    fn end(&mut self, events: &mut Events) -> Result<()> {
        if self.lenient {
            events.push(Event::End);
        }
        Ok(())
    }
}

/// What a stream gave: the texts, and how it ended.
pub(crate) async fn told(mut events: EventStream) -> (Vec<String>, Option<Error>) {
    let mut texts = Vec::new();
    let mut ended = false;
    let mut failure = None;
    let first = events.next().await;
    assert!(matches!(first, Some(Ok(Event::Start(_)))), "{first:?}");
    while let Some(event) = events.next().await {
        assert!(!ended && failure.is_none(), "nothing follows the end");
        match event {
            Ok(Event::Text { delta, .. }) => texts.push(delta),
            Ok(Event::End) => ended = true,
            Ok(other) => panic!("unexpected: {other:?}"),
            Err(error) => failure = Some(error),
        }
    }
    assert!(ended != failure.is_some(), "one end, or one error");
    assert!(events.next().await.is_none(), "it stays ended");
    (texts, failure)
}

/// The texts of a stream that ends well.
pub(crate) async fn texts(events: EventStream) -> Vec<String> {
    let (texts, failure) = told(events).await;
    assert!(failure.is_none(), "{failure:?}");
    texts
}

/// The error of a stream that does not.
pub(crate) async fn failure(events: EventStream) -> Error {
    told(events).await.1.expect("an error")
}

/// The events of one response with these pieces.
pub(crate) async fn events(content_type: &str, pieces: &[&[u8]], framing: Framing) -> EventStream {
    let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    let transport =
        MemoryTransport::new().with_chunks(200, &[("content-type", content_type)], pieces);
    HttpClient::new(transport)
        .send(call())
        .await
        .expect("a reply")
        .events(framing, Acme::default())
}
