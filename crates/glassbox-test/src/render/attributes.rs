use std::collections::BTreeMap;

use opentelemetry::logs::AnyValue;
use opentelemetry::{Array, KeyValue, Value};

/// `key = value`, sorted by key; the last value of a key counts.
pub(super) fn attribute_lines(attributes: &[KeyValue]) -> Vec<String> {
    let last: BTreeMap<&str, &Value> = attributes
        .iter()
        .map(|kv| (kv.key.as_str(), &kv.value))
        .collect();
    let loopback = matches!(last.get("server.address"), Some(Value::String(host)) if is_loopback(host.as_str()));
    lines(last, loopback, value)
}

/// The same for the attributes of a log record, whose values may be maps.
pub(super) fn any_attribute_lines<'a>(
    attributes: impl Iterator<Item = (&'a str, &'a AnyValue)>,
) -> Vec<String> {
    let last: BTreeMap<&str, &AnyValue> = attributes.collect();
    let loopback = matches!(last.get("server.address"), Some(AnyValue::String(host)) if is_loopback(host.as_str()));
    lines(last, loopback, any_value)
}

fn is_loopback(host: &str) -> bool {
    host == "127.0.0.1"
}

fn lines<V>(
    attributes: BTreeMap<&str, &V>,
    loopback: bool,
    value: fn(&V) -> String,
) -> Vec<String> {
    let lines = attributes.into_iter().map(|(key, found)| match key {
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

/// A value of a log record as snapshots show it: what a span may hold too looks the same, maps are in braces and sorted
/// by key, and bytes are hexadecimal.
pub(crate) fn any_value(value: &AnyValue) -> String {
    match value {
        AnyValue::Boolean(flag) => flag.to_string(),
        AnyValue::Int(number) => number.to_string(),
        AnyValue::Double(number) => format!("{number:?}"),
        AnyValue::String(text) => format!("{:?}", text.as_str()),
        AnyValue::Bytes(bytes) => {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("0x{}", digits.concat())
        }
        AnyValue::ListAny(items) => {
            let items: Vec<String> = items.iter().map(any_value).collect();
            format!("[{}]", items.join(", "))
        }
        AnyValue::Map(entries) => {
            let sorted: BTreeMap<&str, &AnyValue> = entries
                .iter()
                .map(|(key, value)| (key.as_str(), value))
                .collect();
            let entries: Vec<String> = sorted
                .into_iter()
                .map(|(key, value)| format!("{key:?}: {}", any_value(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => format!("{other:?}"),
    }
}
