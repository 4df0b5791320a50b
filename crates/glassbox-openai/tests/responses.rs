//! The Responses model over a real connection: whole and streamed, with a tool.

#![expect(clippy::unwrap_used, reason = "a test may simply unwrap")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use futures_util::StreamExt as _;
use glassbox_core::{
    Api, CompletionModel as _, CompletionModelExt as _, Delivery, Error, ErrorKind, FinishKind,
    Fold, Message, Request, Response, ToolCallResponse, ToolSpec,
};
use glassbox_http::{HttpClient, MemoryTransport, RetryPolicy};
use glassbox_openai::{AZURE, CHATGPT_CODEX, OpenAiBuilder, OpenAiResponses};
use serde_json::{Value, json};

const KEY: &str = "key-of-nobody";

/// Answers one request after another, each over a connection of its own, and gives what it received.
fn serve(answers: Vec<(&'static str, String)>) -> (String, JoinHandle<Vec<(String, Value)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let exchange = |(kind, body): (&str, String)| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                let lower = line.to_ascii_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                head.push_str(&lower);
            }
            let mut received = vec![0; length];
            reader.read_exact(&mut received).unwrap();
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nx-request-id: req_1\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
            (head, serde_json::from_slice(&received).unwrap())
        };
        answers.into_iter().map(exchange).collect()
    });
    (url, thread)
}

fn output() -> [Value; 2] {
    [
        json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "sealed",
            "summary": [{"type": "summary_text", "text": "天気?"}]}),
        json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather",
            "arguments": "{\"city\":\"Zürich\"}", "status": "completed"}),
    ]
}

fn response(output: &Value) -> Value {
    json!({"id": "resp_1", "object": "response", "model": "gpt-5-1", "status": "completed",
        "error": null, "output": output,
        "usage": {"input_tokens": 20, "output_tokens": 30, "total_tokens": 50}})
}

fn whole(output: &Value) -> (&'static str, String) {
    ("application/json", response(output).to_string())
}

