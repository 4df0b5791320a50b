use serde_json::{Map, Value, json};

use super::inline::inline_all_but_recursive;
use super::{is_nullable, merge, transform};

#[cfg(test)]
mod tests;

/// The schema in the subset that OpenAI's strict mode takes, and with it Azure and most compatible hosts.
///
/// - Every property becomes required; one that was optional becomes nullable instead.
/// - `additionalProperties` becomes `false` on every object.
/// - `allOf` is merged into one schema, `oneOf` becomes `anyOf`, a tuple becomes an array of any of its items.
/// - References are written out, because nothing may stand beside one; recursive ones stay, with their `$defs`.
/// - Other keywords and string formats that the mode refuses are left out. They only narrow, so what the model
///   writes should be checked against the original schema; there, a `null` for an optional property means that it
///   is absent.
///
/// The source is OpenAI's guide "Structured model outputs", under "Supported schemas".
///
/// A schema that allows arbitrary names or arbitrary values has no strict form: see [`is_strict_compatible`].
///
/// ```
/// use glassbox_core::schema;
/// use serde_json::json;
///
/// let plain = json!({
///     "type": "object",
///     "properties": {"city": {"type": "string", "minLength": 1}, "days": {"type": "integer"}},
///     "required": ["city"],
/// });
/// assert_eq!(schema::strict(&plain), json!({
///     "type": "object",
///     "properties": {"city": {"type": "string"}, "days": {"type": ["integer", "null"]}},
///     "required": ["city", "days"],
///     "additionalProperties": false,
/// }));
/// ```
#[must_use]
pub fn strict(schema: &Value) -> Value {
    let whole = inline_all_but_recursive(schema);
    let merged = transform(&whole, merge_all_of);
    transform(&merged, |node| {
        rewrite_unions_and_tuples(node);
        node.retain(|keyword, value| is_allowed(keyword, value));
        if is_object(node) {
            close_object(node);
        }
    })
}

/// Whether [`strict`] keeps what the schema means: its root is an object and not a union, and nowhere does it allow
/// properties of arbitrary names (a map) or values of arbitrary type.
///
/// Keywords that only narrow (`minLength`, say) are no obstacle.
#[must_use]
pub fn is_strict_compatible(schema: &Value) -> bool {
    let whole = transform(&inline_all_but_recursive(schema), merge_all_of);
    let Value::Object(root) = &whole else {
        return false;
    };
    let is_union = ["anyOf", "oneOf"]
        .iter()
        .any(|keyword| root.contains_key(*keyword));
    let mut fits = is_object(root) && !is_union;
    // The walk sees objects only, so a bare `true` is looked for from above.
    let _ = transform(&whole, |node| {
        fits &= says_what(node) && !is_open(node);
        fits &= children(node).all(|schema| schema.is_object());
    });
    fits
}

/// Whether the schema says what kind of value it is for.
fn says_what(node: &Map<String, Value>) -> bool {
    const SAYING: [&str; 7] = [
        "type",
        "enum",
        "const",
        "anyOf",
        "oneOf",
        "$ref",
        "properties",
    ];
    SAYING.iter().any(|keyword| node.contains_key(*keyword))
        && (!has_type(node, "array")
            || node.contains_key("items")
            || node.contains_key("prefixItems"))
}

/// Whether the schema is an object whose property names are not all given.
fn is_open(node: &Map<String, Value>) -> bool {
    let additional = node.get("additionalProperties");
    let nothing_named = !node.contains_key("properties") && additional.is_none();
    is_object(node)
        && (nothing_named
            || additional.is_some_and(|schema| *schema != Value::Bool(false))
            || node.contains_key("patternProperties"))
}

fn children(node: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let named = node
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::values);
    let listed = ["anyOf", "oneOf", "prefixItems"].into_iter();
    let listed = listed
        .filter_map(|keyword| node.get(keyword)?.as_array())
        .flatten();
    named.chain(listed).chain(node.get("items"))
}

fn merge_all_of(node: &mut Map<String, Value>) {
    let Some(Value::Array(members)) = node.shift_remove("allOf") else {
        return;
    };
    for member in members {
        if let Value::Object(member) = member {
            *node = merge(member, std::mem::take(node));
        }
    }
    keep_reference_alone(node);
}

