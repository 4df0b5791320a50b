use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{arguments_schema, schema_of};

/// Where to.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct Trip {
    /// The city.
    to: City,
    /// When.
    days: Vec<u32>,
    weight: Option<f64>,
    #[serde(default)]
    class: Class,
    ratio: f32,
    size: usize,
    small: i8,
    on: Option<City>,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct City {
    name: String,
    #[schemars(length(max = 2))]
    country: String,
}

#[derive(Default, Deserialize, JsonSchema, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Class {
    #[default]
    Second,
    First,
}

#[test]
fn schemas_are_plain() {
    let city = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "country": {"type": "string", "maxLength": 2}},
        "required": ["name", "country"],
    });
    let mut described = city.clone();
    described["description"] = "The city.".into();
    let schema = schema_of::<Trip>();
    assert_eq!(schema["properties"]["to"], described);
    let mut optional = city;
    optional["type"] = json!(["object", "null"]);
    assert_eq!(schema["properties"]["on"], optional);
    assert_eq!(
        schema["properties"]["days"],
        json!({"description": "When.", "type": "array", "items": {"type": "integer", "minimum": 0}}),
    );
    assert_eq!(
        schema["properties"]["weight"],
        json!({"type": ["number", "null"]})
    );
    assert_eq!(
        schema["properties"]["class"],
        json!({"type": "string", "enum": ["second", "first"], "default": "second"}),
    );
    assert_eq!(schema["properties"]["ratio"], json!({"type": "number"}));
    assert_eq!(
        schema["properties"]["size"],
        json!({"type": "integer", "minimum": 0})
    );
    assert_eq!(
        schema["properties"]["small"],
        json!({"type": "integer", "minimum": -128, "maximum": 127})
    );
    assert_eq!(
        schema["required"],
        json!(["to", "days", "ratio", "size", "small"])
    );
    assert_eq!(schema["description"], "Where to.");
    let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "to", "days", "weight", "class", "ratio", "size", "small", "on"
        ]
    );
    let text = schema.to_string();
    for left_out in [
        "$schema", "$ref", "$defs", "title", "uint", "double", "float", "int8",
    ] {
        assert!(!text.contains(left_out), "{left_out} in {text}");
    }
}

/// A property that is called like a keyword is a property.
#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct Book {
    title: String,
    format: u32,
}

#[test]
fn properties_keep_their_names() {
    let properties = schema_of::<Book>()["properties"].clone();
    assert_eq!(
        properties,
        json!({"title": {"type": "string"}, "format": {"type": "integer", "minimum": 0}})
    );
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct Node {
    value: i64,
    children: Vec<Self>,
}

#[test]
fn recursive_types_keep_their_references() {
    let schema = schema_of::<Node>();
    assert_eq!(schema["type"], "object");
    let reference = schema["properties"]["children"]["items"]["$ref"]
        .as_str()
        .unwrap();
    assert!(
        schema.pointer(reference.trim_start_matches('#')).is_some(),
        "{schema}"
    );
    assert!(jsonschema::is_valid(
        &schema,
        &json!({"value": 1, "children": [{"value": 2, "children": []}]})
    ));
    assert!(!jsonschema::is_valid(
        &schema,
        &json!({"value": 1, "children": [{"value": 2}]})
    ));
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Deserialize, JsonSchema)]
struct Unit;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Closed {}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is looked at")]
enum Either {
    Word { word: String },
    City(City),
}

#[test]
fn arguments_are_always_objects() {
    let nothing = json!({"type": "object", "properties": {}, "additionalProperties": false});
    assert_eq!(arguments_schema::<()>(), nothing);
    assert_eq!(arguments_schema::<Nothing>(), nothing);
    assert_eq!(arguments_schema::<Unit>(), nothing);
    assert_eq!(arguments_schema::<Closed>()["type"], "object");

    let map = arguments_schema::<BTreeMap<String, u8>>();
    assert_eq!(map["type"], "object");
    assert_eq!(map["additionalProperties"]["type"], "integer");

    let either = arguments_schema::<Either>();
    assert_eq!(either["type"], "object");
    assert!(jsonschema::is_valid(
        &either,
        &json!({"kind": "word", "word": "x"})
    ));
    assert!(jsonschema::is_valid(
        &either,
        &json!({"kind": "city", "name": "x", "country": "y"})
    ));
    assert!(!jsonschema::is_valid(&either, &json!({"kind": "city"})));
}
