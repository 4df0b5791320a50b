//! One sink's way out: what waits for it, and the batch that is under way.

use std::sync::Arc;

use tokio::task::Id;
use tokio::time::Instant;

use super::backoff::{Backoff, FIRST};
use crate::sink::{Batch, Later, Parcel, Rest, Sink};

/// After so many attempts that nobody answered, a caller who waits hears that nobody is there: enough
/// for a restart, few enough that a program which ends without a collector does not wait for long.
pub(super) const PATIENCE: u64 = 4;

/// What waits for one sink.
pub(super) trait Backlog {
    type Batch: Batch;

    /// What to export next; asked while nothing is under way.
    fn next(&mut self) -> Option<Self::Batch>;

    fn is_empty(&self) -> bool;

    /// How much there was to export, ever, in whatever the backlog counts.
    fn accepted(&self) -> u64;

    /// How much of it has been exported, well or badly.
    fn settled(&self) -> u64;

    /// The export of the batch that was next, of so many items, is over.
    fn settle(&mut self, items: u64);
}

#[derive(Debug)]
pub(super) struct Lane<B: Backlog> {
    pub(super) sink: Arc<dyn Sink<B::Batch>>,
    pub(super) backlog: B,
    state: State,
    /// Items of the batch under way that need no further attempt.
    settled: u64,
    backoff: Backoff,
    /// Attempts that nobody answered, ever.
    misses: u64,
    /// Attempts in a row that came to nothing.
    pub(super) setbacks: u64,
    /// The last delivery failed: its successor's failure is no news.
    pub(super) failing: bool,
    /// Items were dropped since all was delivered for the last time: that there are more is no news.
    pub(super) overflowing: bool,
    /// How many were dropped when that was looked at last.
    pub(super) dropped: u64,
    /// What the other side said last of a delivery that arrived.
    pub(super) remark: Option<String>,
}

#[derive(Debug)]
enum State {
    Idle,
    Running {
        task: Id,
        items: u64,
    },
    /// For the next attempt.
    Waiting {
        parcel: Box<dyn Parcel>,
        since: Instant,
        until: Instant,
        /// The other side asked for it: no hurry of ours counts.
        asked: bool,
    },
}

/// Until when somebody waits for a lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waiter {
    pub(super) deadline: Instant,
    /// [`Lane::misses`] when the waiting began.
    pub(super) misses: u64,
}

impl<B: Backlog> Lane<B> {
    pub(super) fn new(sink: Arc<dyn Sink<B::Batch>>, backlog: B) -> Self {
        Self {
            sink,
            backlog,
            state: State::Idle,
            settled: 0,
            backoff: Backoff::default(),
            misses: 0,
            setbacks: 0,
            failing: false,
            overflowing: false,
            dropped: 0,
            remark: None,
        }
    }

    /// What to attempt now: what is left of the last batch when its time has come, or the next one.
    pub(super) fn next(&mut self, now: Instant) -> Option<Box<dyn Parcel>> {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => {
                let batch = self.backlog.next()?;
                Some(Arc::clone(&self.sink).parcel(batch))
            }
            State::Waiting { parcel, until, .. } if until <= now => Some(parcel),
            other => {
                self.state = other;
                None
            }
        }
    }

    pub(super) fn started(&mut self, task: Id, items: u64) {
        self.state = State::Running { task, items };
    }

    /// Ends the attempt that runs as `task`, if it is one of this lane, and says how many items it
    /// carried.
    pub(super) fn ended(&mut self, task: Id) -> Option<u64> {
        match self.state {
            State::Running {
                task: running,
                items,
            } if running == task => {
                self.state = State::Idle;
                Some(items)
            }
            _ => None,
        }
    }

    /// Takes in what the attempt that ended came to: so many items settled, and what is left.
    pub(super) fn settle(&mut self, items: u64, rest: Option<Rest>) {
        self.settled += items;
        let later = rest.as_ref().and_then(|rest| rest.later);
        match later {
            Some(later) => {
                self.setbacks += 1;
                self.misses += u64::from(!later.answered);
            }
            None => {
                self.setbacks = 0;
                self.backoff = Backoff::default();
            }
        }
        match rest {
            Some(rest) => self.wait(rest.parcel, later),
            None => self.backlog.settle(std::mem::take(&mut self.settled)),
        }
    }

    fn wait(&mut self, parcel: Box<dyn Parcel>, later: Option<Later>) {
        let since = Instant::now();
        let asked = later.and_then(|later| later.asked);
        let until = match later {
            Some(_) => since + self.backoff.pause(asked),
            None => since,
        };
        self.state = State::Waiting {
            parcel,
            since,
            until,
            asked: asked.is_some(),
        };
    }

    /// Somebody begins to wait: pauses start again with the shortest, unless the other side asked for
    /// a longer one.
    pub(super) fn hurry(&mut self, deadline: Instant) -> Waiter {
        self.backoff = Backoff::default();
        if let State::Waiting {
            since,
            until,
            asked: false,
            ..
        } = &mut self.state
        {
            *until = (*until).min(*since + FIRST);
        }
        Waiter {
            deadline,
            misses: self.misses,
        }
    }

    /// When the next attempt is to be made, if there was one before.
    pub(super) fn due(&self) -> Option<Instant> {
        match self.state {
            State::Waiting { until, .. } => Some(until),
            _ => None,
        }
    }

    /// Whether to go on waiting makes no sense: nobody is there, or the other side does not want to
    /// hear from us before the time is over.
    pub(super) fn is_hopeless(&self, waiter: &Waiter) -> bool {
        self.due()
            .is_some_and(|until| until > waiter.deadline || self.misses - waiter.misses >= PATIENCE)
    }

    pub(super) fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle) && self.backlog.is_empty()
    }
}

#[cfg(test)]
mod tests;
