use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{ErrorKind, ModelInfo};

/// What a wrapper around a model decided on the way to an answer: another model, an answer from a cache, a wait.
///
/// Wrappers report it in [`Start::decisions`](crate::Start::decisions) or in
/// [`Error::decisions`](crate::Error::decisions), in the order of their times. Telemetry makes events of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Decision {
    /// When it was made, counted from the start of the call.
    pub after: Duration,
    /// What was decided.
    #[serde(flatten)]
    pub kind: DecisionKind,
}

impl Decision {
    /// This was decided `after` the start of the call.
    #[must_use]
    pub fn new(after: Duration, kind: DecisionKind) -> Self {
        Self { after, kind }
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DecisionKind {
    /// One of several models was chosen.
    #[non_exhaustive]
    Balance {
        /// The one.
        chosen: ModelName,
        /// Those that were passed over because they failed lately.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cooling: Vec<ModelName>,
    },
    /// The answer was in a cache. No model was asked.
    #[non_exhaustive]
    CacheHit {
        /// Where it was.
        store: CacheStore,
        /// How long ago it was put there.
        age: Duration,
    },
    /// The answer was not in a cache.
    #[non_exhaustive]
    CacheMiss {
        /// Whether there was something in its place that could not be read.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        damaged: bool,
    },
    /// A model failed before it said anything, and another was asked.
    #[non_exhaustive]
    Fallback {
        /// The one that failed.
        from: ModelName,
        /// The one that was asked then.
        to: ModelName,
        /// How it failed.
        kind: ErrorKind,
        /// The HTTP status, where there was an answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// The request waited until a limit of one's own let it pass.
    #[non_exhaustive]
    RateLimitWait {
        /// How long.
        wait: Duration,
    },
    /// A limit of time was reached, and the call was given up.
    #[non_exhaustive]
    TimeLimit {
        /// Which.
        reached: TimeLimit,
        /// Its value.
        limit: Duration,
    },
}

impl DecisionKind {
    /// `chosen` was taken, and those of `cooling` were passed over.
    #[must_use]
    pub fn balance(chosen: ModelName, cooling: Vec<ModelName>) -> Self {
        Self::Balance { chosen, cooling }
    }

    /// The answer was in `store` for `age`.
    #[must_use]
    pub fn cache_hit(store: CacheStore, age: Duration) -> Self {
        Self::CacheHit { store, age }
    }

    /// The answer was not there, or what was there is `damaged`.
    #[must_use]
    pub fn cache_miss(damaged: bool) -> Self {
        Self::CacheMiss { damaged }
    }

    /// `from` failed so, and `to` was asked.
    #[must_use]
    pub fn fallback(from: ModelName, to: ModelName, kind: ErrorKind, status: Option<u16>) -> Self {
        Self::Fallback {
            from,
            to,
            kind,
            status,
        }
    }

    /// The request waited so long.
    #[must_use]
    pub fn rate_limit_wait(wait: Duration) -> Self {
        Self::RateLimitWait { wait }
    }

    /// This limit, of this value, was reached.
    #[must_use]
    pub fn time_limit(reached: TimeLimit, limit: Duration) -> Self {
        Self::TimeLimit { reached, limit }
    }
}

/// Where a cache had an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CacheStore {
    /// In a file.
    Disk,
    /// In this process.
    Memory,
}

impl CacheStore {
    /// The word, in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disk => "disk",
            Self::Memory => "memory",
        }
    }
}

/// The limits of time that a call may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimeLimit {
    /// Until the first piece of the answer.
    FirstOutput,
    /// From one event to the next.
    Idle,
    /// Until the end of the answer.
    Total,
}

impl TimeLimit {
    /// The word, in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstOutput => "first_output",
            Self::Idle => "idle",
            Self::Total => "total",
        }
    }
}

/// Which model it is, in few words.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelName {
    /// The provider, as [`ModelInfo::provider`] spells it.
    pub provider: Cow<'static, str>,
    /// The model's name as a request gives it. May be empty.
    pub model: String,
}

impl From<&ModelInfo> for ModelName {
    fn from(info: &ModelInfo) -> Self {
        Self {
            provider: info.provider.clone(),
            model: info.model.clone(),
        }
    }
}

impl fmt::Display for ModelName {
    /// `provider/model`, or the provider alone where the model has no name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.provider)?;
        if !self.model.is_empty() {
            write!(f, "/{}", self.model)?;
        }
        Ok(())
    }
}
