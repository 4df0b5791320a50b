//! Names of OpenInference, which Phoenix and Arize read.
//!
//! Written by hand after the package `openinference-semantic-conventions` 0.1.42 and its
//! specification. Lists are flattened there: an element's attributes carry its index in their
//! names (`llm.input_messages.0.message.role`). A constant that ends in `_PREFIX` is the part up
//! to the index, dot included; the names in [`message`], [`tool_call`], [`message_content`] and
//! [`document`] follow the index and its dot.

/// What a span stands for: see [`span_kind`]. Required on every span.
pub const OPENINFERENCE_SPAN_KIND: &str = "openinference.span.kind";
/// The name of every span of an embedding call. No other kind of span has a name prescribed.
pub const SPAN_CREATE_EMBEDDINGS: &str = "CreateEmbeddings";

// Input and output of any span.

/// What went in, as text.
pub const INPUT_VALUE: &str = "input.value";
/// The type of that text: see [`mime_type`].
pub const INPUT_MIME_TYPE: &str = "input.mime_type";
/// What came out, as text.
pub const OUTPUT_VALUE: &str = "output.value";
/// The type of that text: see [`mime_type`].
pub const OUTPUT_MIME_TYPE: &str = "output.mime_type";

// Models.

/// Who hosts the model: see [`llm_provider`]. Not on embedding spans.
pub const LLM_PROVIDER: &str = "llm.provider";
/// Whose product, or whose API, it is: see [`llm_system`]. Not on embedding spans.
pub const LLM_SYSTEM: &str = "llm.system";
/// The model that answered, or else the one asked for.
pub const LLM_MODEL_NAME: &str = "llm.model_name";
/// The model asked for.
pub const LLM_REQUEST_MODEL_NAME: &str = "llm.request.model_name";
/// The model that answered.
pub const LLM_RESPONSE_MODEL_NAME: &str = "llm.response.model_name";
/// The request's parameters, as JSON text.
pub const LLM_INVOCATION_PARAMETERS: &str = "llm.invocation_parameters";
/// Why the model stopped.
pub const LLM_FINISH_REASON: &str = "llm.finish_reason";
/// Prefix of the input messages; [`message`] names follow the index.
pub const LLM_INPUT_MESSAGES_PREFIX: &str = "llm.input_messages.";
/// Prefix of the output messages; [`message`] names follow the index.
pub const LLM_OUTPUT_MESSAGES_PREFIX: &str = "llm.output_messages.";
/// Prefix of the prompts of a text completion; [`PROMPT_TEXT`] follows the index.
pub const LLM_PROMPTS_PREFIX: &str = "llm.prompts.";
/// After an index of [`LLM_PROMPTS_PREFIX`]: the prompt.
pub const PROMPT_TEXT: &str = "prompt.text";
/// Prefix of the answers of a text completion; [`COMPLETION_TEXT`] follows the index.
pub const LLM_CHOICES_PREFIX: &str = "llm.choices.";
/// After an index of [`LLM_CHOICES_PREFIX`]: the answer.
pub const COMPLETION_TEXT: &str = "completion.text";
/// Prefix of the tools on offer; [`TOOL_JSON_SCHEMA`] or a `tool.` name follows the index.
pub const LLM_TOOLS_PREFIX: &str = "llm.tools.";
/// After an index of [`LLM_TOOLS_PREFIX`]: the tool in OpenAI's form, as JSON text.
pub const TOOL_JSON_SCHEMA: &str = "tool.json_schema";

// Tokens.

/// Input tokens, those of a cache included.
pub const LLM_TOKEN_COUNT_PROMPT: &str = "llm.token_count.prompt";
/// Output tokens, those spent on reasoning included.
pub const LLM_TOKEN_COUNT_COMPLETION: &str = "llm.token_count.completion";
/// Both together.
pub const LLM_TOKEN_COUNT_TOTAL: &str = "llm.token_count.total";
/// Input tokens read from a cache.
pub const LLM_TOKEN_COUNT_PROMPT_DETAILS_CACHE_READ: &str =
    "llm.token_count.prompt_details.cache_read";
/// Input tokens written to a cache.
pub const LLM_TOKEN_COUNT_PROMPT_DETAILS_CACHE_WRITE: &str =
    "llm.token_count.prompt_details.cache_write";
/// Input tokens of a cache, where reading and writing are not told apart.
pub const LLM_TOKEN_COUNT_PROMPT_DETAILS_CACHE_INPUT: &str =
    "llm.token_count.prompt_details.cache_input";
/// Input tokens of audio.
pub const LLM_TOKEN_COUNT_PROMPT_DETAILS_AUDIO: &str = "llm.token_count.prompt_details.audio";
/// Output tokens spent on reasoning.
pub const LLM_TOKEN_COUNT_COMPLETION_DETAILS_REASONING: &str =
    "llm.token_count.completion_details.reasoning";
/// Output tokens of audio.
pub const LLM_TOKEN_COUNT_COMPLETION_DETAILS_AUDIO: &str =
    "llm.token_count.completion_details.audio";

// Cost, in USD.

