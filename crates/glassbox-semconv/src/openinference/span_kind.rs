/// An agent's run.
pub const AGENT: &str = "AGENT";
/// A step that ties others together.
pub const CHAIN: &str = "CHAIN";
/// A choice between branches.
pub const DECISION: &str = "DECISION";
/// An embedding call.
pub const EMBEDDING: &str = "EMBEDDING";
/// A judgement of an output.
pub const EVALUATOR: &str = "EVALUATOR";
/// A check of an input or output.
pub const GUARDRAIL: &str = "GUARDRAIL";
/// A model call.
pub const LLM: &str = "LLM";
/// The rendering of a prompt template.
pub const PROMPT: &str = "PROMPT";
/// A reranking of documents.
pub const RERANKER: &str = "RERANKER";
/// A search for documents.
pub const RETRIEVER: &str = "RETRIEVER";
/// A tool call.
pub const TOOL: &str = "TOOL";
/// Something else.
pub const UNKNOWN: &str = "UNKNOWN";
/// All of them.
pub const ALL: &[&str] = &[
    AGENT, CHAIN, DECISION, EMBEDDING, EVALUATOR, GUARDRAIL, LLM, PROMPT, RERANKER, RETRIEVER,
    TOOL, UNKNOWN,
];
