//! Where ended spans and log records wait: bounded, and cheap for the thread they come from.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::batching::Batching;
use crate::sink::Size;

/// Items (spans, log records) in batches. Pushing moves one item under one lock; taking swaps whole
/// batches, so that neither side holds the lock for longer than that.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    wake: Notify,
    max_items: usize,
    max_bytes: usize,
    batch_size: usize,
}

/// Items that travel together, and their size in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Bundle<T> {
    pub(crate) items: Vec<T>,
    pub(crate) bytes: usize,
}

impl<T> Default for Bundle<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            bytes: 0,
        }
    }
}

#[derive(Debug)]
struct State<T> {
    full: VecDeque<Bundle<T>>,
    filling: Bundle<T>,
    /// Items in `full` and `filling`, and their size.
    items: usize,
    bytes: usize,
    /// Somebody waits for what is in `filling` now.
    urgent: bool,
    closed: bool,
    dropped: Dropped,
}

/// Items there was no room for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    pub(crate) items: u64,
    /// How many of them because of their bytes.
    pub(crate) heavy: u64,
}

impl std::ops::AddAssign for Dropped {
    fn add_assign(&mut self, more: Self) {
        self.items += more.items;
        self.heavy += more.heavy;
    }
}

/// What [`Queue::take`] found.
#[derive(Debug)]
pub(crate) struct Taken<T> {
    pub(crate) batches: VecDeque<Bundle<T>>,
    /// Items left behind, because their batch is not full and nobody is in a hurry.
    pub(crate) left: usize,
}

impl<T: Size> Queue<T> {
    /// Adds an item, or counts it as dropped where the queue is full or closed. `urgent` wakes the
    /// exporter now; otherwise it wakes with the first item, to start its clock, and for each full
    /// batch.
    pub(crate) fn push(&self, item: T, urgent: bool) {
        let bytes = item.size();
        let wake = {
            let mut state = self.lock();
            // The first one gets in whatever its size: the other side may take it.
            let heavy = state.items > 0 && bytes > self.max_bytes.saturating_sub(state.bytes);
            if state.closed || heavy || state.items >= self.max_items {
                state.dropped += Dropped {
                    items: 1,
                    heavy: heavy.into(),
                };
                // The lock is released before the item: freeing it takes a while.
                drop(state);
                drop(item);
                return;
            }
            state.items += 1;
            state.bytes += bytes;
            state.filling.items.push(item);
            state.filling.bytes += bytes;
            let first = state.items == 1;
            let full = state.filling.items.len() >= self.batch_size;
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
}

impl<T> Queue<T> {
    pub(crate) fn new(batching: &Batching) -> Self {
        Self {
            state: Mutex::new(State {
                full: VecDeque::new(),
                filling: Bundle::default(),
                items: 0,
                bytes: 0,
                urgent: false,
                closed: false,
                dropped: Dropped::default(),
            }),
            wake: Notify::new(),
            max_items: batching.max_queue_size,
            max_bytes: batching.max_queue_bytes,
            batch_size: batching.max_batch_size.min(batching.max_queue_size),
        }
    }

    /// Takes the full batches, and the one being filled if `all` or if a push was urgent.
    pub(crate) fn take(&self, all: bool) -> Taken<T> {
        let mut state = self.lock();
        let mut batches = mem::take(&mut state.full);
        if (all || mem::take(&mut state.urgent)) && !state.filling.items.is_empty() {
            batches.push_back(mem::take(&mut state.filling));
        }
        state.items = state.filling.items.len();
        state.bytes = state.filling.bytes;
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
    pub(crate) fn counts(&self) -> (u64, Dropped) {
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
