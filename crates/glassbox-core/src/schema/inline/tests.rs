//! References written out, cut, and left alone.

use serde_json::{Value, json};

use super::inline_refs;
use crate::schema::strict;
use crate::schema::tests::check;

#[test]
fn refs_are_written_out() {
    let defs = json!({
        "Leaf": {"type": "string", "description": "a leaf"},
        "Pair": {"type": "array", "items": {"$ref": "#/$defs/Leaf"}},
    });
    check(
        inline_refs,
        vec![
            (
                "no reference",
                json!({"type": "object"}),
                json!({"type": "object"}),
            ),
            ("a boolean schema", json!(true), json!(true)),
            (
                "through a definition",
                json!({"properties": {"pair": {"$ref": "#/$defs/Pair"}}, "$defs": defs}),
                json!({"properties": {"pair": {"type": "array", "items": {"type": "string", "description": "a leaf"}}}}),
            ),
            (
                "what stands beside it wins",
                json!({"items": {"$ref": "#/$defs/Leaf", "description": "mine"}, "$defs": defs}),
                json!({"items": {"description": "mine", "type": "string"}}),
            ),
            (
                "an older draft's definitions, escaped names",
                json!({"items": {"$ref": "#/definitions/a~1b%20c"}, "definitions": {"a/b c": {"type": "null"}}}),
                json!({"items": {"type": "null"}}),
            ),
            (
                "not only definitions",
                json!({"properties": {"a": {"type": "string"}, "b": {"$ref": "#/properties/a"}}}),
                json!({"properties": {"a": {"type": "string"}, "b": {"type": "string"}}}),
            ),
            (
                "the properties of both, as in a tagged enum",
                json!({
                    "type": "object", "properties": {"kind": {"const": "x"}}, "required": ["kind"],
                    "$ref": "#/$defs/X",
                    "$defs": {"X": {"properties": {"n": {"type": "integer"}}, "required": ["n"]}},
                }),
                json!({
                    "type": "object",
                    "properties": {"kind": {"const": "x"}, "n": {"type": "integer"}},
                    "required": ["kind", "n"],
                }),
            ),
            (
                "in every place that holds schemas",
                json!({
                    "anyOf": [{"$ref": "#/$defs/Leaf"}],
                    "items": [{"$ref": "#/$defs/Leaf"}],
                    "not": {"$ref": "#/$defs/Leaf"},
                    "$defs": {"Leaf": {"type": "null"}},
                }),
                json!({"anyOf": [{"type": "null"}], "items": [{"type": "null"}], "not": {"type": "null"}}),
            ),
        ],
    );
}

#[test]
fn refs_that_lead_nowhere_and_data_stay() {
    for schema in [
        json!({"$ref": "https://example.com/schema.json"}),
        json!({"$ref": "#/$defs/Missing"}),
        json!({"$ref": "#anchor"}),
        json!({"$ref": "#/%f"}),
        json!({"$ref": "#/%ff"}),
        json!({"$ref": 7}),
        json!({"$ref": "#/required", "required": ["a"]}),
        json!({"properties": {"$ref": {"type": "string"}}}),
        json!({"default": {"$ref": "#"}, "examples": [{"$ref": "#"}], "enum": [{"$ref": "#"}]}),
        json!({"properties": 3, "anyOf": "x", "items": 1, "$comment": null}),
    ] {
        assert_eq!(inline_refs(&schema), schema);
    }
}

#[test]
fn recursion_is_cut() {
    check(
        inline_refs,
        vec![
            (
                "the root in itself",
                json!({"type": "object", "properties": {"next": {"$ref": "#", "description": "the rest"}}}),
                json!({"type": "object", "properties": {"next": {"description": "the rest", "type": "object"}}}),
            ),
            (
                "a definition in itself",
                json!({
                    "items": {"$ref": "#/$defs/Node"},
                    "$defs": {"Node": {"type": "object", "properties": {"left": {"$ref": "#/$defs/Node"}}}},
                }),
                json!({"items": {"type": "object", "properties": {"left": {"type": "object"}}}}),
            ),
            (
                "two that only point at each other",
                json!({
                    "items": {"$ref": "#/$defs/A"},
                    "$defs": {"A": {"$ref": "#/$defs/B"}, "B": {"$ref": "#/$defs/A"}},
                }),
                json!({"items": {}}),
            ),
        ],
    );
}

/// A schema that begins at `d0` of these definitions. Each is moved in: to copy 50,000 takes longer than to test them.
fn starting_at_d0(definitions: impl IntoIterator<Item = (String, Value)>) -> Value {
    let mut schema = json!({"$ref": "#/$defs/d0"});
    schema["$defs"] = Value::Object(definitions.into_iter().collect());
    schema
}

#[test]
fn references_that_multiply_stay_small() {
    // Each definition names the next one twice: written out in full, 2^40 schemas.
    let doubling = (0..40).map(|level| {
        let next = json!({"$ref": format!("#/$defs/d{}", level + 1)});
        let both = json!({"type": "object", "anyOf": [next, next]});
        (format!("d{level}"), both)
    });
    let leaf = json!({"type": "string", "description": "x".repeat(1000)});
    let schema = starting_at_d0(doubling.chain([("d40".to_owned(), leaf)]));
    let inlined = inline_refs(&schema).to_string();
    assert!(inlined.len() < 2 << 20, "{} bytes", inlined.len());
    assert!(!inlined.contains("$ref"));
    let strict = strict(&schema).to_string();
    assert!(strict.len() < 2 << 20, "{} bytes", strict.len());
}

#[test]
fn a_chain_longer_than_the_stack_would_bear_is_cut() {
    let chain = (0..50_000).map(|level| {
        let next = json!({"$ref": format!("#/$defs/d{}", level + 1)});
        let array = json!({"type": "array", "items": next});
        (format!("d{level}"), array)
    });
    let schema = starting_at_d0(chain);
    assert!(inline_refs(&schema).to_string().len() < 10_000);
    assert!(strict(&schema).to_string().len() < 10_000);
}
