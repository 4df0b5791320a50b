//! Where ended spans wait: bounded, and cheap for the thread that ends a span.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opentelemetry_sdk::trace::SpanData;
use tokio::sync::Notify;

/// Spans in batches. Pushing moves one span under one lock; taking swaps whole batches, so that
/// neither side holds the lock for longer than that.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Notify,
    max_spans: usize,
    batch_size: usize,
}

#[derive(Debug, Default)]
struct State {
    full: VecDeque<Vec<SpanData>>,
    filling: Vec<SpanData>,
    /// Spans in `full` and `filling`.
    spans: usize,
    /// Somebody waits for what is in `filling` now.
    urgent: bool,
    closed: bool,
    dropped: u64,
}

/// What [`Queue::take`] found.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    pub(crate) batches: VecDeque<Vec<SpanData>>,
    /// Spans left behind, because their batch is not full and nobody is in a hurry.
    pub(crate) left: usize,
}

impl Queue {
    pub(crate) fn new(max_spans: usize, batch_size: usize) -> Self {
        Self {
            state: Mutex::default(),
            wake: Notify::new(),
            max_spans,
            batch_size: batch_size.min(max_spans),
        }
    }

    /// Adds a span, or counts it as dropped where the queue is full or closed. `urgent` wakes the
    /// exporter now; otherwise it wakes with the first span, to start its clock, and for each full
    /// batch.
    pub(crate) fn push(&self, span: SpanData, urgent: bool) {
        let wake = {
            let mut state = self.lock();
            if state.closed || state.spans >= self.max_spans {
                state.dropped += 1;
                // The lock is released before the span: freeing it takes a while.
                drop(state);
                drop(span);
                return;
            }
            state.spans += 1;
            state.filling.push(span);
            let first = state.spans == 1;
            let full = state.filling.len() >= self.batch_size;
            if full {
                let batch = mem::take(&mut state.filling);
                state.full.push_back(batch);
            }
            state.urgent |= urgent;
            first || full || urgent
        };
        if wake {
            self.wake.notify_one();
        }
    }

    /// Takes the full batches, and the one being filled if `all` or if a push was urgent.
    pub(crate) fn take(&self, all: bool) -> Taken {
        let mut state = self.lock();
        let mut batches = mem::take(&mut state.full);
        if (all || mem::take(&mut state.urgent)) && !state.filling.is_empty() {
            batches.push_back(mem::take(&mut state.filling));
        }
        state.spans = state.filling.len();
        Taken {
            batches,
            left: state.spans,
        }
    }

    /// Waits until there may be something to take.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// From now on every span is dropped.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
    }

    /// Spans waiting, and spans dropped so far.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let state = self.lock();
        (state.spans as u64, state.dropped)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics under this lock; if something did, the counts are still usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
