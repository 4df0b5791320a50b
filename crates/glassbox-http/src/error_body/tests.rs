use ErrorKind::*;

use super::*;

fn read(body: &str) -> ErrorBody {
    error_body(body.as_bytes()).unwrap_or_else(|| panic!("no error in {body}"))
}

/// One body of each shape, as providers were seen to send them, in other words.
#[test]
fn every_shape_is_read() {
    let cases = [
        (
            r#"{"error":{"message":"no such model","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
            "no such model",
            Some("model_not_found"),
            Some(NotFound),
            None,
        ),
        (
            r#"{"error":{"message":"bad","type":"invalid_request_error","param":null,"code":null}}"#,
            "bad",
            Some("invalid_request_error"),
            Some(InvalidRequest),
            None,
        ),
        (
            r#"{"error":"model 'x' not found"}"#,
            "model 'x' not found",
            None,
            None,
            None,
        ),
        (
            r#"{"code":"invalid-argument","error":"Incorrect API key provided."}"#,
            "Incorrect API key provided.",
            Some("invalid-argument"),
            Some(Unauthenticated),
            None,
        ),
        (
            r#"{"error":"Bad Request","message":"field x"}"#,
            "field x",
            None,
            None,
            None,
        ),
        (
            r#"{"error":"unauthorized","message":"who are you"}"#,
            "who are you",
            Some("unauthorized"),
            Some(Unauthenticated),
            None,
        ),
        (
            r#"{"id":"1","message":"model 'x' not found"}"#,
            "model 'x' not found",
            None,
            None,
            None,
        ),
        (
            r#"{"object":"error","message":"no logprobs","type":"invalid_request_invalid_args","param":null,"code":"3051","raw_status_code":400}"#,
            "no logprobs",
            Some("3051"),
            None,
            Some(400),
        ),
        (
            r#"{"code":400,"message":"Temperature must be between 0 and 2","type":"Bad Request"}"#,
            "Temperature must be between 0 and 2",
            Some("400"),
            None,
            Some(400),
        ),
        (
            r#"{"detail":"Not authenticated"}"#,
            "Not authenticated",
            None,
            None,
            None,
        ),
        (
            r#"{"detail":[{"type":"missing","loc":["body","messages",0,"role"],"msg":"Field required"},{"loc":["body","n"],"msg":"too small"}]}"#,
            "body.messages.0.role: Field required; body.n: too small",
            None,
            None,
            None,
        ),
        (
            r#"[{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}]"#,
            "The model is overloaded.",
            Some("UNAVAILABLE"),
            Some(Overloaded),
            Some(503),
        ),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#,
            "Overloaded",
            Some("overloaded_error"),
            Some(Overloaded),
            None,
        ),
        (
            r#"{"type":"error","code":"rate_limit_exceeded","message":"slow"}"#,
            "slow",
            Some("rate_limit_exceeded"),
            Some(RateLimited),
            None,
        ),
        (
            r#"{"success":false,"errors":[{"code":7003,"message":"no route"},{"code":7000,"message":"no"}]}"#,
            "no route; no",
            Some("7003"),
            None,
            None,
        ),
        (r#"{"errors":["one","two"]}"#, "one; two", None, None, None),
        (
            r#"{"error":{"code":400,"message":"request (2009 tokens) exceeds the available context size (512 tokens)","type":"exceed_context_size_error"}}"#,
            "request (2009 tokens) exceeds the available context size (512 tokens)",
            Some("exceed_context_size_error"),
            Some(ContextLength),
            Some(400),
        ),
        (
            r#"{"error":{"message":"429: slow down","code":"429"}}"#,
            "429: slow down",
            Some("429"),
            None,
            Some(429),
        ),
        (
            r#"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"prompt is too long: 9 > 8"}}}"#,
            "Provider returned error: prompt is too long: 9 > 8",
            Some("400"),
            Some(ContextLength),
            Some(400),
        ),
        (
            r#"{"error":{"message":"filtered","type":null,"code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            "filtered",
            Some("content_filter"),
            Some(ContentFilter),
            Some(400),
        ),
        (
            r#"{"error":{"message":"no","code":"BadRequest","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            "no",
            Some("BadRequest"),
            Some(ContentFilter),
            None,
        ),
    ];
    for (body, message, code, kind, status) in cases {
        let found = read(body);
        assert_eq!(found.message.as_deref(), Some(message), "{body}");
        assert_eq!(found.code.as_deref(), code, "{body}");
        assert_eq!(found.kind, kind, "{body}");
        assert_eq!(found.status, status, "{body}");
    }
}

#[test]
fn googles_details_are_read() {
    let found = read(
        r#"{"error":{"code":429,"message":"You exceeded your current quota. Please retry in 48.5s.","status":"RESOURCE_EXHAUSTED","details":[
            {"@type":"type.googleapis.com/google.rpc.Help"},
            {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"48s"}]}}"#,
    );
    assert_eq!(found.kind, Some(RateLimited));
    assert_eq!(found.status, Some(429));
    assert_eq!(found.retry_after, Some(Duration::from_millis(48_500)));
    let found = read(
        r#"{"error":{"code":400,"message":"Please pass a key.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}"#,
    );
    assert_eq!(found.kind, Some(Unauthenticated));
    assert_eq!(found.code.as_deref(), Some("INVALID_ARGUMENT"));
}

#[test]
fn an_answer_is_no_error() {
    for body in [
        "",
        "not json",
        "null",
        "[]",
        "{}",
        "\"error\"",
        "[1]",
        r#"{"error":null}"#,
        r#"{"error":""}"#,
        r#"{"error":false}"#,
        r#"{"errors":[]}"#,
        r#"{"id":"x","object":"chat.completion","choices":[{"message":{"content":"error"}}],"error":null}"#,
        r#"{"type":"message","role":"assistant","content":[]}"#,
        r#"{"model":"m","message":{"role":"assistant","content":"hi"},"done":true}"#,
        r#"{"data":[{"embedding":[0.1]}]}"#,
        r#"{"error":{"message":"cut"#,
    ] {
        assert_eq!(error_body(body.as_bytes()), None, "{body}");
    }
    assert_eq!(error_body(b"\xff\xfe"), None);
}

#[test]
fn an_empty_error_is_an_error_of_which_nothing_is_known() {
    for body in [r#"{"error":{}}"#, r#"{"error":true}"#, r#"{"error":42}"#] {
        assert_eq!(read(body), ErrorBody::new(), "{body}");
    }
}

#[test]
fn hostile_bodies_are_survived() {
    let deep = format!("{}{}", r#"{"error":"#.repeat(100), "}".repeat(100));
    assert_eq!(error_body(deep.as_bytes()), None, "cut short: not JSON");
    let deep = format!("{}1{}", r#"{"error":"#.repeat(100), "}".repeat(100));
    assert_eq!(read(&deep), ErrorBody::new());
    let endless = format!("{}1{}", r#"{"error":"#.repeat(10_000), "}".repeat(10_000));
    assert_eq!(error_body(endless.as_bytes()), None);
    let many = format!(
        r#"{{"detail":[{}]}}"#,
        r#"{"msg":"x"},"#.repeat(10_000).trim_end_matches(',')
    );
    assert!(read(&many).message.is_some());
    let odd = r#"{"error":{"message":["a"],"code":{"x":1},"type":[],"details":{},"innererror":3,"metadata":[]}}"#;
    assert_eq!(read(odd), ErrorBody::new());
}
