//! Names a tutorial on tracing an agent by hand puts on its spans, and dashboards look for.
//!
//! It draws an `agent.run` span around the loop and a `tool.NAME` span around each tool call,
//! and proposes the two `gen_ai.usage` names that no convention has.

/// The span around a run.
pub const SPAN_AGENT_RUN: &str = "agent.run";
/// Prefix of the name of the span around a tool call; the tool's name follows.
pub const SPAN_TOOL_PREFIX: &str = "tool.";
/// The span around a model call made by hand.
pub const SPAN_LLM_CALL: &str = "llm.call";

/// On `agent.run`: the model, as `provider/name`.
pub const AGENT_MODEL: &str = "agent.model";
/// On `agent.run`: what the user asked. Content.
pub const AGENT_USER_MESSAGE: &str = "agent.user_message";
/// On `agent.run`: the answer. Content.
pub const AGENT_FINAL_ANSWER: &str = "agent.final_answer";
/// On `agent.run`: how many model calls it took.
pub const AGENT_STEPS: &str = "agent.steps";

/// On `tool.NAME`: the tool.
pub const TOOL_NAME: &str = "tool.name";
/// On `tool.NAME`: the arguments, as JSON text. Content.
pub const TOOL_ARGUMENTS: &str = "tool.arguments";
/// On `tool.NAME`: the result, as text. Content.
pub const TOOL_RESULT: &str = "tool.result";

/// What a call cost, in USD.
pub const GEN_AI_USAGE_COST: &str = "gen_ai.usage.cost";
/// How many messages went into a call.
pub const MESSAGE_COUNT: &str = "message_count";

/// The span event before a model call; it carries [`MESSAGE_COUNT`].
pub const EVENT_BEFORE_COMPLETION: &str = "before_completion";
/// The span event after one; it carries [`FINISH_REASON`] and [`TOTAL_TOKENS`].
pub const EVENT_AFTER_COMPLETION: &str = "after_completion";
/// On that event: why the model stopped.
pub const FINISH_REASON: &str = "finish_reason";
/// On that event: input and output tokens together.
pub const TOTAL_TOKENS: &str = "total_tokens";
