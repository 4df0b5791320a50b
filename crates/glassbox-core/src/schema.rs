//! Changes to JSON Schemas that more than one provider asks for.
//!
//! Every function is pure, takes a schema as a [`Value`] and gives a new one. They know where a schema holds further
//! schemas and where it holds data, so a property that is *named* `default` and an example that *contains* `$ref`
//! stay as they are. The keywords are those of JSON Schema 2020-12, with `definitions` and the array form of
//! `items` from older drafts.
//!
//! | wanted | function |
//! | --- | --- |
//! | no `$ref` and no `$defs` | [`inline_refs`] |
//! | OpenAI's strict subset | [`strict`], [`is_strict_compatible`] |
//! | without certain keywords | [`without_keywords`] |
//! | any other change, at every level | [`transform`] |

use serde_json::{Map, Value};

mod inline;
mod strict;
#[cfg(test)]
mod tests;

pub use inline::inline_refs;
pub use strict::{is_strict_compatible, strict};

/// Applies `change` to every subschema that is an object, innermost first, and the schema itself last.
///
/// ```
/// use glassbox_core::schema;
/// use serde_json::json;
///
/// let plain = json!({"type": "array", "items": {"type": "string", "format": "uri"}});
/// let changed = schema::transform(&plain, |node| {
///     node.remove("format");
/// });
/// assert_eq!(changed, json!({"type": "array", "items": {"type": "string"}}));
/// ```
#[must_use]
pub fn transform(schema: &Value, mut change: impl FnMut(&mut Map<String, Value>)) -> Value {
    fn walk(schema: &mut Value, change: &mut dyn FnMut(&mut Map<String, Value>)) {
        if let Value::Object(node) = schema {
            for (keyword, value) in node.iter_mut() {
                match value {
                    Value::Object(schemas) if Holds::of(keyword) == Holds::Named => {
                        schemas.values_mut().for_each(|schema| walk(schema, change));
                    }
                    Value::Array(schemas) if Holds::of(keyword).is_list() => {
                        schemas.iter_mut().for_each(|schema| walk(schema, change));
                    }
                    schema @ Value::Object(_) if Holds::of(keyword).is_one() => {
                        walk(schema, change);
                    }
                    _ => {}
                }
            }
            change(node);
        }
    }
    let mut schema = schema.clone();
    walk(&mut schema, &mut change);
    schema
}

/// Leaves `keywords` out at every level. Properties that bear such a name stay.
///
/// ```
/// use glassbox_core::schema;
/// use serde_json::json;
///
/// let titled = json!({"title": "Book", "properties": {"title": {"title": "Title", "type": "string"}}});
/// assert_eq!(
///     schema::without_keywords(&titled, &["title"]),
///     json!({"properties": {"title": {"type": "string"}}}),
/// );
/// ```
#[must_use]
pub fn without_keywords(schema: &Value, keywords: &[&str]) -> Value {
    transform(schema, |node| {
        node.retain(|keyword, _| !keywords.contains(&keyword.as_str()));
    })
}

/// Whether `null` satisfies the schema, as far as `type`, `enum`, `const`, `anyOf` and `oneOf` say. A `$ref` is not
/// followed and counts as a no.
#[must_use]
pub fn is_nullable(schema: &Value) -> bool {
    let Value::Object(node) = schema else {
        return *schema == Value::Bool(true);
    };
    let allows = |keyword: &str, value: &Value| match (keyword, value) {
        ("type", Value::String(name)) => name == "null",
        ("type", Value::Array(names)) => names.iter().any(|name| name == "null"),
        ("enum", Value::Array(values)) => values.contains(&Value::Null),
        ("const", value) => value.is_null(),
        ("anyOf" | "oneOf", Value::Array(options)) => options.iter().any(is_nullable),
        ("$ref", _) => false,
        _ => true,
    };
    node.iter().all(|(keyword, value)| allows(keyword, value))
}

/// What the value of a keyword holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// No schema: a number, a name, an example.
    Data,
    /// A list of schemas.
    List,
    /// An object of schemas by name.
    Named,
    /// A schema.
    One,
    /// A schema, or in older drafts a list of them.
    OneOrList,
}

impl Holds {
    /// The applicators of JSON Schema 2020-12 (Core, sections 10 and 11) and of drafts 4 to 7.
    fn of(keyword: &str) -> Self {
        match keyword {
            "allOf" | "anyOf" | "oneOf" | "prefixItems" => Self::List,
            "$defs" | "definitions" | "dependentSchemas" | "patternProperties" | "properties" => {
                Self::Named
            }
            "additionalItems"
            | "additionalProperties"
            | "contains"
            | "contentSchema"
            | "else"
            | "if"
            | "not"
            | "propertyNames"
            | "then"
            | "unevaluatedItems"
            | "unevaluatedProperties" => Self::One,
            "items" => Self::OneOrList,
            _ => Self::Data,
        }
    }

    fn is_list(self) -> bool {
        matches!(self, Self::List | Self::OneOrList)
    }

    fn is_one(self) -> bool {
        matches!(self, Self::One | Self::OneOrList)
    }
}

/// What both `base` and `over` ask for, in one schema: the properties of both, required where either says so. Where
/// they otherwise disagree, `over` wins.
fn merge(base: Map<String, Value>, mut over: Map<String, Value>) -> Map<String, Value> {
    for (keyword, value) in base {
        match (keyword.as_str(), over.get_mut(&keyword), value) {
            (
                "properties" | "patternProperties",
                Some(Value::Object(ours)),
                Value::Object(theirs),
            ) => {
                for (name, schema) in theirs {
                    ours.entry(name).or_insert(schema);
                }
            }
            ("required", Some(Value::Array(ours)), Value::Array(theirs)) => {
                for name in theirs {
                    if !ours.contains(&name) {
                        ours.push(name);
                    }
                }
            }
            (_, Some(_), _) => {}
            (_, None, value) => {
                over.insert(keyword, value);
            }
        }
    }
    over
}
