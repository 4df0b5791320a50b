//! A conversation that was recorded is had again, from memory and over a real socket, and is the same.

use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel as _, Delivery, Event, Message, Request, ToolCallResponse, ToolSpec, Usage,
};
use glassbox_http::{HttpClient, ReqwestTransport, RetryPolicy, Transport};
use glassbox_openai::OpenAi;
use glassbox_test::cassette::{Recorder, Replayer};
use glassbox_test::{Server, Turn};
use serde_json::json;

const KEY: &str = "sk-canary-7f3a9c";

fn model(url: &str, key: &str, transport: impl Transport) -> OpenAi {
    OpenAi::builder("model-1")
        .base_url(format!("{url}/v1"))
        .api_key(key)
        .http(HttpClient::new(transport).with_retry(RetryPolicy::none()))
        .build()
        .unwrap()
}

async fn events(model: &OpenAi, request: Request) -> Vec<Event> {
    let events = model.stream(request).await.unwrap();
    events.map(Result::unwrap).collect().await
}

/// A question, the call that it leads to, and the answer to its result.
async fn conversation(model: &OpenAi) -> [Vec<Event>; 2] {
    let tool = ToolSpec::new("weather", json!({"type": "object"}));
    let request = Request::new("Wie ist es in Zürich?").with_tools([tool]);
    let first = events(model, request.clone().with_delivery(Delivery::Incremental)).await;
    let result = ToolCallResponse::new("call_1", "weather", "sunny");
    let second = events(model, request.with_message(Message::tool([result]))).await;
    [first, second]
}

#[tokio::test]
async fn a_recorded_conversation_is_had_again() {
    let host = Server::chat_completions([
        Turn::tool_call("call_1", "weather", r#"{"city": "Zürich"}"#).with_usage(Usage::new(9, 4)),
        Turn::text("Sonnig.").with_usage(Usage::new(20, 3)),
    ]);
    let recorder = Recorder::new(ReqwestTransport::new().unwrap());
    let said = conversation(&model(&host.url(), KEY, recorder.clone())).await;
    let cassettes = recorder.cassettes();
    assert_eq!(cassettes.len(), 2);
    assert!(!format!("{cassettes:?}").contains(KEY));

    let replayer = Replayer::new(cassettes.clone());
    let again = conversation(&model("http://host.invalid", "another", replayer.clone())).await;
    assert_eq!(again, said);
    assert_eq!(replayer.left(), 0);

    let server = Replayer::new(cassettes).server();
    let socket = ReqwestTransport::new().unwrap();
    let again = conversation(&model(&server.url(), "another", socket)).await;
    assert_eq!(again, said);
}
