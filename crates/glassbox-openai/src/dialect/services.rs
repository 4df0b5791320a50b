//! Hosted services.

use super::table::{COMPATIBLE, OPENAI};
use super::{
    CallIds, Dialect, Embeddings, EncryptedReasoning, Media, Options, OutputBeside, OutputCap,
    ReasoningEcho, ReasoningEffort, Responses, StructuredOutput, ToolChoices, Variables,
    VectorEncoding,
};
use glassbox_core::ErrorKind;

/// A hosted service: as [`COMPATIBLE`], with a key, and with nothing that OpenAI does not have.
const SERVICE: Dialect = Dialect {
    needs_key: true,
    output_cap: OutputCap::MaxTokens,
    options: OPENAI.options,
    media: Media {
        images: true,
        audio: false,
        video: false,
        documents: false,
    },
    responses: OPENAI.responses,
    ..COMPATIBLE
};

/// Cerebras (`inference-docs.cerebras.ai`). The two penalties and `n` are not supported; reasoning goes back as
/// `reasoning`.
pub const CEREBRAS: Dialect = Dialect {
    name: "cerebras",
    provider: "cerebras",
    base_url: "https://api.cerebras.ai/v1",
    variables: Variables::new("CEREBRAS_API_KEY", "CEREBRAS_BASE_URL"),
    output_cap: OutputCap::MaxCompletionTokens,
    options: Options {
        frequency_penalty: None,
        presence_penalty: None,
        choice_count: None,
        ..OPENAI.options
    },
    reasoning: ReasoningEcho::Field("reasoning"),
    ..SERVICE
};

/// Alibaba's DashScope, international (`alibabacloud.com/help/model-studio`).
pub const DASHSCOPE: Dialect = Dialect {
    name: "dashscope",
    provider: "dashscope",
    base_url: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    variables: Variables::new("DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL"),
    options: Options {
        top_k: Some("top_k"),
        ..OPENAI.options
    },
    ..SERVICE
};

/// DeepSeek (`api-docs.deepseek.com/api/create-chat-completion`). Text only, no schema; a model that thinks and
/// calls tools wants its `reasoning_content` back.
pub const DEEPSEEK: Dialect = Dialect {
    name: "deepseek",
    provider: "deepseek",
    base_url: "https://api.deepseek.com",
    variables: Variables::new("DEEPSEEK_API_KEY", "DEEPSEEK_BASE_URL"),
    options: Options {
        seed: None,
        choice_count: None,
        service_tier: None,
        user: None,
        ..OPENAI.options
    },
    reasoning: ReasoningEcho::Field("reasoning_content"),
    structured_output: StructuredOutput::Json,
    media: NO_MEDIA,
    // Its reasoning is readable, and goes back as it came.
    responses: Responses {
        options: Options {
            service_tier: None,
            user: None,
            ..OPENAI.responses.options
        },
        media: NO_MEDIA,
        encrypted_reasoning: EncryptedReasoning::Never,
        ..OPENAI.responses
    },
    ..SERVICE
};

/// Fireworks (`docs.fireworks.ai/api-reference/post-chatcompletions`).
pub const FIREWORKS: Dialect = Dialect {
    name: "fireworks",
    provider: "fireworks",
    base_url: "https://api.fireworks.ai/inference/v1",
    variables: Variables::new("FIREWORKS_API_KEY", "FIREWORKS_BASE_URL"),
    options: Options {
        top_k: Some("top_k"),
        ..OPENAI.options
    },
    ..SERVICE
};

/// GitHub Models (`docs.github.com/rest/models/inference`).
pub const GITHUB: Dialect = Dialect {
    name: "github",
    provider: "github",
    base_url: "https://models.github.ai/inference",
    variables: Variables::new("GITHUB_TOKEN", ""),
    output_cap: OutputCap::ByModel,
    ..SERVICE
};

/// Groq (`console.groq.com/docs/openai`). It refuses `n` above 1, message names, reasoning in the history, and to
/// stream what has a form. With 498 it says that there is no capacity for the tier (`console.groq.com/docs/errors`).
pub const GROQ: Dialect = Dialect {
    name: "groq",
    provider: "groq",
    base_url: "https://api.groq.com/openai/v1",
    variables: Variables::new("GROQ_API_KEY", ""),
    output_cap: OutputCap::MaxCompletionTokens,
    options: Options {
        choice_count: None,
        name: None,
        ..OPENAI.options
    },
    output_beside: OutputBeside {
        streaming: false,
        ..OPENAI.output_beside
    },
    responses: UNENCRYPTED,
    statuses: &[(498, ErrorKind::Overloaded)],
    ..SERVICE
};

/// Hugging Face's router (`huggingface.co/docs/inference-providers`).
pub const HUGGINGFACE: Dialect = Dialect {
    name: "huggingface",
    provider: "huggingface",
    base_url: "https://router.huggingface.co/v1",
    variables: Variables::new("HF_TOKEN", ""),
    ..SERVICE
};

