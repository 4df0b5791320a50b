//! Names of the conventions up to 1.36 and of OpenLLMetry, for backends built on them.
//!
//! Written by hand. Sources: the package `opentelemetry-semantic-conventions-ai` 0.5.1 (module
//! `semconv_ai`) and the migration guide beside it, the instrumentations of OpenLLMetry 0.62 (how
//! they name spans), the deprecated part of the conventions' registry, and, in [`tutorial`], a
//! much-copied tutorial on tracing an agent by hand. Where 0.5 renamed something, both names are
//! here and the document says which is the newer.
//!
//! Lists are flattened: an element's attributes carry its index in their names
//! (`gen_ai.prompt.0.role`). The names in [`element`] follow the index and its dot.

/// Up to 1.36: the provider, under the values of that time (`az.ai.openai`, `xai`): see [`system`].
pub const GEN_AI_SYSTEM: &str = "gen_ai.system";

// Usage.

/// Up to 1.27: input tokens.
pub const GEN_AI_USAGE_PROMPT_TOKENS: &str = "gen_ai.usage.prompt_tokens";
/// Up to 1.27: output tokens.
pub const GEN_AI_USAGE_COMPLETION_TOKENS: &str = "gen_ai.usage.completion_tokens";
/// Input and output tokens together. Newer than [`LLM_USAGE_TOTAL_TOKENS`].
pub const GEN_AI_USAGE_TOTAL_TOKENS: &str = "gen_ai.usage.total_tokens";
/// Input and output tokens together, before 0.5.
pub const LLM_USAGE_TOTAL_TOKENS: &str = "llm.usage.total_tokens";
/// The type of the tokens counted by a metric, before 0.5.
pub const LLM_USAGE_TOKEN_TYPE: &str = "llm.usage.token_type";
/// Output tokens spent on reasoning. Newer than [`LLM_USAGE_REASONING_TOKENS`].
pub const GEN_AI_USAGE_REASONING_TOKENS: &str = "gen_ai.usage.reasoning_tokens";
/// Output tokens spent on reasoning, before 0.5.
pub const LLM_USAGE_REASONING_TOKENS: &str = "llm.usage.reasoning_tokens";
/// Input tokens read from a cache, before 0.5.
pub const GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: &str = "gen_ai.usage.cache_read_input_tokens";
/// Input tokens written to a cache, before 0.5.
pub const GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS: &str =
    "gen_ai.usage.cache_creation_input_tokens";

// Requests.

/// What kind of request this is: see [`request_type`].
pub const LLM_REQUEST_TYPE: &str = "llm.request.type";
/// Whether the answer is streamed. Newer than [`LLM_IS_STREAMING`].
pub const GEN_AI_IS_STREAMING: &str = "gen_ai.is_streaming";
/// Whether the answer is streamed, before 0.5.
pub const LLM_IS_STREAMING: &str = "llm.is_streaming";
/// Who the request is for. Newer than [`LLM_USER`].
pub const GEN_AI_USER: &str = "gen_ai.user";
/// Who the request is for, before 0.5.
pub const LLM_USER: &str = "llm.user";
/// The request's headers. Never emitted here: they hold keys. Newer than [`LLM_HEADERS`].
pub const GEN_AI_HEADERS: &str = "gen_ai.headers";
/// The request's headers, before 0.5. Never emitted here: they hold keys.
pub const LLM_HEADERS: &str = "llm.headers";
/// Top-k sampling, before 0.5.
pub const LLM_TOP_K: &str = "llm.top_k";
/// The stop sequences, before 0.5.
pub const LLM_CHAT_STOP_SEQUENCES: &str = "llm.chat.stop_sequences";
/// The frequency penalty, before 0.5.
pub const LLM_FREQUENCY_PENALTY: &str = "llm.frequency_penalty";
/// The presence penalty, before 0.5.
pub const LLM_PRESENCE_PENALTY: &str = "llm.presence_penalty";
/// The repetition penalty.
pub const LLM_REQUEST_REPETITION_PENALTY: &str = "llm.request.repetition_penalty";
/// How many answers are asked for.
pub const GEN_AI_REQUEST_N: &str = "gen_ai.request.n";
/// The limit on output tokens, under the name OpenAI's API gives it.
pub const GEN_AI_REQUEST_MAX_COMPLETION_TOKENS: &str = "gen_ai.request.max_completion_tokens";
/// The reasoning effort. Newer than [`LLM_REQUEST_REASONING_EFFORT`].
pub const GEN_AI_REQUEST_REASONING_EFFORT: &str = "gen_ai.request.reasoning_effort";
/// The reasoning effort, before 0.5.
pub const LLM_REQUEST_REASONING_EFFORT: &str = "llm.request.reasoning_effort";
/// The JSON Schema the answer must have, as JSON text.
pub const GEN_AI_REQUEST_STRUCTURED_OUTPUT_SCHEMA: &str = "gen_ai.request.structured_output_schema";
/// Prefix of the tools on offer: `llm.request.functions.N.{name,description,parameters}`.
pub const LLM_REQUEST_FUNCTIONS_PREFIX: &str = "llm.request.functions.";

