//! One sink's way out: what waits for it, and the export that is under way.

use std::collections::VecDeque;
use std::sync::Arc;

use opentelemetry_sdk::trace::SpanData;
use tokio::task::Id;

use crate::sink::Sink;

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) sink: Arc<dyn Sink>,
    backlog: VecDeque<Vec<SpanData>>,
    waiting: usize,
    running: Option<Running>,
    /// Spans that came in and were not dropped, ever.
    accepted: u64,
    /// Spans of those whose export is over, well or badly.
    settled: u64,
    /// The last export failed: its successor's failure is no news.
    pub(super) failing: bool,
}

#[derive(Debug)]
struct Running {
    task: Id,
    spans: usize,
}

impl Lane {
    pub(super) fn new(sink: Arc<dyn Sink>) -> Self {
        Self {
            sink,
            backlog: VecDeque::new(),
            waiting: 0,
            running: None,
            accepted: 0,
            settled: 0,
            failing: false,
        }
    }

    /// Takes what fits under `max_spans`; returns how many spans did not.
    pub(super) fn accept(&mut self, mut batch: Vec<SpanData>, max_spans: usize) -> u64 {
        let room = max_spans.saturating_sub(self.waiting);
        let dropped = batch.len().saturating_sub(room);
        batch.truncate(room);
        if !batch.is_empty() {
            self.waiting += batch.len();
            self.accepted += batch.len() as u64;
            self.backlog.push_back(batch);
        }
        dropped as u64
    }

    /// What to export next, unless an export is under way. Small batches that piled up behind a
    /// slow export become one.
    pub(super) fn next(&mut self, max_batch: usize) -> Option<Vec<SpanData>> {
        if self.running.is_some() {
            return None;
        }
        let mut batch = self.backlog.pop_front()?;
        let fits = |batch: &Vec<_>, more: &Vec<_>| batch.len() + more.len() <= max_batch;
        while self.backlog.front().is_some_and(|more| fits(&batch, more)) {
            batch.extend(self.backlog.pop_front().unwrap_or_default());
        }
        self.waiting -= batch.len();
        Some(batch)
    }

    pub(super) fn started(&mut self, task: Id, spans: usize) {
        self.running = Some(Running { task, spans });
    }

    /// Ends the export that runs as `task`, if it is one of this lane, and says how many spans it
    /// carried.
    pub(super) fn ended(&mut self, task: Id) -> Option<u64> {
        let running = self.running.take_if(|running| running.task == task)?;
        self.settled += running.spans as u64;
        Some(running.spans as u64)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running.is_none() && self.backlog.is_empty()
    }

    pub(super) fn accepted(&self) -> u64 {
        self.accepted
    }

    pub(super) fn settled(&self) -> u64 {
        self.settled
    }
}

#[cfg(test)]
mod tests;
