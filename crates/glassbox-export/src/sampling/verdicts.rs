//! What became of traces, remembered within bounds.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use opentelemetry::trace::TraceId;

/// Kept, and by which policy, or not kept.
pub(super) type Fate = Option<Arc<str>>;

/// The verdicts on the traces that were heard of last. What was not heard of while as many others
/// were is forgotten, half of all at a time, so that neither looking up nor forgetting takes long.
#[derive(Debug)]
pub(super) struct Verdicts {
    newer: HashMap<TraceId, Fate>,
    older: HashMap<TraceId, Fate>,
    /// How many of each.
    most: usize,
}

impl Verdicts {
    /// Remembers at most `most` verdicts, and at least the last half of that.
    pub(super) fn new(most: usize) -> Self {
        Self {
            newer: HashMap::new(),
            older: HashMap::new(),
            most: most / 2,
        }
    }

    pub(super) fn insert(&mut self, trace: TraceId, fate: Fate) {
        if self.most == 0 {
            return;
        }
        if self.newer.len() >= self.most {
            self.older = mem::take(&mut self.newer);
        }
        self.newer.insert(trace, fate);
    }

    /// The verdict on a trace, which is now one that was heard of.
    pub(super) fn get(&mut self, trace: TraceId) -> Option<Fate> {
        if let Some(fate) = self.newer.get(&trace) {
            return Some(fate.clone());
        }
        let fate = self.older.remove(&trace)?;
        self.insert(trace, fate.clone());
        Some(fate)
    }
}

#[cfg(test)]
mod tests;