// Responses.

/// Why the model stopped. Newer than the two `llm.response.` names.
pub const GEN_AI_RESPONSE_FINISH_REASON: &str = "gen_ai.response.finish_reason";
/// Why the model stopped, before 0.5.
pub const LLM_RESPONSE_FINISH_REASON: &str = "llm.response.finish_reason";
/// Why the model stopped, before 0.5, for providers that call it so.
pub const LLM_RESPONSE_STOP_REASON: &str = "llm.response.stop_reason";
/// The span event of one streamed chunk.
pub const LLM_CONTENT_COMPLETION_CHUNK: &str = "llm.content.completion.chunk";

// Content.

/// Up to 1.27: the whole prompt as JSON text.
pub const GEN_AI_PROMPT: &str = "gen_ai.prompt";
/// Up to 1.27: the whole answer as JSON text.
pub const GEN_AI_COMPLETION: &str = "gen_ai.completion";
/// Prefix of the input messages: `gen_ai.prompt.N.{role,content,tool_call_id}` and
/// `gen_ai.prompt.N.tool_calls.M.{id,name,arguments}`.
pub const GEN_AI_PROMPT_PREFIX: &str = "gen_ai.prompt.";
/// Prefix of the answers: `gen_ai.completion.N.{role,content,finish_reason,refusal}` and
/// `gen_ai.completion.N.tool_calls.M.{id,name,arguments}`.
pub const GEN_AI_COMPLETION_PREFIX: &str = "gen_ai.completion.";

// OpenAI.

/// The seed.
pub const GEN_AI_OPENAI_REQUEST_SEED: &str = "gen_ai.openai.request.seed";
/// The response format: see [`response_format`].
pub const GEN_AI_OPENAI_REQUEST_RESPONSE_FORMAT: &str = "gen_ai.openai.request.response_format";
/// The service tier asked for.
pub const GEN_AI_OPENAI_REQUEST_SERVICE_TIER: &str = "gen_ai.openai.request.service_tier";
/// The service tier that answered.
pub const GEN_AI_OPENAI_RESPONSE_SERVICE_TIER: &str = "gen_ai.openai.response.service_tier";
/// The fingerprint of the model's configuration, up to 1.36.
pub const GEN_AI_OPENAI_RESPONSE_SYSTEM_FINGERPRINT: &str =
    "gen_ai.openai.response.system_fingerprint";
/// The fingerprint of the model's configuration, as OpenLLMetry has it.
pub const GEN_AI_OPENAI_SYSTEM_FINGERPRINT: &str = "gen_ai.openai.system_fingerprint";
/// The host's base URL.
pub const GEN_AI_OPENAI_API_BASE: &str = "gen_ai.openai.api_base";
/// The API version, on Azure.
pub const GEN_AI_OPENAI_API_VERSION: &str = "gen_ai.openai.api_version";
/// The API's flavour: `open_ai`, `azure`.
pub const GEN_AI_OPENAI_API_TYPE: &str = "gen_ai.openai.api_type";