/// What the input cost.
pub const LLM_COST_PROMPT: &str = "llm.cost.prompt";
/// What the output cost.
pub const LLM_COST_COMPLETION: &str = "llm.cost.completion";
/// Both together.
pub const LLM_COST_TOTAL: &str = "llm.cost.total";
/// Of the input: what was not in a cache.
pub const LLM_COST_PROMPT_DETAILS_INPUT: &str = "llm.cost.prompt_details.input";
/// Of the input: audio.
pub const LLM_COST_PROMPT_DETAILS_AUDIO: &str = "llm.cost.prompt_details.audio";
/// Of the input: what a cache held.
pub const LLM_COST_PROMPT_DETAILS_CACHE_INPUT: &str = "llm.cost.prompt_details.cache_input";
/// Of the input: what was read from a cache.
pub const LLM_COST_PROMPT_DETAILS_CACHE_READ: &str = "llm.cost.prompt_details.cache_read";
/// Of the input: what was written to a cache.
pub const LLM_COST_PROMPT_DETAILS_CACHE_WRITE: &str = "llm.cost.prompt_details.cache_write";
/// Of the output: what is neither audio nor reasoning.
pub const LLM_COST_COMPLETION_DETAILS_OUTPUT: &str = "llm.cost.completion_details.output";
/// Of the output: audio.
pub const LLM_COST_COMPLETION_DETAILS_AUDIO: &str = "llm.cost.completion_details.audio";
/// Of the output: reasoning.
pub const LLM_COST_COMPLETION_DETAILS_REASONING: &str = "llm.cost.completion_details.reasoning";

// Tools, agents, sessions.

/// The tool that ran.
pub const TOOL_NAME: &str = "tool.name";
/// What it is for.
pub const TOOL_DESCRIPTION: &str = "tool.description";
/// The schema of its arguments, as JSON text.
pub const TOOL_PARAMETERS: &str = "tool.parameters";
/// The identifier of the tool.
pub const TOOL_ID: &str = "tool.id";
/// On a tool's span: the identifier of the call it answers.
pub const TOOL_CALL_ID: &str = "tool_call.id";
/// The agent that ran.
pub const AGENT_NAME: &str = "agent.name";
/// The span's node in the drawing of the agents.
pub const GRAPH_NODE_ID: &str = "graph.node.id";
/// That node's label.
pub const GRAPH_NODE_NAME: &str = "graph.node.name";
/// The node it hangs from.
pub const GRAPH_NODE_PARENT_ID: &str = "graph.node.parent_id";
/// The conversation.
pub const SESSION_ID: &str = "session.id";
/// The user.
pub const USER_ID: &str = "user.id";
/// Whatever else a user attaches, as JSON text.
pub const METADATA: &str = "metadata";
/// Labels, a list of strings.
pub const TAG_TAGS: &str = "tag.tags";

// Prompt templates.

/// The template's text.
pub const LLM_PROMPT_TEMPLATE_TEMPLATE: &str = "llm.prompt_template.template";
/// The values put into it, as JSON text.
pub const LLM_PROMPT_TEMPLATE_VARIABLES: &str = "llm.prompt_template.variables";
/// Its version.
pub const LLM_PROMPT_TEMPLATE_VERSION: &str = "llm.prompt_template.version";
/// Who keeps the prompt.
pub const PROMPT_VENDOR: &str = "prompt.vendor";
/// Its identifier there.
pub const PROMPT_ID: &str = "prompt.id";
/// Its address there.
pub const PROMPT_URL: &str = "prompt.url";

// Retrieval, reranking, embeddings, judgements.

/// Prefix of the documents found; [`document`] names follow the index.
pub const RETRIEVAL_DOCUMENTS_PREFIX: &str = "retrieval.documents.";
/// The query documents are ranked by.
pub const RERANKER_QUERY: &str = "reranker.query";
/// The model that ranks.
pub const RERANKER_MODEL_NAME: &str = "reranker.model_name";
/// How many documents are kept.
pub const RERANKER_TOP_K: &str = "reranker.top_k";
/// Prefix of the documents before; [`document`] names follow the index.
pub const RERANKER_INPUT_DOCUMENTS_PREFIX: &str = "reranker.input_documents.";
/// Prefix of the documents after; [`document`] names follow the index.
pub const RERANKER_OUTPUT_DOCUMENTS_PREFIX: &str = "reranker.output_documents.";
/// The model that embeds.
pub const EMBEDDING_MODEL_NAME: &str = "embedding.model_name";
/// The request's parameters, as JSON text.
pub const EMBEDDING_INVOCATION_PARAMETERS: &str = "embedding.invocation_parameters";
/// Prefix of the embeddings; the two names below follow the index.
pub const EMBEDDING_EMBEDDINGS_PREFIX: &str = "embedding.embeddings.";
/// After an index of [`EMBEDDING_EMBEDDINGS_PREFIX`]: the text.
pub const EMBEDDING_TEXT: &str = "embedding.text";
/// After an index of [`EMBEDDING_EMBEDDINGS_PREFIX`]: the vector, a list of doubles.
pub const EMBEDDING_VECTOR: &str = "embedding.vector";
/// Prefix of the judgements on a span; [`annotation`] names follow the index. With `trace.` or
/// `session.` before it, on the whole trace or session.
pub const ANNOTATIONS_PREFIX: &str = "annotations.";
/// The older name of [`ANNOTATIONS_PREFIX`].
pub const EVALUATIONS_PREFIX: &str = "evaluations.";

/// Well-known values of [`LLM_PROVIDER`]. Others are allowed where none of these fits.
pub mod llm_provider;

/// Well-known values of [`LLM_SYSTEM`]. Others are allowed where none of these fits.
pub mod llm_system;

/// Values of [`OPENINFERENCE_SPAN_KIND`].
pub mod span_kind;

/// Names after the index of an annotation, a document, a message or one of its parts.
mod element;

pub use element::{annotation, content_type, document, message, message_content, tool_call};

/// Values of [`INPUT_MIME_TYPE`] and [`OUTPUT_MIME_TYPE`].
pub mod mime_type {
    /// JSON text.
    pub const JSON: &str = "application/json";
    /// Plain text.
    pub const TEXT: &str = "text/plain";
}
