//! JSON Schemas in the subset that Anthropic's constrained output takes.

use std::borrow::Cow;

use glassbox_core::schema::{is_strict_compatible, transform};
use serde_json::{Map, Value, json};

/// The schema in that subset: objects are closed, `oneOf` becomes `anyOf`, and keywords that only narrow (`minLength`,
/// say) go into the description, where the model can still read them. The source is Anthropic's page "Structured
/// outputs", under "JSON Schema limitations".
///
/// A schema that allows arbitrary names or arbitrary values has no such form and stays as it is.
pub(super) fn constrained(schema: &Value) -> Cow<'_, Value> {
    if is_strict_compatible(schema) {
        Cow::Owned(transform(schema, constrain))
    } else {
        Cow::Borrowed(schema)
    }
}

/// The arguments of a tool have to be an object, and the schema has to say so.
pub(super) fn object(schema: Cow<'_, Value>) -> Cow<'_, Value> {
    match schema.as_object() {
        Some(fields) if fields.contains_key("type") => schema,
        Some(fields) => {
            let mut fields = fields.clone();
            fields.insert("type".to_owned(), "object".into());
            Cow::Owned(Value::Object(fields))
        }
        None => Cow::Owned(json!({"type": "object", "properties": {}})),
    }
}

const KNOWN: [&str; 17] = [
    "$defs",
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "definitions",
    "description",
    "enum",
    "format",
    "items",
    "minItems",
    "properties",
    "required",
    "title",
    "type",
];

/// Keywords that say nothing of the value.
const NOTES: [&str; 5] = ["$comment", "$id", "$schema", "deprecated", "examples"];

const FORMATS: [&str; 10] = [
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "time",
    "uri",
    "uuid",
];

fn constrain(node: &mut Map<String, Value>) {
    if let Some(options) = node.shift_remove("oneOf") {
        node.entry("anyOf").or_insert(options);
    }
    let mut narrowing = Vec::new();
    node.retain(|keyword, value| {
        let keeps = KNOWN.contains(&keyword.as_str())
            && match keyword.as_str() {
                "format" => value.as_str().is_some_and(|name| FORMATS.contains(&name)),
                "minItems" => value.as_u64().is_some_and(|count| count < 2),
                _ => true,
            };
        if !keeps && !NOTES.contains(&keyword.as_str()) {
            narrowing.push(format!("{keyword}: {value}"));
        }
        keeps
    });
    if is_object(node) {
        node.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if !narrowing.is_empty() {
        let narrowing = format!("({})", narrowing.join(", "));
        let description = match node.get("description").and_then(Value::as_str) {
            Some(text) => format!("{text} {narrowing}"),
            None => narrowing,
        };
        node.insert("description".to_owned(), description.into());
    }
}

fn is_object(node: &Map<String, Value>) -> bool {
    match node.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(Value::Array(names)) => names.iter().any(|name| name == "object"),
        _ => node.contains_key("properties"),
    }
}