// Workflows, agents and tools.

/// What a span stands for: see [`span_kind`].
pub const TRACELOOP_SPAN_KIND: &str = "traceloop.span.kind";
/// The name of the workflow around a span.
pub const TRACELOOP_WORKFLOW_NAME: &str = "traceloop.workflow.name";
/// The name of the workflow, task, agent or tool.
pub const TRACELOOP_ENTITY_NAME: &str = "traceloop.entity.name";
/// The names of the entities around it, from the outside in, joined by dots.
pub const TRACELOOP_ENTITY_PATH: &str = "traceloop.entity.path";
/// Its version, an integer.
pub const TRACELOOP_ENTITY_VERSION: &str = "traceloop.entity.version";
/// What went in, as JSON text.
pub const TRACELOOP_ENTITY_INPUT: &str = "traceloop.entity.input";
/// What came out, as JSON text.
pub const TRACELOOP_ENTITY_OUTPUT: &str = "traceloop.entity.output";
/// Prefix of what a user attaches to a whole trace; the names that its documents use are in
/// [`association`].
pub const TRACELOOP_ASSOCIATION_PROPERTIES_PREFIX: &str = "traceloop.association.properties.";
/// An identifier shared by related traces. Deprecated there.
pub const TRACELOOP_CORRELATION_ID: &str = "traceloop.correlation.id";

// Prompt templates.

/// Whether the prompt comes from a prompt registry.
pub const TRACELOOP_PROMPT_MANAGED: &str = "traceloop.prompt.managed";
/// The prompt's key in that registry.
pub const TRACELOOP_PROMPT_KEY: &str = "traceloop.prompt.key";
/// Its version.
pub const TRACELOOP_PROMPT_VERSION: &str = "traceloop.prompt.version";
/// Its version's name.
pub const TRACELOOP_PROMPT_VERSION_NAME: &str = "traceloop.prompt.version_name";
/// Its version's hash.
pub const TRACELOOP_PROMPT_VERSION_HASH: &str = "traceloop.prompt.version_hash";
/// The template's text.
pub const TRACELOOP_PROMPT_TEMPLATE: &str = "traceloop.prompt.template";
/// Prefix of the values put into the template, by variable.
pub const TRACELOOP_PROMPT_TEMPLATE_VARIABLES_PREFIX: &str = "traceloop.prompt.template_variables.";

// Retrieval.

/// The vector database.
pub const DB_SYSTEM: &str = "db.system";
/// The operation on it.
pub const DB_OPERATION: &str = "db.operation";
/// How many results were asked for.
pub const DB_VECTOR_QUERY_TOP_K: &str = "db.vector.query.top_k";
/// The span event of one search result.
pub const EVENT_DB_QUERY_RESULT: &str = "db.query.result";

// MCP.

/// The method of a message.
pub const MCP_METHOD_NAME: &str = "mcp.method.name";
/// The arguments of a request, as JSON text.
pub const MCP_REQUEST_ARGUMENT: &str = "mcp.request.argument";
/// The identifier of a request.
pub const MCP_REQUEST_ID: &str = "mcp.request.id";
/// The value of a response, as JSON text.
pub const MCP_RESPONSE_VALUE: &str = "mcp.response.value";
/// The options a session was opened with.
pub const MCP_SESSION_INIT_OPTIONS: &str = "mcp.session.init_options";

/// Values of [`LLM_REQUEST_TYPE`].
pub mod request_type {
    /// A chat completion.
    pub const CHAT: &str = "chat";
    /// A text completion.
    pub const COMPLETION: &str = "completion";
    /// An embedding.
    pub const EMBEDDING: &str = "embedding";
    /// A reranking.
    pub const RERANK: &str = "rerank";
    /// Something else.
    pub const UNKNOWN: &str = "unknown";
    /// All of them.
    pub const ALL: &[&str] = &[CHAT, COMPLETION, EMBEDDING, RERANK, UNKNOWN];
}

