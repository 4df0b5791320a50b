//! One sink's way out: what waits for it, and the export that is under way.

use std::sync::Arc;

use tokio::task::Id;

use crate::sink::{Batch, Sink};

/// What waits for one sink.
pub(super) trait Backlog {
    type Batch: Batch;

    /// What to export next; asked while no export is under way.
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
    running: Option<Running>,
    /// The last export failed: its successor's failure is no news.
    pub(super) failing: bool,
}

#[derive(Debug)]
struct Running {
    task: Id,
    items: u64,
}

impl<B: Backlog> Lane<B> {
    pub(super) fn new(sink: Arc<dyn Sink<B::Batch>>, backlog: B) -> Self {
        Self {
            sink,
            backlog,
            running: None,
            failing: false,
        }
    }

    /// What to export next, unless an export is under way.
    pub(super) fn next(&mut self) -> Option<B::Batch> {
        match self.running {
            Some(_) => None,
            None => self.backlog.next(),
        }
    }

    pub(super) fn started(&mut self, task: Id, items: u64) {
        self.running = Some(Running { task, items });
    }

    /// Ends the export that runs as `task`, if it is one of this lane, and says how many items it
    /// carried.
    pub(super) fn ended(&mut self, task: Id) -> Option<u64> {
        let running = self.running.take_if(|running| running.task == task)?;
        self.backlog.settle(running.items);
        Some(running.items)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running.is_none() && self.backlog.is_empty()
    }
}

#[cfg(test)]
mod tests;
