use super::*;

#[test]
fn a_response_that_failed_is_an_error_with_its_usage() {
    let mut last = response("failed", &json!([]));
    last["error"] = json!({"code": "rate_limit_exceeded", "message": "slow down"});
    let (partial, error) = failed_stream(&[event("failed", &json!({"response": last}))]);
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(
        (error.code(), error.detail()),
        (Some("rate_limit_exceeded"), Some("slow down"))
    );
    assert_eq!(partial.usage.input_tokens, Some(10));
    assert_eq!(whole(&last).unwrap_err().kind(), ErrorKind::RateLimited);
    last["error"] = Value::Null;
    assert_eq!(whole(&last).unwrap_err().kind(), ErrorKind::ServerError);
    last["status"] = json!("cancelled");
    assert_eq!(whole(&last).unwrap_err().kind(), ErrorKind::ServerError);
}

#[test]
fn an_error_event_ends_the_stream() {
    for error in [
        json!({"type": "error", "code": "server_error", "message": "sorry", "param": null}),
        json!({"type": "error", "error": {"type": "server_error", "message": "sorry"}}),
        json!({"error": {"code": "server_error", "message": "sorry"}}),
    ] {
        let (partial, error) = failed_stream(&[
            event(
                "output_text.delta",
                &json!({"output_index": 0, "delta": "hel"}),
            ),
            error,
        ]);
        assert_eq!(error.kind(), ErrorKind::ServerError);
        assert_eq!(error.detail(), Some("sorry"));
        assert_eq!(partial.text(), "hel");
    }
}

#[test]
fn quirk_19_an_error_in_the_shape_of_a_success_is_an_error() {
    let error = whole(&json!({"code": "invalid-argument", "error": "Incorrect API key provided."}));
    assert_eq!(
        error.unwrap_err().detail(),
        Some("Incorrect API key provided.")
    );
    let error =
        whole(&json!({"object": "error", "message": "no such model", "type": "NotFoundError"}));
    assert_eq!(error.unwrap_err().detail(), Some("no such model"));
    assert_eq!(
        whole(&json!({"hello": 1})).unwrap_err().kind(),
        ErrorKind::Protocol
    );
    let waiting = whole(&response("queued", &json!([])));
    assert_eq!(waiting.unwrap_err().kind(), ErrorKind::Protocol);
}

#[test]
fn a_stream_without_its_last_event_is_an_error() {
    let text = event(
        "output_text.delta",
        &json!({"output_index": 0, "delta": "hel"}),
    );
    for stream in [
        vec![],
        vec![text.clone()],
        vec![text, done(0, &said("hello"))],
    ] {
        let (_, error) = failed_stream(&stream);
        assert_eq!(error.kind(), ErrorKind::Protocol);
    }
    let mut decoder = ResponsesDecoder::new(&OPENAI);
    let mut events = Events::new();
    decoder.frame(Frame::new(b"[DONE]"), &mut events).unwrap();
    assert_eq!(
        decoder.end(&mut events).unwrap_err().kind(),
        ErrorKind::Protocol
    );
}

#[test]
fn what_is_unknown_or_of_the_wrong_kind_is_tolerated() {
    let odd = json!([
        7, null, "x", [], {}, {"type": 9}, {"type": "message"}, {"type": "message", "content": 5},
        {"type": "message", "content": "plain"}, {"type": "message", "content": [1, {"text": {}}]},
        {"type": "reasoning", "summary": "s", "content": null}, {"type": "novelty", "x": [1]},
        {"type": "function_call", "name": null, "arguments": {"a": 1}},
    ]);
    let response = whole(&response("completed", &odd)).unwrap();
    assert_eq!(response.text(), "plain");
    assert_eq!(response.reasoning(), "s");
    let call = response.tool_calls().next().unwrap();
    assert!(!call.id.is_empty());
    assert_eq!(call.arguments.as_str(), "{\"a\":1}");
    let mut stream: Vec<Value> = odd
        .as_array()
        .unwrap()
        .iter()
        .map(|item| added(0, item))
        .collect();
    stream.extend([
        event("something.new", &json!({"delta": {"x": 1}})),
        event(
            "output_text.delta",
            &json!({"output_index": "zero", "delta": {"x": 1}}),
        ),
        event(
            "function_call_arguments.delta",
            &json!({"output_index": 99, "delta": "{}"}),
        ),
        event("output_item.done", &json!({"output_index": 5})),
        event("created", &json!({"response": 5})),
        json!({"type": 5}),
        event("completed", &json!({})),
    ]);
    streamed(&stream);
}

#[test]
fn hostile_bytes_are_errors() {
    let body = response("completed", &json!([said("hello"), call("c", "f", "{}")])).to_string();
    for end in 0..body.len() {
        let mut decoder = ResponsesDecoder::new(&OPENAI);
        let mut events = Events::new();
        let cut = decoder.whole(&body.as_bytes()[..end], &mut events);
        assert_eq!(cut.unwrap_err().kind(), ErrorKind::Protocol, "cut at {end}");
    }
    let deep = format!("{{\"output\":{}", "[".repeat(100_000));
    for data in [
        &b"{"[..],
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{\"type\":\"\xff\"}",
        deep.as_bytes(),
    ] {
        let mut decoder = ResponsesDecoder::new(&OPENAI);
        let mut events = Events::new();
        assert!(decoder.frame(Frame::new(data), &mut events).is_err());
        assert!(decoder.whole(data, &mut events).is_err());
    }
    let many: Vec<Value> = (0..1025).map(|index| done(index, &said("x"))).collect();
    assert_eq!(failed_stream(&many).1.kind(), ErrorKind::Protocol);
}
