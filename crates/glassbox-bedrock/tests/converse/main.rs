//! The whole model: what is sent, and what is made of what comes back, in memory and over real sockets. The streams
//! are written by AWS's own code.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use glassbox_bedrock::{Bedrock, Credentials};
use glassbox_core::{
    CompletionModelExt as _, Delivery, ErrorKind, Parameters, Request, Unsupported,
};
use glassbox_http::MemoryTransport;
use serde_json::{Value, json};

use crate::support::{BINARY, JSON, KEY, MODEL, builder, complete, stream, whole};

mod failures;
#[cfg(feature = "reqwest")]
mod socket;
mod support;

#[tokio::test]
async fn cutting_is_invisible_and_whole_is_incremental() {
    let transport = MemoryTransport::new().with_response(200, JSON, whole().to_string());
    let expected = complete(&transport, Delivery::Whole).await.unwrap();
    assert_eq!(expected.text(), "天気 😀");
    assert_eq!(expected.start.request_id.as_deref(), Some("req-1"));
    let call = expected.tool_calls().next().unwrap();
    assert_eq!(
        (call.name.as_str(), call.arguments.as_str()),
        ("weather", "{\"city\":\"Zürich\"}")
    );
    let bytes = stream().concat();
    for size in [1, 2, 3, 61, 1_000, bytes.len()] {
        let pieces: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
        let transport = MemoryTransport::new().with_chunks(200, BINARY, pieces);
        let response = complete(&transport, Delivery::Incremental).await.unwrap();
        assert_eq!(response, expected, "in pieces of {size}");
    }
}

#[tokio::test]
async fn quirk_33_a_request_goes_to_its_place_with_its_key() {
    let transport = MemoryTransport::new()
        .with_response(200, JSON, whole().to_string())
        .with_response(200, BINARY, stream().concat());
    complete(&transport, Delivery::Whole).await.unwrap();
    complete(&transport, Delivery::Incremental).await.unwrap();
    let [whole, streamed] = &transport.requests()[..] else {
        panic!("two requests");
    };
    let host = "https://bedrock-runtime.eu-central-1.amazonaws.com";
    assert_eq!(
        whole.uri(),
        &*format!("{host}/model/us.amazon.nova-lite-v1%3A0/converse")
    );
    assert_eq!(
        streamed.uri(),
        &*format!("{host}/model/us.amazon.nova-lite-v1%3A0/converse-stream")
    );
    assert_eq!(whole.headers()["authorization"], format!("Bearer {KEY}"));
    let body: Value = serde_json::from_slice(whole.body()).unwrap();
    assert_eq!(
        body,
        json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]})
    );
    assert_eq!(whole.body(), streamed.body());
}

#[tokio::test(start_paused = true)]
async fn quirk_33_every_attempt_is_signed_and_every_request_asks_for_the_key() {
    let transport = MemoryTransport::new()
        .with_response(503, JSON, "{}")
        .with_response(200, JSON, whole().to_string())
        .with_response(200, JSON, whole().to_string());
    let (asked, ticks) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let model = Bedrock::builder(MODEL)
        .region("eu-central-1")
        .credentials_from(move || {
            let number = counted.fetch_add(1, Ordering::Relaxed);
            let key = Credentials::new(format!("AKIA{number}"), "secret-of-nobody");
            Ok(key.with_session_token("token-of-nobody"))
        })
        .clock(move || {
            let tick = ticks.fetch_add(1, Ordering::Relaxed);
            UNIX_EPOCH + Duration::from_secs(tick as u64)
        })
        .transport(transport.clone())
        .build()
        .unwrap();
    let request = || Request::new("hi").with_header("traceparent", "00-1-2-01");
    model.complete(request()).await.unwrap();
    model.complete(request()).await.unwrap();
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    let dates: Vec<String> = transport
        .requests()
        .iter()
        .map(|request| {
            let headers = request.headers();
            assert_eq!(headers["traceparent"], "00-1-2-01");
            assert_eq!(headers["x-amz-security-token"], "token-of-nobody");
            let date = headers["x-amz-date"].to_str().unwrap();
            let authorization = headers["authorization"].to_str().unwrap();
            let key = authorization.split(['=', '/']).nth(1).unwrap();
            format!("{key} {date}")
        })
        .collect();
    assert_eq!(
        dates,
        [
            "AKIA0 19700101T000000Z",
            "AKIA0 19700101T000001Z",
            "AKIA1 19700101T000002Z"
        ]
    );
}

#[tokio::test]
async fn what_is_unsupported_stops_before_the_transport_or_is_reported() {
    let transport = MemoryTransport::new().with_response(200, JSON, whole().to_string());
    let model = builder(&transport).build().unwrap();
    let request = Request::new("hi").with_parameters(Parameters::new().with_seed(1));
    let error = model.complete(request.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(transport.requests().len(), 0);
    let warned = model
        .complete(request.with_unsupported(Unsupported::Warn))
        .await
        .unwrap();
    assert_eq!(warned.start.dropped, ["seed"]);
}
