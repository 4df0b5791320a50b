//! Spans as the bytes of an `ExportTraceServiceRequest`, straight from the SDK's own form.
//!
//! The messages are those of `opentelemetry/proto/trace/v1/trace.proto`, fields by their numbers; what is written and
//! what is left out is what `opentelemetry-proto` and prost do, byte for byte, but for an attribute that was set twice.
//! All of it is written [backwards](backward).

mod attributes;
pub(crate) mod backward;
mod groups;
mod span;

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use attributes::{attribute, attributes};
use backward::Backward;
use groups::Groups;
use span::span;

/// The most that is kept for the next batch, in bytes: a batch of 512 spans with little text in them.
pub(super) const KEPT: usize = 1024 * 1024;

/// Writes requests for one resource.
#[derive(Debug)]
pub(crate) struct Encoder {
    /// What comes first in `ResourceSpans`: the resource.
    resource: Box<[u8]>,
    /// What comes last in it.
    schema_url: Box<[u8]>,
    pub(super) spare: Spare,
}

/// The buffer of the last request, once nobody reads it any more.
pub(super) type Spare = Arc<Mutex<Vec<u8>>>;

impl Encoder {
    pub(crate) fn new(resource: &Resource) -> Self {
        let mut head = Backward::default();
        head.message(1, |out| {
            let list: Vec<_> = resource.iter().collect();
            for (key, value) in list.into_iter().rev() {
                attribute(out, 1, key, value);
            }
        });
        let mut tail = Backward::default();
        tail.text(3, resource.schema_url().unwrap_or_default());
        Self {
            resource: head.written().into(),
            schema_url: tail.written().into(),
            spare: Spare::default(),
        }
    }

    /// One request with these spans: grouped by scope, in the order in which the scopes and the spans of each come.
    pub(crate) fn encode(&self, spans: &[SpanData]) -> Bytes {
        let groups = Groups::new(spans);
        let mut out = Backward::over(std::mem::take(&mut *lock(&self.spare)));
        out.message(1, |out| {
            out.put(&self.schema_url);
            for members in groups.backwards() {
                scope_spans(out, spans, members);
            }
            out.put(&self.resource);
        });
        Bytes::from_owner(Body {
            out,
            home: Arc::clone(&self.spare),
        })
    }
}

/// `ScopeSpans`: the spans at these indices, the last one first.
fn scope_spans(out: &mut Backward, spans: &[SpanData], members: impl Iterator<Item = usize>) {
    out.message(2, |out| {
        let mut members = members.peekable();
        let scope = members
            .peek()
            .map(|index| &spans[*index].instrumentation_scope);
        let schema_url = scope.and_then(InstrumentationScope::schema_url);
        out.text(3, schema_url.unwrap_or_default());
        for index in members {
            out.message(2, |out| span(out, &spans[index]));
        }
        if let Some(scope) = scope {
            out.message(1, |out| instrumentation_scope(out, scope));
        }
    });
}

fn instrumentation_scope(out: &mut Backward, scope: &InstrumentationScope) {
    let list: Vec<_> = scope.attributes().cloned().collect();
    attributes(out, 3, &list);
    out.text(2, scope.version().unwrap_or_default());
    out.text(1, scope.name());
}

/// What was written, as long as somebody sends it. Then the buffer goes back to where it came from.
struct Body {
    out: Backward,
    home: Spare,
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        self.out.written()
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.out).into_inner();
        if buffer.len() <= KEPT {
            *lock(&self.home) = buffer;
        }
    }
}

fn lock(spare: &Mutex<Vec<u8>>) -> std::sync::MutexGuard<'_, Vec<u8>> {
    spare.lock().unwrap_or_else(PoisonError::into_inner)
}
