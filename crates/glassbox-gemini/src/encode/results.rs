//! What tools gave.

use std::borrow::Cow;

use glassbox_core::{ToolCall, ToolCallResponse};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::parts::{Piece, Wire, given_id};

/// The result of a call. The call is found by its id, the latest first: ids that were made up may come again.
pub(super) fn piece<'a>(
    result: &'a ToolCallResponse,
    calls: &[&'a ToolCall],
    provider: &str,
) -> Piece<'a> {
    let at = calls.iter().rposition(|call| call.id == result.id);
    let call = at.map(|at| calls[at]);
    let name = match (result.name.as_str(), call) {
        ("", Some(call)) => call.name.as_str(),
        (name, _) => name,
    };
    let response = FunctionResponse {
        id: call.and_then(|call| given_id(call, provider)),
        name,
        response: Response {
            value: &result.response,
            is_error: result.is_error,
        },
    };
    let order = at.unwrap_or(usize::MAX - 1);
    Piece::new(Wire::result(response)).with_order(order)
}

#[derive(Debug, serde::Serialize)]
pub(super) struct FunctionResponse<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    name: &'a str,
    response: Response<'a>,
}

/// What Google takes is an object: ours as it is, anything else under the name that its API documents.
#[derive(Debug)]
struct Response<'a> {
    value: &'a Value,
    is_error: bool,
}

impl Serialize for Response<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Google reads a `$ref` in a result as one of its own, and fails.
        let value = if refers(self.value) {
            Cow::Owned(Value::String(self.value.to_string()))
        } else {
            Cow::Borrowed(self.value)
        };
        let key = match (&*value, self.is_error) {
            (Value::Object(fields), false) => return fields.serialize(serializer),
            (Value::Object(fields), true) if fields.contains_key("error") => {
                return fields.serialize(serializer);
            }
            (_, true) => "error",
            (_, false) => "output",
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(key, &*value)?;
        map.end()
    }
}

fn refers(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(refers),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name == "$ref" || refers(value)),
        _ => false,
    }
}
