use serde_json::json;

use super::*;

fn auto(schema: &Value) -> (&'static str, Value) {
    write(
        schema,
        SchemaForm::Auto,
        "parameters",
        "parametersJsonSchema",
    )
}

fn subset(schema: &Value) -> Value {
    write(
        schema,
        SchemaForm::OpenApi,
        "parameters",
        "parametersJsonSchema",
    )
    .1
}

#[test]
fn quirk_28_what_the_subset_can_say_is_said_in_it() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Trip", "type": "object", "additionalProperties": false,
        "properties": {
            "from": {"$ref": "#/$defs/Place"},
            "to": {"anyOf": [{"$ref": "#/$defs/Place"}, {"type": "null"}]},
            "days": {"type": ["integer", "null"], "format": "uint8", "minimum": 0, "exclusiveMaximum": 9},
            "kind": {"oneOf": [{"const": "slow", "description": "by train"}, {"type": "string", "enum": ["fast"]}]},
            "tags": {"type": "array", "items": {"type": "string", "format": "uri"}},
            "id": {"allOf": [{"type": "string"}, {"description": "which"}]},
            "title": {"type": "string"},
        },
        "required": ["from", "ghost"],
        "$defs": {"Place": {"type": "string", "minLength": 1}},
    });
    let (field, converted) = auto(&schema);
    assert_eq!(field, "parameters");
    assert_eq!(
        converted,
        json!({
            "title": "Trip", "type": "object",
            "properties": {
                "from": {"minLength": 1, "type": "string"},
                "to": {"nullable": true, "minLength": 1, "type": "string"},
                "days": {"minimum": 0, "nullable": true, "type": "integer"},
                "kind": {"anyOf": [
                    {"description": "by train", "type": "string", "enum": ["slow"]},
                    {"type": "string", "enum": ["fast"]},
                ]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "id": {"type": "string", "description": "which"},
                "title": {"type": "string"},
            },
            "required": ["from"],
        })
    );
}

#[test]
fn quirk_28_what_it_cannot_say_goes_as_json_schema() {
    for property in [
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"type": "object"}),
        json!({"enum": [1, 2]}),
        json!({"const": true}),
        json!({"type": "array"}),
        json!({"type": "array", "prefixItems": [{"type": "string"}]}),
        json!({"$ref": "#"}),
        json!({"$ref": "#/$defs/missing"}),
        json!({"description": "anything"}),
        json!(true),
    ] {
        let schema = json!({"$schema": "x", "type": "object", "properties": {"p": property}});
        let (field, sent) = auto(&schema);
        assert_eq!(field, "parametersJsonSchema", "{property}");
        assert_eq!(sent["properties"]["p"], property);
        assert!(sent.get("$schema").is_none());
        // Where it must be the subset, every node has a type, and nothing that is refused.
        let forced = subset(&schema);
        assert!(forced["properties"]["p"]["type"].is_string(), "{forced}");
        let text = forced.to_string();
        for refused in [
            "$ref",
            "additionalProperties",
            "prefixItems",
            "const",
            "[1,2]",
        ] {
            assert!(!text.contains(refused), "{text}");
        }
    }
}

#[test]
fn recursion_ends() {
    let schema = json!({"$ref": "#/$defs/Node", "$defs": {"Node": {"type": "object", "properties": {
        "next": {"$ref": "#/$defs/Node"}, "value": {"type": "string"},
    }}}});
    assert_eq!(auto(&schema).0, "parametersJsonSchema");
    assert_eq!(subset(&schema)["properties"]["value"]["type"], "string");
    let bomb: Value = (0..200).fold(
        json!("x"),
        |inner, _| json!({"type": "array", "items": inner}),
    );
    assert_eq!(subset(&bomb)["type"], "array");
}

#[test]
fn parameters_of_nothing_are_none() {
    for nothing in [
        json!({"type": "object"}),
        json!({"type": "OBJECT", "properties": {}, "required": []}),
        json!({"type": "object", "properties": {}, "additionalProperties": false}),
        json!({}),
        Value::Null,
    ] {
        assert!(is_empty(&nothing), "{nothing}");
    }
    for something in [
        json!({"type": "object", "properties": {"a": {}}}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"$ref": "#/$defs/A"}),
        json!({"type": "string"}),
    ] {
        assert!(!is_empty(&something), "{something}");
    }
}
