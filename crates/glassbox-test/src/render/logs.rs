use std::fmt::Write as _;

use opentelemetry_sdk::trace::SpanData;

use super::any_value;
use super::attributes::any_attribute_lines;
use crate::capture::CapturedLog;

/// All log records in the order in which they were emitted, each with the name of the span it belongs to.
pub(crate) fn logs(logs: &[CapturedLog], spans: &[SpanData]) -> String {
    let mut out = String::new();
    for log in logs {
        let name = log.event_name().unwrap_or("(no event name)");
        let severity = log.severity().map_or_else(String::new, |severity| {
            format!(" [{}]", severity.name().to_ascii_lowercase())
        });
        let _ = writeln!(out, "{name}{severity}{}", place(log, spans));
        if let Some(body) = log.body() {
            let _ = writeln!(out, "  body: {}", any_value(body));
        }
        for line in any_attribute_lines(log.attributes()) {
            let _ = writeln!(out, "  {line}");
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn place(log: &CapturedLog, spans: &[SpanData]) -> String {
    let (Some(trace_id), Some(span_id)) = (log.trace_id(), log.span_id()) else {
        return String::new();
    };
    let span = spans.iter().find(|span| {
        let context = &span.span_context;
        (context.trace_id(), context.span_id()) == (trace_id, span_id)
    });
    match span {
        Some(span) => format!(" in {}", span.name),
        // A span has its last name when it ends; one of another provider is never seen.
        None => " in (a span that has not ended here)".to_owned(),
    }
}
