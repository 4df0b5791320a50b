//! What is measured: a model over an in-memory transport, one whole call of it, and one stream.

use futures_util::StreamExt as _;
use glassbox::openai::OpenAi;
use glassbox::{CompletionModel, CompletionModelExt as _};
use glassbox_http::{MemoryResponse, MemoryTransport};

/// The pieces of a streamed answer.
pub(crate) const CHUNKS: usize = 500;

/// Answers every request whole.
pub(crate) fn whole_model() -> OpenAi {
    let text = "All the words of an answer. ".repeat(54);
    let body = format!(
        r#"{{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-mini-2024-07-18","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":20,"completion_tokens":300,"total_tokens":320}}}}"#
    );
    model("application/json", body)
}

/// Answers every request in pieces.
pub(crate) fn stream_model() -> OpenAi {
    let head = r#""id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_1""#;
    let delta = format!(
        "data: {{{head},\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" token\"}},\"logprobs\":null,\"finish_reason\":null}}],\"usage\":null}}\n\n"
    );
    let finish = format!(
        "data: {{{head},\"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":\"stop\"}}]}}\n\n"
    );
    let usage = format!(
        "data: {{{head},\"choices\":[],\"usage\":{{\"prompt_tokens\":20,\"completion_tokens\":500,\"total_tokens\":520}}}}\n\n"
    );
    let body = delta.repeat(CHUNKS) + &finish + &usage + "data: [DONE]\n\n";
    model("text/event-stream", body)
}

fn model(content_type: &str, body: String) -> OpenAi {
    let response = MemoryResponse::new(200)
        .with_header("content-type", content_type)
        .with_chunk(body);
    OpenAi::builder("gpt-4o-mini")
        .api_key("sk-none")
        .transport(MemoryTransport::always(response))
        .build()
        .unwrap()
}

/// One whole call.
pub(crate) async fn whole(model: &dyn CompletionModel) {
    let response = model.complete("hello").await.unwrap();
    assert!(response.usage.output_tokens.is_some());
}

/// One stream, to its end.
pub(crate) async fn stream(model: &dyn CompletionModel) {
    let mut events = model.events("hello").await.unwrap();
    let mut count = 0;
    while let Some(event) = events.next().await {
        event.unwrap();
        count += 1;
    }
    assert!(count > CHUNKS);
}
