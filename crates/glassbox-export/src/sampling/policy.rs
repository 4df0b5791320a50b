//! Which traces to keep.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::TraceId;

/// Which traces to keep: a condition on a whole trace, as far as this process records it.
///
/// ```
/// use glassbox_export::Policy;
///
/// // All traces above 1,000 tokens, all with an error, and a tenth of the rest.
/// let policy = Policy::tokens(1_001).or(Policy::error()).or(Policy::ratio(0.1));
/// assert_eq!(policy, "tokens>1000, error, ratio=0.1".parse()?);
/// assert_eq!(policy.to_string(), "tokens>=1001,error,ratio=0.1");
/// # Ok::<(), glassbox_export::Error>(())
/// ```
///
/// As text, for `GLASSBOX_TAIL_SAMPLING` and [`str::parse`]; space between the parts means nothing:
///
/// ```text
/// policy   = all { "," all }                              any of them
/// all      = term { "&" term }                            all of them
/// term     = "!" term | "(" policy ")" | one
/// one      = "always" | "error"
///          | "tokens" (">=" | ">") whole number
///          | "cost" ">=" number                           in US dollars
///          | "latency" ">=" number ("ns" | "us" | "ms" | "s" | "m" | "h")
///          | "tool" "=" text
///          | "attribute" ":" text                         it is there
///          | "attribute" ":" text "=" text                it has this value; with "*" at the end: it begins with it
///          | "attribute" ":" text ">=" number             it is a number of at least this
///          | "ratio" "=" number                           from 0 to 1
/// text     = a word without space and any of , & ! ( ) = < > " *
///          | anything in double quotes, with \" and \\
/// ```
///
/// A trace for which several alternatives of an [`or`](Self::or) hold is kept by the one that was
/// known first, and of those the one that is named first.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(super) rule: Rule,
    pub(super) name: Option<Arc<str>>,
}

/// What a policy asks.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    Always,
    Tokens(u64),
    Cost(f64),
    Error,
    Latency(Duration),
    Tool(String),
    Attribute(String, Matcher),
    Ratio(f64),
    Not(Box<Policy>),
    All(Vec<Policy>),
    Any(Vec<Policy>),
}

/// What the value of an attribute has to be. A list does where one of its elements does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Matcher {
    /// Any value at all.
    Present,
    /// This text; a number or a Boolean is compared as it is written.
    Equals(String),
    /// A text that begins with this.
    StartsWith(String),
    /// A number of at least this.
    AtLeast(f64),
}

impl From<&str> for Matcher {
    fn from(text: &str) -> Self {
        Self::Equals(text.to_owned())
    }
}

impl From<String> for Matcher {
    fn from(text: String) -> Self {
        Self::Equals(text)
    }
}

impl Policy {
    pub(super) fn new(rule: Rule) -> Self {
        Self { rule, name: None }
    }

    /// Every trace.
    #[must_use]
    pub fn always() -> Self {
        Self::new(Rule::Always)
    }

    /// Traces whose model calls and embeddings took at least `min` input and output tokens together.
    /// What an agent's span repeats is not counted again.
    #[must_use]
    pub fn tokens(min: u64) -> Self {
        Self::new(Rule::Tokens(min))
    }

    /// Traces whose model calls and embeddings cost at least `min` US dollars, where that is known. A
    /// call of unknown cost counts nothing.
    #[must_use]
    pub fn cost(min: f64) -> Self {
        Self::new(Rule::Cost(min))
    }

    /// Traces with a span that failed: its status is an error, or it has an `error.type`.
    #[must_use]
    pub fn error() -> Self {
        Self::new(Rule::Error)
    }

    /// Traces that took at least `min` from the first start of a span to the last end.
    #[must_use]
    pub fn latency(min: Duration) -> Self {
        Self::new(Rule::Latency(min))
    }

    /// Traces in which the tool of this name was called.
    #[must_use]
    pub fn tool(name: impl Into<String>) -> Self {
        Self::new(Rule::Tool(name.into()))
    }

    /// Traces with a span that has this attribute with such a value.
    ///
    /// ```
    /// use glassbox_export::{Matcher, Policy};
    ///
    /// Policy::attribute("user.id", "alice");
    /// Policy::attribute("http.response.status_code", Matcher::AtLeast(500.0));
    /// ```
    #[must_use]
    pub fn attribute(key: impl Into<String>, value: impl Into<Matcher>) -> Self {
        Self::new(Rule::Attribute(key.into(), value.into()))
    }

    /// This part of all traces, from 0 to 1: those that the SDK's `TraceIdRatioBased` takes, here and
    /// in every other process.
    #[must_use]
    pub fn ratio(part: f64) -> Self {
        Self::new(Rule::Ratio(part))
    }

    /// Traces for which both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self {
                rule: Rule::All(mut all),
                name: None,
            } => {
                all.push(other);
                Self::new(Rule::All(all))
            }
            first => Self::new(Rule::All(vec![first, other])),
        }
    }

    /// Traces for which one or both hold.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self {
                rule: Rule::Any(mut any),
                name: None,
            } => {
                any.push(other);
                Self::new(Rule::Any(any))
            }
            first => Self::new(Rule::Any(vec![first, other])),
        }
    }

    /// Traces for which this does not hold. For most policies that is known only at the end.
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "it stands beside `and` and `or`, which are no operators either"
    )]
    pub fn not(self) -> Self {
        Self::new(Rule::Not(Box::new(self)))
    }

    /// Sets what `glassbox.sampling.policy` says on the spans that this policy keeps. Default: the
    /// policy as text, or that of the alternative that held.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into().into());
        self
    }
}

/// Whether a trace is among this part of all: the rule of the SDK's `TraceIdRatioBased`, which is
/// that the lower 63 bits of the id, shifted down from 64, are below the same part of 2^63.
pub(super) fn is_in_ratio(part: f64, trace_id: TraceId) -> bool {
    if part >= 1.0 {
        return true;
    }
    let bound = (part.max(0.0) * (1_u64 << 63) as f64) as u64;
    let low = u128::from_be_bytes(trace_id.to_bytes()) as u64;
    (low >> 1) < bound
}

#[cfg(test)]
mod tests;
