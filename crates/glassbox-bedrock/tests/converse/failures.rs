//! Refusals, exceptions, and streams that break.

use glassbox_bedrock::Credentials;
use glassbox_core::{CompletionModelExt as _, Delivery, Error, ErrorKind};
use glassbox_http::MemoryTransport;
use serde_json::json;

use crate::support::{BINARY, JSON, KEY, builder, complete, message, stream};

#[tokio::test]
async fn quirk_32_a_stream_that_is_cut_off_is_an_error_wherever_that_is() {
    let messages = stream();
    let bytes = messages.concat();
    let complete_from = bytes.len() - messages.last().unwrap().len();
    for at in (0..complete_from).step_by(11) {
        let transport = MemoryTransport::new().with_response(200, BINARY, bytes[..at].to_vec());
        let error = complete(&transport, Delivery::Incremental)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "cut at {at}");
        assert_eq!(
            (error.provider(), error.request_id()),
            (Some("aws.bedrock"), Some("req-1"))
        );
    }
    let mut damaged = bytes;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 4;
    let transport = MemoryTransport::new().with_response(200, BINARY, damaged);
    let error = complete(&transport, Delivery::Incremental)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[tokio::test]
async fn quirk_32_an_exception_ends_the_stream() {
    let mut messages = stream();
    messages.truncate(3);
    let said = json!({"message": format!("slow down, {KEY}")});
    messages.push(message("exception", "throttlingException", &said));
    let transport = MemoryTransport::new().with_response(200, BINARY, messages.concat());
    let error = complete(&transport, Delivery::Incremental)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.code(), Some("throttlingException"));
    assert_eq!(error.detail(), Some("slow down, ***"));
}

#[tokio::test]
async fn failures_have_kinds_and_keep_secrets() {
    for (status, name, message, kind) in [
        (
            403,
            "UnrecognizedClientException",
            "wrong",
            ErrorKind::Unauthenticated,
        ),
        (
            403,
            "ExpiredTokenException",
            "expired",
            ErrorKind::Unauthenticated,
        ),
        (
            403,
            "AccessDeniedException",
            "not for you",
            ErrorKind::Forbidden,
        ),
        (
            403,
            "AccessDeniedException",
            "Authentication failed: check it",
            ErrorKind::Unauthenticated,
        ),
        (
            404,
            "ResourceNotFoundException",
            "gone",
            ErrorKind::NotFound,
        ),
        (
            400,
            "ValidationException",
            "The provided model identifier is invalid.",
            ErrorKind::NotFound,
        ),
        (
            400,
            "ValidationException",
            "Input is too long for requested model.",
            ErrorKind::ContextLength,
        ),
        (
            400,
            "ValidationException",
            "no such field",
            ErrorKind::InvalidRequest,
        ),
        (
            400,
            "ServiceQuotaExceededException",
            "too much",
            ErrorKind::QuotaExhausted,
        ),
        (408, "ModelTimeoutException", "slow", ErrorKind::Timeout),
        (424, "ModelErrorException", "broken", ErrorKind::ServerError),
        (
            429,
            "ThrottlingException",
            "Too many tokens, please wait before trying again.",
            ErrorKind::RateLimited,
        ),
        (
            429,
            "ModelNotReadyException",
            "not yet",
            ErrorKind::RateLimited,
        ),
        (
            500,
            "InternalServerException",
            "oops",
            ErrorKind::ServerError,
        ),
        (
            503,
            "ServiceUnavailableException",
            "busy",
            ErrorKind::Overloaded,
        ),
    ] {
        let header = format!("{name}:http://internal.amazon.com/");
        let headers = [("x-amzn-errortype", header.as_str())];
        let body = json!({"message": format!("{message} {KEY}")}).to_string();
        for delivery in [Delivery::Whole, Delivery::Incremental] {
            let transport = MemoryTransport::new().with_response(status, &headers, body.clone());
            let error = complete(&transport, delivery).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{name} {message}");
            assert_eq!(error.code(), Some(name));
            let said = format!("{error} {error:?} {:?}", error.detail());
            assert!(!said.contains(KEY), "{said}");
        }
    }
    for body in ["<html>", "", "{}"] {
        let transport = MemoryTransport::new().with_response(200, JSON, body);
        let error = complete(&transport, Delivery::Incremental)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{body}");
    }
}

#[tokio::test]
async fn secrets_of_a_signature_are_kept_out_of_errors() {
    let body = json!({"message": "your token: token-of-nobody, your key: secret-of-nobody"});
    let transport = MemoryTransport::new().with_response(403, JSON, body.to_string());
    let credentials =
        Credentials::new("AKIA", "secret-of-nobody").with_session_token("token-of-nobody");
    let model = builder(&transport)
        .credentials(credentials)
        .build()
        .unwrap();
    let error = model.complete("hi").await.unwrap_err();
    assert_eq!(error.detail(), Some("your token: ***, your key: ***"));
    let failing = builder(&transport)
        .credentials_from(|| Err(Error::new(ErrorKind::Configuration, "no key today")))
        .build()
        .unwrap();
    assert_eq!(
        failing.complete("hi").await.unwrap_err().message(),
        "no key today"
    );
    assert_eq!(transport.requests().len(), 1);
}
