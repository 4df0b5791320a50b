//! Where ended spans and log records wait: bounded, and cheap for the thread they come from.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Items (spans, log records) in batches. Pushing moves one item under one lock; taking swaps whole
/// batches, so that neither side holds the lock for longer than that.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    wake: Notify,
    max_items: usize,
    batch_size: usize,
}

#[derive(Debug)]
struct State<T> {
    full: VecDeque<Vec<T>>,
    filling: Vec<T>,
    /// Items in `full` and `filling`.
    items: usize,
    /// Somebody waits for what is in `filling` now.
    urgent: bool,
    closed: bool,
    dropped: u64,
}

/// What [`Queue::take`] found.
#[derive(Debug)]
pub(crate) struct Taken<T> {
    pub(crate) batches: VecDeque<Vec<T>>,
    /// Items left behind, because their batch is not full and nobody is in a hurry.
    pub(crate) left: usize,
}

impl<T> Queue<T> {
    pub(crate) fn new(max_items: usize, batch_size: usize) -> Self {
        Self {
            state: Mutex::new(State {
                full: VecDeque::new(),
                filling: Vec::new(),
                items: 0,
                urgent: false,
                closed: false,
                dropped: 0,
            }),
            wake: Notify::new(),
            max_items,
            batch_size: batch_size.min(max_items),
        }
    }

    /// Adds an item, or counts it as dropped where the queue is full or closed, and says whether it
    /// was added. `urgent` wakes the exporter now; otherwise it wakes with the first item, to start
    /// its clock, and for each full batch.
    pub(crate) fn push(&self, item: T, urgent: bool) -> bool {
        let wake = {
            let mut state = self.lock();
            if state.closed || state.items >= self.max_items {
                state.dropped += 1;
                // The lock is released before the item: freeing it takes a while.
                drop(state);
                drop(item);
                return false;
            }
            state.items += 1;
            state.filling.push(item);
            let first = state.items == 1;
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
        true
    }

    /// Takes the full batches, and the one being filled if `all` or if a push was urgent.
    pub(crate) fn take(&self, all: bool) -> Taken<T> {
        let mut state = self.lock();
        let mut batches = mem::take(&mut state.full);
        if (all || mem::take(&mut state.urgent)) && !state.filling.is_empty() {
            batches.push_back(mem::take(&mut state.filling));
        }
        state.items = state.filling.len();
        Taken {
            batches,
            left: state.items,
        }
    }

    /// Waits until there may be something to take.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// From now on every item is dropped.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
    }

    /// Items waiting, and items dropped so far.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let state = self.lock();
        (state.items as u64, state.dropped)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing panics under this lock; if something did, the counts are still usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
