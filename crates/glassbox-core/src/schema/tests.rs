//! Walks over schemas, and what the tests of their changes share.

use serde_json::{Value, json};

use super::{is_nullable, transform, without_keywords};

/// One case a row: what it shows, the schema, what is to come out.
pub(super) type Row = (&'static str, Value, Value);

/// Compares what the function makes of each row with what is to come out.
pub(super) fn check(function: fn(&Value) -> Value, rows: Vec<Row>) {
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
