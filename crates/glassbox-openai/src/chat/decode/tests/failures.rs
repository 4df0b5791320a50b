use super::*;

#[test]
fn an_error_in_a_stream_is_an_error_after_what_came_before() {
    let chunk = delta(&json!({"content": "par"}));
    for error in [
        r#"{"error":{"message":"Token limit reached","code":400},"choices":[{"delta":{"content":""},"finish_reason":"error"}],"usage":{"prompt_tokens":5,"completion_tokens":1}}"#,
        r#"{"error":{"message":"Token limit reached","code":400},"usage":{"prompt_tokens":5,"completion_tokens":1}}"#,
    ] {
        let (response, error) = failed(&[&chunk, error]);
        assert_eq!(response.text(), "par");
        assert_eq!(
            response.usage.input_tokens,
            Some(5),
            "it is billed all the same"
        );
        assert_eq!(
            (error.status(), error.kind()),
            (Some(400), ErrorKind::InvalidRequest)
        );
        assert_eq!(error.detail(), Some("Token limit reached"));
    }
    for error in [
        r#"{"error":"it broke"}"#,
        r#"{"object":"error","message":"it broke","code":500}"#,
        r#"{"x_groq":{"id":"req","error":"it broke"},"choices":[]}"#,
        r#"{"choices":[{"error":{"message":"it broke"},"delta":{}}]}"#,
    ] {
        let (_, error) = failed(&[&chunk, error]);
        assert_eq!(
            (error.kind(), error.detail()),
            (ErrorKind::ServerError, Some("it broke"))
        );
    }
}

#[test]
fn an_error_event_is_an_error() {
    let mut decoder = ChatDecoder::new(&OPENAI);
    let data = br#"{"message":"too busy","code":"rate_limit_exceeded"}"#;
    let error = decoder
        .frame(Frame::new(data).with_event("error"), &mut Events::new())
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
}

#[test]
fn the_finish_reason_error_is_an_error() {
    let (response, error) = failed(&[
        r#"{"choices":[{"delta":{"content":"par"},"finish_reason":"error"}]}"#,
        "[DONE]",
    ]);
    assert_eq!(
        (response.text().as_str(), error.kind()),
        ("par", ErrorKind::ServerError)
    );
}

#[test]
fn a_stream_that_breaks_off_is_an_error() {
    let chunk = delta(&json!({"content": "par"}));
    for data in [
        &[][..],
        &[r#"{"id":"1","choices":[],"usage":{"prompt_tokens":1}}"#],
        &[&chunk],
        &[
            &chunk,
            r#"{"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}"#,
        ],
        &["[DONE]"],
    ] {
        let (response, error) = failed(data);
        assert_eq!(error.kind(), ErrorKind::Protocol, "{data:?}");
        assert!(response.finish_reason().is_none());
    }
}

#[test]
fn done_ends_a_stream_that_gives_no_reason_and_a_reason_one_that_is_not_done() {
    let chunk = delta(&json!({"content": "all"}));
    assert_eq!(streamed(&[&chunk, "[DONE]"]).finish_reason(), None);
    assert_eq!(streamed(&[&chunk, FINISH]).text(), "all");
    let (events, end) = events(
        &OPENAI,
        &[
            &chunk,
            FINISH,
            " [DONE] ",
            "[DONE]",
            "garbage after the end",
        ],
    );
    assert!(events.ended());
    assert_eq!(
        end.unwrap_err().kind(),
        ErrorKind::Protocol,
        "the driver reads no further"
    );
}

#[test]
fn a_body_that_is_no_completion_is_an_error_that_quotes_nothing() {
    let decode = |body: &[u8]| {
        let mut events = Events::new();
        ChatDecoder::new(&OPENAI)
            .whole(body, &mut events)
            .unwrap_err()
    };
    for body in [
        &b""[..],
        b"[]",
        b"null",
        b"\"secret\"",
        b"{\"secret\"",
        b"{\"choices\": [{\"message\": {\"content\": \"secret",
        b"{\"choices\": [}",
        b"{\"choices\": [{\"message\": {\"content\": \"\xff\"}}]}",
        b"{\"secret\": 1}",
        b"<html>secret</html>",
    ] {
        let error = decode(body);
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
    let error = decode(br#"{"error":{"message":"filtered","code":"content_filter","status":400}}"#);
    assert_eq!(error.kind(), ErrorKind::ContentFilter);
    let error = decode(br#"{"message":"no such model","code":"model_not_found"}"#);
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn deep_nesting_and_garbage_do_not_panic() {
    let deep = format!(
        r#"{{"choices":[{{"delta":{{"annotations":{0},"reasoning_details":{0},"tool_calls":[{{"id":"a","extra_content":{0},"function":{{"name":"f"}}}}]}},"logprobs":{0},"finish_reason":"stop"}}],"citations":{0}}}"#,
        "[".repeat(5000) + &"]".repeat(5000),
    );
    let response = streamed(&[&deep]);
    assert_eq!(response.tool_calls().count(), 1);
    assert!(response.meta.extra.is_empty());
    let good = r#"{"id":"1","choices":[{"index":0,"delta":{"content":"\u00e9é\"","tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"#;
    for end in 0..good.len() {
        for byte in [b'"', b'{', b'}', 0xff, b'0', b'\\'] {
            let mut bytes = good.as_bytes()[..end].to_vec();
            bytes.push(byte);
            bytes.extend_from_slice(&good.as_bytes()[end..]);
            let mut decoder = ChatDecoder::new(&OPENAI);
            let mut events = Events::new();
            let _ = decoder.frame(Frame::new(&bytes), &mut events);
            let _ = decoder.whole(&bytes[..=end], &mut events);
            let _ = decoder.end(&mut events);
        }
    }
}

#[test]
fn a_response_without_an_answer_is_broken() {
    let empty = json!({"id": "r1", "choices": [], "usage": {"prompt_tokens": 3}});
    assert_eq!(
        whole_by(&OPENAI, &empty).unwrap_err().kind(),
        ErrorKind::Protocol
    );
    let (_, error) = failed(&[r#"{"id":"r1","choices":[]}"#, "[DONE]"]);
    assert_eq!(error.kind(), ErrorKind::Protocol);
}
