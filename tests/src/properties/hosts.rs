use std::sync::Arc;

use glassbox_anthropic::Anthropic;
use glassbox_bedrock::Bedrock;
use glassbox_cohere::CohereBuilder;
use glassbox_core::{CompletionModel, EmbeddingModel, Result};
use glassbox_gemini::GeminiBuilder;
use glassbox_http::{HttpClient, Limits, RetryPolicy, Timeouts, Transport};
use glassbox_ollama::OllamaBuilder;
use glassbox_openai::{
    BEDROCK_MANTLE, CHATGPT_CODEX, COPILOT, DIALECTS, Dialect, OpenAi, OpenAiBuilder,
};

/// The key of every host. No text of ours may ever hold it.
pub(super) const KEY: &str = "sk-canary-7f3a9c";

const URL: &str = "http://host.invalid";

/// A provider, as its adapter reaches it.
#[derive(Clone, Copy)]
pub(super) struct Host {
    pub(super) name: &'static str,
    /// The model number so and so of this provider.
    pub(super) model: fn(usize, HttpClient) -> Arc<dyn CompletionModel>,
    /// The type of an answer in pieces.
    pub(super) pieces: &'static str,
    /// Whether every tool call has an id on its wire. Google is given back the ids that it gave, and no others.
    pub(super) has_call_ids: bool,
}

/// Makes the embedding model number so and so of a provider.
pub(super) type Embeddings = fn(usize, HttpClient) -> Arc<dyn EmbeddingModel>;

const EVENTS: &str = "text/event-stream";

pub(super) const ANTHROPIC: Host = Host {
    name: "anthropic",
    model: |_, http| {
        let builder = Anthropic::builder("claude-sonnet-4-5").base_url(URL);
        made(builder.api_key(KEY).http(http).build())
    },
    pieces: EVENTS,
    has_call_ids: true,
};

pub(super) const BEDROCK: Host = Host {
    name: "bedrock",
    model: |which, http| {
        let models = [
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "amazon.nova-lite-v1:0",
            "mistral.mistral-large-2407-v1:0",
        ];
        let builder = Bedrock::builder(models[which % models.len()]);
        let builder = builder.region("us-east-1").base_url(URL);
        made(builder.api_key(KEY).http(http).build())
    },
    pieces: "application/vnd.amazon.eventstream",
    has_call_ids: true,
};

pub(super) const CHAT: Host = Host {
    name: "chat",
    model: |which, http| made(openai(dialect(which), http).build()),
    pieces: EVENTS,
    has_call_ids: true,
};

pub(super) const COHERE: Host = Host {
    name: "cohere",
    model: |_, http| made(cohere(http).build()),
    pieces: EVENTS,
    has_call_ids: true,
};

pub(super) const GEMINI: Host = Host {
    name: "gemini",
    model: |which, http| made(gemini(which, "gemini-3-flash-preview", http).build()),
    pieces: EVENTS,
    has_call_ids: false,
};

pub(super) const OLLAMA: Host = Host {
    name: "ollama",
    model: |_, http| made(ollama(http).build()),
    pieces: "application/x-ndjson",
    has_call_ids: true,
};

pub(super) const RESPONSES: Host = Host {
    name: "responses",
    model: |which, http| made(openai(dialect(which), http).build_responses()),
    pieces: EVENTS,
    has_call_ids: true,
};

/// Every provider.
pub(super) const HOSTS: &[Host] = &[CHAT, RESPONSES, ANTHROPIC, GEMINI, BEDROCK, COHERE, OLLAMA];

/// Every provider that has embeddings.
pub(super) const EMBEDDINGS: &[Embeddings] = &[
    |which, http| vectors(openai(dialect(which), http).build_embeddings()),
    |which, http| vectors(gemini(which, "text-embedding-005", http).build_embeddings()),
    |_, http| vectors(cohere(http).build_embeddings()),
    |_, http| vectors(ollama(http).build_embeddings()),
];

/// A client that neither waits nor tries again, so that nothing needs a clock.
pub(super) fn client(transport: impl Transport, limits: Limits) -> HttpClient {
    HttpClient::new(transport)
        .with_retry(RetryPolicy::none())
        .with_timeouts(Timeouts::none())
        .with_limits(limits)
}

fn made<M: CompletionModel>(model: Result<M>) -> Arc<dyn CompletionModel> {
    Arc::new(model.expect("nothing is missing"))
}

fn vectors<M: EmbeddingModel>(model: Result<M>) -> Arc<dyn EmbeddingModel> {
    Arc::new(model.expect("nothing is missing"))
}

/// The dialect number so and so: those of the table, then those that have a row elsewhere.
fn dialect(which: usize) -> Dialect {
    let further = [BEDROCK_MANTLE, CHATGPT_CODEX, COPILOT];
    let which = which % (DIALECTS.len() + further.len());
    match DIALECTS.get(which) {
        Some(dialect) => *dialect,
        None => further[which - DIALECTS.len()],
    }
}

fn openai(dialect: Dialect, http: HttpClient) -> OpenAiBuilder {
    OpenAi::builder("model-1")
        .dialect(dialect)
        .base_url(format!("{URL}/v1"))
        .api_version("2024-10-21")
        .api_key(KEY)
        .http(http)
}

fn gemini(which: usize, model: &str, http: HttpClient) -> GeminiBuilder {
    let builder = if which.is_multiple_of(2) {
        GeminiBuilder::new(model).api_key(KEY)
    } else {
        let builder = GeminiBuilder::vertex(model).project("project-1");
        builder.access_token(KEY)
    };
    builder.base_url(URL).http(http)
}

fn cohere(http: HttpClient) -> CohereBuilder {
    let builder = CohereBuilder::new("command-a-03-2025").base_url(URL);
    builder.api_key(KEY).http(http)
}

fn ollama(http: HttpClient) -> OllamaBuilder {
    let builder = OllamaBuilder::new("qwen3:4b").base_url(URL);
    builder.api_key(KEY).http(http)
}
