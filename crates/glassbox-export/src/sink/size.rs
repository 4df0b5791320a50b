//! How much memory an item holds.

use std::mem::{size_of, size_of_val};

use opentelemetry::logs::AnyValue;
use opentelemetry::{Array, KeyValue, Value};

use super::{Log, Span};

/// What a key or a value of an attribute takes beside its text, in a map of log records.
const ENTRY: usize = 64;

/// An estimate, good enough to bound what waits: what the allocator adds is not in it.
pub(crate) trait Size {
    /// In bytes.
    fn size(&self) -> usize;
}

impl Size for Span {
    fn size(&self) -> usize {
        let events = self.events.events.iter();
        let links = self.links.links.iter();
        size_of::<Self>()
            + self.name.len()
            + attributes(&self.attributes)
            + events
                .map(|event| size_of_val(event) + event.name.len() + attributes(&event.attributes))
                .sum::<usize>()
            + links
                .map(|link| size_of_val(link) + attributes(&link.attributes))
                .sum::<usize>()
    }
}

impl Size for Log {
    fn size(&self) -> usize {
        let (record, _) = self;
        let attributes = record
            .attributes_iter()
            .map(|(key, value)| ENTRY + key.as_str().len() + any(value));
        size_of_val(self) + record.body().map_or(0, any) + attributes.sum::<usize>()
    }
}

fn attributes(attributes: &[KeyValue]) -> usize {
    let text = attributes
        .iter()
        .map(|attribute| attribute.key.as_str().len() + value(&attribute.value));
    size_of_val(attributes) + text.sum::<usize>()
}

/// What a value holds beside itself.
fn value(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len(),
        Value::Array(Array::String(texts)) => {
            let text = texts.iter().map(|text| text.as_str().len());
            size_of_val(&**texts) + text.sum::<usize>()
        }
        Value::Array(Array::Bool(list)) => size_of_val(&**list),
        Value::Array(Array::I64(list)) => size_of_val(&**list),
        Value::Array(Array::F64(list)) => size_of_val(&**list),
        _ => 0,
    }
}

/// The same for the values of log records, which may hold others.
fn any(value: &AnyValue) -> usize {
    match value {
        AnyValue::String(text) => text.as_str().len(),
        AnyValue::Bytes(bytes) => bytes.len(),
        AnyValue::ListAny(list) => list.iter().map(|value| ENTRY + any(value)).sum(),
        AnyValue::Map(map) => map
            .iter()
            .map(|(key, value)| ENTRY + key.as_str().len() + any(value))
            .sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
