//! JSON, and JSON Schemas that are nearly right.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Number, Value, json};

use super::more;

const NAMES: &[&str] = &[
    "a",
    "b",
    "type",
    "text",
    "signature",
    "thinking",
    "id",
    "data",
    "$ref",
    "Grüße",
];

/// Any JSON of at most this depth.
pub(super) fn value(bytes: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    let most = if depth == 0 { 4 } else { 6 };
    Ok(match bytes.int_in_range(0..=most)? {
        0 => Value::Null,
        1 => Value::Bool(bytes.arbitrary()?),
        2 => Value::Number(number(bytes)?),
        3 => Value::String(bytes.arbitrary()?),
        4 => json!(*bytes.choose(NAMES)?),
        5 => {
            let mut items = Vec::new();
            while more(bytes, 1, 2)? {
                items.push(value(bytes, depth - 1)?);
            }
            Value::Array(items)
        }
        _ => {
            let mut fields = Map::new();
            while more(bytes, 2, 3)? {
                let name = (*bytes.choose(NAMES)?).to_owned();
                fields.insert(name, value(bytes, depth - 1)?);
            }
            Value::Object(fields)
        }
    })
}

fn number(bytes: &mut Unstructured<'_>) -> Result<Number> {
    if bytes.arbitrary()? {
        return Ok(bytes.arbitrary::<i64>()?.into());
    }
    let float = bytes.arbitrary::<f64>()?;
    Ok(Number::from_f64(float).unwrap_or_else(|| 0.into()))
}

/// The words of JSON Schema whose value is a schema, a list of schemas, or an object of schemas.
const ONE: &[&str] = &[
    "items",
    "additionalProperties",
    "not",
    "contains",
    "if",
    "propertyNames",
];
const MANY: &[&str] = &["anyOf", "oneOf", "allOf", "prefixItems", "type"];
const NAMED: &[&str] = &["properties", "$defs", "definitions", "patternProperties"];

/// Where a schema may point: into itself, in a circle, and to nowhere.
const REFERENCES: &[&str] = &[
    "#",
    "#/$defs/a",
    "#/$defs/b",
    "#/definitions/a",
    "#/properties/a",
    "#/$defs/a~1b",
    "#/nowhere",
    "https://host.invalid/schema",
    "#anchor",
    "",
];

const TYPES: &[&str] = &[
    "object", "array", "string", "integer", "number", "boolean", "null", "any",
];

/// A schema of at most this depth, or something that stands where one should.
pub(super) fn schema(bytes: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    if bytes.ratio(1, 12)? {
        return value(bytes, depth.min(2));
    }
    let mut schema = Map::new();
    if bytes.ratio(3, 4)? {
        schema.insert("type".to_owned(), json!(*bytes.choose(TYPES)?));
    }
    while depth > 0 && more(bytes, 1, 2)? {
        match bytes.int_in_range(0..=5)? {
            0 => {
                let word = *bytes.choose(ONE)?;
                schema.insert(word.to_owned(), self::schema(bytes, depth - 1)?);
            }
            1 => {
                let word = *bytes.choose(MANY)?;
                let mut items = Vec::new();
                while more(bytes, 2, 3)? {
                    items.push(self::schema(bytes, depth - 1)?);
                }
                schema.insert(word.to_owned(), Value::Array(items));
            }
            2 | 3 => {
                let word = *bytes.choose(NAMED)?;
                let mut fields = Map::new();
                while more(bytes, 2, 3)? {
                    let name = *bytes.choose(&["a", "b", "a/b", "Grüße"])?;
                    fields.insert(name.to_owned(), self::schema(bytes, depth - 1)?);
                }
                schema.insert(word.to_owned(), Value::Object(fields));
            }
            4 => {
                schema.insert("$ref".to_owned(), json!(*bytes.choose(REFERENCES)?));
            }
            _ => {
                let words = [
                    "required", "enum", "const", "default", "format", "nullable", "title",
                ];
                let word = *bytes.choose(&words)?;
                schema.insert(word.to_owned(), value(bytes, 2)?);
            }
        }
    }
    Ok(Value::Object(schema))
}
