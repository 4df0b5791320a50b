use glassbox_core::{Arguments, ErrorKind, ToolSpec, schema};
use serde_json::{Map, Value, json};

use super::ArgumentCheck;
use crate::ToolError;

fn check(parameters: Value) -> ArgumentCheck {
    ArgumentCheck::new(&ToolSpec::new("t", parameters)).unwrap()
}

fn parameters() -> Value {
    json!({
        "type": "object",
        "properties": {
            "city": {"type": "string", "minLength": 1},
            "days": {"type": "integer", "minimum": 1, "maximum": 14},
            "unit": {"enum": ["C", "F"]},
            "note": {"type": ["string", "null"]},
            "stops": {"type": "array", "items": {
                "type": "object",
                "properties": {"at": {"type": "string"}, "minutes": {"type": "integer"}},
                "required": ["at"],
            }},
            "who": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        },
        "required": ["city"],
        "additionalProperties": false,
    })
}

fn violations(check: &ArgumentCheck, arguments: &Value) -> String {
    let error = check
        .check(&Arguments::from(arguments.clone()))
        .unwrap_err();
    assert_eq!(error.kind(), ToolError::INVALID_ARGUMENTS);
    error.message().to_owned()
}

#[test]
fn what_fits_passes_unchanged() {
    let check = check(parameters());
    for arguments in [
        json!({"city": "Rome"}),
        json!({"city": "Rome", "days": 3, "unit": "C", "note": null, "who": 3, "stops": [{"at": "x"}]}),
    ] {
        let got = check.check(&Arguments::from(arguments.clone())).unwrap();
        assert_eq!(Value::Object(got), arguments);
    }
}

#[test]
fn every_violation_is_named_with_its_place() {
    let check = check(parameters());
    let rows = [
        (json!({}), r#"at the top: "city" is a required property"#),
        (
            json!({"city": 5}),
            r#"at `/city`: the value is not of type "string""#,
        ),
        (
            json!({"city": ""}),
            "at `/city`: the value is shorter than 1 character",
        ),
        (
            json!({"city": "x", "days": 15}),
            "at `/days`: the value is greater than the maximum of 14",
        ),
        (
            json!({"city": "x", "days": 1.5}),
            r#"at `/days`: the value is not of type "integer""#,
        ),
        (
            json!({"city": "x", "unit": "K"}),
            r#"at `/unit`: the value is not one of "C" or "F""#,
        ),
        (
            json!({"city": "x", "stops": [{"at": "y"}, {}]}),
            r#"at `/stops/1`: "at" is a required property"#,
        ),
        (
            json!({"city": "x", "town": "y"}),
            "at the top: Additional properties are not allowed ('town' was unexpected)",
        ),
        (
            json!({"city": null}),
            r#"at `/city`: the value is not of type "string""#,
        ),
        (
            json!({"city": "x", "who": []}),
            r#"at `/who`: the value is not valid under any of the schemas listed in the 'anyOf' keyword; allowed is: [{"type":"string"},{"type":"integer"}]"#,
        ),
    ];
    for (arguments, expected) in rows {
        assert_eq!(
            violations(&check, &arguments),
            format!("the arguments do not fit the tool's schema:\n- {expected}"),
            "{arguments}"
        );
    }
    let several = violations(&check, &json!({"days": 0, "unit": 1}));
    assert_eq!(several.matches("\n- ").count(), 3, "{several}");
}

#[test]
fn broken_json_is_named_with_its_place() {
    let check = check(parameters());
    for (text, expected) in [
        (
            r#"{"city": "Ro"#,
            "the arguments are not valid JSON: EOF while parsing a string at line 1 column 12",
        ),
        (
            r#"{"city":"a"}{"city":"b"}"#,
            "the arguments are not valid JSON: trailing characters at line 1 column 13",
        ),
        (
            "Rome",
            "the arguments are not valid JSON: expected value at line 1 column 1",
        ),
        ("[1]", "the arguments must be a JSON object, not an array"),
        ("7", "the arguments must be a JSON object, not a number"),
    ] {
        let error = check.check(&Arguments::from(text)).unwrap_err();
        assert_eq!(
            (error.message(), error.kind()),
            (expected, ToolError::INVALID_ARGUMENTS),
            "{text}"
        );
    }
    let deep = format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
    assert!(
        check
            .check(&Arguments::from(deep))
            .unwrap_err()
            .message()
            .contains("recursion limit")
    );
}

#[test]
fn nothing_stands_for_an_empty_object() {
    let check = check(json!({"type": "object", "properties": {}, "additionalProperties": false}));
    for text in ["", "  \n", "{}", "null"] {
        assert!(
            check.check(&Arguments::from(text)).unwrap().is_empty(),
            "{text:?}"
        );
    }
}

#[test]
fn huge_values_are_not_repeated() {
    let check = check(parameters());
    let huge = "x".repeat(1 << 20);
    let message = violations(
        &check,
        &json!({"city": "x", "days": huge, (huge.as_str()): 1}),
    );
    assert!(message.len() < 1000, "{} bytes", message.len());

    let many: Vec<Value> = (0..1000).map(|_| json!({})).collect();
    let message = violations(&check, &json!({"city": "x", "stops": many}));
    assert_eq!(message.lines().count(), 12);
    assert!(message.ends_with("\n- and 990 more"), "{message}");
}

#[test]
fn a_null_for_an_optional_argument_means_that_it_is_absent() {
    let check = check(parameters());
    let arguments = json!({
        "city": "Rome", "days": null, "unit": null, "note": null, "who": null,
        "stops": [{"at": "x", "minutes": null}],
    });
    let got = check.check(&Arguments::from(arguments)).unwrap();
    assert_eq!(
        Value::Object(got),
        json!({"city": "Rome", "note": null, "stops": [{"at": "x"}]})
    );
}

#[test]
fn what_strict_mode_makes_of_a_schema_still_fits_it() {
    let parameters = json!({
        "type": "object",
        "properties": {
            "page": {"$ref": "#/$defs/Page"},
            "last": {"anyOf": [{"$ref": "#/$defs/Page"}, {"type": "null"}]},
            "count": {"type": "integer"},
        },
        "$defs": {"Page": {"type": "object", "properties": {"n": {"type": "integer"}, "of": {"type": "integer"}}, "required": ["n"]}},
    });
    let all = json!({"page": {"n": 1, "of": null}, "last": {"n": 2, "of": null}, "count": null});
    assert!(jsonschema::is_valid(&schema::strict(&parameters), &all));
    let got = check(parameters).check(&Arguments::from(all)).unwrap();
    assert_eq!(
        Value::Object(got),
        json!({"page": {"n": 1}, "last": {"n": 2}})
    );
}

#[test]
fn schemas_that_are_none_are_refused() {
    for (parameters, expected) in [
        (
            json!(true),
            "the parameters of the tool `t` are not a JSON Schema: it must be a JSON object",
        ),
        (
            json!({"type": "string"}),
            "the parameters of the tool `t` must have `\"type\": \"object\"`, because a model gives them by name",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "text"}}}),
            "the parameters of the tool `t` are not a valid JSON Schema: at `/properties/a/type`",
        ),
        (
            json!({"type": "object", "properties": {"a": {"$ref": "https://example.com/x.json"}}}),
            "the parameters of the tool `t` are not a valid JSON Schema",
        ),
        (
            json!({"type": "object", "properties": {"a": {"pattern": "("}}}),
            "the parameters of the tool `t` are not a valid JSON Schema",
        ),
    ] {
        let error = ArgumentCheck::new(&ToolSpec::new("t", parameters)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.message().starts_with(expected), "{error}");
    }
}

