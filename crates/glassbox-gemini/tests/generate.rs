//! The whole model over a real HTTP server, and over a transport in memory: what is sent, and what is made of what
//! comes back.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel as _, CompletionModelExt as _, Delivery, Error, ErrorKind, Event, Message,
    Request, Response, Role, Secret, ToolCallResponse, ToolSpec,
};
use glassbox_gemini::{Gemini, GeminiBuilder};
use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy};
use glassbox_test::{Received, Reply, Server};
use serde_json::{Value, json};

const KEY: &str = "key-of-nobody";
const JSON: &[(&str, &str)] = &[("content-type", "application/json; charset=UTF-8")];
const SSE: &[(&str, &str)] = &[("content-type", "text/event-stream")];

fn answer(parts: &Value) -> Value {
    json!({"responseId": "r-1", "modelVersion": "gemini-3-flash-preview",
        "candidates": [{"index": 0, "content": {"role": "model", "parts": parts}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 20, "candidatesTokenCount": 10, "thoughtsTokenCount": 5, "totalTokenCount": 35}})
}

fn call() -> Value {
    let call = json!({"functionCall": {"name": "weather", "args": {"city": "Zürich"}}, "thoughtSignature": "c2ln"});
    answer(&json!([{"text": "Ich schaue.", "thought": true}, call]))
}

fn text() -> Value {
    answer(&json!([{"text": "天気 😀\n\"é\""}]))
}

/// The same as a stream, with CRLF as Google has it.
fn events(whole: &Value) -> Vec<String> {
    let parts = whole["candidates"][0]["content"]["parts"]
        .as_array()
        .unwrap();
    let chunks = parts.iter().enumerate().map(|(at, part)| {
        let mut chunk = whole.clone();
        chunk["candidates"][0]["content"]["parts"] = json!([part]);
        if at + 1 < parts.len() {
            chunk["candidates"][0]
                .as_object_mut()
                .unwrap()
                .shift_remove("finishReason");
        }
        format!("data: {chunk}\r\n\r\n")
    });
    chunks.collect()
}

fn weather() -> ToolSpec {
    let parameters =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    ToolSpec::new("weather", parameters)
}

/// First a call, then, once there is a result, a text.
fn google(request: &Received) -> Reply {
    let turns = request.json()["contents"].as_array().unwrap().len();
    let whole = if turns == 1 { call() } else { text() };
    if request.path.contains("stream") {
        Reply::events().with_chunks(events(&whole))
    } else {
        Reply::json(&whole)
    }
}

async fn run(model: &Gemini, delivery: Delivery) -> Response {
    let mut request = Request::new("Weather?")
        .with_tools([weather()])
        .with_delivery(delivery);
    let first = model.complete(request.clone()).await.unwrap();
    let calls: Vec<_> = first.tool_calls().cloned().collect();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].arguments.as_str(), "{\"city\":\"Zürich\"}");
    assert_eq!(first.reasoning(), "Ich schaue.");
    assert_eq!(first.usage.total_tokens(), Some(35));
    request.messages.push(first.message().unwrap().clone());
    let result = ToolCallResponse::new(&calls[0].id, "weather", json!({"degrees": 21}));
    request.messages.push(Message::tool([result]));
    model.complete(request).await.unwrap()
}

