//! How facts of each type become attributes. What is not known is not there.

use std::sync::Arc;

use opentelemetry::{Array, KeyValue, StringValue, Value};

/// The attributes of a span, in the order in which they are set.
pub(crate) type Attributes = Vec<KeyValue>;

pub(crate) fn text(key: &'static str, value: Option<&Arc<str>>, out: &mut Attributes) {
    out.extend(value.map(|value| KeyValue::new(key, Arc::clone(value))));
}

pub(crate) fn string(key: &'static str, value: Option<&String>, out: &mut Attributes) {
    out.extend(
        value
            .filter(|value| !value.is_empty())
            .map(|value| KeyValue::new(key, value.clone())),
    );
}

pub(crate) fn int(key: &'static str, value: Option<impl Into<i64>>, out: &mut Attributes) {
    out.extend(value.map(|value| KeyValue::new(key, value.into())));
}

/// OpenTelemetry's integers are signed; no count comes near the difference.
pub(crate) fn count(key: &'static str, value: Option<u64>, out: &mut Attributes) {
    out.extend(value.map(|value| KeyValue::new(key, i64::try_from(value).unwrap_or(i64::MAX))));
}

pub(crate) fn double(key: &'static str, value: Option<f64>, out: &mut Attributes) {
    out.extend(value.map(|value| KeyValue::new(key, value)));
}

pub(crate) fn strings(
    key: &'static str,
    values: impl IntoIterator<Item = StringValue>,
) -> KeyValue {
    KeyValue::new(
        key,
        Value::Array(Array::String(values.into_iter().collect())),
    )
}
