use super::*;

fn calls(response: &Response) -> Vec<(String, String, String)> {
    let calls = response.tool_calls().map(|call| {
        let arguments = call.arguments.as_str().to_owned();
        (call.id.clone(), call.name.clone(), arguments)
    });
    calls.collect()
}

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.to_owned(), name.to_owned(), arguments.to_owned())
}

fn tool_delta(call: &Value) -> Value {
    json!({ "tool_calls": [call] })
}

#[test]
fn calls_by_the_book_keep_their_pieces_apart() {
    let response = deltas(&[
        json!({"content": null, "tool_calls": [
            {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}},
            {"index": 1, "id": "b", "type": "function", "function": {"name": "g", "arguments": "{"}},
        ]}),
        tool_delta(&json!({"index": 0, "function": {"arguments": "{\"x\":"}})),
        tool_delta(&json!({"index": 1, "id": "", "function": {"name": null, "arguments": "}"}})),
        tool_delta(&json!({"index": 0, "id": null, "function": {"arguments": "1}"}})),
    ]);
    assert_eq!(
        calls(&response),
        [call("a", "f", "{\"x\":1}"), call("b", "g", "{}")]
    );
}

#[test]
fn calls_without_an_index_or_with_a_wrong_one_keep_their_pieces_apart() {
    let without = deltas(&[
        tool_delta(&json!({"id": "a", "function": {"name": "f", "arguments": "{\"x\":"}})),
        tool_delta(&json!({"function": {"arguments": "1}"}})),
        tool_delta(&json!({"id": "b", "function": {"name": "f", "arguments": "{}"}})),
    ]);
    assert_eq!(
        calls(&without),
        [call("a", "f", "{\"x\":1}"), call("b", "f", "{}")]
    );
    let always_zero = deltas(&[
        tool_delta(&json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}})),
        tool_delta(&json!({"index": 0, "id": "b", "function": {"name": "g", "arguments": "{}"}})),
        tool_delta(&json!({"index": 0, "function": {"arguments": " "}})),
    ]);
    assert_eq!(
        calls(&always_zero),
        [call("a", "f", "{}"), call("b", "g", "{} ")]
    );
    let counted_on = deltas(&[
        tool_delta(
            &json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":"}}),
        ),
        tool_delta(&json!({"index": 1, "function": {"arguments": "1"}})),
        tool_delta(&json!({"index": 2, "id": "a", "function": {"arguments": "}"}})),
    ]);
    assert_eq!(calls(&counted_on), [call("a", "f", "{\"x\":1}")]);
    let repeated = deltas(&[
        tool_delta(&json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}})),
        tool_delta(&json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "}"}})),
    ]);
    assert_eq!(calls(&repeated), [call("a", "f", "{}")]);
}

#[test]
fn calls_without_an_id_are_given_one() {
    let response = deltas(&[
        tool_delta(&json!({"index": 0, "function": {"name": "f", "arguments": "{\"x\":"}})),
        tool_delta(&json!({"index": 0, "function": {"name": "f", "arguments": "1}"}})),
        tool_delta(&json!({"index": 0, "function": {"name": "f", "arguments": "{\"x\":2}"}})),
        tool_delta(&json!({"function": {"name": "g", "arguments": {"y": [1, 2.5]}}})),
        json!({"function_call": {"name": "h", "arguments": ""}}),
        json!({"function_call": {"arguments": "{}"}}),
    ]);
    assert_eq!(
        calls(&response),
        [
            call("call_hatcmpl1_0", "f", "{\"x\":1}"),
            call("call_hatcmpl1_1", "f", "{\"x\":2}"),
            call("call_hatcmpl1_2", "g", "{\"y\":[1,2.5]}"),
            call("call_hatcmpl1_3", "h", "{}"),
        ],
    );
    let nameless = streamed(&[
        r#"{"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#,
        "[DONE]",
    ]);
    assert_eq!(
        calls(&nameless),
        [call("call_0", "", "{}")],
        "not lost, and announced once"
    );
}

#[test]
fn a_call_waits_for_its_name() {
    let response = deltas(&[
        tool_delta(&json!({"index": 0, "id": "a"})),
        tool_delta(&json!({"index": 0, "function": {"arguments": "{"}})),
        tool_delta(&json!({"index": 0, "function": {"name": "f", "arguments": "}"}})),
    ]);
    assert_eq!(calls(&response), [call("a", "f", "{}")]);
}

#[test]
fn whole_calls_are_never_joined() {
    let response = whole(&json!({"id": "x", "choices": [{"message": {"tool_calls": [
        {"id": "same", "index": 0, "function": {"name": "f", "arguments": "{}"}},
        {"id": "same", "index": 0, "function": {"name": "f", "arguments": {"a": 1}}},
        {"function": {"name": "g"}},
    ]}, "finish_reason": "tool_calls"}]}));
    assert_eq!(
        calls(&response),
        [
            call("same", "f", "{}"),
            call("same", "f", "{\"a\":1}"),
            call("call_x_0", "g", "")
        ],
    );
}

#[test]
fn too_many_calls_are_refused() {
    let many: Vec<Value> = (0..2000)
        .map(|n| json!({"id": n.to_string(), "function": {"name": "f"}}))
        .collect();
    let error = whole_by(
        &OPENAI,
        &json!({"choices": [{"message": {"tool_calls": many}}]}),
    )
    .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[test]
fn a_thought_signature_stays_with_its_call() {
    let response = deltas(&[tool_delta(&json!({
        "index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"},
        "extra_content": {"google": {"thought_signature": "sig"}},
    }))]);
    let opaque = response
        .tool_calls()
        .next()
        .unwrap()
        .opaque
        .clone()
        .unwrap();
    assert_eq!(opaque.provider, "openai");
    assert_eq!(
        opaque.data,
        json!({"extra_content": {"google": {"thought_signature": "sig"}}})
    );
}

#[test]
fn braces_inside_strings_do_not_end_a_call() {
    let piece = |arguments: &str| {
        tool_delta(&json!({"index": 0, "function": {"name": "f", "arguments": arguments}}))
    };
    let response = deltas(&[
        piece("{\"x\":\"}\\\""),
        piece("}\",\"y\":{}"),
        piece("}"),
        piece("{}"),
    ]);
    assert_eq!(
        calls(&response),
        [
            call("call_hatcmpl1_0", "f", "{\"x\":\"}\\\"}\",\"y\":{}}"),
            call("call_hatcmpl1_1", "f", "{}"),
        ],
    );
}

#[test]
fn calls_with_the_same_id_are_told_apart_by_their_index() {
    let response = deltas(&[
        tool_delta(
            &json!({"index": 0, "id": "x", "function": {"name": "f", "arguments": "{\"n\":"}}),
        ),
        tool_delta(&json!({"index": 0, "id": "x", "function": {"arguments": "1}"}})),
        tool_delta(
            &json!({"index": 1, "id": "x", "function": {"name": "f", "arguments": "{\"n\":2}"}}),
        ),
    ]);
    assert_eq!(
        calls(&response),
        [call("x", "f", "{\"n\":1}"), call("x", "f", "{\"n\":2}")]
    );
}
