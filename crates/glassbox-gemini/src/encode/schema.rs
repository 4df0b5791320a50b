//! JSON Schemas in Google's subset of OpenAPI's.

use std::collections::HashSet;

use glassbox_core::schema::{inline_refs, without_keywords};
use serde_json::{Map, Value, json};

use crate::SchemaForm;

#[cfg(test)]
mod tests;

/// Whether a schema is that of an object that nothing can be said of: the parameters of a function without any.
pub(super) fn is_empty(schema: &Value) -> bool {
    let Value::Object(node) = schema else {
        return schema.is_null() || *schema == Value::Bool(true);
    };
    let nothing = |value: Option<&Value>| match value {
        None => true,
        Some(Value::Object(entries)) => entries.is_empty(),
        Some(_) => false,
    };
    let says_more = ["anyOf", "oneOf", "allOf", "$ref", "patternProperties"];
    let additional = node.get("additionalProperties");
    nothing(node.get("properties"))
        && matches!(additional, None | Some(Value::Bool(_)))
        && says_more.iter().all(|keyword| !node.contains_key(*keyword))
        && node.get("type").is_none_or(|kind| is(kind, "object"))
}

/// The schema in the form that is asked for, and the field that it belongs into.
pub(super) fn write(
    schema: &Value,
    form: SchemaForm,
    subset: &'static str,
    whole: &'static str,
) -> (&'static str, Value) {
    if form != SchemaForm::JsonSchema {
        let mut converter = Converter {
            exact: !is_recursive(schema),
        };
        let converted = converter.node(&inline_refs(schema));
        if converter.exact || form == SchemaForm::OpenApi {
            return (subset, converted);
        }
    }
    // Nobody needs it, and Google refused it once.
    (whole, without_keywords(schema, &["$schema"]))
}

/// The fields of Google's `Schema` message that hold no schemas and that it takes as they are.
const PLAIN: &[&str] = &[
    "default",
    "description",
    "example",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "nullable",
    "pattern",
    "propertyOrdering",
    "title",
];

/// The formats that the API has always known. It refused others once.
const FORMATS: &[&str] = &["date-time", "double", "enum", "float", "int32", "int64"];

struct Converter {
    /// Whether nothing was lost that a model needs to know. Keywords that only narrow do not count: what the model
    /// writes is checked against the original.
    exact: bool,
}

impl Converter {
    fn node(&mut self, schema: &Value) -> Value {
        let Value::Object(given) = schema else {
            // Anything goes, or nothing. Neither can be said.
            return self.lossy(json!({ "type": "string" }));
        };
        let given = merge_all_of(given);
        let mut node = Map::new();
        for (keyword, value) in &given {
            let format = || FORMATS.iter().any(|known| value == known);
            if PLAIN.contains(&keyword.as_str()) || (keyword == "format" && format()) {
                node.insert(keyword.clone(), value.clone());
            }
        }
        let loses = ["patternProperties", "prefixItems", "not", "if", "$ref"];
        self.exact &= loses.iter().all(|keyword| !given.contains_key(*keyword));
        self.kind(&given, &mut node);
        self.values(&given, &mut node);
        self.options(&given, &mut node);
        self.properties(&given, &mut node);
        self.items(&given, &mut node);
        if !node.contains_key("type") && !node.contains_key("anyOf") {
            // Google asks for a type everywhere.
            self.exact = false;
            node.insert("type".to_owned(), "string".into());
        }
        Value::Object(node)
    }

    fn lossy<T>(&mut self, value: T) -> T {
        self.exact = false;
        value
    }

    /// One type; `null` among several is a flag.
    fn kind(&mut self, given: &Map<String, Value>, node: &mut Map<String, Value>) {
        let kinds = match given.get("type") {
            Some(Value::Array(kinds)) => kinds.as_slice(),
            Some(kind) => std::slice::from_ref(kind),
            None => &[],
        };
        let (null, kinds): (Vec<&Value>, Vec<&Value>) = kinds
            .iter()
            .filter(|kind| kind.is_string())
            .partition(|kind| is(kind, "null"));
        if !null.is_empty() {
            node.insert("nullable".to_owned(), true.into());
        }
        match kinds.as_slice() {
            [] => {}
            [kind] => {
                node.insert("type".to_owned(), (*kind).clone());
            }
            kinds => {
                let options: Vec<Value> =
                    kinds.iter().map(|kind| json!({ "type": kind })).collect();
                let simple = ["array", "object"];
                let simple = kinds
                    .iter()
                    .all(|kind| simple.iter().all(|name| !is(kind, name)));
                self.exact &= simple;
                node.insert("anyOf".to_owned(), options.into());
            }
        }
    }

    /// Enums are of texts alone.
    fn values(&mut self, given: &Map<String, Value>, node: &mut Map<String, Value>) {
        let only = given.get("const").map(std::slice::from_ref);
        let listed = given
            .get("enum")
            .and_then(Value::as_array)
            .map(Vec::as_slice);
        let Some(values) = only.or(listed) else {
            return;
        };
        if values.contains(&Value::Null) {
            node.insert("nullable".to_owned(), true.into());
        }
        let values: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
        if values.iter().all(|value| value.is_string()) {
            node.entry("type").or_insert_with(|| "string".into());
            if !values.is_empty() {
                node.insert("enum".to_owned(), json!(values));
            }
            return;
        }
        self.exact = false;
        let kind = match values[0] {
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            _ => "string",
        };
        node.entry("type").or_insert_with(|| kind.into());
    }

