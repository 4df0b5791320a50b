use opentelemetry::Key;
use opentelemetry::logs::AnyValue;
use serde_json::Value;

/// JSON as the structure that log records hold.
pub(crate) fn any_value(value: Value) -> AnyValue {
    match value {
        // The logs API has no null; a member that is null says as much by not being there.
        Value::Null => AnyValue::String("null".into()),
        Value::Bool(flag) => AnyValue::Boolean(flag),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => AnyValue::Int(integer),
            None => AnyValue::Double(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => AnyValue::String(text.into()),
        Value::Array(items) => {
            AnyValue::ListAny(Box::new(items.into_iter().map(any_value).collect()))
        }
        Value::Object(members) => {
            let members = members
                .into_iter()
                .filter(|(_, member)| !member.is_null())
                .map(|(key, member)| (Key::from(key), any_value(member)));
            AnyValue::Map(Box::new(members.collect()))
        }
    }
}

/// The structure that a log record holds as JSON, its members sorted by name.
pub(crate) fn json_value(value: AnyValue) -> Value {
    match value {
        AnyValue::Boolean(flag) => flag.into(),
        AnyValue::Int(number) => number.into(),
        AnyValue::Double(number) => number.into(),
        AnyValue::String(text) => text.as_str().into(),
        AnyValue::ListAny(items) => items.into_iter().map(json_value).collect(),
        AnyValue::Map(members) => {
            let mut members: Vec<(Key, AnyValue)> = members.into_iter().collect();
            members.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
            let members = members
                .into_iter()
                .map(|(key, member)| (key.to_string(), json_value(member)));
            Value::Object(members.collect())
        }
        other => format!("{other:?}").into(),
    }
}
