//! Names of Glassbox's own, for facts that the GenAI conventions have no name for. All but one begin with `glassbox.`:
//! [`RETRY_STATUS_CODE`] is the name that the general conventions have for an HTTP status.

/// How an operation ended, where its status does not say: `cancelled` where the caller dropped it, and on agent runs
/// `answer`, `step_limit`, `token_limit`, `time_limit`, `truncated` or `content_filter`. String.
pub const OUTCOME: &str = "glassbox.outcome";
/// The value of [`OUTCOME`] for an operation that its caller dropped before it was done.
pub const OUTCOME_CANCELLED: &str = "cancelled";

/// How often an agent run called the model. Int.
pub const AGENT_STEPS: &str = "glassbox.agent.steps";
/// How many tool calls an agent run ran. Int.
pub const AGENT_TOOL_CALLS: &str = "glassbox.agent.tool_calls";

/// The span event of an attempt that failed and was made again. It carries [`RETRY_ATTEMPT`], [`RETRY_WAIT`],
/// `error.type` and, where there was an answer, [`RETRY_STATUS_CODE`].
pub const EVENT_RETRY: &str = "glassbox.retry";
/// Which attempt failed, from 1. Int.
pub const RETRY_ATTEMPT: &str = "glassbox.retry.attempt";
/// How long was waited before the next attempt, in seconds. Double.
pub const RETRY_WAIT: &str = "glassbox.retry.wait";
/// The HTTP status of the attempt that failed. Int.
pub const RETRY_STATUS_CODE: &str = "http.response.status_code";

/// The span event of options that were left out because the model cannot honour them. It carries
/// [`DROPPED_OPTIONS`].
pub const EVENT_OPTIONS_DROPPED: &str = "glassbox.options_dropped";
/// The options that were left out, by name. String array.
pub const DROPPED_OPTIONS: &str = "glassbox.options_dropped.names";
