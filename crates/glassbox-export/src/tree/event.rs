//! What happened inside a span, on one line.

use std::borrow::Cow;
use std::time::SystemTime;

use glassbox_semconv::attribute::EXCEPTION_STACKTRACE;
use opentelemetry::trace::Event;
use opentelemetry::{Array, Value};

use super::style::TreeStyle;
use crate::text::{cut, plain, short};

/// Columns of one attribute's value.
const VALUE: usize = 60;

/// `· glassbox.retry +120ms attempt=1 wait=0.264 error.type=network`.
pub(super) fn text(event: &Event, start: SystemTime, style: TreeStyle) -> String {
    let offset = match event.timestamp.duration_since(start) {
        Ok(after) => format!("+{}", short(after, style.ascii)),
        Err(before) => format!("-{}", short(before.duration(), style.ascii)),
    };
    let name = plain(&event.name, style.ascii);
    let mut text = format!("{} {name} {offset}", style.glyphs().event);
    for attribute in &event.attributes {
        if attribute.key.as_str() == EXCEPTION_STACKTRACE {
            continue;
        }
        let value = value(&attribute.value);
        // Content may be long: look at no more of it than can be shown.
        let head: String = value.chars().take(VALUE + 1).collect();
        let (key, value) = (
            plain(key(attribute.key.as_str(), event), style.ascii),
            plain(&head, style.ascii),
        );
        text.push_str(&format!(" {key}={}", cut(&value, VALUE, style.ascii)));
        if text.len() > style.width * 4 {
            break;
        }
    }
    text
}

/// Without the event's own name, which the line says already; in full where the rest is another
/// attribute's name.
fn key<'a>(key: &'a str, event: &Event) -> &'a str {
    let rest = key
        .strip_prefix(event.name.as_ref())
        .and_then(|rest| rest.strip_prefix('.'));
    let is_free = |rest: &&str| {
        let mut others = event.attributes.iter();
        !rest.is_empty() && others.all(|other| other.key.as_str() != *rest)
    };
    rest.filter(is_free).unwrap_or(key)
}

fn value(value: &Value) -> Cow<'_, str> {
    match value {
        Value::F64(number) => rounded(*number).into(),
        Value::Array(Array::F64(numbers)) => {
            // A number and its comma take two columns at least.
            let shown = numbers.iter().take(VALUE).copied().map(rounded);
            format!("[{}]", shown.collect::<Vec<_>>().join(",")).into()
        }
        other => other.as_str(),
    }
}

/// To three decimals, and below one to three significant digits: `12.346`, `0.264`, `0.000264`.
fn rounded(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    // Beyond these bounds there would be more zeros to count than digits to read.
    if !(1e-6..1e15).contains(&size) {
        return format!("{number:.2e}");
    }
    let zeros = (-1.0 - size.log10().floor()).max(0.0) as usize;
    let text = format!("{number:.*}", 3 + zeros);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
