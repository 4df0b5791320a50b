//! Exchanges that are recorded, written, read and given again.

#![cfg(feature = "http")]
#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::path::PathBuf;

use bytes::Bytes;
use futures_util::StreamExt as _;
use glassbox_core::{Error, ErrorKind};
use glassbox_http::{Body, MemoryResponse, MemoryTransport, ReqwestTransport, Transport};
use glassbox_test::cassette::{Cassette, RecordedRequest, RecordedResponse, Recorder, Replayer};
use http::{HeaderValue, Request, Response};
use serde_json::json;

const KEY: &str = "sk-canary-7f3a9c";

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("cassette")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

fn post(url: &str, body: &str) -> Request<Bytes> {
    let mut key = HeaderValue::from_str(&format!("Bearer {KEY}")).unwrap();
    key.set_sensitive(true);
    Request::post(url)
        .header("authorization", key)
        .header("content-type", "application/json")
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap()
}

/// What arrives of a body, and how it fails.
async fn read(response: Response<Body>) -> (Vec<Bytes>, Option<ErrorKind>) {
    let mut body = response.into_body();
    let (mut pieces, mut failure) = (Vec::new(), None);
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => pieces.push(piece),
            Err(error) => failure = Some(error.kind()),
        }
    }
    (pieces, failure)
}

/// A recorder that has recorded two exchanges: one of bytes that are no text, and one that breaks off.
async fn recorded() -> Recorder {
    let pieces: [&[u8]; 3] = [b"data: \xff\x00", b"\n", b"\ndata: 2\n\n"];
    let network = MemoryTransport::new()
        .with_chunks(
            200,
            &[("content-type", "text/event-stream"), ("x-id", "1")],
            pieces,
        )
        .with(
            MemoryResponse::new(200)
                .with_chunk("{\"half\"")
                .with_failure(Error::new(ErrorKind::Timeout, "silence")),
        );
    let recorder = Recorder::new(network);
    for body in [r#"{"a": 1, "b": [2]}"#, r#"{"a": 2}"#] {
        let response = recorder
            .send(post("https://api.example.com/v1/chat?x=1", body))
            .await;
        read(response.unwrap()).await;
    }
    recorder
}