#[tokio::test]
async fn a_turn_with_a_tool_runs_over_http_whole_and_streamed() {
    let server = Server::new(google);
    let model = Gemini::builder("gemini-3-flash-preview")
        .api_key(KEY)
        .base_url(server.url())
        .build()
        .unwrap();
    let whole = run(&model, Delivery::Whole).await;
    let streamed = run(&model, Delivery::Incremental).await;
    assert_eq!(whole, streamed);
    assert_eq!(whole.text(), "天気 😀\n\"é\"");
    let requests = server.requests();
    let paths: Vec<&str> = requests
        .iter()
        .map(|request| request.path.as_str())
        .collect();
    let model = "/v1beta/models/gemini-3-flash-preview";
    let (once, pieces) = (
        format!("{model}:generateContent"),
        format!("{model}:streamGenerateContent?alt=sse"),
    );
    assert_eq!(paths, [&once, &once, &pieces, &pieces]);
    for request in &requests {
        assert_eq!(request.header("x-goog-api-key"), Some(KEY));
        assert!(!request.path.contains(KEY));
    }
    // The history goes back as it came, whichever way that was.
    assert_eq!(requests[1].json(), requests[3].json());
    assert_eq!(
        requests[1].json()["contents"].as_array().unwrap()[1..],
        [
            json!({"role": "model", "parts": [
                {"functionCall": {"name": "weather", "args": {"city": "Zürich"}}, "thoughtSignature": "c2ln"}]}),
            json!({"role": "user", "parts": [
                {"functionResponse": {"name": "weather", "response": {"degrees": 21}}}]}),
        ]
    );
}

#[tokio::test]
async fn vertex_asks_for_a_token_before_every_request() {
    let server = Server::new(google);
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let model = Gemini::vertex("gemini-2.5-flash")
        .project("my-project")
        .location("europe-west1")
        .base_url(server.url())
        .access_tokens(move || {
            let number = count.fetch_add(1, Ordering::Relaxed);
            async move { Ok(Secret::new(format!("token-{number}\n"))) }
        })
        .build()
        .unwrap();
    run(&model, Delivery::Whole).await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    let requests = server.requests();
    assert_eq!(
        requests[0].path,
        "/v1beta1/projects/my-project/locations/europe-west1/publishers/google/models/gemini-2.5-flash:generateContent"
    );
    let tokens: Vec<_> = requests
        .iter()
        .map(|request| request.header("authorization"))
        .collect();
    assert_eq!(tokens, [Some("Bearer token-0"), Some("Bearer token-1")]);
    let parts = &requests[1].json()["contents"][1]["parts"];
    assert_eq!(parts[0]["thoughtSignature"], "c2ln");
}

#[tokio::test]
async fn a_token_that_cannot_be_had_is_the_error() {
    let transport = MemoryTransport::new();
    let model = Gemini::vertex("m")
        .project("p")
        .access_tokens(|| async { Err(Error::new(ErrorKind::Unauthenticated, "log in again")) })
        .transport(transport.clone())
        .build()
        .unwrap();
    let error = model.text("hi").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.provider()),
        (ErrorKind::Unauthenticated, Some("gcp.vertex_ai"))
    );
    assert!(transport.requests().is_empty());
}

fn builder(transport: &MemoryTransport) -> GeminiBuilder {
    let http = HttpClient::new(transport.clone()).with_retry(RetryPolicy::none());
    Gemini::builder("gemini-2.5-flash").api_key(KEY).http(http)
}

async fn complete(transport: &MemoryTransport, delivery: Delivery) -> Result<Response, Error> {
    let model = builder(transport).build().unwrap();
    let request = Request::new("hi")
        .with_header("x-trace", "t")
        .with_delivery(delivery);
    model.complete(request).await
}

#[tokio::test]
async fn cutting_is_invisible() {
    let stream = events(&call()).concat();
    let mut seen: Vec<Vec<Event>> = Vec::new();
    for size in [usize::MAX, 1, 3, 61] {
        let chunks: Vec<Vec<u8>> = stream.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        let transport = MemoryTransport::new().with_chunks(200, SSE, chunks);
        let model = builder(&transport).build().unwrap();
        let request = Request::new("hi").with_delivery(Delivery::Incremental);
        let events = model.stream(request).await.unwrap();
        let events: Vec<Result<Event, Error>> = events.collect().await;
        seen.push(events.into_iter().collect::<Result<_, _>>().unwrap());
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(matches!(seen[0].first(), Some(Event::Start(_))));
    assert_eq!(
        seen[0].iter().filter(|event| **event == Event::End).count(),
        1
    );
}

#[tokio::test]
async fn a_stream_that_is_cut_off_is_an_error_wherever_that_is() {
    let stream = events(&call()).concat();
    let finish = stream.find("\"finishReason\"").unwrap();
    for at in (0..finish).step_by(7) {
        let transport =
            MemoryTransport::new().with_response(200, SSE, stream.as_bytes()[..at].to_vec());
        let error = complete(&transport, Delivery::Incremental)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "cut at {at}");
        assert_eq!(error.provider(), Some("gcp.gemini"));
    }
}

