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

/// The span event of a limit that ended a run. It carries [`OUTCOME`] and [`LIMIT`].
pub const EVENT_LIMIT_REACHED: &str = "glassbox.limit_reached";
/// The limit that was reached, in its own unit: steps, tokens, seconds or US dollars. Double.
pub const LIMIT: &str = "glassbox.limit";

/// What a call or a run cost, in US dollars. Double.
pub const COST_TOTAL: &str = "glassbox.cost.total";
/// What the input cost, in US dollars. Double.
pub const COST_INPUT: &str = "glassbox.cost.input";
/// What the output cost, in US dollars. Double.
pub const COST_OUTPUT: &str = "glassbox.cost.output";
/// Who says what it cost: `provider` or `price_list`. String.
pub const COST_SOURCE: &str = "glassbox.cost.source";
/// True where some call of a run had no known cost. Boolean.
pub const COST_PARTIAL: &str = "glassbox.cost.partial";

/// The attributes whose content was cut, by name. String array.
pub const CONTENT_TRUNCATED: &str = "glassbox.content.truncated";
/// Prefix of references to content that is stored elsewhere; the name of the attribute it is the content of follows.
pub const CONTENT_REFERENCE: &str = "glassbox.content.reference";
/// How many messages of a request stand on earlier spans of the same run. Int.
pub const INPUT_MESSAGES_EARLIER: &str = "glassbox.input.messages.earlier";

/// The metric of what calls cost: a counter of doubles, unit `{USD}`.
pub const METRIC_CLIENT_COST: &str = "glassbox.client.cost";