    /// Alternatives. `null` among them is a flag, and one that is left is the schema itself.
    fn options(&mut self, given: &Map<String, Value>, node: &mut Map<String, Value>) {
        let options = ["anyOf", "oneOf"]
            .iter()
            .find_map(|keyword| given.get(*keyword)?.as_array());
        let Some(options) = options else {
            return;
        };
        let is_null = |option: &&Value| option.get("type").is_some_and(|kind| is(kind, "null"));
        if options.iter().any(|option| is_null(&option)) {
            node.insert("nullable".to_owned(), true.into());
        }
        let options = options.iter().filter(|option| !is_null(option));
        let mut options: Vec<Value> = options.map(|option| self.node(option)).collect();
        if options.len() == 1
            && let Value::Object(only) = options.remove(0)
        {
            for (keyword, value) in only {
                node.entry(keyword).or_insert(value);
            }
        } else if !options.is_empty() {
            node.insert("anyOf".to_owned(), options.into());
        }
    }

    fn properties(&mut self, given: &Map<String, Value>, node: &mut Map<String, Value>) {
        let properties = given.get("properties").and_then(Value::as_object);
        let object = node.get("type").is_some_and(|kind| is(kind, "object"));
        if !object && properties.is_none() {
            return;
        }
        node.entry("type").or_insert_with(|| "object".into());
        if matches!(given.get("additionalProperties"), Some(Value::Object(_))) {
            self.exact = false;
        }
        let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
            if !node.contains_key("properties") {
                self.exact = false;
            }
            return;
        };
        let converted: Map<String, Value> = properties
            .iter()
            .map(|(name, schema)| (name.clone(), self.node(schema)))
            .collect();
        node.insert("properties".to_owned(), converted.into());
        // A name that is required and not described is refused.
        let required = given.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter(|name| {
            let name = name.as_str().unwrap_or_default();
            properties.contains_key(name)
        });
        let required: Vec<&Value> = required.collect();
        if !required.is_empty() {
            node.insert("required".to_owned(), json!(required));
        }
    }

    fn items(&mut self, given: &Map<String, Value>, node: &mut Map<String, Value>) {
        let array = node.get("type").is_some_and(|kind| is(kind, "array"));
        if !array && !given.contains_key("items") {
            return;
        }
        node.entry("type").or_insert_with(|| "array".into());
        let items = match given.get("items") {
            Some(items @ Value::Object(_)) => self.node(items),
            _ => self.lossy(json!({ "type": "string" })),
        };
        node.insert("items".to_owned(), items);
    }
}

/// Whether it is this name of a type. Google shouts them.
fn is(kind: &Value, name: &str) -> bool {
    kind.as_str()
        .is_some_and(|kind| kind.eq_ignore_ascii_case(name))
}

/// What all members ask for, in one schema. What stands outside wins.
fn merge_all_of(given: &Map<String, Value>) -> Map<String, Value> {
    let mut node = given.clone();
    let Some(Value::Array(members)) = node.shift_remove("allOf") else {
        return node;
    };
    for member in members.iter().filter_map(Value::as_object) {
        for (keyword, value) in merge_all_of(member) {
            match (node.get_mut(&keyword), value) {
                (Some(Value::Object(ours)), Value::Object(theirs)) if keyword == "properties" => {
                    for (name, schema) in theirs {
                        ours.entry(name).or_insert(schema);
                    }
                }
                (Some(Value::Array(ours)), Value::Array(theirs)) if keyword == "required" => {
                    ours.extend(theirs);
                }
                (Some(_), _) => {}
                (None, value) => {
                    node.insert(keyword, value);
                }
            }
        }
    }
    node
}

/// Whether some reference leads back into itself, or is too far down to tell.
fn is_recursive(schema: &Value) -> bool {
    fn walk<'a>(
        root: &'a Value,
        value: &'a Value,
        open: &mut Vec<&'a str>,
        done: &mut HashSet<&'a str>,
    ) -> bool {
        match value {
            Value::Array(items) => items.iter().any(|item| walk(root, item, open, done)),
            Value::Object(entries) => entries.iter().any(|(keyword, value)| {
                let Some(reference) = value.as_str().filter(|_| keyword == "$ref") else {
                    return walk(root, value, open, done);
                };
                if open.contains(&reference) || open.len() > 64 {
                    return true;
                }
                let target = reference
                    .strip_prefix('#')
                    .and_then(|path| root.pointer(path));
                let Some(target) = target.filter(|_| done.insert(reference)) else {
                    return false;
                };
                open.push(reference);
                let recursive = walk(root, target, open, done);
                open.pop();
                recursive
            }),
            _ => false,
        }
    }
    walk(schema, schema, &mut Vec::new(), &mut HashSet::new())
}
