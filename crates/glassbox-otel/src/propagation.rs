//! Trace context in headers: as the program's propagator has it, or else as W3C Trace Context and W3C Baggage do.

use std::collections::HashMap;

use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, global};

mod w3c;

/// The headers that make another service's spans children of the span of this context.
pub(crate) fn inject(context: &Context) -> Vec<(String, String)> {
    let mut headers = Headers(Vec::new());
    let installed = installed(|propagator| propagator.inject_context(context, &mut headers));
    if installed.is_none() {
        w3c::inject(context, &mut headers.0);
    }
    headers.0
}

/// The current context, as part of the trace that these headers name, if they name one.
pub(crate) fn extract<K: AsRef<str>, V: AsRef<str>>(
    headers: impl IntoIterator<Item = (K, V)>,
) -> Context {
    let headers = headers.into_iter().map(|(name, value)| {
        (
            name.as_ref().to_ascii_lowercase(),
            value.as_ref().to_owned(),
        )
    });
    let carrier = Carrier(headers.collect());
    let current = Context::current();
    let context = installed(|propagator| propagator.extract_with_context(&current, &carrier));
    let context = context.unwrap_or_else(|| w3c::extract(&current, &carrier.0));
    if context.span().span_context().is_valid() {
        context
    } else {
        current
    }
}

/// What the program's propagator does, if it has installed one: the default does nothing, and knows no header.
fn installed<T>(work: impl FnOnce(&dyn TextMapPropagator) -> T) -> Option<T> {
    let mut work = Some(work);
    global::get_text_map_propagator(|propagator| {
        let knows_a_header = propagator.fields().next().is_some();
        let work = work.take().filter(|_| knows_a_header)?;
        Some(work(propagator))
    })
}

struct Headers(Vec<(String, String)>);

impl Injector for Headers {
    fn set(&mut self, key: &str, value: String) {
        // The propagator writes an empty `tracestate` where there is none.
        if !value.is_empty() {
            self.0.push((key.to_owned(), value));
        }
    }
}

struct Carrier(HashMap<String, String>);

impl Extractor for Carrier {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(&key.to_ascii_lowercase()).map(String::as_str)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}
