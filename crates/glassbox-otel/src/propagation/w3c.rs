//! W3C Trace Context (level 1) and W3C Baggage, for a program that has installed no propagator: the specification
//! makes them the default, and the SDK's own are out of reach from here.

use std::collections::HashMap;
use std::str::FromStr as _;

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Context, KeyValue};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const BAGGAGE: &str = "baggage";

/// What a baggage value must not hold as it is (W3C Baggage, section 3.3.1).
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b',')
    .add(b';')
    .add(b'\\');

/// W3C Baggage, section 3.3.2: at least this much must pass.
const MOST_BAGGAGE: usize = 8_192;

pub(super) fn inject(context: &Context, headers: &mut Vec<(String, String)>) {
    let span = context.span();
    let span = span.span_context();
    if span.is_valid() {
        let flags = span.trace_flags() & TraceFlags::SAMPLED;
        let parent = format!("00-{}-{}-{flags:02x}", span.trace_id(), span.span_id());
        headers.push((TRACEPARENT.to_owned(), parent));
        let state = span.trace_state().header();
        if !state.is_empty() {
            headers.push((TRACESTATE.to_owned(), state));
        }
    }
    let entries = context.baggage().iter().map(|(key, (value, _))| {
        let value = utf8_percent_encode(value.as_str(), ENCODED);
        format!("{}={value}", key.as_str())
    });
    let entries: Vec<String> = entries.collect();
    if !entries.is_empty() {
        headers.push((BAGGAGE.to_owned(), entries.join(",")));
    }
}

/// `current`, as part of what the headers name. Names of headers are in lower case.
pub(super) fn extract(current: &Context, headers: &HashMap<String, String>) -> Context {
    let mut context = current.clone();
    if let Some(span) = headers.get(TRACEPARENT).and_then(|text| parent(text)) {
        let state = headers.get(TRACESTATE);
        let state = state.and_then(|text| TraceState::from_str(text.trim()).ok());
        let span = SpanContext::new(
            span.trace_id(),
            span.span_id(),
            span.trace_flags(),
            true,
            state.unwrap_or_default(),
        );
        context = context.with_remote_span_context(span);
    }
    if let Some(text) = headers
        .get(BAGGAGE)
        .filter(|text| text.len() <= MOST_BAGGAGE)
    {
        let entries: Vec<KeyValue> = text.split(',').filter_map(entry).collect();
        if !entries.is_empty() {
            context = context.with_baggage(entries);
        }
    }
    context
}

/// W3C Trace Context, section 3.2: `version-trace_id-parent_id-flags` in lower-case hexadecimal digits. Later versions
/// may add to it, so of them the beginning counts.
fn parent(text: &str) -> Option<SpanContext> {
    let mut fields = text.trim().split('-');
    let version = digits(fields.next()?, 2)?;
    let trace = TraceId::from_hex(digits(fields.next()?, 32)?).ok()?;
    let span = SpanId::from_hex(digits(fields.next()?, 16)?).ok()?;
    let flags = u8::from_str_radix(digits(fields.next()?, 2)?, 16).ok()?;
    if version == "ff" || (version == "00" && fields.next().is_some()) {
        return None;
    }
    let flags = TraceFlags::new(flags) & TraceFlags::SAMPLED;
    let context = SpanContext::new(trace, span, flags, true, TraceState::default());
    context.is_valid().then_some(context)
}

fn digits(text: &str, count: usize) -> Option<&str> {
    let fits = text.len() == count;
    let digits = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    (fits && digits).then_some(text)
}

fn entry(text: &str) -> Option<KeyValue> {
    // What follows a semicolon are properties of the entry, which nobody reads here.
    let (key, value) = text.split(';').next()?.split_once('=')?;
    let key = key.trim();
    let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
    (!key.is_empty()).then(|| KeyValue::new(key.to_owned(), value.into_owned()))
}

#[cfg(test)]
mod tests;
