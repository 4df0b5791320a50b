use super::*;
use crate::dialect::OPENROUTER;

#[test]
fn reasoning_has_many_spellings() {
    for field in ["reasoning_content", "reasoning"] {
        let response = deltas(&[
            json!({field: "let me "}),
            json!({field: "think", "content": "42"}),
        ]);
        assert_eq!(
            (response.reasoning(), response.text()),
            ("let me think".into(), "42".into())
        );
    }
    let twice = deltas(&[json!({"reasoning_content": "a", "reasoning": "a"})]);
    assert_eq!(twice.reasoning(), "a");
    let mistral = deltas(&[
        json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}),
        json!({"content": [{"type": "thinking", "thinking": "..."}, {"type": "text", "text": "4"}, "2", null]}),
    ]);
    assert_eq!(
        (mistral.reasoning(), mistral.text()),
        ("hm...".into(), "42".into())
    );
}

#[test]
fn reasoning_details_are_kept_in_order_and_joined() {
    let piece = |details: Value, reasoning: Value| {
        json!({"choices": [{"delta": {"reasoning": reasoning, "reasoning_details": details}}]})
            .to_string()
    };
    let data = [
        piece(
            json!([{"type": "reasoning.text", "index": 0, "text": "a", "format": null}]),
            json!("a"),
        ),
        piece(
            json!([{"type": "reasoning.text", "index": 0, "text": "b", "format": "f"}]),
            json!("b"),
        ),
        piece(
            json!([{"type": "reasoning.text", "index": 0, "signature": "s"}]),
            json!(null),
        ),
        piece(
            json!([{"type": "reasoning.encrypted", "index": 0, "id": "1", "data": "x"}]),
            json!(null),
        ),
        piece(
            json!([{"type": "reasoning.encrypted", "index": 0, "id": "2", "data": "y"}]),
            json!(null),
        ),
        json!({"choices": [{"delta": {"content": "text"}, "finish_reason": "stop"}]}).to_string(),
    ];
    let data: Vec<&str> = data.iter().map(String::as_str).collect();
    let response = streamed_by(&OPENROUTER, &data);
    assert_eq!(
        (response.reasoning(), response.text()),
        ("ab".into(), "text".into())
    );
    let Part::Reasoning(reasoning) = &response.message().unwrap().parts[0] else {
        panic!("reasoning comes first");
    };
    assert_eq!(
        reasoning.opaque.as_ref().unwrap().data,
        json!({"reasoning_details": [
            {"type": "reasoning.text", "index": 0, "text": "ab", "format": "f", "signature": "s"},
            {"type": "reasoning.encrypted", "index": 0, "id": "1", "data": "x"},
            {"type": "reasoning.encrypted", "index": 0, "id": "2", "data": "y"},
        ]}),
    );
    let elsewhere = streamed(&data);
    assert_eq!(
        elsewhere.message().unwrap().parts.len(),
        2,
        "kept only where it is wanted back"
    );
}
