//! OpenAI, what runs on one's own machine, and the table of all.

use super::services::{
    CEREBRAS, DASHSCOPE, DEEPSEEK, FIREWORKS, GITHUB, GROQ, HUGGINGFACE, MISTRAL, MOONSHOT, NVIDIA,
    OPENROUTER, PERPLEXITY, TOGETHER, XAI, ZAI,
};
use super::{
    Auth, CallIds, Dialect, Embeddings, EncryptedReasoning, Media, Options, OutputBeside,
    OutputCap, Paths, ReasoningEcho, ReasoningEffort, Responses, StructuredOutput, ToolChoices,
    Variables, VectorEncoding,
};

/// OpenAI itself (`platform.openai.com/docs/api-reference/chat`).
pub const OPENAI: Dialect = Dialect {
    name: "openai",
    provider: "openai",
    base_url: "https://api.openai.com/v1",
    variables: Variables {
        organization: "OPENAI_ORG_ID",
        project: "OPENAI_PROJECT_ID",
        ..Variables::new("OPENAI_API_KEY", "OPENAI_BASE_URL")
    },
    auth: Auth::Bearer,
    needs_key: true,
    paths: Paths::Plain,
    output_cap: OutputCap::ByModel,
    options: Options {
        top_k: None,
        stop_sequences: Some("stop"),
        seed: Some("seed"),
        frequency_penalty: Some("frequency_penalty"),
        presence_penalty: Some("presence_penalty"),
        choice_count: Some("n"),
        parallel_tool_calls: Some("parallel_tool_calls"),
        service_tier: Some("service_tier"),
        user: Some("user"),
        name: Some("name"),
    },
    reasoning_effort: ReasoningEffort::Flat,
    reasoning: ReasoningEcho::Omit,
    shows_reasoning: false,
    think_tags: false,
    include_usage: true,
    reports_cost: false,
    tools: true,
    tool_choice: ToolChoices {
        required: Some("required"),
        none: true,
        named: true,
    },
    call_ids: CallIds::Any,
    structured_output: StructuredOutput::Schema,
    output_beside: OutputBeside {
        forced_tools: true,
        streaming: true,
    },
    media: Media {
        images: true,
        audio: true,
        video: false,
        documents: true,
    },
    text_lists: true,
    developer_role: true,
    later_instructions: true,
    refusals: true,
    embeddings: Embeddings {
        path: "embeddings",
        encoding: VectorEncoding::Floats,
    },
    responses: Responses {
        // What it takes in Chat Completions alone: `stop`, `seed`, the penalties, `n`, names, sound.
        options: Options {
            top_k: None,
            stop_sequences: None,
            seed: None,
            frequency_penalty: None,
            presence_penalty: None,
            choice_count: None,
            parallel_tool_calls: Some("parallel_tool_calls"),
            service_tier: Some("service_tier"),
            user: Some("user"),
            name: None,
        },
        media: Media {
            images: true,
            audio: false,
            video: false,
            documents: true,
        },
        encrypted_reasoning: EncryptedReasoning::ByModel,
        stream_only: false,
    },
    statuses: &[],
};

/// Azure OpenAI (`learn.microsoft.com/azure/ai-services/openai/reference`). The model is the deployment's name.
pub const AZURE: Dialect = Dialect {
    name: "azure",
    provider: "azure.ai.openai",
    base_url: "",
    variables: Variables {
        api_version: "OPENAI_API_VERSION",
        ..Variables::new("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_ENDPOINT")
    },
    auth: Auth::Header("api-key"),
    paths: Paths::Azure,
    ..OPENAI
};

/// Any other host, by its base URL. Nothing is known of it, so nothing is refused, and a key is sent only where
/// there is one.
pub const COMPATIBLE: Dialect = Dialect {
    name: "openai-compatible",
    provider: "openai-compatible",
    base_url: "",
    variables: Variables::new("OPENAI_COMPATIBLE_API_KEY", "OPENAI_COMPATIBLE_BASE_URL"),
    needs_key: false,
    options: Options {
        top_k: Some("top_k"),
        ..OPENAI.options
    },
    shows_reasoning: true,
    think_tags: true,
    call_ids: CallIds::ByModel,
    media: Media {
        video: true,
        ..OPENAI.media
    },
    developer_role: false,
    refusals: false,
    embeddings: Embeddings {
        encoding: VectorEncoding::Numbers,
        ..OPENAI.embeddings
    },
    responses: Responses {
        options: Options {
            top_k: Some("top_k"),
            stop_sequences: Some("stop"),
            seed: Some("seed"),
            frequency_penalty: Some("frequency_penalty"),
            presence_penalty: Some("presence_penalty"),
            ..OPENAI.responses.options
        },
        ..OPENAI.responses
    },
    ..OPENAI
};

/// A LiteLLM proxy.
pub const LITELLM: Dialect = Dialect {
    name: "litellm",
    provider: "litellm",
    base_url: "http://localhost:4000",
    variables: Variables::new("LITELLM_API_KEY", "LITELLM_BASE_URL"),
    ..COMPATIBLE
};

/// llama.cpp's server. It cannot be told to call one tool by name.
pub const LLAMACPP: Dialect = Dialect {
    name: "llamacpp",
    provider: "llamacpp",
    base_url: "http://localhost:8080/v1",
    variables: Variables::new("LLAMACPP_API_KEY", "LLAMACPP_BASE_URL"),
    output_cap: OutputCap::MaxTokens,
    tool_choice: ToolChoices {
        named: false,
        ..OPENAI.tool_choice
    },
    reasoning: ReasoningEcho::Field("reasoning_content"),
    ..COMPATIBLE
};

/// LM Studio.
pub const LMSTUDIO: Dialect = Dialect {
    name: "lmstudio",
    provider: "lmstudio",
    base_url: "http://localhost:1234/v1",
    variables: Variables::new("LMSTUDIO_API_KEY", "LMSTUDIO_BASE_URL"),
    output_cap: OutputCap::MaxTokens,
    ..COMPATIBLE
};

/// SGLang's server.
pub const SGLANG: Dialect = Dialect {
    name: "sglang",
    provider: "sglang",
    base_url: "http://localhost:30000/v1",
    variables: Variables::new("SGLANG_API_KEY", "SGLANG_BASE_URL"),
    output_cap: OutputCap::MaxTokens,
    ..COMPATIBLE
};

/// vLLM's server.
pub const VLLM: Dialect = Dialect {
    name: "vllm",
    provider: "vllm",
    base_url: "http://localhost:8000/v1",
    variables: Variables::new("VLLM_API_KEY", "VLLM_BASE_URL"),
    output_cap: OutputCap::MaxTokens,
    ..COMPATIBLE
};

/// Every dialect, in alphabetical order of their names.
pub const DIALECTS: &[Dialect] = &[
    AZURE,
    CEREBRAS,
    DASHSCOPE,
    DEEPSEEK,
    FIREWORKS,
    GITHUB,
    GROQ,
    HUGGINGFACE,
    LITELLM,
    LLAMACPP,
    LMSTUDIO,
    MISTRAL,
    MOONSHOT,
    NVIDIA,
    OPENAI,
    COMPATIBLE,
    OPENROUTER,
    PERPLEXITY,
    SGLANG,
    TOGETHER,
    VLLM,
    XAI,
    ZAI,
];

/// The dialect of this name, as in `groq`.
#[must_use]
pub fn dialect(name: &str) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.name == name)
}
