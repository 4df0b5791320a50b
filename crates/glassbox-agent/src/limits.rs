use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How far a run may go. Reaching a limit is an [`Outcome`], not an error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Limits {
    /// At most this many calls of the model. 5 unless set.
    pub steps: u32,
    /// No further call once this many tokens, input and output together, have been used. The last call may go over:
    /// what it needs is known only afterwards, and a provider that reports no usage never reaches it. No limit unless
    /// set.
    pub tokens: Option<u64>,
    /// No further call once this many US dollars have been spent. The last call may go over, as with tokens. A run
    /// that would go on after a call whose cost nobody knows ends as [`Outcome::CostUnknown`]: a limit that cannot be
    /// kept is not a limit. No limit unless set.
    pub cost: Option<f64>,
    /// No longer than this; what is going on then is cancelled. It counts from where the run is started or resumed,
    /// the time that whoever follows it takes included, on tokio's clock: such a run needs a tokio runtime with a
    /// timer. No limit unless set.
    pub time: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 5,
            tokens: None,
            cost: None,
            time: None,
        }
    }
}

impl Limits {
    /// Five steps, and no other limit.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`steps`](Self::steps).
    #[must_use]
    pub fn with_steps(mut self, steps: u32) -> Self {
        self.steps = steps;
        self
    }

    /// Sets [`tokens`](Self::tokens).
    #[must_use]
    pub fn with_tokens(mut self, tokens: u64) -> Self {
        self.tokens = Some(tokens);
        self
    }

    /// Sets [`cost`](Self::cost), in US dollars.
    #[must_use]
    pub fn with_cost(mut self, cost: f64) -> Self {
        self.cost = Some(cost);
        self
    }

    /// Sets [`time`](Self::time).
    #[must_use]
    pub fn with_time(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }
}

/// How a run ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The model gave its answer.
    Answer,
    /// The provider's safety system cut the answer, or the model refused.
    ContentFilter,
    /// The money was spent and the model was not done.
    CostLimit,
    /// The cost was limited, a call's cost is not known, and the model was not done.
    CostUnknown,
    /// The model still wanted tools after the last step that was allowed.
    StepLimit,
    /// The time was up.
    TimeLimit,
    /// The tokens were used up and the model was not done.
    TokenLimit,
    /// The answer was cut by the limit on output tokens. Tool calls of such an answer are not run: the last one may
    /// be half of what the model meant.
    Truncated,
}

impl Outcome {
    /// The outcome in `snake_case`, for telemetry and for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::ContentFilter => "content_filter",
            Self::CostLimit => "cost_limit",
            Self::CostUnknown => "cost_unknown",
            Self::StepLimit => "step_limit",
            Self::TimeLimit => "time_limit",
            Self::TokenLimit => "token_limit",
            Self::Truncated => "truncated",
        }
    }

    /// Whether the run gave what it was asked for.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Answer)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