fn streamed() -> (&'static str, String) {
    let [thought, call] = output();
    let events = [
        json!({"type": "response.created", "response": {"id": "resp_1", "model": "gpt-5-1", "status": "in_progress"}}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "reasoning", "id": "rs_1"}}),
        json!({"type": "response.reasoning_summary_text.delta", "output_index": 0, "summary_index": 0, "delta": "天気?"}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": thought}),
        json!({"type": "response.output_item.added", "output_index": 1,
            "item": {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather", "arguments": ""}}),
        json!({"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "{\"city\":"}),
        json!({"type": "response.function_call_arguments.delta", "output_index": 1, "delta": "\"Zürich\"}"}),
        json!({"type": "response.output_item.done", "output_index": 1, "item": call}),
        json!({"type": "response.completed", "response": response(&json!([thought, call]))}),
    ];
    let frames = events.iter().map(|event| {
        let name = event["type"].as_str().unwrap();
        format!("event: {name}\ndata: {event}\n\n")
    });
    ("text/event-stream", frames.collect())
}

fn request() -> Request {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    Request::new("weather?")
        .with_system("be brief")
        .with_tools([ToolSpec::new("weather", schema)])
}

#[tokio::test]
async fn a_tool_is_called_and_answered_over_a_connection_whole_and_streamed() {
    let [thought, call] = output();
    let answer = json!([{"type": "message", "id": "msg_1", "role": "assistant",
        "content": [{"type": "output_text", "text": "Sunny."}]}]);
    for (delivery, first) in [
        (Delivery::Whole, whole(&json!(output()))),
        (Delivery::Incremental, streamed()),
    ] {
        let (url, server) = serve(vec![first, whole(&answer)]);
        let model = OpenAiResponses::builder("gpt-5")
            .api_key(KEY)
            .base_url(url)
            .build_responses()
            .unwrap();
        assert_eq!(model.info().api, Some(Api::Responses));
        let request = request().with_delivery(delivery);
        let asked = model.complete(request.clone()).await.unwrap();
        assert_eq!(asked.reasoning(), "天気?");
        assert_eq!(asked.start.request_id.as_deref(), Some("req_1"));
        let finish = asked.choices[0].finish_reason.as_ref().unwrap();
        assert_eq!(finish.kind, FinishKind::ToolCall);
        let result = ToolCallResponse::new("call_1", "weather", "sun");
        let request = request
            .with_message(asked.choices[0].message.clone())
            .with_message(Message::tool([result]));
        let answered = model.complete(request).await.unwrap();
        assert_eq!(answered.text(), "Sunny.");
        let received = server.join().unwrap();
        let (head, body) = &received[1];
        assert!(head.starts_with("post /v1/responses "), "{head}");
        assert!(head.contains(&format!("authorization: bearer {KEY}")));
        assert_eq!(body["instructions"], "be brief");
        assert_eq!(body["store"], false);
        assert_eq!(body["input"][1], thought, "as it came");
        assert_eq!(body["input"][2]["call_id"], call["call_id"]);
        assert_eq!(
            body["input"][3],
            json!({"type": "function_call_output", "call_id": "call_1", "output": "sun"})
        );
    }
}

fn builder(transport: &MemoryTransport) -> OpenAiBuilder {
    let http = HttpClient::new(transport.clone()).with_retry(RetryPolicy::none());
    OpenAiResponses::builder("gpt-5").api_key(KEY).http(http)
}

async fn complete(transport: &MemoryTransport, delivery: Delivery) -> Result<Response, Error> {
    let model = builder(transport).build_responses().unwrap();
    model.complete(request().with_delivery(delivery)).await
}

#[tokio::test]
async fn a_stream_that_is_cut_off_is_an_error_wherever_that_is() {
    let (_, body) = streamed();
    let header = [("content-type", "text/event-stream")];
    for at in (0..body.len() - 2).step_by(5) {
        let cut = body.as_bytes()[..at].to_vec();
        let transport = MemoryTransport::new().with_response(200, &header, cut);
        match complete(&transport, Delivery::Incremental).await {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Protocol, "cut at {at}"),
            // The last event needs no blank line behind it.
            Ok(_) => assert!(body.as_bytes()[..at].ends_with(b"}"), "cut at {at}"),
        }
    }
    let mut seen = Vec::new();
    for cut in [usize::MAX, 61, 3, 1] {
        let pieces = body.as_bytes().chunks(cut).map(<[u8]>::to_vec);
        let transport =
            MemoryTransport::new().with_chunks(200, &header, pieces.collect::<Vec<_>>());
        seen.push(complete(&transport, Delivery::Incremental).await.unwrap());
    }
    let (_, body) = whole(&json!(output()));
    let transport =
        MemoryTransport::new().with_response(200, &[("content-type", "application/json")], body);
    seen.push(complete(&transport, Delivery::Whole).await.unwrap());
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn errors_keep_secrets() {
    let body = json!({"error": {"message": format!("wrong key {KEY}"), "code": "invalid_api_key"}});
    for status in [200, 401] {
        for delivery in [Delivery::Whole, Delivery::Incremental] {
            let header = [("content-type", "application/json")];
            let transport = MemoryTransport::new().with_response(status, &header, body.to_string());
            let error = complete(&transport, delivery).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthenticated);
            assert!(!format!("{error} {error:?} {:?}", error.detail()).contains(KEY));
        }
    }
}

#[tokio::test]
async fn a_response_that_failed_is_billed_whole_and_streamed() {
    let mut failed = response(&json!([]));
    failed["status"] = json!("failed");
    failed["error"] = json!({"code": "server_error", "message": "out of luck"});
    let event = json!({"type": "response.failed", "response": failed});
    for (delivery, kind, body) in [
        (Delivery::Whole, "application/json", failed.to_string()),
        (
            Delivery::Incremental,
            "text/event-stream",
            format!("data: {event}\n\n"),
        ),
    ] {
        let transport = MemoryTransport::new().with_response(200, &[("content-type", kind)], body);
        let model = builder(&transport).build_responses().unwrap();
        let request = request().with_delivery(delivery);
        let mut events = model.stream(request).await.unwrap();
        let mut fold = Fold::new();
        let error = loop {
            match events.next().await.unwrap() {
                Ok(event) => fold.push(event),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::ServerError, "{delivery:?}");
        assert_eq!(error.detail(), Some("out of luck"));
        let partial = fold.into_partial();
        assert_eq!(partial.usage.total_tokens(), Some(50), "{delivery:?}");
        assert_eq!(partial.id(), Some("resp_1"));
        assert_eq!(partial.text(), "");
    }
}

#[tokio::test]
async fn a_result_of_a_call_that_the_provider_keeps_is_sent() {
    let result = || Message::tool([ToolCallResponse::new("call_1", "weather", "sun")]);
    let input = async |request: Request| {
        let answer = whole(&json!([])).1;
        let transport = MemoryTransport::new().with_response(200, &[], answer);
        let model = builder(&transport).build_responses().unwrap();
        model.complete(request).await.unwrap();
        let body: Value = serde_json::from_slice(transport.requests()[0].body()).unwrap();
        body["input"].as_array().unwrap().len()
    };
    let request = Request::new(result());
    assert_eq!(
        input(request.clone().with_previous_response("resp_1")).await,
        1
    );
    assert_eq!(
        input(request.clone().with_extra("conversation", "conv_1")).await,
        1
    );
    assert_eq!(input(request.with_message("hi")).await, 1, "nobody called");
}

#[tokio::test]
async fn every_host_has_its_place() {
    let header = [("content-type", "text/event-stream")];
    let place = async |builder: fn(OpenAiBuilder) -> OpenAiBuilder| {
        let transport = MemoryTransport::new().with_response(200, &header, streamed().1);
        let model = builder(self::builder(&transport))
            .build_responses()
            .unwrap();
        model.complete("hi").await.unwrap();
        let sent = &transport.requests()[0];
        let body: Value = serde_json::from_slice(sent.body()).unwrap();
        (sent.uri().to_string(), body["stream"] == true)
    };
    assert_eq!(
        place(|builder| builder).await,
        ("https://api.openai.com/v1/responses".to_owned(), false)
    );
    let azure = "https://x.openai.azure.com";
    for (base, version, expected) in [
        (
            azure.to_owned(),
            None,
            format!("{azure}/openai/v1/responses"),
        ),
        (
            format!("{azure}/openai/v1/"),
            None,
            format!("{azure}/openai/v1/responses"),
        ),
        (
            azure.to_owned(),
            Some("2025-04-01-preview"),
            format!("{azure}/openai/responses?api-version=2025-04-01-preview"),
        ),
    ] {
        let transport = MemoryTransport::new().with_response(200, &header, streamed().1);
        let mut builder = builder(&transport).dialect(AZURE).base_url(base);
        if let Some(version) = version {
            builder = builder.api_version(version);
        }
        builder
            .build_responses()
            .unwrap()
            .complete("hi")
            .await
            .unwrap();
        let sent = &transport.requests()[0];
        assert_eq!(sent.uri().to_string(), expected);
        assert_eq!(sent.headers()["api-key"], KEY);
    }
    // It only streams, so what is wanted whole is streamed and folded.
    let (uri, streams) = place(|builder| builder.dialect(CHATGPT_CODEX)).await;
    assert_eq!(uri, "https://chatgpt.com/backend-api/codex/responses");
    assert!(streams);
}
