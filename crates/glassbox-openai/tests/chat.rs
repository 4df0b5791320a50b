//! The whole model over a transport in memory: what is sent, and what is made of what comes back.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel as _, CompletionModelExt as _, Delivery, Error, ErrorKind, Event, Parameters,
    Request, Response, Unsupported,
};
use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy};
use glassbox_openai::{AZURE, DEEPSEEK, OpenAi, OpenAiBuilder};
use serde_json::{Value, json};

const KEY: &str = "key-of-nobody";

const SSE: &[(&str, &str)] = &[
    ("content-type", "text/event-stream; charset=utf-8"),
    ("x-request-id", "req_1"),
];

const JSON: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("x-request-id", "req_1"),
];

/// A stream with reasoning, text in several scripts, two calls whose pieces mix, a comment, and CRLF here and there.
const STREAM: &str = concat!(
    ": a comment\r\n\r\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Ich weiß\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"…\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"天気 \"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"😀\"},\"finish_reason\":null}]}\r\n\r\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\n\\\"é\\\"\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}},{\"index\":1,\"id\":\"call_b\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]}}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Zürich\\\"}\"}}]}}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":\"\\\"東京\\\"}\"}}]}}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
    "data: {\"id\":\"chatcmpl-1\",\"model\":\"m-1\",\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":30,\"total_tokens\":50}}\n\n",
    "data: [DONE]\n\n",
);

/// The same answer as a whole.
fn whole() -> Value {
    let call = |id: &str, city: &str| {
        json!({"id": id, "type": "function", "function": {
            "name": "weather", "arguments": format!("{{\"city\":\"{city}\"}}"),
        }})
    };
    json!({"id": "chatcmpl-1", "model": "m-1", "choices": [{"index": 0, "message": {
        "role": "assistant", "reasoning_content": "Ich weiß…", "content": "天気 😀\n\"é\"",
        "tool_calls": [call("call_a", "Zürich"), call("call_b", "東京")],
    }, "finish_reason": "tool_calls"}], "usage": {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}})
}

fn builder(transport: &MemoryTransport) -> OpenAiBuilder {
    let http = HttpClient::new(transport.clone()).with_retry(RetryPolicy::none());
    OpenAi::builder("gpt-4o").api_key(KEY).http(http)
}

async fn events(model: &OpenAi, delivery: Delivery) -> Vec<Result<Event, Error>> {
    match model
        .stream(Request::new("hi").with_delivery(delivery))
        .await
    {
        Ok(events) => events.collect().await,
        Err(error) => vec![Err(error)],
    }
}

async fn complete(transport: &MemoryTransport, delivery: Delivery) -> Result<Response, Error> {
    let model = builder(transport).build().unwrap();
    model
        .complete(Request::new("hi").with_delivery(delivery))
        .await
}

/// The positions behind every event, and those inside every character of several bytes.
fn cuts() -> [Vec<usize>; 4] {
    let bytes = STREAM.as_bytes();
    let ends = 1..bytes.len();
    [
        Vec::new(),
        ends.clone()
            .filter(|at| bytes[..*at].ends_with(b"\n\n"))
            .collect(),
        ends.clone().collect(),
        ends.filter(|at| !STREAM.is_char_boundary(*at)).collect(),
    ]
}

fn cut(at: &[usize]) -> Vec<Vec<u8>> {
    let starts = [0].into_iter().chain(at.iter().copied());
    let ends = at.iter().copied().chain([STREAM.len()]);
    starts
        .zip(ends)
        .map(|(start, end)| STREAM.as_bytes()[start..end].to_vec())
        .collect()
}

#[tokio::test]
async fn cutting_is_invisible_and_whole_is_incremental() {
    let transport = MemoryTransport::new().with_response(200, JSON, whole().to_string());
    let expected = complete(&transport, Delivery::Whole).await.unwrap();
    assert_eq!(expected.text(), "天気 😀\n\"é\"");
    assert_eq!(expected.reasoning(), "Ich weiß…");
    let arguments: Vec<&str> = expected
        .tool_calls()
        .map(|call| call.arguments.as_str())
        .collect();
    assert_eq!(arguments, ["{\"city\":\"Zürich\"}", "{\"city\":\"東京\"}"]);
    let mut seen = Vec::new();
    for at in cuts() {
        let transport = MemoryTransport::new().with_chunks(200, SSE, cut(&at));
        let model = builder(&transport).build().unwrap();
        let events: Result<Vec<Event>, Error> = events(&model, Delivery::Incremental)
            .await
            .into_iter()
            .collect();
        seen.push(events.unwrap());
        let transport = MemoryTransport::new().with_chunks(200, SSE, cut(&at));
        assert_eq!(
            complete(&transport, Delivery::Incremental).await.unwrap(),
            expected
        );
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(
        matches!(seen[0].first(), Some(Event::Start(start)) if start.request_id.as_deref() == Some("req_1"))
    );
    assert_eq!(seen[0].last(), Some(&Event::End));
    assert_eq!(
        seen[0].iter().filter(|event| **event == Event::End).count(),
        1
    );
}

#[tokio::test]
async fn a_stream_that_is_cut_off_is_an_error_wherever_that_is() {
    let finish = STREAM.find("\"finish_reason\":\"tool_calls\"").unwrap();
    let finished = finish + STREAM[finish..].find("\n\n").unwrap() + 2;
    for at in (0..finished).step_by(7) {
        let transport = MemoryTransport::new().with_response(200, SSE, &STREAM.as_bytes()[..at]);
        let error = complete(&transport, Delivery::Incremental)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "cut at {at}");
        assert_eq!(
            (error.provider(), error.request_id()),
            (Some("openai"), Some("req_1"))
        );
    }
    let transport = MemoryTransport::new().with_response(200, SSE, &STREAM.as_bytes()[..finished]);
    let response = complete(&transport, Delivery::Incremental).await.unwrap();
    assert_eq!(
        response.usage.input_tokens, None,
        "complete, but what it cost is lost"
    );
}

