//! Lists as OpenInference has them: one attribute for each leaf, the element's index in its name.

use std::borrow::Cow;

use glassbox_semconv::openinference::document;
use opentelemetry::KeyValue;
use serde_json::Value;

use crate::vocabulary::{Attributes, Cutter};

/// What follows the index in the name of an attribute, and its value.
pub(super) type Field<'a> = (Cow<'static, str>, Cow<'a, Value>);

/// A leaf of content that is there already.
pub(super) fn field<'a>(name: &'static str, value: &'a Value) -> Field<'a> {
    (name.into(), Cow::Borrowed(value))
}

/// A leaf of our own making.
pub(super) fn made<'a>(name: &'static str, value: impl Into<Value>) -> Field<'a> {
    (name.into(), Cow::Owned(value.into()))
}

/// Writes the leaves of the element with this index.
pub(super) fn put(
    prefix: &'static str,
    index: usize,
    fields: Vec<Field<'_>>,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    for (name, value) in fields {
        let key = format!("{prefix}{index}.{name}");
        out.push(match value.as_f64() {
            // The only leaf that is not a text.
            Some(score) if name == document::SCORE => KeyValue::new(key, score),
            _ => KeyValue::new(key, cut.text(prefix, &value)),
        });
    }
}

/// Writes the first elements of a list, `most` at the most. Where there are more, the last place says how many, under
/// the name `more`.
pub(super) fn first<'a>(
    prefix: &'static str,
    elements: &'a [Value],
    most: usize,
    more: &'static str,
    fields: impl Fn(&'a Value) -> Vec<Field<'a>>,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    let kept = if elements.len() > most {
        most - 1
    } else {
        elements.len()
    };
    for (index, element) in elements[..kept].iter().enumerate() {
        put(prefix, index, fields(element), cut, out);
    }
    let left_out = elements.len() - kept;
    if left_out > 0 {
        cut.left_out(prefix);
        put(prefix, kept, vec![made(more, marker(left_out))], cut, out);
    }
}

/// What stands for elements that are left out.
pub(super) fn marker(count: usize) -> String {
    format!("…[+{count} more]")
}
