//! What is under way to a sink, and how an attempt to deliver it ended.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A batch on its way to one place, or what is left of it. Whoever holds it decides when the next
/// attempt is made and when it is time to give up.
pub(crate) trait Parcel: Send {
    /// How many spans, data points or log records it holds.
    fn items(&self) -> u64;

    /// One attempt to deliver it or a part of it, which takes no longer than `limit`.
    fn attempt(self: Box<Self>, limit: Duration) -> Attempt;
}

impl fmt::Debug for dyn Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parcel({})", self.items())
    }
}

/// An attempt that is under way.
pub(crate) type Attempt = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// What became of the items of a parcel: each is counted once, or in what is left.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// They arrived.
    pub(crate) delivered: u64,
    /// The other side took note of them and threw them away (a *partial success* in OTLP).
    pub(crate) rejected: u64,
    /// They were refused, and would be again.
    pub(crate) failed: u64,
    /// Why not all arrived, in one line, or what the other side remarks where they did.
    pub(crate) reason: Option<String>,
    pub(crate) rest: Option<Rest>,
}

/// What is left of a parcel.
#[derive(Debug)]
pub(crate) struct Rest {
    pub(crate) parcel: Box<dyn Parcel>,
    /// Nothing went wrong with it where there is none: the next attempt may begin at once.
    pub(crate) later: Option<Later>,
}

/// Why an attempt is to be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Later {
    /// The other end answered. Otherwise nobody seems to be there.
    pub(crate) answered: bool,
    /// For how long it wants to be left alone.
    pub(crate) asked: Option<Duration>,
}

impl Outcome {
    pub(crate) fn delivered(items: u64) -> Self {
        Self {
            delivered: items,
            ..Self::default()
        }
    }

    pub(crate) fn failed(items: u64, reason: impl Into<String>) -> Self {
        Self {
            failed: items,
            reason: Some(reason.into()),
            ..Self::default()
        }
    }

    /// Nothing arrived, and another attempt may do better.
    pub(crate) fn setback(parcel: Box<dyn Parcel>, later: Later, reason: String) -> Self {
        Self {
            reason: Some(reason),
            rest: Some(Rest {
                parcel,
                later: Some(later),
            }),
            ..Self::default()
        }
    }

    /// How many items need no further attempt.
    pub(crate) fn settled(&self) -> u64 {
        self.delivered + self.rejected + self.failed
    }

    /// How many of these did not arrive.
    pub(crate) fn lost(&self) -> u64 {
        self.rejected + self.failed
    }
}
