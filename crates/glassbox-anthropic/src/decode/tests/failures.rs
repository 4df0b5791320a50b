//! Streams and bodies that are not what they should be.

use super::*;

#[test]
fn a_stream_that_breaks_off_is_an_error() {
    let (response, error) = failed(&[start(), begin(0, &json!({"type": "text", "text": "Once"}))]);
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(response.text(), "Once");
    let (_, error) = failed(&[json!({"type": "ping"})]);
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[test]
fn a_stream_may_end_without_its_last_word() {
    let mut data = message(
        vec![begin(0, &json!({"type": "text", "text": "x"})), stop(0)],
        "end_turn",
    );
    data.pop();
    assert_eq!(streamed(&data).text(), "x");
}

#[test]
fn what_follows_the_end_is_not_read() {
    let mut data = message(Vec::new(), "end_turn");
    data.extend(message(
        vec![begin(0, &json!({"type": "text", "text": "x"}))],
        "end_turn",
    ));
    assert_eq!(streamed(&data).text(), "");
}

#[test]
fn unknown_frames_fields_and_types_are_tolerated() {
    let response = streamed(&message(
        vec![
            json!({"type": "weather", "of": ["tomorrow"]}),
            begin(0, &json!({"type": "text", "text": null, "mood": {"a": 1}})),
            piece(0, &json!({"type": "glow_delta", "glow": 1})),
            text(0, "x"),
            piece(9, &json!({"type": "text_delta", "text": "y"})),
            piece(8, &json!({"type": "signature_delta", "signature": "lost"})),
            stop(7),
            stop(0),
        ],
        "end_turn",
    ));
    assert_eq!(response.text(), "xy");
}

#[test]
fn values_of_the_wrong_type_are_tolerated() {
    let response = streamed(&[
        json!({"type": "message_start", "message": {"id": 7, "model": {}, "content": null, "usage": {"input_tokens": "many", "output_tokens": 1.0}}}),
        json!({"type": "content_block_start", "index": "0", "content_block": {"type": "text", "text": 5}}),
        json!({"type": "content_block_start", "index": 1, "content_block": "text"}),
        json!({"type": "content_block_start", "index": 2}),
        json!({"type": "content_block_delta", "index": 1, "delta": []}),
        json!({"type": "content_block_delta", "index": 1}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": 3}, "usage": []}),
        json!({"type": "message_stop"}),
    ]);
    assert_eq!(response.id(), Some("7"));
    assert_eq!(response.text(), "5");
    assert_eq!(response.usage.input_tokens, None);
    assert_eq!(response.usage.output_tokens, Some(1));
}

#[test]
fn a_call_without_an_id_gets_one() {
    let response = whole(&json!({"content": [
        {"type": "tool_use", "name": "f", "input": null},
        {"type": "tool_use", "input": [1]},
    ]}));
    let calls: Vec<(&str, &str, &str)> = response
        .tool_calls()
        .map(|call| {
            (
                call.id.as_str(),
                call.name.as_str(),
                call.arguments.as_str(),
            )
        })
        .collect();
    assert_eq!(calls, [("call_0", "f", "{}"), ("call_1", "", "[1]")]);
}

#[test]
fn a_server_call_that_was_cut_keeps_its_input_as_text() {
    let response = streamed(&message(
        vec![
            begin(
                0,
                &json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}),
            ),
            piece(
                0,
                &json!({"type": "input_json_delta", "partial_json": "{\"quer"}),
            ),
        ],
        "max_tokens",
    ));
    let [Part::ServerToolCall(call)] = parts(&response) else {
        panic!("{response:?}");
    };
    assert_eq!(call.server_tool_call["input"], "{\"quer");
}

#[test]
fn hostile_bodies_are_errors_and_never_panics() {
    let deep = format!("{{\"content\":{}", "[".repeat(100_000));
    let deep_block = format!(
        "{{\"content\":[{{\"type\":\"x\",\"a\":{}{}}}]}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    for body in [
        "",
        "[]",
        "{}",
        "null",
        "{\"content\"",
        "{\"content\":5}",
        "{\"content\":{\"a\":1}}",
        "<html>",
        "{\"type\":\"message\"}",
        &deep,
        &deep_block,
    ] {
        let error = try_whole(body.as_bytes()).unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::Protocol,
            "{}",
            &body[..body.len().min(40)]
        );
        assert!(!error.to_string().contains("html"));
    }
    let error = try_whole(br#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unauthenticated);
}

#[test]
fn every_beginning_of_a_body_is_an_error() {
    let body = json!({"type": "message", "content": [
        {"type": "text", "text": "ü\u{1F600}"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"a": "\u{1F600}"}},
    ], "stop_reason": "tool_use"})
    .to_string();
    for end in 0..body.len() {
        assert!(try_whole(&body.as_bytes()[..end]).is_err(), "{end}");
    }
    try_whole(body.as_bytes()).unwrap();
}

#[test]
fn frames_that_are_no_json_are_errors() {
    for data in [
        "{",
        "[1]",
        "5",
        "\"x\"",
        "{\"type\":\"ping\"}{",
        "\u{1F600}",
    ] {
        let mut decoder = MessagesDecoder::new();
        let mut events = Events::new();
        let error = decoder.frame(Frame::new(data.as_bytes()), &mut events);
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Protocol, "{data}");
    }
}

#[test]
fn bytes_that_are_no_text_are_errors_where_they_are_read() {
    let mut decoder = MessagesDecoder::new();
    let mut events = Events::new();
    let data = b"{\"type\":\"content_block_start\",\"content_block\":{\"type\":\"text\",\"text\":\"\xff\"}}";
    assert!(decoder.frame(Frame::new(data), &mut events).is_err());
}

#[test]
fn the_name_of_the_event_stands_in_for_a_type() {
    let mut decoder = MessagesDecoder::new();
    let mut events = Events::new();
    let frame = Frame::new(b"{\"error\":{\"message\":\"busy\"}}").with_event("error");
    assert!(decoder.frame(frame, &mut events).is_err());
    let frame = Frame::new(b"{\"message\":{\"id\":\"m\"}}").with_event("message_start");
    decoder.frame(frame, &mut events).unwrap();
    let frame = Frame::new(b"[DONE]");
    decoder.frame(frame, &mut events).unwrap();
    assert_eq!(fold(events).id(), Some("m"));
}