#[test]
fn hostile_schemas_are_survived() {
    // Each definition names the next one twice, so that written out there are 2^levels; and a chain that is longer
    // than the stack would bear.
    for levels in [40, 5_000] {
        let mut defs = Map::new();
        for level in 0..levels {
            let next = json!({"$ref": format!("#/$defs/d{}", level + 1)});
            defs.insert(
                format!("d{level}"),
                json!({"type": "object", "anyOf": [next, next]}),
            );
        }
        defs.insert(format!("d{levels}"), json!({"type": "object"}));
        let parameters = json!({
            "type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": defs,
        });
        let check = check(parameters);
        assert!(violations(&check, &json!({"a": 1})).contains("at `/a`"));
    }
}

#[test]
fn deep_arguments_of_a_recursive_schema_are_checked_in_time() {
    let operation = |name: &str| {
        json!({
            "type": "object",
            "properties": {"op": {"const": name}, "left": {"$ref": "#/$defs/Term"}, "right": {"$ref": "#/$defs/Term"}},
            "required": ["op", "left", "right"],
        })
    };
    let check = check(json!({
        "type": "object",
        "properties": {"term": {"$ref": "#/$defs/Term"}},
        "$defs": {"Term": {"anyOf": [{"type": "number"}, operation("add"), operation("multiply")]}},
    }));
    let term = |innermost: Value| {
        (0..50).fold(
            innermost,
            |inner, _| json!({"op": "add", "left": inner, "right": 1}),
        )
    };
    let good = json!({"term": term(json!(2))});
    assert_eq!(
        Value::Object(check.check(&Arguments::from(good.clone())).unwrap()),
        good
    );
    let bad = json!({"term": term(json!("two"))});
    assert_eq!(
        violations(&check, &bad),
        "the arguments do not fit the tool's schema: something in a nested value is wrong"
    );
    let shallow = violations(&check, &json!({"term": "two"}));
    assert!(
        shallow.contains("at `/term`: the value is not valid under any"),
        "{shallow}"
    );
}

#[test]
fn schemas_that_refer_to_themselves_without_end_are_survived() {
    for own in [
        json!({"$ref": "#/$defs/a"}),
        json!({"anyOf": [{"$ref": "#/$defs/a"}]}),
        json!({"not": {"$ref": "#/$defs/a"}}),
    ] {
        let parameters = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": own}});
        if let Ok(check) = ArgumentCheck::new(&ToolSpec::new("t", parameters)) {
            let _ = check.check(&Arguments::from(r#"{"a": 1}"#));
        }
    }
}

#[test]
fn anchors_are_understood() {
    let check = check(json!({
        "type": "object",
        "properties": {"a": {"$ref": "#here"}},
        "$defs": {"x": {"$anchor": "here", "type": "string"}},
    }));
    assert!(check.check(&Arguments::from(r#"{"a": "b"}"#)).is_ok());
    let message = violations(&check, &json!({"a": 1}));
    assert!(
        message.starts_with("the arguments do not fit the tool's schema"),
        "{message}"
    );
}
