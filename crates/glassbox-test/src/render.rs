mod attributes;
mod logs;
mod metrics;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;

use self::attributes::attribute_lines;
pub(crate) use self::attributes::{any_value, value};
pub(crate) use self::logs::logs;
pub(crate) use self::metrics::metrics;

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

/// The text under a heading, or nothing where there is no text.
pub(crate) fn section(heading: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    Some(format!("{heading}\n{}", lines.join("\n")))
}
