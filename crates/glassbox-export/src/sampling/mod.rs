//! Which traces are delivered, decided when they are known.
//!
//! ```text
//! span starts, ends ─► OpenTraces ┐
//! span ends ─► Queue ─► Sampler ◄─┘ (the exporter's thread) ─► the lanes of what is sampled
//! ```
//!
//! [`Policy`] is what the user says, `text` and `parse` write and read it, `rules` makes it ready to
//! judge what is known of a trace, `sampler` holds what is not decided, and `verdicts` remembers what was.

mod open;
mod parse;
mod policy;
mod rules;
mod sampler;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod verdicts;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::TraceId;

pub(crate) use open::OpenTraces;
pub use policy::{Matcher, Policy};
pub(crate) use sampler::{Released, Sampler};

use crate::environment::{Settings, quoted};

/// The variable that holds a policy.
pub(crate) const VARIABLE: &str = "GLASSBOX_TAIL_SAMPLING";

/// Keeps whole traces or none of them, by what they turn out to be.
///
/// The spans of a trace wait on the exporter's thread until the policy's answer is known: for
/// `tokens>=1001`, when the trace has so many tokens; for `!error`, when no span of the trace is open any
/// more. From then on, the trace's spans follow the verdict without waiting. Metrics count every trace.
///
/// What makes it decide before it knows, so that memory and time are bounded:
///
/// - A trace that has waited for [`max_age`](Self::with_max_age) is decided by what it is until then.
/// - Where the traces that wait take more than [`max_bytes`](Self::with_max_bytes), the one that came
///   first is kept ([`Overflow`]).
/// - What still goes on at the shutdown is kept.
///
/// So nothing is sampled out but by the policy. A trace's verdict is forgotten when
/// [as many others](Self::with_max_verdicts) were decided since; what comes of the trace then is judged
/// as if it were all of it. [`Policy::ratio`] gives the same answer again.
///
/// Sampled are the exporters that deliver; a tree or JSON on the console, which somebody watches,
/// show every trace, unless [asked](Self::with_watched).
///
/// It judges only what this process records, and only what the SDK's own sampler takes
/// (`OTEL_TRACES_SAMPLER`): leave that at its default, where it takes everything. Other services that
/// continue a trace cannot know the verdict; where theirs matter, use the sampler of a collector.
///
/// ```
/// use glassbox_export::{Policy, TailSampling};
///
/// let policy = Policy::tokens(1_001).named("expensive").or(Policy::ratio(0.1));
/// let builder = glassbox_export::builder().with_tail_sampling(
///     TailSampling::new(policy).with_max_bytes(16 << 20),
/// );
/// ```
#[derive(Clone)]
#[must_use]
pub struct TailSampling {
    policy: Policy,
    max_bytes: usize,
    max_age: Duration,
    max_verdicts: usize,
    overflow: Overflow,
    watched: bool,
    hook: Option<Hook>,
}

pub(crate) type Hook = Arc<dyn Fn(&Verdict) + Send + Sync>;

/// What becomes of the undecided trace that came first where there is no room for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Overflow {
    /// It is kept, whatever the policy says of it.
    #[default]
    Keep,
    /// It is decided by what it is until then: a policy that asks for many tokens may miss a trace
    /// that comes to have them.
    Decide,
}

/// What was decided of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// The trace.
    pub trace_id: TraceId,
    /// The name of the policy that keeps it, or `_pressure` or `_shutdown` where it is kept
    /// undecided; `None` where it is not kept.
    pub policy: Option<Arc<str>>,
}

/// What became of the traces that are sampled, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SamplingReport {
    /// Traces that were kept.
    pub kept: u64,
    /// Traces that were not.
    pub sampled_out: u64,
    /// Of those that were kept, how many undecided: there was no room for more, or the end had come.
    pub failed_open: u64,
    /// Traces that were decided before they were over because there was no room for more
    /// ([`Overflow::Decide`]).
    pub hurried: u64,
    /// Traces that were decided before they were over because they had waited for
    /// [`max_age`](TailSampling::with_max_age).
    pub expired: u64,
    /// Traces that wait to be decided.
    pub undecided: u64,
    /// About how much memory those take.
    pub bytes: u64,
}

impl TailSampling {
    /// Keeps what this policy asks for, with 64 MiB, five minutes and 65,536 verdicts as bounds.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            max_bytes: 64 << 20,
            max_age: Duration::from_secs(5 * 60),
            max_verdicts: 1 << 16,
            overflow: Overflow::default(),
            watched: false,
            hook: None,
        }
    }

    /// Sets how many bytes undecided traces may take, about. Default 64 MiB.
    pub fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets how long a trace may stay undecided, from the end of its first span. Default five minutes.
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Sets how many verdicts are remembered, at most, for spans that come later. Default 65,536,
    /// which take about 6 MB.
    pub fn with_max_verdicts(mut self, verdicts: usize) -> Self {
        self.max_verdicts = verdicts;
        self
    }

    /// Sets what happens where there is no room for another span. Default [`Overflow::Keep`].
    pub fn with_overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Sets whether the tree and the console, which somebody watches, are sampled too. Default: they
    /// are not.
    pub fn with_watched(mut self, watched: bool) -> Self {
        self.watched = watched;
        self
    }

    /// Adds one who hears each verdict when it is given, on the exporter's thread, before the trace's
    /// spans are delivered: so that it can be written down, for what comes of the trace elsewhere. It
    /// must not wait for spans.
    pub fn with_hook(mut self, hook: impl Fn(&Verdict) + Send + Sync + 'static) -> Self {
        self.hook = Some(match self.hook {
            None => Arc::new(hook),
            Some(earlier) => Arc::new(move |verdict| {
                earlier(verdict);
                hook(verdict);
            }),
        });
        self
    }

    pub(crate) fn hook(&self) -> Option<Hook> {
        self.hook.clone()
    }

    pub(crate) fn samples_watched(&self) -> bool {
        self.watched
    }

    /// What `GLASSBOX_TAIL_SAMPLING` says. What makes no sense is a warning, and everything is kept.
    pub(crate) fn read(settings: &mut Settings<'_>) -> Option<Self> {
        let text = settings.environment.var(VARIABLE)?;
        match text.parse() {
            Ok(policy) => Some(Self::new(policy)),
            Err(error) => {
                let value = quoted(text);
                settings.warn(format!("{VARIABLE}={value}: {error}; every trace is kept"));
                None
            }
        }
    }
}

impl From<Policy> for TailSampling {
    fn from(policy: Policy) -> Self {
        Self::new(policy)
    }
}

impl fmt::Debug for TailSampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TailSampling")
            .field("policy", &self.policy)
            .field("max_bytes", &self.max_bytes)
            .field("max_age", &self.max_age)
            .field("max_verdicts", &self.max_verdicts)
            .field("overflow", &self.overflow)
            .field("watched", &self.watched)
            .finish_non_exhaustive()
    }
}
