//! Binary event streams through the driver.

use crate::support::{events, failure, texts};
use glassbox_core::ErrorKind;
use glassbox_http::Framing::{EventStream, ServerSentEvents, Whole};

const BINARY: &str = "application/vnd.amazon.eventstream";
const JSON: &str = "application/json";

/// A message of an AWS event stream that has no headers.
fn binary(payload: &str) -> Vec<u8> {
    let mut message = Vec::new();
    let length = u32::try_from(16 + payload.len()).expect("a short payload");
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(&[0; 4]);
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message.extend_from_slice(payload.as_bytes());
    message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
    message
}

#[tokio::test]
async fn a_binary_event_stream_is_divided_however_it_is_labelled() {
    let stream = [
        binary("{\"text\":\"ein 🦀\"}"),
        binary("{\"text\":\"zwei\"}"),
        binary("[DONE]"),
    ]
    .concat();
    for (content_type, asked) in [
        (BINARY, EventStream),
        (BINARY, Whole),
        (BINARY, ServerSentEvents),
        ("application/octet-stream", EventStream),
        ("", EventStream),
    ] {
        for size in [1, 3, 61, 10_000] {
            let pieces: Vec<&[u8]> = stream.chunks(size).collect();
            let events = events(content_type, &pieces, asked).await;
            assert_eq!(
                texts(events).await,
                ["ein 🦀", "zwei"],
                "{content_type} {asked:?} {size}"
            );
        }
    }
    let whole = b"{\"text\":\"x\",\"done\":true}";
    assert_eq!(
        texts(events(JSON, &[whole], EventStream).await).await,
        ["x"]
    );
    let page = failure(events(BINARY, &[b"<html>"], EventStream).await).await;
    assert!(page.message().contains("HTML"), "{page}");
}

#[tokio::test]
async fn a_binary_event_stream_breaks_like_any_other() {
    let stream = [binary("{\"text\":\"a\"}"), binary("[DONE]")].concat();
    let first = binary("{\"text\":\"a\"}").len();
    for at in [0, 5, first - 1, first, first + 13] {
        let error = failure(events("", &[&stream[..at]], EventStream).await).await;
        assert_eq!(error.kind(), ErrorKind::Protocol, "cut at {at}");
        assert!(
            error.message().contains("broke off"),
            "cut at {at}: {error}"
        );
    }
    let mut damaged = stream.clone();
    damaged[15] ^= 1;
    let error = failure(events("", &[&damaged], EventStream).await).await;
    assert!(error.message().contains("checksum"), "{error}");
}
