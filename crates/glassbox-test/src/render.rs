use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// All traces, each a tree, in the order in which their roots began.
pub(crate) fn traces(spans: &[SpanData], open: usize) -> String {
    let known: HashSet<SpanId> = spans
        .iter()
        .map(|span| span.span_context.span_id())
        .collect();
    let mut children: HashMap<SpanId, Vec<&SpanData>> = HashMap::new();
    let mut roots = Vec::new();
    for span in spans {
        if known.contains(&span.parent_span_id) {
            children.entry(span.parent_span_id).or_default().push(span);
        } else {
            roots.push(span);
        }
    }
    // Spans that began in the same instant keep a fixed order.
    let order = |span: &&SpanData| {
        (
            span.start_time,
            span.name.clone(),
            attribute_lines(&span.attributes),
        )
    };
    roots.sort_by_cached_key(order);
    for siblings in children.values_mut() {
        siblings.sort_by_cached_key(order);
    }
    let mut out = String::new();
    let mut stack: Vec<(usize, &SpanData)> =
        roots.into_iter().rev().map(|root| (0, root)).collect();
    while let Some((depth, span)) = stack.pop() {
        render(&mut out, depth, span);
        let below = children
            .remove(&span.span_context.span_id())
            .unwrap_or_default();
        stack.extend(below.into_iter().rev().map(|child| (depth + 1, child)));
    }
    if open > 0 {
        let _ = writeln!(out, "!! {open} spans never ended");
    }
    out.truncate(out.trim_end().len());
    out
}

fn render(out: &mut String, depth: usize, span: &SpanData) {
    let indent = "  ".repeat(depth);
    let kind = match span.span_kind {
        SpanKind::Client => "client",
        SpanKind::Server => "server",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
        SpanKind::Internal => "internal",
    };
    let remote = if span.parent_span_is_remote {
        " (remote parent)"
    } else {
        ""
    };
    let status = match &span.status {
        Status::Unset => String::new(),
        Status::Ok => " OK".to_owned(),
        Status::Error { description } if description.is_empty() => " ERROR".to_owned(),
        Status::Error { description } => format!(" ERROR {description:?}"),
    };
    let _ = writeln!(out, "{indent}{} [{kind}]{status}{remote}", span.name);
    for line in attribute_lines(&span.attributes) {
        let _ = writeln!(out, "{indent}  {line}");
    }
    for event in span.events.iter() {
        let lines = attribute_lines(&event.attributes);
        let _ = writeln!(out, "{indent}  * {} {{{}}}", event.name, lines.join(", "));
    }
    for link in span.links.iter() {
        let _ = writeln!(
            out,
            "{indent}  -> {{{}}}",
            attribute_lines(&link.attributes).join(", ")
        );
    }
}

/// `key = value`, sorted by key; the last value of a key counts.
fn attribute_lines(attributes: &[KeyValue]) -> Vec<String> {
    let last: BTreeMap<&str, &Value> = attributes
        .iter()
        .map(|kv| (kv.key.as_str(), &kv.value))
        .collect();
    let loopback = matches!(last.get("server.address"), Some(Value::String(host)) if host.as_str() == "127.0.0.1");
    let lines = last.into_iter().map(|(key, found)| match key {
        // One is measured, the other has a random part: neither is the same twice.
        "gen_ai.response.time_to_first_chunk" | "glassbox.retry.wait" => {
            format!("{key} = [seconds]")
        }
        // A test's server takes whatever port is free.
        "server.port" if loopback => format!("{key} = [port]"),
        _ => format!("{key} = {}", value(found)),
    });
    lines.collect()
}

/// A value as snapshots show it: strings in quotes, arrays in brackets, and floats always with a point.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::I64(number) => number.to_string(),
        Value::F64(number) => format!("{number:?}"),
        Value::String(text) => format!("{:?}", text.as_str()),
        Value::Array(Array::Bool(items)) => format!("{items:?}"),
        Value::Array(Array::I64(items)) => format!("{items:?}"),
        Value::Array(Array::F64(items)) => format!("{items:?}"),
        Value::Array(Array::String(items)) => {
            format!(
                "{:?}",
                items
                    .iter()
                    .map(opentelemetry::StringValue::as_str)
                    .collect::<Vec<_>>()
            )
        }
        other => format!("{other:?}"),
    }
}
