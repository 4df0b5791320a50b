use serde_json::{Value, json};

use super::{inline_refs, is_nullable, is_strict_compatible, strict, transform, without_keywords};

/// One case a row: what it shows, the schema, what is to come out.
type Row = (&'static str, Value, Value);

fn check(function: fn(&Value) -> Value, rows: Vec<Row>) {
    for (what, before, after) in rows {
        let got = function(&before);
        // Compared as text too, because the order of keys steers what a model writes.
        assert_eq!(got, after, "{what}");
        assert_eq!(
            got.to_string(),
            after.to_string(),
            "{what}: the order of keys"
        );
    }
}

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

#[test]
fn hostile_references_stay_small() {
    // Each definition names the next one twice: written out in full, 2^40 schemas.
    let mut defs = serde_json::Map::new();
    for level in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", level + 1)});
        defs.insert(
            format!("d{level}"),
            json!({"type": "object", "anyOf": [next, next]}),
        );
    }
    defs.insert(
        "d40".to_owned(),
        json!({"type": "string", "description": "x".repeat(1000)}),
    );
    let schema = json!({"$ref": "#/$defs/d0", "$defs": defs});
    for out in [inline_refs(&schema), strict(&schema)] {
        assert!(
            out.to_string().len() < 2 << 20,
            "{} bytes",
            out.to_string().len()
        );
    }
    assert!(!inline_refs(&schema).to_string().contains("$ref"));

    // A chain that is longer than the stack would bear.
    let mut defs = serde_json::Map::new();
    for level in 0..50_000 {
        let next = json!({"$ref": format!("#/$defs/d{}", level + 1)});
        defs.insert(format!("d{level}"), json!({"type": "array", "items": next}));
    }
    let schema = json!({"$ref": "#/$defs/d0", "$defs": defs});
    assert!(inline_refs(&schema).to_string().len() < 10_000);
    assert!(strict(&schema).to_string().len() < 10_000);
}

#[test]
fn keywords_are_left_out_at_every_level() {
    let schema = json!({
        "title": "T", "$schema": "x",
        "properties": {"title": {"title": "a", "enum": ["title"], "default": {"title": 1}}},
        "prefixItems": [{"title": "b"}, true],
    });
    assert_eq!(
        without_keywords(&schema, &["title", "$schema"]),
        json!({
            "properties": {"title": {"enum": ["title"], "default": {"title": 1}}},
            "prefixItems": [{}, true],
        }),
    );
}

#[test]
fn transform_goes_from_the_inside_out() {
    let schema = json!({"title": "0", "items": {"title": "1", "properties": {"x": {"title": "2"}}}, "default": {"title": "no"}});
    let mut seen = Vec::new();
    let same = transform(&schema, |node| seen.push(node["title"].to_string()));
    assert_eq!(seen, [r#""2""#, r#""1""#, r#""0""#]);
    assert_eq!(same, schema);
}

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

#[test]
fn what_null_satisfies() {
    for schema in [
        json!(true),
        json!({}),
        json!({"type": "null"}),
        json!({"enum": [1, null]}),
        json!({"const": null}),
    ] {
        assert!(is_nullable(&schema), "{schema}");
    }
    for schema in [
        json!(false),
        json!({"type": "string"}),
        json!({"type": ["string", "null"], "enum": ["a"]}),
        json!({"enum": [1]}),
        json!({"$ref": "#"}),
        json!({"anyOf": [{"type": "string"}]}),
    ] {
        assert!(!is_nullable(&schema), "{schema}");
    }
}
