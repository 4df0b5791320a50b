//! The strict subset: what a schema becomes in it, and which schema has a form there.

use serde_json::json;

use super::{is_strict_compatible, strict};
use crate::schema::is_nullable;
use crate::schema::tests::check;

#[test]
fn strict_objects_are_closed_and_complete() {
    check(
        strict,
        vec![
            (
                "no properties at all",
                json!({"type": "object"}),
                json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false}),
            ),
            (
                "optional ones become nullable, nested ones too",
                json!({
                    "$schema": "https://json-schema.org/draft/2020-12/schema",
                    "title": "Trip",
                    "type": "object",
                    "properties": {
                        "to": {"type": "string", "minLength": 3, "description": "where to"},
                        "stops": {"type": "array", "items": {"properties": {"at": {"type": "string", "format": "uri"}}}},
                    },
                    "required": ["to"],
                }),
                json!({
                    "type": "object",
                    "properties": {
                        "to": {"type": "string", "description": "where to"},
                        "stops": {
                            "type": ["array", "null"],
                            "items": {
                                "properties": {"at": {"type": ["string", "null"]}},
                                "type": "object", "required": ["at"], "additionalProperties": false,
                            },
                        },
                    },
                    "required": ["to", "stops"],
                    "additionalProperties": false,
                }),
            ),
        ],
    );
}

#[test]
fn strict_makes_every_kind_of_optional_property_nullable() {
    let rows = [
        (
            json!({"type": "string"}),
            json!({"type": ["string", "null"]}),
        ),
        (
            json!({"type": ["string", "null"]}),
            json!({"type": ["string", "null"]}),
        ),
        (
            json!({"type": ["string", "integer"]}),
            json!({"type": ["string", "integer", "null"]}),
        ),
        (json!({"enum": ["a"]}), json!({"enum": ["a", null]})),
        (
            json!({"type": "string", "enum": ["a"]}),
            json!({"type": ["string", "null"], "enum": ["a", null]}),
        ),
        (
            json!({"type": ["string", "null"], "enum": ["a"]}),
            json!({"type": ["string", "null"], "enum": ["a", null]}),
        ),
        (
            json!({"const": 1}),
            json!({"anyOf": [{"const": 1}, {"type": "null"}]}),
        ),
        (
            json!({"type": "string", "const": "a", "description": "d"}),
            json!({"description": "d", "anyOf": [{"type": "string", "const": "a"}, {"type": "null"}]}),
        ),
        (
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}], "description": "d"}),
            json!({"description": "d", "anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}),
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ),
        (json!({}), json!({})),
        (json!(true), json!(true)),
    ];
    for (before, after) in rows {
        let got = strict(&json!({"type": "object", "properties": {"p": before}}));
        assert_eq!(got["properties"]["p"], after, "{before}");
        assert!(is_nullable(&got["properties"]["p"]), "{before}");
        assert_eq!(got["required"], json!(["p"]));
    }
}

#[test]
fn strict_rewrites_what_it_cannot_say() {
    check(
        strict,
        vec![
            (
                "allOf is merged",
                json!({"allOf": [
                {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                {"$ref": "#/$defs/B"},
            ], "$defs": {"B": {"properties": {"b": {"type": "string"}}}}}),
                json!({
                    "type": "object",
                    "properties": {"a": {"type": "string"}, "b": {"type": ["string", "null"]}},
                    "required": ["a", "b"], "additionalProperties": false,
                }),
            ),
            (
                "a tuple",
                json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "number"}, {"type": "string"}], "minItems": 3}),
                json!({"type": "array", "minItems": 3, "items": {"anyOf": [{"type": "string"}, {"type": "number"}]}}),
            ),
            (
                "a tuple of one kind, in an older draft",
                json!({"type": "array", "items": [{"type": "number"}, {"type": "number"}]}),
                json!({"type": "array", "items": {"type": "number"}}),
            ),
            (
                "keywords and formats",
                json!({"type": "string", "format": "date-time", "pattern": "^a", "maxLength": 4, "default": "a", "examples": ["a"]}),
                json!({"type": "string", "format": "date-time", "pattern": "^a"}),
            ),
            (
                "numbers keep their bounds and lose Rust's formats",
                json!({"type": "integer", "format": "uint32", "minimum": 0, "exclusiveMaximum": 9}),
                json!({"type": "integer", "minimum": 0, "exclusiveMaximum": 9}),
            ),
            (
                "conditions",
                json!({"type": "object", "properties": {}, "if": {}, "then": {}, "not": {}, "patternProperties": {"x": {}}}),
                json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false}),
            ),
        ],
    );
}

#[test]
fn strict_keeps_recursive_references() {
    let node = json!({"type": "object", "properties": {
        "value": {"type": "string"},
        "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
    }, "required": ["value"]});
    let got = strict(&json!({
        "type": "object",
        "properties": {"list": {"$ref": "#/$defs/Node", "description": "the head"}},
        "required": ["list"],
        "$defs": {"Node": node, "Unused": {"type": "string"}},
    }));
    let strict_node = json!({"type": "object", "properties": {
        "value": {"type": "string"},
        "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
    }, "required": ["value", "next"], "additionalProperties": false});
    assert_eq!(got["$defs"], json!({"Node": strict_node}));
    assert_eq!(got["properties"]["list"]["description"], "the head");
    assert_eq!(
        got["properties"]["list"]["properties"],
        strict_node["properties"]
    );

    let root = strict(&json!({"type": "object", "properties": {"next": {"$ref": "#"}}}));
    assert_eq!(
        root["properties"]["next"],
        json!({"anyOf": [{"$ref": "#"}, {"type": "null"}]})
    );
}

#[test]
fn strict_of_strict_is_the_same() {
    let schema = json!({
        "type": "object",
        "properties": {
            "a": {"oneOf": [{"const": "x"}, {"type": "object", "properties": {"b": {"type": "integer"}}}]},
            "c": {"$ref": "#/$defs/C"},
        },
        "$defs": {"C": {"type": "array", "items": {"$ref": "#/$defs/C"}}},
    });
    let once = strict(&schema);
    assert_eq!(strict(&once), once);
    assert!(is_strict_compatible(&once));
}

#[test]
fn what_has_a_strict_form() {
    let yes = [
        json!({"type": "object", "properties": {}}),
        json!({"type": "object", "additionalProperties": false}),
        json!({"properties": {"a": {"type": "string", "minLength": 1}}}),
        json!({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}),
        json!({"type": "object", "properties": {"a": {"$ref": "#"}}}),
    ];
    for schema in yes {
        assert!(is_strict_compatible(&schema), "{schema}");
    }
    let no = [
        json!(true),
        json!({}),
        json!({"type": "array", "items": {"type": "string"}}),
        json!({"type": "object"}),
        json!({"type": "object", "anyOf": [{"properties": {}}]}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"type": "object", "properties": {}, "additionalProperties": true}),
        json!({"type": "object", "properties": {}, "patternProperties": {"^x": {"type": "string"}}}),
        json!({"type": "object", "properties": {"a": {}}}),
        json!({"type": "object", "properties": {"a": true}}),
        json!({"type": "object", "properties": {"a": {"description": "anything"}}}),
        json!({"type": "object", "properties": {"a": {"type": "object"}}}),
        json!({"type": "object", "properties": {"a": {"type": "array"}}}),
        json!({"type": "object", "properties": {"a": {"type": "array", "items": true}}}),
        json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/Map"}}, "$defs": {"Map": {"type": "object"}}}),
    ];
    for schema in no {
        assert!(!is_strict_compatible(&schema), "{schema}");
    }
}
