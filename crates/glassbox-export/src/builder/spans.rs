//! What a builder says of spans on their way: how they wait, and which are kept.

use super::Builder;
use crate::batching::Batching;
use crate::environment::Environment;
use crate::sampling::TailSampling;

/// How spans travel.
impl Builder {
    /// Sets how spans wait and travel together.
    pub fn with_batching(mut self, batching: Batching) -> Self {
        self.batching = batching;
        self
    }

    /// Sets how spans wait and travel together, as the `OTEL_BSP_*` variables say.
    pub fn with_batching_from_env(mut self) -> Self {
        let (batching, warnings) = Batching::from_environment(&Environment::from_env());
        self.warn(warnings);
        self.with_batching(batching)
    }

    /// Sets which traces are kept, decided when they are known: a [`Policy`](crate::Policy), or one with
    /// bounds of its own. Default: all, or what `GLASSBOX_TAIL_SAMPLING` says where the
    /// [settings are from the environment](Self::settings_from_environment), as a policy.
    ///
    /// Metrics and log records are not sampled.
    pub fn with_tail_sampling(mut self, sampling: impl Into<TailSampling>) -> Self {
        self.sampling = Some(sampling.into());
        self
    }
}
