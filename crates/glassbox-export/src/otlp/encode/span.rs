//! A span, its events and its links.

use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{Event, Link, SpanContext, SpanId, SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;

use super::attributes::attributes;
use super::backward::Backward;

/// `SpanFlags`: whether the parent is remote is known, and whether it is. Below them are the flags of W3C.
const REMOTE_IS_KNOWN: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

/// The tag of the one field with a number above 15: `fixed32 flags = 16`.
const SPAN_FLAGS: [u8; 2] = [0x85, 0x01];
/// The tag of `fixed32 flags = 6`.
const LINK_FLAGS: [u8; 1] = [0x35];

pub(super) fn span(out: &mut Backward, span: &SpanData) {
    let context = &span.span_context;
    out.put(&flags(context, span.parent_span_is_remote));
    out.put(&SPAN_FLAGS);
    out.message(15, |out| status(out, &span.status));
    out.count(14, span.links.dropped_count);
    for it in span.links.links.iter().rev() {
        out.message(13, |out| link(out, it));
    }
    out.count(12, span.events.dropped_count);
    for it in span.events.events.iter().rev() {
        out.message(11, |out| event(out, it));
    }
    out.count(10, span.dropped_attributes_count);
    attributes(out, 9, &span.attributes);
    time(out, 8, span.end_time);
    time(out, 7, span.start_time);
    out.varint(6, kind(&span.span_kind));
    out.text(5, &span.name);
    if span.parent_span_id != SpanId::INVALID {
        out.bytes(4, &span.parent_span_id.to_bytes());
    }
    ids(out, context);
}

fn event(out: &mut Backward, event: &Event) {
    out.count(4, event.dropped_attributes_count);
    attributes(out, 3, &event.attributes);
    out.text(2, &event.name);
    time(out, 1, event.timestamp);
}

fn link(out: &mut Backward, link: &Link) {
    let context = &link.span_context;
    out.put(&flags(context, context.is_remote()));
    out.put(&LINK_FLAGS);
    out.count(5, link.dropped_attributes_count);
    attributes(out, 4, &link.attributes);
    ids(out, context);
}

/// What a span and a link begin with.
fn ids(out: &mut Backward, context: &SpanContext) {
    out.text(3, &context.trace_state().header());
    out.bytes(2, &context.span_id().to_bytes());
    out.bytes(1, &context.trace_id().to_bytes());
}

fn status(out: &mut Backward, status: &Status) {
    match status {
        Status::Unset => {}
        Status::Ok => out.varint(3, 1),
        Status::Error { description } => {
            out.varint(3, 2);
            out.text(2, description);
        }
    }
}

fn kind(kind: &SpanKind) -> u64 {
    match kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    }
}

fn flags(context: &SpanContext, is_remote: bool) -> [u8; 4] {
    let remote = if is_remote { IS_REMOTE } else { 0 };
    let flags = u32::from(context.trace_flags().to_u8()) | REMOTE_IS_KNOWN | remote;
    flags.to_le_bytes()
}

/// Nanoseconds since 1970, and left out where that is zero: a clock before then is as good as none, one after the year
/// 2554 stands still.
fn time(out: &mut Backward, field: u8, time: SystemTime) {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanos = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
    if nanos != 0 {
        out.fixed64(field, nanos);
    }
}
