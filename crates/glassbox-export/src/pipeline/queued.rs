//! Spans and log records: they wait in a queue, then for each sink.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;

use tokio::time::Instant;

use super::feed::Feed;
use super::lane::{Backlog, Lane};
use super::queue::Queue;
use crate::batching::Batching;
use crate::report::SinkReport;

/// The worker's side of a queue.
#[derive(Debug)]
pub(super) struct Queued<T> {
    queue: Arc<Queue<T>>,
    batching: Batching,
    /// When the batch being filled is due.
    due: Option<Instant>,
}

impl<T> Queued<T> {
    pub(super) fn new(queue: Arc<Queue<T>>, batching: Batching) -> Self {
        Self {
            queue,
            batching,
            due: None,
        }
    }

    /// What waits for one sink, at first nothing.
    pub(super) fn backlog(&self) -> Batches<T> {
        Batches::new(self.batching.max_queue_size, self.batching.max_batch_size)
    }
}

impl<T> Queued<T> {
    /// The full batches, and with `all` the rest.
    pub(super) fn take(&mut self, all: bool) -> VecDeque<Vec<T>> {
        let taken = self.queue.take(all);
        self.due = match (taken.left, self.due) {
            (0, _) => None,
            (_, Some(due)) => Some(due),
            (_, None) => Some(Instant::now() + self.batching.schedule_delay),
        };
        taken.batches
    }

    pub(super) fn max_batch_size(&self) -> usize {
        self.batching.max_batch_size
    }
}

impl<T: Clone + Send + Sync + 'static> Feed for Queued<T> {
    type Backlog = Batches<T>;

    /// To every lane.
    fn collect(&mut self, all: bool, lanes: &mut [Lane<Batches<T>>], tallies: &mut [SinkReport]) {
        for batch in self.take(all) {
            let Some((last, others)) = lanes.split_last_mut() else {
                return;
            };
            let size = batch.len() as u64;
            let mut hand_over = |index: usize, lane: &mut Lane<Batches<T>>, batch| {
                let dropped = lane.backlog.accept(batch);
                tallies[index].dropped += dropped;
                tallies[index].pending += size - dropped;
            };
            for (index, lane) in others.iter_mut().enumerate() {
                hand_over(index, lane, batch.clone());
            }
            // The last one, and so the only one, gets the items themselves.
            hand_over(others.len(), last, batch);
        }
    }

    fn due(&self) -> Option<Instant> {
        self.due
    }

    fn woken(&self) -> impl Future<Output = ()> {
        self.queue.woken()
    }

    fn close(&mut self) {
        self.queue.close();
    }
}

/// What waits for one sink: batches, as many items as may wait.
#[derive(Debug)]
pub(super) struct Batches<T> {
    batches: VecDeque<Vec<T>>,
    waiting: usize,
    max_waiting: usize,
    max_batch: usize,
    /// Items that came in and were not dropped, ever.
    accepted: u64,
    settled: u64,
}

impl<T> Batches<T> {
    pub(super) fn new(max_waiting: usize, max_batch: usize) -> Self {
        Self {
            batches: VecDeque::new(),
            waiting: 0,
            max_waiting,
            max_batch,
            accepted: 0,
            settled: 0,
        }
    }

    /// Takes what fits; returns how many items did not.
    pub(super) fn accept(&mut self, mut batch: Vec<T>) -> u64 {
        let room = self.max_waiting.saturating_sub(self.waiting);
        let dropped = batch.len().saturating_sub(room);
        batch.truncate(room);
        if !batch.is_empty() {
            self.waiting += batch.len();
            self.accepted += batch.len() as u64;
            self.batches.push_back(batch);
        }
        dropped as u64
    }
}

impl<T: Send + Sync + 'static> Backlog for Batches<T> {
    type Batch = Vec<T>;

    /// Small batches that piled up behind a slow export become one.
    fn next(&mut self) -> Option<Vec<T>> {
        let mut batch = self.batches.pop_front()?;
        let max = self.max_batch;
        let fits = |batch: &Vec<T>, more: &Vec<T>| batch.len() + more.len() <= max;
        while self.batches.front().is_some_and(|more| fits(&batch, more)) {
            batch.extend(self.batches.pop_front().unwrap_or_default());
        }
        self.waiting -= batch.len();
        Some(batch)
    }

    fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    fn accepted(&self) -> u64 {
        self.accepted
    }

    fn settled(&self) -> u64 {
        self.settled
    }

    fn settle(&mut self, items: u64) {
        self.settled += items;
    }
}

#[cfg(test)]
mod tests;