/// Mistral (`docs.mistral.ai/api`), which answers a field it does not know with 422, and gives the usage of a
/// stream unasked. It takes ids of nine characters and instructions at the beginning alone, and forces no tool while an
/// answer has a form.
pub const MISTRAL: Dialect = Dialect {
    name: "mistral",
    provider: "mistral_ai",
    base_url: "https://api.mistral.ai/v1",
    variables: Variables::new("MISTRAL_API_KEY", ""),
    options: Options {
        seed: Some("random_seed"),
        service_tier: None,
        user: None,
        name: None,
        ..OPENAI.options
    },
    reasoning: ReasoningEcho::Parts,
    include_usage: false,
    tool_choice: ToolChoices {
        required: Some("any"),
        ..OPENAI.tool_choice
    },
    call_ids: CallIds::NineCharacters,
    output_beside: OutputBeside {
        forced_tools: false,
        ..OPENAI.output_beside
    },
    later_instructions: false,
    media: Media {
        audio: true,
        ..SERVICE.media
    },
    ..SERVICE
};

/// Moonshot (`platform.moonshot.ai/docs/api/chat`). It cannot be made to call a tool.
pub const MOONSHOT: Dialect = Dialect {
    name: "moonshot",
    provider: "moonshot_ai",
    base_url: "https://api.moonshot.ai/v1",
    variables: Variables::new("MOONSHOT_API_KEY", "MOONSHOT_BASE_URL"),
    reasoning: ReasoningEcho::Field("reasoning_content"),
    tool_choice: ToolChoices {
        required: None,
        ..OPENAI.tool_choice
    },
    structured_output: StructuredOutput::Json,
    responses: UNENCRYPTED,
    ..SERVICE
};

/// NVIDIA's hosted models (`docs.api.nvidia.com/nim/reference/llm-apis`).
pub const NVIDIA: Dialect = Dialect {
    name: "nvidia",
    provider: "nvidia",
    base_url: "https://integrate.api.nvidia.com/v1",
    variables: Variables::new("NVIDIA_API_KEY", ""),
    ..SERVICE
};

/// OpenRouter (`openrouter.ai/docs/api-reference/chat-completion`), which says what a call cost.
pub const OPENROUTER: Dialect = Dialect {
    name: "openrouter",
    provider: "openrouter",
    base_url: "https://openrouter.ai/api/v1",
    variables: Variables::new("OPENROUTER_API_KEY", "OPENROUTER_BASE_URL"),
    options: Options {
        top_k: Some("top_k"),
        ..OPENAI.options
    },
    reasoning_effort: ReasoningEffort::Nested,
    reasoning: ReasoningEcho::Details,
    reports_cost: true,
    media: Media {
        images: true,
        audio: true,
        video: true,
        documents: true,
    },
    ..SERVICE
};

/// Perplexity (`docs.perplexity.ai/api-reference/chat-completions-post`). It searches by itself, takes no tools, and says
/// what a call cost. It takes instructions at the beginning alone, and answers lists of texts with nothing.
pub const PERPLEXITY: Dialect = Dialect {
    name: "perplexity",
    provider: "perplexity",
    base_url: "https://api.perplexity.ai",
    variables: Variables::new("PERPLEXITY_API_KEY", ""),
    options: Options {
        top_k: Some("top_k"),
        seed: None,
        choice_count: None,
        parallel_tool_calls: None,
        service_tier: None,
        user: None,
        name: None,
        ..OPENAI.options
    },
    include_usage: false,
    reports_cost: true,
    tools: false,
    text_lists: false,
    later_instructions: false,
    embeddings: Embeddings {
        path: "v1/embeddings",
        encoding: VectorEncoding::SignedBytes,
    },
    ..SERVICE
};

/// Together (`docs.together.ai/reference/chat-completions`).
pub const TOGETHER: Dialect = Dialect {
    name: "together",
    provider: "together",
    base_url: "https://api.together.xyz/v1",
    variables: Variables::new("TOGETHER_API_KEY", "TOGETHER_BASE_URL"),
    options: Options {
        top_k: Some("top_k"),
        ..OPENAI.options
    },
    ..SERVICE
};

/// xAI (`docs.x.ai/docs/api-reference`), which says what a call cost.
pub const XAI: Dialect = Dialect {
    name: "xai",
    provider: "x_ai",
    base_url: "https://api.x.ai/v1",
    variables: Variables::new("XAI_API_KEY", ""),
    reports_cost: true,
    responses: Responses {
        encrypted_reasoning: EncryptedReasoning::Always,
        ..OPENAI.responses
    },
    ..SERVICE
};

/// Z.AI (`docs.z.ai/api-reference/llm/chat-completion`). It knows `auto` alone of the tool choices, and no schema.
pub const ZAI: Dialect = Dialect {
    name: "zai",
    provider: "zai",
    base_url: "https://api.z.ai/api/paas/v4",
    variables: Variables::new("ZAI_API_KEY", "ZAI_BASE_URL"),
    options: Options {
        seed: None,
        frequency_penalty: None,
        presence_penalty: None,
        choice_count: None,
        parallel_tool_calls: None,
        service_tier: None,
        user: None,
        name: None,
        ..OPENAI.options
    },
    reasoning: ReasoningEcho::Field("reasoning_content"),
    tool_choice: ToolChoices {
        required: None,
        none: false,
        named: false,
    },
    structured_output: StructuredOutput::Json,
    ..SERVICE
};

/// The Responses of a host that gives no reasoning encrypted, whatever its models are called.
const UNENCRYPTED: Responses = Responses {
    encrypted_reasoning: EncryptedReasoning::Never,
    ..OPENAI.responses
};

const NO_MEDIA: Media = Media {
    images: false,
    audio: false,
    video: false,
    documents: false,
};
