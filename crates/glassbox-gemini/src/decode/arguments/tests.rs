use super::*;

fn assembled(pieces: &[&str]) -> Result<String> {
    let mut assembly = Assembly::default();
    for piece in pieces {
        assembly.piece(&serde_json::from_str(piece).unwrap())?;
    }
    Ok(assembly.into_text())
}

#[test]
fn values_find_their_places() {
    let text = assembled(&[
        r#"{"jsonPath": "$.stops[0].name", "stringValue": "Zür", "willContinue": true}"#,
        r#"{"jsonPath": "$.stops[0].name", "stringValue": "ich", "willContinue": true}"#,
        r#"{"jsonPath": "$.stops[0].name", "stringValue": ""}"#,
        r#"{"jsonPath": "$.stops[0].days", "numberValue": 2}"#,
        r#"{"jsonPath": "$.stops[1]['a name']", "boolValue": false}"#,
        r#"{"jsonPath": "$.stops[1].price", "numberValue": 0.5}"#,
        r#"{"jsonPath": "$[\"note\"]", "nullValue": "NULL_VALUE"}"#,
    ]);
    assert_eq!(
        text.unwrap(),
        r#"{"stops":[{"name":"Zürich","days":2},{"a name":false,"price":0.5}],"note":null}"#
    );
    assert_eq!(assembled(&[]).unwrap(), "{}");
}

#[test]
fn a_text_that_is_complete_is_not_continued() {
    let text = assembled(&[
        r#"{"jsonPath": "$.a", "stringValue": "x"}"#,
        r#"{"jsonPath": "$.a", "stringValue": "y"}"#,
    ]);
    assert_eq!(text.unwrap(), r#"{"a":"y"}"#);
}

#[test]
fn places_that_cannot_be_are_errors_and_no_reason_to_allocate() {
    let deep = format!("$.a{}", "[0]".repeat(64));
    for path in [
        "",
        "$",
        "a",
        "$.",
        "$..a",
        "$[",
        "$[x]",
        "$['a",
        "$.a[4000000000]",
        "$.a[1]",
        "$[0]",
        "$é",
        &deep,
    ] {
        let piece = serde_json::json!({"jsonPath": path, "stringValue": "x"}).to_string();
        let error = assembled(&[piece.as_str()]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{path}");
    }
    let clash = assembled(&[
        r#"{"jsonPath": "$.a", "stringValue": "x"}"#,
        r#"{"jsonPath": "$.a.b", "stringValue": "x"}"#,
    ]);
    assert_eq!(clash.unwrap_err().kind(), ErrorKind::Protocol);
}

#[test]
fn white_space_between_tokens_goes_and_nothing_else() {
    assert_eq!(
        compact("{\n  \"a b\": \"c \\\" d\\\\\",\n \"n\": 1.50e3 }"),
        r#"{"a b":"c \" d\\","n":1.50e3}"#
    );
}
