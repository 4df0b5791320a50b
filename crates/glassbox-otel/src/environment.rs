use crate::{Content, TelemetryBuilder};

const CAPTURE: &str = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
const EMIT: &str = "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT";
const LENGTHS: [&str; 2] = [
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
];

/// What the variables ask for.
pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> TelemetryBuilder {
    // As the specification has it, an empty value is as good as none.
    let variable = |name: &str| {
        let value = variable(name)?;
        let value = value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    let mut builder = TelemetryBuilder::default();
    if let Some(value) = variable(CAPTURE) {
        match content(&value) {
            Some(content) => builder.policy.content = content,
            None => builder.warnings.push(format!(
                "{CAPTURE}={value} is not one of NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT; no content is recorded"
            )),
        }
    }
    if let Some(value) = variable(EMIT) {
        match value.to_ascii_lowercase().as_str() {
            "true" => builder.details = Some(true),
            "false" => builder.details = Some(false),
            _ => builder.warnings.push(format!(
                "{EMIT}={value} is neither true nor false; it is ignored"
            )),
        }
    }
    // The general one counts only where the one for spans is not there.
    if let Some((name, value)) = LENGTHS
        .iter()
        .find_map(|name| Some((name, variable(name)?)))
    {
        match value.parse::<usize>() {
            Ok(limit) => builder.policy.span_limit = builder.policy.span_limit.min(limit),
            Err(_) => builder.warnings.push(format!(
                "{name}={value} is not a number of characters; it is ignored"
            )),
        }
    }
    builder
}

fn content(value: &str) -> Option<Content> {
    Some(match value.to_ascii_lowercase().as_str() {
        // The last word of each line is from before there was a choice.
        "no_content" | "false" => Content::Off,
        "span_only" | "true" => Content::Span,
        "event_only" => Content::Event,
        "span_and_event" => Content::SpanAndEvent,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