#[tokio::test]
async fn a_list_of_chunks_and_a_whole_answer_are_read_in_place_of_a_stream() {
    let list = json!([text()]).to_string();
    let transport = MemoryTransport::new()
        .with_response(200, JSON, list)
        .with_response(200, JSON, text().to_string())
        .with_response(200, SSE, events(&text()).concat());
    let listed = complete(&transport, Delivery::Incremental).await.unwrap();
    let whole = complete(&transport, Delivery::Incremental).await.unwrap();
    let streamed = complete(&transport, Delivery::Whole).await.unwrap();
    assert_eq!((&listed, &whole), (&whole, &streamed));
    assert_eq!(transport.requests()[0].headers()["x-trace"], "t");
}

#[tokio::test]
async fn failures_have_kinds_and_keep_secrets() {
    let error = |code: u16, status: &str, message: &str| {
        json!({"error": {"code": code, "status": status, "message": format!("{message} {KEY}")}})
            .to_string()
    };
    let wrong_key = json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "API key not valid.",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}});
    for (status, body, kind) in [
        (400, wrong_key.to_string(), ErrorKind::Unauthenticated),
        (
            401,
            error(401, "UNAUTHENTICATED", "token"),
            ErrorKind::Unauthenticated,
        ),
        (
            403,
            error(403, "PERMISSION_DENIED", "no"),
            ErrorKind::Forbidden,
        ),
        (
            404,
            error(404, "NOT_FOUND", "models/x is not found"),
            ErrorKind::NotFound,
        ),
        (
            429,
            error(429, "RESOURCE_EXHAUSTED", "slow"),
            ErrorKind::RateLimited,
        ),
        (
            503,
            error(503, "UNAVAILABLE", "overloaded"),
            ErrorKind::Overloaded,
        ),
        (
            504,
            error(504, "DEADLINE_EXCEEDED", "late"),
            ErrorKind::Timeout,
        ),
        (
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "The input token count (2) exceeds the maximum number of tokens allowed (1).",
            ),
            ErrorKind::ContextLength,
        ),
        (
            400,
            error(400, "INVALID_ARGUMENT", "bad field"),
            ErrorKind::InvalidRequest,
        ),
        (500, "not JSON".to_owned(), ErrorKind::ServerError),
        (
            200,
            error(429, "RESOURCE_EXHAUSTED", "in band"),
            ErrorKind::RateLimited,
        ),
        (
            200,
            format!("[{}]", error(503, "UNAVAILABLE", "in a list")),
            ErrorKind::Overloaded,
        ),
        (200, "<html>".to_owned(), ErrorKind::Protocol),
        (200, String::new(), ErrorKind::Protocol),
    ] {
        for delivery in [Delivery::Whole, Delivery::Incremental] {
            let transport = MemoryTransport::new().with_response(status, JSON, body.clone());
            let error = complete(&transport, delivery).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{body}");
            assert_eq!(error.provider(), Some("gcp.gemini"));
            let said = format!("{error} {error:?} {:?}", error.detail());
            assert!(!said.contains(KEY), "{said}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_body_asks_for_is_waited() {
    let busy = json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "slow", "details": [
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"}]}});
    let transport = MemoryTransport::new()
        .with_response(429, JSON, busy.to_string())
        .with_response(200, JSON, text().to_string());
    let model = Gemini::builder("m")
        .api_key(KEY)
        .transport(transport)
        .build()
        .unwrap();
    let response = model.complete("hi").await.unwrap();
    let retry = &response.start.retries[0];
    assert_eq!(
        (retry.status, retry.kind),
        (Some(429), ErrorKind::RateLimited)
    );
    assert!(retry.wait.as_secs() >= 7, "{:?}", retry.wait);
    assert_eq!(response.message().unwrap().role, Role::Assistant);
}
