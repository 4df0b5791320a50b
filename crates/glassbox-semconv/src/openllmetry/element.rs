//! Names of the elements of flattened lists: what follows the prefix, the index and a dot.

/// Names of a message, after `gen_ai.prompt.N.` and `gen_ai.completion.N.`.
pub mod message {
    /// Who speaks: `system`, `user`, `assistant`, `tool`.
    pub const ROLE: &str = "role";
    /// What is said: text, or JSON text where it is more than that.
    pub const CONTENT: &str = "content";
    /// On a tool's message: the call it answers.
    pub const TOOL_CALL_ID: &str = "tool_call_id";
    /// Prefix of the tool calls; [`tool_call`](super::tool_call) names follow the index.
    pub const TOOL_CALLS_PREFIX: &str = "tool_calls.";
    /// On an answer: why the model stopped.
    pub const FINISH_REASON: &str = "finish_reason";
    /// On an answer: the words with which the model declined.
    pub const REFUSAL: &str = "refusal";
}

/// Names of a tool call, after `tool_calls.M.`.
pub mod tool_call {
    /// The call's identifier.
    pub const ID: &str = "id";
    /// The tool.
    pub const NAME: &str = "name";
    /// The arguments, as JSON text.
    pub const ARGUMENTS: &str = "arguments";
}

/// Names of a tool on offer, after `llm.request.functions.N.`.
pub mod function {
    /// The tool.
    pub const NAME: &str = "name";
    /// What it does.
    pub const DESCRIPTION: &str = "description";
    /// The JSON Schema of its arguments, as JSON text.
    pub const PARAMETERS: &str = "parameters";
}