/// Values of [`TRACELOOP_SPAN_KIND`]; also the last word of a span's name (`joke.workflow`).
pub mod span_kind {
    /// An agent.
    pub const AGENT: &str = "agent";
    /// A step.
    pub const TASK: &str = "task";
    /// A tool call.
    pub const TOOL: &str = "tool";
    /// Something else.
    pub const UNKNOWN: &str = "unknown";
    /// A whole workflow.
    pub const WORKFLOW: &str = "workflow";
    /// All of them.
    pub const ALL: &[&str] = &[AGENT, TASK, TOOL, UNKNOWN, WORKFLOW];
}

/// Values of [`GEN_AI_OPENAI_REQUEST_RESPONSE_FORMAT`].
pub mod response_format {
    /// Any JSON object.
    pub const JSON_OBJECT: &str = "json_object";
    /// JSON that obeys a schema.
    pub const JSON_SCHEMA: &str = "json_schema";
    /// Text.
    pub const TEXT: &str = "text";
    /// All of them.
    pub const ALL: &[&str] = &[JSON_OBJECT, JSON_SCHEMA, TEXT];
}

/// What a trace is often attached to.
pub mod association {
    /// The session, or conversation.
    pub const SESSION_ID: &str = "traceloop.association.properties.session_id";
    /// The end user.
    pub const USER_ID: &str = "traceloop.association.properties.user_id";
}

/// Values of `gen_ai.operation.name` beyond those of the conventions.
pub mod operation {
    /// A step of a workflow.
    pub const EXECUTE_TASK: &str = "execute_task";
    /// A model call made by a framework.
    pub const LLM_REQUEST: &str = "llm_request";
    /// A search in a vector database.
    pub const VECTOR_DB_RETRIEVE: &str = "vector_db_retrieve";
}

/// Metrics, beside `gen_ai.client.token.usage` and `gen_ai.client.operation.duration`.
pub mod metric {
    /// Answers received.
    pub const GEN_AI_CLIENT_GENERATION_CHOICES: &str = "gen_ai.client.generation.choices";
    /// Chat completions that failed.
    pub const LLM_OPENAI_CHAT_COMPLETIONS_EXCEPTIONS: &str =
        "llm.openai.chat_completions.exceptions";
    /// Seconds from the first chunk to the last.
    pub const LLM_CHAT_COMPLETIONS_STREAMING_TIME_TO_GENERATE: &str =
        "llm.chat_completions.streaming_time_to_generate";
    /// Embeddings that failed.
    pub const LLM_OPENAI_EMBEDDINGS_EXCEPTIONS: &str = "llm.openai.embeddings.exceptions";
    /// The length of the vectors.
    pub const LLM_OPENAI_EMBEDDINGS_VECTOR_SIZE: &str = "llm.openai.embeddings.vector_size";
    /// Prefix of the vector database metrics: `db.client.query.duration` and others.
    pub const DB_CLIENT_PREFIX: &str = "db.client.";
    /// An attribute of the metrics of model calls: whether the answer is streamed.
    pub const STREAM: &str = "stream";
}

/// Events of the conventions up to 1.36, one per message.
pub mod event {
    /// A system message.
    pub const GEN_AI_SYSTEM_MESSAGE: &str = "gen_ai.system.message";
    /// A user's message.
    pub const GEN_AI_USER_MESSAGE: &str = "gen_ai.user.message";
    /// A model's earlier message.
    pub const GEN_AI_ASSISTANT_MESSAGE: &str = "gen_ai.assistant.message";
    /// A tool's result.
    pub const GEN_AI_TOOL_MESSAGE: &str = "gen_ai.tool.message";
    /// An answer.
    pub const GEN_AI_CHOICE: &str = "gen_ai.choice";
}

pub mod element;
pub mod span_name;
pub mod system;
pub mod tutorial;
