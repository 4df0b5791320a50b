//! How much memory a span takes.

use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

/// Bytes that a span takes beside its own size, about: text is counted also where it is shared or
/// part of the program.
pub(super) fn heap_size(span: &SpanData) -> usize {
    let events = span
        .events
        .events
        .iter()
        .map(|event| size_of_val(event) + event.name.len() + attributes(&event.attributes));
    let links = span
        .links
        .links
        .iter()
        .map(|link| size_of_val(link) + attributes(&link.attributes));
    span.name.len()
        + size_of::<KeyValue>() * span.attributes.capacity()
        + span.attributes.iter().map(content).sum::<usize>()
        + events.sum::<usize>()
        + links.sum::<usize>()
}

fn attributes(list: &[KeyValue]) -> usize {
    size_of_val(list) + list.iter().map(content).sum::<usize>()
}

fn content(attribute: &KeyValue) -> usize {
    attribute.key.as_str().len() + value(&attribute.value)
}

fn value(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len(),
        Value::Array(Array::Bool(list)) => size_of_val(list.as_slice()),
        Value::Array(Array::I64(list)) => size_of_val(list.as_slice()),
        Value::Array(Array::F64(list)) => size_of_val(list.as_slice()),
        Value::Array(Array::String(list)) => {
            let texts = list.iter().map(|text| text.as_str().len());
            size_of_val(list.as_slice()) + texts.sum::<usize>()
        }
        _ => 0,
    }
}
