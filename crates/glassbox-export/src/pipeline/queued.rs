//! Spans and log records: they wait in a queue, then for each sink.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;

use tokio::time::Instant;

use super::feed::Feed;
use super::lane::{Backlog, Lane};
use super::queue::{Bundle, Dropped, Queue};
use crate::batching::Batching;
use crate::report::SinkReport;
use crate::sink::Size;

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
        Batches::new(&self.batching)
    }
}

impl<T: Clone + Send + Size + Sync + 'static> Feed for Queued<T> {
    type Backlog = Batches<T>;

    /// To every lane: the full batches, and with `all` the rest.
    fn collect(&mut self, all: bool, lanes: &mut [Lane<Batches<T>>], tallies: &mut [SinkReport]) {
        let taken = self.queue.take(all);
        self.due = match (taken.left, self.due) {
            (0, _) => None,
            (_, Some(due)) => Some(due),
            (_, None) => Some(Instant::now() + self.batching.schedule_delay),
        };
        for batch in taken.batches {
            let Some((last, others)) = lanes.split_last_mut() else {
                return;
            };
            let size = batch.items.len() as u64;
            let mut hand_over = |index: usize, lane: &mut Lane<Batches<T>>, batch| {
                let dropped = lane.backlog.accept(batch);
                tallies[index].drop(dropped);
                tallies[index].pending += size - dropped.items;
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

/// What waits for one sink: batches, as many items and as much memory as may wait.
#[derive(Debug)]
pub(super) struct Batches<T> {
    batches: VecDeque<Bundle<T>>,
    waiting: usize,
    bytes: usize,
    max_waiting: usize,
    max_bytes: usize,
    max_batch: usize,
    /// Items that came in and were not dropped, ever.
    accepted: u64,
    settled: u64,
}

impl<T> Batches<T> {
    pub(super) fn new(batching: &Batching) -> Self {
        Self {
            batches: VecDeque::new(),
            waiting: 0,
            bytes: 0,
            max_waiting: batching.max_queue_size,
            max_bytes: batching.max_queue_bytes,
            max_batch: batching.max_batch_size,
            accepted: 0,
            settled: 0,
        }
    }
}

impl<T: Size> Batches<T> {
    /// Takes what fits; returns how much did not.
    pub(super) fn accept(&mut self, mut batch: Bundle<T>) -> Dropped {
        let light = self.light(&batch);
        let room = self.max_waiting.saturating_sub(self.waiting).min(light);
        let dropped = batch.items.split_off(room.min(batch.items.len()));
        batch.bytes -= dropped.iter().map(Size::size).sum::<usize>();
        let dropped = Dropped {
            items: dropped.len() as u64,
            heavy: if room == light {
                dropped.len() as u64
            } else {
                0
            },
        };
        if !batch.items.is_empty() {
            self.waiting += batch.items.len();
            self.bytes += batch.bytes;
            self.accepted += batch.items.len() as u64;
            self.batches.push_back(batch);
        }
        dropped
    }

    /// How many of these there is memory for. As in the queue, one may always wait.
    fn light(&self, batch: &Bundle<T>) -> usize {
        let mut room = self.max_bytes.saturating_sub(self.bytes);
        if batch.bytes <= room {
            return usize::MAX;
        }
        let fits = batch.items.iter().take_while(|item| {
            let left = room.checked_sub(item.size());
            room = left.unwrap_or_default();
            left.is_some()
        });
        let fits = fits.count();
        if self.waiting == 0 { fits.max(1) } else { fits }
    }
}

impl<T: Send + Sync + 'static> Backlog for Batches<T> {
    type Batch = Vec<T>;

    /// Small batches that piled up behind a slow export become one.
    fn next(&mut self) -> Option<Vec<T>> {
        let first = self.batches.pop_front()?;
        let (mut batch, mut bytes) = (first.items, first.bytes);
        let max = self.max_batch;
        let fits = |batch: &Vec<T>, more: &Bundle<T>| batch.len() + more.items.len() <= max;
        while self.batches.front().is_some_and(|more| fits(&batch, more)) {
            let more = self.batches.pop_front().unwrap_or_default();
            batch.extend(more.items);
            bytes += more.bytes;
        }
        self.waiting -= batch.len();
        self.bytes -= bytes;
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
