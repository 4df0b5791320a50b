use super::*;

#[test]
fn quirk_32_exceptions_in_a_stream_have_kinds() {
    for (name, message, kind) in [
        ("throttlingException", "slow down", ErrorKind::RateLimited),
        ("internalServerException", "oops", ErrorKind::ServerError),
        ("modelStreamErrorException", "oops", ErrorKind::ServerError),
        (
            "serviceUnavailableException",
            "later",
            ErrorKind::Overloaded,
        ),
        (
            "validationException",
            "no such field",
            ErrorKind::InvalidRequest,
        ),
        ("modelTimeoutException", "too slow", ErrorKind::Timeout),
        ("accessDeniedException", "not allowed", ErrorKind::Forbidden),
        (
            "ExpiredTokenException",
            "expired",
            ErrorKind::Unauthenticated,
        ),
        ("SomethingNewException", "new", ErrorKind::ServerError),
        ("", "", ErrorKind::ServerError),
    ] {
        let payload = serde_json::json!({"message": message, "p": "abc"}).to_string();
        let error = exception(name, payload.as_bytes());
        assert_eq!(error.kind(), kind, "{name}");
        assert_eq!(error.provider(), Some("aws.bedrock"));
        if !message.is_empty() {
            assert_eq!(error.detail(), Some(message));
        }
        assert!(message.is_empty() || !error.to_string().contains(message));
    }
    let original =
        br#"{"message":"it broke","originalMessage":"out of memory","originalStatusCode":500}"#;
    let error = exception("modelStreamErrorException", original);
    assert_eq!(error.detail(), Some("it broke: out of memory"));
    assert_eq!(error.code(), Some("modelStreamErrorException"));
    // An unmodelled error has a text and no JSON.
    let error = exception("InternalError", b"it broke");
    assert_eq!(error.detail(), Some("it broke"));
}

#[test]
fn quirk_33_throttling_by_tokens_is_no_overflow() {
    for (name, message, kind) in [
        (
            "throttlingException",
            "Too many tokens, please wait before trying again.",
            ErrorKind::RateLimited,
        ),
        (
            "throttlingException",
            "Too many tokens per day, please wait before trying again.",
            ErrorKind::QuotaExhausted,
        ),
        (
            "validationException",
            "Input is too long for requested model.",
            ErrorKind::ContextLength,
        ),
        (
            "validationException",
            "Input Tokens Exceeded: Number of input tokens exceeds maximum length.",
            ErrorKind::ContextLength,
        ),
        (
            "ServiceQuotaExceededException",
            "Your request exceeds the service quota for your account.",
            ErrorKind::QuotaExhausted,
        ),
    ] {
        let payload = serde_json::json!({"message": message}).to_string();
        assert_eq!(
            exception(name, payload.as_bytes()).kind(),
            kind,
            "{message}"
        );
    }
}

#[test]
fn the_body_of_a_refusal_is_read() {
    let plain = read_error(br#"{"message":"The security token is invalid."}"#).unwrap();
    assert_eq!(
        plain.message.as_deref(),
        Some("The security token is invalid.")
    );
    let typed = read_error(
        br#"{"__type":"com.amazon.coral.service#UnrecognizedClientException","message":"no"}"#,
    )
    .unwrap();
    assert_eq!(typed.kind, Some(ErrorKind::Unauthenticated));
    assert_eq!(typed.code.as_deref(), Some("UnrecognizedClientException"));
    let capital = read_error(br#"{"Message":"no"}"#).unwrap();
    assert_eq!(capital.message.as_deref(), Some("no"));
    for (message, kind) in [
        (
            "Authentication failed: Please make sure your API Key is valid.",
            ErrorKind::Unauthenticated,
        ),
        (
            "The provided model identifier is invalid.",
            ErrorKind::NotFound,
        ),
    ] {
        let body = serde_json::json!({"message": message}).to_string();
        assert_eq!(
            read_error(body.as_bytes()).unwrap().kind,
            Some(kind),
            "{message}"
        );
    }
    for odd in ["", "[]", "{", "null", "{\"message\":null}", "\"text\""] {
        assert_eq!(read_error(odd.as_bytes()), None, "{odd}");
    }
}
