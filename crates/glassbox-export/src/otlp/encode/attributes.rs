//! Attributes: `opentelemetry/proto/common/v1/common.proto`.

use std::collections::HashSet;

use opentelemetry::{Array, Key, KeyValue, Value};

use super::backward::Backward;

/// Lists longer than this get a set of their keys; the SDK's own limit for a span is just as high.
const SHORT: usize = 128;

/// `repeated KeyValue`, each key once, as the specification asks for: of several the last, which is what setting an
/// attribute again means. The SDK keeps them all.
pub(super) fn attributes(out: &mut Backward, field: u8, list: &[KeyValue]) {
    if list.len() > SHORT {
        let mut met = HashSet::with_capacity(list.len());
        for KeyValue { key, value, .. } in list.iter().rev() {
            if met.insert(key.as_str()) {
                attribute(out, field, key, value);
            }
        }
        return;
    }
    let mut met = Met::default();
    for (index, KeyValue { key, value, .. }) in list.iter().enumerate().rev() {
        let mut later = list[index + 1..].iter();
        if met.maybe(key.as_str()) && later.any(|later| later.key == *key) {
            continue;
        }
        attribute(out, field, key, value);
    }
}

pub(super) fn attribute(out: &mut Backward, field: u8, key: &Key, value: &Value) {
    out.message(field, |out| {
        // Nearly all are one of these two: the heads of both layers at once.
        match value {
            Value::String(text) => out.bytes_within(2, 1, text.as_str().as_bytes()),
            Value::I64(value @ 0..0x80) => out.put(&[0x12, 2, 0x18, *value as u8]),
            _ => out.message(2, |out| any_value(out, value)),
        }
        out.text(1, key.as_str());
    });
}

/// `AnyValue`. Of a value that this version of the API does not have, nothing: no value is one that every reader takes.
fn any_value(out: &mut Backward, value: &Value) {
    match value {
        Value::Bool(value) => boolean(out, *value),
        Value::I64(value) => integer(out, *value),
        Value::F64(value) => float(out, *value),
        Value::String(value) => out.bytes(1, value.as_str().as_bytes()),
        Value::Array(list) => out.message(5, |out| match list {
            Array::Bool(list) => array(out, list, |out, value| boolean(out, *value)),
            Array::I64(list) => array(out, list, |out, value| integer(out, *value)),
            Array::F64(list) => array(out, list, |out, value| float(out, *value)),
            Array::String(list) => array(out, list, |out, value| {
                out.bytes(1, value.as_str().as_bytes());
            }),
            _ => {}
        }),
        _ => {}
    }
}

fn array<T>(out: &mut Backward, list: &[T], element: impl Fn(&mut Backward, &T)) {
    for value in list.iter().rev() {
        out.message(1, |out| element(out, value));
    }
}

fn boolean(out: &mut Backward, value: bool) {
    out.varint(2, value.into());
}

/// An `int64` is written as the `uint64` with the same bits.
fn integer(out: &mut Backward, value: i64) {
    out.varint(3, value.cast_unsigned());
}

fn float(out: &mut Backward, value: f64) {
    out.fixed64(4, value.to_bits());
}

/// The keys met so far, roughly: one bit a key, and two keys may share it.
#[derive(Default)]
struct Met([u64; 16]);

impl Met {
    /// Marks a key; false where it is certainly the first of its kind.
    fn maybe(&mut self, key: &str) -> bool {
        let hash = fingerprint(key.as_bytes());
        let word = &mut self.0[(hash >> 6) as usize & 15];
        let bit = 1 << (hash & 63);
        let met = *word & bit != 0;
        *word |= bit;
        met
    }
}

/// Ten bits from the length, the end, where keys of one namespace differ, and the middle.
fn fingerprint(key: &[u8]) -> u64 {
    let mixed = match key.last_chunk::<8>() {
        Some(end) => {
            let middle = key[(key.len() - 8) / 2..].first_chunk::<8>();
            let middle = middle.map_or(0, |middle| u64::from_le_bytes(*middle));
            u64::from_le_bytes(*end) ^ middle.rotate_left(23)
        }
        None => key
            .iter()
            .fold(0, |mixed, byte| mixed << 8 | u64::from(*byte)),
    };
    (mixed ^ key.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54
}