/// Nothing may stand beside a `$ref`.
fn keep_reference_alone(node: &mut Map<String, Value>) {
    if node.contains_key("$ref") {
        node.retain(|keyword, _| matches!(keyword.as_str(), "$ref" | "$defs"));
    }
}

fn rewrite_unions_and_tuples(node: &mut Map<String, Value>) {
    if let Some(Value::Array(options)) = node.shift_remove("oneOf") {
        node.entry("anyOf").or_insert(Value::Array(options));
    }
    // Up to draft 7 a list of `items` was what `prefixItems` is now.
    let tuple = match node.get("items") {
        Some(Value::Array(_)) => node.shift_remove("items"),
        _ => node.shift_remove("prefixItems"),
    };
    if let Some(Value::Array(members)) = tuple {
        let mut distinct: Vec<Value> = Vec::new();
        for member in members {
            if !distinct.contains(&member) {
                distinct.push(member);
            }
        }
        let items = if distinct.len() == 1 {
            distinct.remove(0)
        } else {
            json!({ "anyOf": distinct })
        };
        node.insert("items".to_owned(), items);
    }
}

/// The keywords and formats of OpenAI's list.
fn is_allowed(keyword: &str, value: &Value) -> bool {
    match keyword {
        "$defs"
        | "$ref"
        | "additionalProperties"
        | "anyOf"
        | "const"
        | "description"
        | "enum"
        | "exclusiveMaximum"
        | "exclusiveMinimum"
        | "items"
        | "maxItems"
        | "maximum"
        | "minItems"
        | "minimum"
        | "multipleOf"
        | "pattern"
        | "properties"
        | "required"
        | "type" => true,
        "format" => matches!(
            value.as_str(),
            Some(
                "date"
                    | "date-time"
                    | "duration"
                    | "email"
                    | "hostname"
                    | "ipv4"
                    | "ipv6"
                    | "time"
                    | "uuid"
            )
        ),
        _ => false,
    }
}

fn is_object(node: &Map<String, Value>) -> bool {
    has_type(node, "object") || node.contains_key("properties")
}

fn has_type(node: &Map<String, Value>, name: &str) -> bool {
    match node.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(names)) => names.iter().any(|other| other == name),
        _ => false,
    }
}

fn close_object(node: &mut Map<String, Value>) {
    node.entry("type").or_insert_with(|| "object".into());
    let required = match node.get("required") {
        Some(Value::Array(names)) => names.clone(),
        _ => Vec::new(),
    };
    let properties = node
        .entry("properties")
        .or_insert_with(|| Map::new().into());
    let mut names = Vec::new();
    if let Value::Object(properties) = properties {
        for (name, schema) in properties.iter_mut() {
            if !required.iter().any(|required| required == name) {
                make_nullable(schema);
            }
            names.push(Value::from(name.as_str()));
        }
    }
    node.insert("required".to_owned(), names.into());
    node.insert("additionalProperties".to_owned(), false.into());
}

fn make_nullable(schema: &mut Value) {
    if is_nullable(schema) {
        return;
    }
    let Value::Object(node) = schema else {
        return;
    };
    let is_union = ["anyOf", "const", "$ref"]
        .iter()
        .any(|keyword| node.contains_key(*keyword));
    let says_type = node.contains_key("type") || node.contains_key("enum");
    if is_union || !says_type {
        return add_null_option(node);
    }
    if let Some(names) = node.get_mut("type") {
        let mut listed = names
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![names.take()]);
        listed.extend((!listed.iter().any(|name| name == "null")).then(|| "null".into()));
        *names = listed.into();
    }
    if let Some(Value::Array(values)) = node.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
}

/// Makes it a union with `null`, whose description stays outside.
fn add_null_option(node: &mut Map<String, Value>) {
    let is_bare_union = node
        .keys()
        .all(|keyword| keyword == "anyOf" || keyword == "description");
    if !is_bare_union {
        let description = node.shift_remove("description");
        let whole = std::mem::take(node);
        node.extend(description.map(|text| ("description".to_owned(), text)));
        node.insert("anyOf".to_owned(), json!([whole]));
    }
    if let Some(Value::Array(options)) = node.get_mut("anyOf") {
        options.push(json!({"type": "null"}));
    }
}
