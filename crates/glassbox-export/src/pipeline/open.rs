//! The spans that have begun and not ended.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use glassbox_semconv::glassbox;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanId};
use opentelemetry_sdk::trace::{Span, SpanData};

/// Threads that begin and end spans at the same time mostly meet different ones.
const SHARDS: usize = 16;

/// A copy of each span as it was when it began: what is set later, the SDK shows to nobody before the
/// end.
#[derive(Debug, Default)]
pub(super) struct OpenSpans {
    shards: [Mutex<HashMap<SpanId, SpanData>>; SHARDS],
}

impl OpenSpans {
    pub(super) fn begin(&self, span: &Span) {
        // A span that is being recorded has data.
        if let Some(data) = span.exported_data() {
            let id = span.span_context().span_id();
            self.shard(id).insert(id, data);
        }
    }

    /// False where it is not open: it began elsewhere, or [`end_all`](Self::end_all) came first.
    pub(super) fn end(&self, id: SpanId) -> bool {
        let copy = self.shard(id).remove(&id);
        copy.is_some()
    }

    pub(super) fn count(&self) -> u64 {
        let counts = self.shards.iter().map(|shard| lock(shard).len() as u64);
        counts.sum()
    }

    /// Ends all of them now, in the order in which they began, and marks them.
    pub(super) fn end_all(&self) -> Vec<SpanData> {
        let now = SystemTime::now();
        let shards = self.shards.iter();
        let mut spans: Vec<_> = shards
            .flat_map(|shard| std::mem::take(&mut *lock(shard)).into_values())
            .collect();
        spans.sort_by_key(|span| span.start_time);
        for span in &mut spans {
            // A clock may have been set back meanwhile.
            span.end_time = now.max(span.start_time);
            let mark = KeyValue::new(glassbox::SPAN_UNFINISHED, true);
            span.attributes.push(mark);
        }
        spans
    }

    fn shard(&self, id: SpanId) -> MutexGuard<'_, HashMap<SpanId, SpanData>> {
        let [.., last] = id.to_bytes();
        lock(&self.shards[usize::from(last) % SHARDS])
    }
}

fn lock(shard: &Mutex<HashMap<SpanId, SpanData>>) -> MutexGuard<'_, HashMap<SpanId, SpanData>> {
    // Nothing panics under this lock.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