#[tokio::test]
async fn a_whole_answer_to_a_request_for_a_stream_is_read_and_the_other_way_round() {
    let transport = MemoryTransport::new()
        .with_response(200, JSON, whole().to_string())
        .with_response(200, SSE, STREAM);
    let whole = complete(&transport, Delivery::Incremental).await.unwrap();
    let streamed = complete(&transport, Delivery::Whole).await.unwrap();
    assert_eq!(whole, streamed);
}

#[tokio::test]
async fn a_request_goes_to_its_place_with_its_key() {
    let transport = MemoryTransport::new()
        .with_response(200, JSON, whole().to_string())
        .with_response(200, JSON, whole().to_string());
    complete(&transport, Delivery::Whole).await.unwrap();
    let azure = builder(&transport)
        .dialect(AZURE)
        .base_url("https://x.openai.azure.com")
        .api_version("2024-10-21")
        .build()
        .unwrap();
    azure.text("hi").await.unwrap();
    let [openai, azure] = &transport.requests()[..] else {
        panic!("two requests");
    };
    assert_eq!(openai.method(), "POST");
    assert_eq!(openai.uri(), "https://api.openai.com/v1/chat/completions");
    assert_eq!(openai.headers()["authorization"], format!("Bearer {KEY}"));
    assert_eq!(openai.headers()["content-type"], "application/json");
    let body: Value = serde_json::from_slice(openai.body()).unwrap();
    assert_eq!(
        body,
        json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]})
    );
    assert_eq!(azure.headers()["api-key"], KEY);
    assert_eq!(azure.uri().query(), Some("api-version=2024-10-21"));
}

#[tokio::test]
async fn what_is_unsupported_stops_before_the_transport_or_is_reported() {
    let transport = MemoryTransport::new().with_response(200, JSON, whole().to_string());
    let model = builder(&transport).dialect(DEEPSEEK).build().unwrap();
    let request = Request::new("hi").with_parameters(Parameters::new().with_top_k(5).with_seed(1));
    let error = model.complete(request.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(transport.requests().len(), 0);
    let warned = model
        .complete(request.with_unsupported(Unsupported::Warn))
        .await
        .unwrap();
    assert_eq!(warned.start.dropped, ["top_k", "seed"]);
}

#[tokio::test]
async fn failures_have_kinds_and_keep_secrets() {
    let body = |message: &str, code: &str| {
        json!({"error": {"message": format!("{message} {KEY}"), "type": "t", "code": code}})
            .to_string()
    };
    for (status, body, kind) in [
        (
            401,
            body("wrong key", "invalid_api_key"),
            ErrorKind::Unauthenticated,
        ),
        (
            404,
            body("no such model", "model_not_found"),
            ErrorKind::NotFound,
        ),
        (
            429,
            body("slow down", "rate_limit_exceeded"),
            ErrorKind::RateLimited,
        ),
        (
            429,
            body("no credit", "insufficient_quota"),
            ErrorKind::QuotaExhausted,
        ),
        (
            400,
            body("too long", "context_length_exceeded"),
            ErrorKind::ContextLength,
        ),
        (
            400,
            body("filtered", "content_filter"),
            ErrorKind::ContentFilter,
        ),
        (500, "not JSON".to_owned(), ErrorKind::ServerError),
        (
            200,
            body("in band", "rate_limit_exceeded"),
            ErrorKind::RateLimited,
        ),
        (200, "<html>".to_owned(), ErrorKind::Protocol),
        (200, String::new(), ErrorKind::Protocol),
    ] {
        for delivery in [Delivery::Whole, Delivery::Incremental] {
            let transport = MemoryTransport::new().with_response(status, JSON, body.clone());
            let error = complete(&transport, delivery).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{body}");
            assert_eq!(error.provider(), Some("openai"));
            let said = format!("{error} {error:?} {:?}", error.detail());
            assert!(!said.contains(KEY), "{said}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_is_told_to_the_start() {
    let transport = MemoryTransport::new()
        .with_response(503, &[("retry-after", "1")], "busy")
        .with_response(200, JSON, whole().to_string());
    let model = OpenAi::builder("gpt-4o")
        .api_key(KEY)
        .transport(transport)
        .build()
        .unwrap();
    let response = model.complete("hi").await.unwrap();
    assert_eq!(response.start.retries.len(), 1);
    assert_eq!(response.start.retries[0].status, Some(503));
}
