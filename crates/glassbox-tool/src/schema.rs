use glassbox_core::schema;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

#[cfg(test)]
mod tests;

/// The JSON Schema of a Rust type as a model should read it.
///
/// The descriptions (doc comments) and the order of the fields stay. References are written out, but for recursive
/// ones. `$schema`, the titles, and the formats that only Rust knows (`uint32`, `double`) are left out; the bounds
/// that they stand for stay. It describes what can be *read* into the type, so a field with a default is optional.
///
/// ```
/// use glassbox_tool::schema_of;
/// use schemars::JsonSchema;
/// use serde_json::json;
///
/// #[derive(JsonSchema)]
/// struct Search {
///     /// What to look for.
///     query: String,
///     limit: Option<u8>,
/// }
///
/// assert_eq!(schema_of::<Search>(), json!({
///     "type": "object",
///     "properties": {
///         "query": {"description": "What to look for.", "type": "string"},
///         "limit": {"type": ["integer", "null"], "minimum": 0, "maximum": 255},
///     },
///     "required": ["query"],
/// }));
/// ```
#[must_use]
pub fn schema_of<T: JsonSchema + ?Sized>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let schema = settings.into_generator().into_root_schema_for::<T>();
    schema::transform(&schema.to_value(), |node| {
        node.shift_remove("title");
        let format = node.get("format").and_then(Value::as_str);
        if format.is_some_and(is_number_format) {
            node.shift_remove("format");
        }
    })
}

/// The schema of a tool's arguments: always that of an object.
pub(crate) fn arguments_schema<T: JsonSchema + ?Sized>() -> Value {
    let schema = schema_of::<T>();
    if takes_nothing(&schema) {
        return json!({"type": "object", "properties": {}, "additionalProperties": false});
    }
    match schema {
        // An enum of structs is a union of objects that does not say itself that it is an object.
        Value::Object(node) if !node.contains_key("type") => {
            let object = Map::from_iter([("type".to_owned(), Value::from("object"))]);
            Value::Object(object.into_iter().chain(node).collect())
        }
        schema => schema,
    }
}

/// Whether it is the schema of `()`, a unit struct or a struct without fields.
fn takes_nothing(schema: &Value) -> bool {
    let says_no_more = [
        "properties",
        "additionalProperties",
        "patternProperties",
        "anyOf",
        "oneOf",
        "$ref",
    ];
    is_unit(schema)
        || schema["type"] == "object"
            && says_no_more
                .iter()
                .all(|keyword| schema.get(keyword).is_none())
}

/// Whether it is the schema of `()` or a unit struct, which read `null` and no object.
pub(crate) fn is_unit(schema: &Value) -> bool {
    schema["type"] == "null"
}

/// The formats that schemars gives to Rust's numbers.
fn is_number_format(format: &str) -> bool {
    let size = format
        .strip_prefix("uint")
        .or_else(|| format.strip_prefix("int"));
    size.is_some_and(|size| size.bytes().all(|byte| byte.is_ascii_digit()))
        || matches!(format, "float" | "double")
}
