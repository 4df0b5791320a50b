//! Which traces are still going on in this process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;

use crate::pipeline::is_local_root;

/// Threads that end spans of different traces seldom meet.
const SHARDS: usize = 16;
/// Traces that are followed at once, over all shards. Of one beyond that, the end of a local root is
/// taken for the end of the trace.
const MOST: usize = 1 << 17;

/// Counts, for each trace, the spans that are open and those that have ended and wait for the sampler.
/// When there are none of either, the trace is over, as far as this process knows.
#[derive(Debug)]
pub(crate) struct OpenTraces {
    shards: [Mutex<HashMap<TraceId, Trace>>; SHARDS],
    most: usize,
}

#[derive(Debug, Default, Clone, Copy)]
struct Trace {
    open: u32,
    waiting: u32,
}

impl Default for OpenTraces {
    fn default() -> Self {
        Self::new(MOST)
    }
}

impl OpenTraces {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            shards: Default::default(),
            most: most / SHARDS,
        }
    }

    /// A span has started.
    pub(crate) fn started(&self, id: TraceId) {
        let mut shard = self.shard(id);
        let full = shard.len() >= self.most;
        if let Some(trace) = shard.get_mut(&id) {
            trace.open += 1;
        } else if !full {
            let trace = Trace {
                open: 1,
                waiting: 0,
            };
            shard.insert(id, trace);
        }
    }

    /// A span has ended and is about to be handed over.
    pub(crate) fn ended(&self, id: TraceId) {
        if let Some(trace) = self.shard(id).get_mut(&id) {
            trace.open = trace.open.saturating_sub(1);
            trace.waiting += 1;
        }
    }

    /// A span that has ended could not be handed over.
    pub(crate) fn dropped(&self, id: TraceId) {
        self.settle(id);
    }

    /// A span has come to the sampler. True if it was the last of its trace.
    pub(crate) fn arrived(&self, span: &SpanData) -> bool {
        let settled = self.settle(span.span_context.trace_id());
        settled.unwrap_or_else(|| is_local_root(span))
    }

    /// Whether nothing of the trace is left, or `None` where it is not followed.
    fn settle(&self, id: TraceId) -> Option<bool> {
        let mut shard = self.shard(id);
        let trace = shard.get_mut(&id)?;
        trace.waiting = trace.waiting.saturating_sub(1);
        let over = trace.open == 0 && trace.waiting == 0;
        if over {
            shard.remove(&id);
        }
        Some(over)
    }

    fn shard(&self, id: TraceId) -> MutexGuard<'_, HashMap<TraceId, Trace>> {
        let [.., last] = id.to_bytes();
        // Nothing panics under this lock; if something did, the counts are still usable.
        self.shards[usize::from(last) % SHARDS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
