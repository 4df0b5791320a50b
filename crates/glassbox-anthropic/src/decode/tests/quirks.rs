//! What naive readers of this API get wrong.

use super::*;

#[test]
fn quirk_20_input_tokens_include_the_cache() {
    let response = whole(
        &json!({"type": "message", "content": [], "stop_reason": "end_turn", "usage": {
            "input_tokens": 4, "cache_read_input_tokens": 9_134, "cache_creation_input_tokens": 237, "output_tokens": 156,
            "output_tokens_details": {"thinking_tokens": 47},
        }}),
    );
    let usage = response.usage;
    assert_eq!(usage.input_tokens, Some(9_375));
    assert_eq!(usage.cache_read_input_tokens, Some(9_134));
    assert_eq!(usage.cache_write_input_tokens, Some(237));
    assert_eq!(usage.output_tokens, Some(156));
    assert_eq!(usage.reasoning_output_tokens, Some(47));
}

#[test]
fn quirk_21_usage_is_a_running_total() {
    let response = streamed(&[
        json!({"type": "message_start", "message": {"usage": {"input_tokens": 2_000, "cache_read_input_tokens": 5, "output_tokens": 8}}}),
        json!({"type": "message_delta", "delta": {}, "usage": {"output_tokens": 20}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": 2_500, "cache_read_input_tokens": 0, "output_tokens": 30}}),
        json!({"type": "message_stop"}),
    ]);
    assert_eq!(response.usage.input_tokens, Some(2_505));
    assert_eq!(response.usage.output_tokens, Some(30));
}

#[test]
fn quirk_21_zeros_come_first_at_a_gateway() {
    let response = streamed(&[
        json!({"type": "message_start", "message": {"usage": {"input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": null}}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": 32, "output_tokens": 16}}),
        json!({"type": "message_stop"}),
    ]);
    assert_eq!(response.usage.input_tokens, Some(32));
    assert_eq!(response.usage.output_tokens, Some(16));
}

#[test]
fn odd_a_ping_says_nothing_wherever_it_stands() {
    let quiet = [
        json!({"type": "message_start", "message": {"id": "msg_1", "usage": {"input_tokens": 3, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
        json!({"type": "message_stop"}),
    ];
    let ping = json!({"type": "ping"});
    let pinged: Vec<Value> = quiet[..5]
        .iter()
        .flat_map(|event| [ping.clone(), event.clone()])
        .chain([ping.clone(), quiet[5].clone()])
        .collect();
    assert_eq!(streamed(&pinged), streamed(&quiet));
}

#[test]
fn a_cost_counts_without_further_tokens() {
    let usage = json!({"input_tokens": 32, "output_tokens": 16});
    let response = streamed(&[
        json!({"type": "message_start", "message": {"usage": usage}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"cost": 0.25}}),
        json!({"type": "message_stop"}),
    ]);
    assert_eq!(response.usage.cost.unwrap().total, 0.25);
    assert_eq!(response.usage.input_tokens, Some(32));
}

#[test]
fn quirk_24_no_arguments_are_an_empty_object() {
    let response = streamed(&message(
        vec![
            begin(
                0,
                &json!({"type": "tool_use", "id": "t", "name": "now", "input": {}}),
            ),
            piece(0, &json!({"type": "input_json_delta", "partial_json": ""})),
            stop(0),
        ],
        "tool_use",
    ));
    let call = response.tool_calls().next().unwrap();
    assert_eq!(call.arguments.as_str(), "{}");
}

#[test]
fn quirk_24_a_call_that_a_limit_cut_keeps_what_there_is() {
    let response = streamed(&message(
        vec![
            begin(
                0,
                &json!({"type": "tool_use", "id": "t", "name": "f", "input": {}}),
            ),
            piece(
                0,
                &json!({"type": "input_json_delta", "partial_json": "{\"a\": \"unf"}),
            ),
        ],
        "max_tokens",
    ));
    let call = response.tool_calls().next().unwrap();
    assert_eq!(call.arguments.as_str(), "{\"a\": \"unf");
    assert_eq!(response.finish_reason().unwrap().kind, FinishKind::Length);
}

#[test]
fn quirk_24_calls_have_numbers_of_their_own() {
    let call = |index: u64, id: &str| {
        vec![
            begin(
                index,
                &json!({"type": "tool_use", "id": id, "name": "f", "input": {}}),
            ),
            piece(
                index,
                &json!({"type": "input_json_delta", "partial_json": format!("{{\"of\":\"{id}\"}}")}),
            ),
            stop(index),
        ]
    };
    let blocks = [
        vec![
            begin(0, &json!({"type": "text", "text": "First:"})),
            stop(0),
        ],
        call(1, "a"),
        call(2, "b"),
    ];
    let (events, end) = events(&message(blocks.concat(), "tool_use"));
    end.unwrap();
    let numbers: Vec<u32> = events
        .iter()
        .filter_map(|event| match event {
            Event::ToolCall { call, .. } => Some(*call),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, [0, 1]);
    let response = fold(events);
    let arguments: Vec<&str> = response
        .tool_calls()
        .map(|call| call.arguments.as_str())
        .collect();
    assert_eq!(arguments, [r#"{"of":"a"}"#, r#"{"of":"b"}"#]);
}

#[test]
fn quirk_25_every_stop_reason_has_its_kind() {
    for (raw, kind) in [
        ("end_turn", FinishKind::Stop),
        ("stop_sequence", FinishKind::Stop),
        ("max_tokens", FinishKind::Length),
        ("model_context_window_exceeded", FinishKind::Length),
        ("tool_use", FinishKind::ToolCall),
        ("pause_turn", FinishKind::Pause),
        ("refusal", FinishKind::ContentFilter),
        ("compaction", FinishKind::Compaction),
        ("because", FinishKind::Other),
    ] {
        let response = streamed(&message(Vec::new(), raw));
        let reason = response.finish_reason();
        assert_eq!(reason, Some(&FinishReason::new(kind, raw)), "{raw}");
    }
}

#[test]
fn calls_say_more_than_the_stop_reason() {
    let call = json!({"type": "tool_use", "id": "t", "name": "f", "input": {}});
    let response = streamed(&message(vec![begin(0, &call), stop(0)], "end_turn"));
    let reason = response.finish_reason().unwrap();
    assert_eq!(reason.kind, FinishKind::ToolCall);
    assert_eq!(reason.raw.as_deref(), Some("end_turn"));
}

#[test]
fn quirk_25_an_error_may_come_in_the_middle() {
    let (response, error) = failed(&[
        start(),
        begin(0, &json!({"type": "text", "text": ""})),
        text(0, "Once upon"),
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_1"}),
    ]);
    assert_eq!(response.text(), "Once upon");
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    assert_eq!(error.code(), Some("overloaded_error"));
    assert_eq!(error.detail(), Some("Overloaded"));
    assert_eq!(error.request_id(), Some("req_1"));
}
