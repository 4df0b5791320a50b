//! The values of attributes, whatever signal they are on.

use glassbox_semconv::attribute;
use glassbox_semconv::registry::{AttributeDef, ValueKind};
use opentelemetry::logs::AnyValue;
use opentelemetry::{Array, Value};
use serde_json::value::Value as Json;

/// Structures that may as well be text: what a tool was given and gave.
const FREE_TEXT: &[&str] = &[
    attribute::GEN_AI_TOOL_CALL_ARGUMENTS,
    attribute::GEN_AI_TOOL_CALL_RESULT,
];

/// What carries the attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    Span,
    SpanEvent,
    Metric,
    Log,
}

/// A value, as far as its type matters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Held<'a> {
    Text(&'a str),
    Int(i64),
    Double,
    Boolean(bool),
    Texts,
    /// A list of something else than text.
    List,
    Map,
    Bytes,
}

impl<'a> From<&'a Value> for Held<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.as_str()),
            Value::I64(number) => Self::Int(*number),
            Value::F64(_) => Self::Double,
            Value::Bool(flag) => Self::Boolean(*flag),
            Value::Array(Array::String(_)) => Self::Texts,
            // The type may grow; what it grows by is no value that an attribute has.
            _ => Self::List,
        }
    }
}

impl<'a> From<&'a AnyValue> for Held<'a> {
    fn from(value: &'a AnyValue) -> Self {
        match value {
            AnyValue::String(text) => Self::Text(text.as_str()),
            AnyValue::Int(number) => Self::Int(*number),
            AnyValue::Double(_) => Self::Double,
            AnyValue::Boolean(flag) => Self::Boolean(*flag),
            AnyValue::Map(_) => Self::Map,
            AnyValue::ListAny(items)
                if items.iter().all(|item| matches!(item, AnyValue::String(_))) =>
            {
                Self::Texts
            }
            AnyValue::ListAny(_) => Self::List,
            // Of the same kind: no attribute has one.
            _ => Self::Bytes,
        }
    }
}

impl Held<'_> {
    fn word(self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Int(_) => "an integer",
            Self::Double => "a double",
            Self::Boolean(_) => "a boolean",
            Self::Texts => "a list of strings",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Bytes => "bytes",
        }
    }
}

/// What is wrong with the value of the attribute emitted as `name`, by its definition.
pub(super) fn misfit(
    name: &str,
    def: &AttributeDef,
    held: &Held<'_>,
    carrier: Carrier,
) -> Option<String> {
    let wanted = match (def.kind, held) {
        (ValueKind::String, Held::Text(text)) => {
            let known = def.values.unwrap_or_default().join(", ");
            return (!def.allows(text)).then(|| format!("{name} is {text:?}, not one of {known}"));
        }
        (ValueKind::Int, Held::Int(_))
        | (ValueKind::Double, Held::Double)
        | (ValueKind::Boolean, Held::Boolean(_))
        | (ValueKind::StringArray, Held::Texts) => return None,
        (ValueKind::Any, held) => {
            let free = FREE_TEXT.contains(&name) && matches!(held, Held::Text(_));
            return structure_misfit(*held, carrier)
                .filter(|_| !free)
                .map(|why| format!("{name} {why}"));
        }
        (ValueKind::String, _) => "a string",
        (ValueKind::Int, _) => "an integer",
        (ValueKind::Double, _) => "a double",
        (ValueKind::Boolean, _) => "a boolean",
        (ValueKind::StringArray, _) => "a list of strings",
        _ => "of its type",
    };
    Some(format!("{name} is {}, not {wanted}", held.word()))
}

/// Spans and metrics know only scalars, so a structure is its JSON text there; a log record holds the structure.
fn structure_misfit(held: Held<'_>, carrier: Carrier) -> Option<&'static str> {
    match (carrier, held) {
        (_, Held::Bytes) => Some("is bytes, not a structure"),
        (Carrier::Log, Held::Text(text)) => {
            let structure = text.trim_start().starts_with(['[', '{']);
            (structure && is_json(text))
                .then_some("is the JSON text of a structure, not the structure")
        }
        (Carrier::Log, _) => None,
        (_, Held::Text(text)) => (!is_json(text)).then_some("is text that is not JSON"),
        _ => Some("is neither text nor JSON"),
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<Json>(text).is_ok()
}