#[tokio::test]
async fn what_was_recorded_is_given_again_from_a_folder() {
    let recorder = recorded().await;
    let folder = folder("again");
    let files = recorder.save(&folder).unwrap();
    assert_eq!(files, [folder.join("0001.json"), folder.join("0002.json")]);
    let cassettes = [
        Cassette::read(&files[0]).unwrap(),
        Cassette::read(&files[1]).unwrap(),
    ];
    assert_eq!(cassettes[..], recorder.cassettes());
    let replayer = Replayer::open(&folder).unwrap();
    assert_eq!(replayer.left(), 2);
    // The host, the key and the spelling of the JSON do not matter, and neither does the order.
    let broken = replayer
        .send(post("http://localhost:1/v1/chat?x=1", r#"{"a":2.0}"#))
        .await;
    let (pieces, failure) = read(broken.unwrap()).await;
    assert_eq!(
        (pieces.concat(), failure),
        (b"{\"half\"".to_vec(), Some(ErrorKind::Timeout))
    );
    let whole = replayer
        .send(post("http://localhost:1/v1/chat?x=1", r#"{"b":[2],"a":1}"#))
        .await;
    let whole = whole.unwrap();
    assert_eq!(whole.headers()["x-id"], "1");
    let (pieces, failure) = read(whole).await;
    assert_eq!(pieces, cassettes[0].response.pieces);
    assert_eq!((pieces.len(), failure), (3, None));
    assert_eq!(replayer.left(), 0);
}

#[tokio::test]
async fn a_server_gives_it_over_a_socket() {
    let replayer = Replayer::new(recorded().await.cassettes());
    let server = replayer.server();
    let network = ReqwestTransport::new().unwrap();
    let url = format!("{}/v1/chat?x=1", server.url());
    let whole = network
        .send(post(&url, r#"{"a": 1, "b": [2]}"#))
        .await
        .unwrap();
    assert_eq!(whole.headers()["content-type"], "text/event-stream");
    let (pieces, failure) = read(whole).await;
    assert_eq!(pieces.concat(), b"data: \xff\x00\n\ndata: 2\n\n");
    assert_eq!(failure, None);
    let broken = network.send(post(&url, r#"{"a": 2}"#)).await.unwrap();
    let (_, failure) = read(broken).await;
    assert_eq!(failure, Some(ErrorKind::Network));
    let unknown = network.send(post(&url, r#"{"a": 2}"#)).await.unwrap();
    assert_eq!(unknown.status(), 500);
}

#[tokio::test]
async fn keys_are_kept_out_wherever_they_stand() {
    let headers = [("set-cookie", "session=5e551055"), ("x-echo", KEY)];
    let quoted = format!("wrong key {KEY}, and token-of-mine");
    let (begin, end) = quoted.split_at(15);
    let network =
        MemoryTransport::new().with_chunks(401, &headers, [begin.to_owned(), end.to_owned()]);
    let recorder = Recorder::new(network).with_secret("token-of-mine");
    let mut request = post(
        &format!("https://user:pass-of-nobody@example.com/v1?key={KEY}&alt=sse"),
        &json!({"text": format!("my key is {KEY}")}).to_string(),
    );
    let mut marked = HeaderValue::from_static("of-another-header");
    marked.set_sensitive(true);
    request.headers_mut().insert("x-marked", marked);
    read(recorder.send(request).await.unwrap()).await;
    let [cassette] = &recorder.cassettes()[..] else {
        panic!("one exchange");
    };
    assert_eq!(
        cassette.request.url,
        "https://example.com/v1?key=SCRUBBED&alt=sse"
    );
    assert_eq!(&*cassette.request.body, br#"{"text":"my key is SCRUBBED"}"#);
    assert_eq!(
        cassette.response.pieces.concat(),
        b"wrong key SCRUBBED, and SCRUBBED"
    );
    let all = format!("{cassette:?} {recorder:?}");
    for secret in [
        KEY,
        "pass-of-nobody",
        "5e551055",
        "token-of-mine",
        "of-another-header",
    ] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    assert!(
        all.contains("application/json"),
        "what is no secret stays: {all}"
    );
}

#[tokio::test]
async fn a_request_that_got_no_answer_is_recorded_too() {
    let network = MemoryTransport::new().with_error(Error::new(ErrorKind::Network, "refused"));
    let recorder = Recorder::new(network);
    recorder
        .send(post("http://localhost/v1", "{}"))
        .await
        .unwrap_err();
    let cassettes = recorder.cassettes();
    assert_eq!(cassettes[0].response.status, None);
    assert_eq!(
        Cassette::from_json(&cassettes[0].to_json()).unwrap(),
        cassettes[0]
    );
    let replayer = Replayer::new(cassettes);
    let error = replayer
        .send(post("http://localhost/v1", "{}"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
}

#[tokio::test]
async fn a_request_that_was_not_recorded_says_where_it_differs() {
    let replayer = Replayer::new(recorded().await.cassettes());
    for (path, body, why) in [
        (
            "v1/chat?x=1",
            r#"{"a": 1, "b": [2, "prompt"]}"#,
            "at `/b/1`",
        ),
        ("v1/chat?x=1", r#"{"a": 1, "b": [3]}"#, "at `/b/0`"),
        ("v1/chat?x=1", r#"{"a": 1, "b": [2], "c": 0}"#, "at `/c`"),
        ("v1/chat?x=1", "prompt", "at its bytes"),
        ("v1/chat?x=2", r#"{"a": 2}"#, "none goes there"),
    ] {
        let asked = post(&format!("http://localhost/{path}"), body);
        let error = replayer.send(asked).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(why), "{error}");
        assert!(!error.to_string().contains("prompt"), "{error}");
    }
    assert_eq!(replayer.left(), 2);
}

#[test]
fn a_file_that_is_wrong_says_which_field() {
    let request = RecordedRequest::default();
    let mut response = RecordedResponse::default();
    response.status = Some(200);
    response.pieces = vec![Bytes::from_static(b"\xff")];
    let good = Cassette::new(request, response).to_json();
    assert!(Cassette::from_json(&good).is_ok());
    for (place, value, field) in [
        ("/glassbox_cassette", json!(2), "glassbox_cassette"),
        ("/request/method", json!(null), "request.method"),
        ("/request/body", json!("%"), "request.body"),
        ("/request/headers", json!([["a"]]), "request.headers"),
        ("/response/status", json!(99), "response.status"),
        ("/response/pieces", json!("AA=="), "response.pieces"),
        ("/response/pieces/0", json!("A"), "response.pieces"),
        ("/response/headers", json!({}), "response.headers"),
        (
            "/response",
            json!({"headers": [], "pieces": []}),
            "response",
        ),
        (
            "/response",
            json!({"failure": "fate", "headers": [], "pieces": []}),
            "response.failure",
        ),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value;
        let error = Cassette::from_json(&bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(&format!("`{field}`")), "{error}");
    }
    let error = Cassette::read(&folder("missing").join("0001.json")).unwrap_err();
    assert!(
        error.to_string().contains("0001.json cannot be read"),
        "{error}"
    );
}
