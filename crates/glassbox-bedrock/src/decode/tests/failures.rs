//! Answers that are none.

use super::*;

#[test]
fn quirk_32_an_exception_in_the_middle_is_an_error() {
    let mut decoder = ConverseDecoder::new();
    let mut events = Events::new();
    let text = br#"{"contentBlockIndex":0,"delta":{"text":"so far"}}"#;
    let frame = Frame::new(text).with_event("contentBlockDelta");
    decoder.frame(frame, &mut events).expect("a piece");
    assert_eq!(events.len(), 1, "what came before is given");
    let said = br#"{"message":"Too many tokens, please wait."}"#;
    let frame = Frame::new(said).with_event("throttlingException");
    for frame in [frame.with_failure(), frame] {
        let error = decoder.frame(frame, &mut events).expect_err("an exception");
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.detail(), Some("Too many tokens, please wait."));
        assert_eq!(error.code(), Some("throttlingException"));
    }
}

#[test]
fn quirk_32_an_early_end_is_an_error() {
    let frames = everything();
    let last = frames.len() - 2;
    for count in 0..last {
        let error = streamed(&frames[..count]).expect_err("no end");
        assert_eq!(error.kind(), ErrorKind::Protocol, "after {count} events");
    }
    assert!(streamed(&frames[..=last]).is_ok());
}

#[test]
fn what_bedrock_could_not_read_is_a_failure() {
    for reason in ["malformed_tool_use", "malformed_model_output"] {
        let frames = [delta(0, json!({"text": "hi"})), stopped(reason), metadata()];
        let mut decoder = ConverseDecoder::new();
        let mut events = Events::new();
        let mut failure = None;
        for (name, data) in &frames {
            let data = data.to_string();
            let frame = Frame::new(data.as_bytes()).with_event(name);
            failure = decoder.frame(frame, &mut events).err();
        }
        let error = failure.expect("the last event says so");
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::ServerError, Some(reason))
        );
        let billed = events.iter().any(|event| matches!(event, Event::Usage(_)));
        assert!(billed, "it is billed all the same");
        let error = whole(&answer(json!([]), reason)).expect_err("the same at once");
        assert_eq!(error.code(), Some(reason));
    }
}

#[test]
fn a_body_that_is_no_answer_is_an_error() {
    for (body, kind) in [
        ("{}", ErrorKind::Protocol),
        ("[]", ErrorKind::Protocol),
        ("", ErrorKind::Protocol),
        ("{\"output\":", ErrorKind::Protocol),
        ("{\"output\":{}}", ErrorKind::Protocol),
        ("\u{0}\u{1}", ErrorKind::Protocol),
        (
            "{\"__type\":\"x#ThrottlingException\",\"message\":\"slow down\"}",
            ErrorKind::RateLimited,
        ),
        (
            "{\"message\":\"Input is too long.\"}",
            ErrorKind::ContextLength,
        ),
    ] {
        let mut decoder = ConverseDecoder::new();
        let result = decoder.whole(body.as_bytes(), &mut Events::new());
        assert_eq!(result.expect_err("no answer").kind(), kind, "{body}");
    }
}

#[test]
fn arguments_without_a_call_are_an_error() {
    let frames = [
        delta(0, json!({"toolUse": {"input": "{}"}})),
        stopped("tool_use"),
    ];
    let error = streamed(&frames).expect_err("no call");
    assert!(error.message().contains("did not begin"), "{error}");
}

#[test]
fn hostile_events_do_no_harm() {
    // Blocks that never end.
    let mut frames: Vec<_> = (0..300).map(|at| delta(at, json!({"text": "x"}))).collect();
    frames.push(stopped("end_turn"));
    let error = streamed(&frames).expect_err("too many");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    // A call that begins again and again under one index.
    let call = json!({"toolUse": {"toolUseId": "a", "name": "t"}});
    let frames: Vec<_> = (0..300).map(|_| start(0, call.clone())).collect();
    assert!(streamed(&frames).is_err());
    let names = [
        "contentBlockStart",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ];
    let payloads = [
        "",
        "{",
        "null",
        "[]",
        "5",
        "\"x\"",
        "{\"delta\":5,\"start\":[],\"stopReason\":{}}",
        "{\"contentBlockIndex\":-1,\"delta\":{\"text\":{}}}",
        "{\"contentBlockIndex\":1e99,\"start\":{\"toolUse\":7}}",
        "{\"delta\":{\"reasoningContent\":[],\"toolResult\":1,\"image\":{\"source\":2}}}",
        "{\"usage\":{\"inputTokens\":-5,\"outputTokens\":\"x\"}}",
    ];
    for name in names {
        for payload in payloads {
            for size in 0..=payload.len() {
                let mut decoder = ConverseDecoder::new();
                let frame = Frame::new(&payload.as_bytes()[..size]).with_event(name);
                if let Err(error) = decoder.frame(frame, &mut Events::new()) {
                    assert_eq!(error.kind(), ErrorKind::Protocol, "{name} {payload}");
                    assert!(
                        !error.to_string().contains("toolUse"),
                        "no content in errors"
                    );
                }
            }
        }
    }
    let deep = format!("{}{}", "{\"delta\":".repeat(500), "}".repeat(500));
    let frame = Frame::new(deep.as_bytes()).with_event("contentBlockDelta");
    assert!(
        ConverseDecoder::new()
            .frame(frame, &mut Events::new())
            .is_err()
    );
}
