use std::time::Duration;

use glassbox_core::{ErrorKind::*, Secret};
use http::{HeaderValue, Uri};

use super::*;
use crate::Call;

mod statuses;

const KEY: &str = "sk-secret-0123456789";

fn reporter() -> Reporter {
    let call = Call::post("acme", Uri::from_static("https://acme.test/v1"), "{}")
        .with_bearer(Secret::new(KEY))
        .unwrap();
    call.into_parts().1
}

fn failed(status: u16, body: impl AsRef<[u8]>) -> Error {
    failed_with(status, &[], body)
}

fn failed_with(
    status: u16,
    headers: &[(&'static str, &'static str)],
    body: impl AsRef<[u8]>,
) -> Error {
    let headers = headers
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .collect();
    status_error(
        &Failed {
            status: StatusCode::from_u16(status).unwrap(),
            headers: &headers,
            body: body.as_ref(),
        },
        &reporter(),
    )
}

#[test]
fn a_status_has_a_kind() {
    for (status, kind) in [
        (304, Protocol),
        (307, Protocol),
        (400, InvalidRequest),
        (401, Unauthenticated),
        (402, QuotaExhausted),
        (403, Forbidden),
        (404, NotFound),
        (405, InvalidRequest),
        (408, Timeout),
        (409, Overloaded),
        (413, InvalidRequest),
        (418, InvalidRequest),
        (422, InvalidRequest),
        (429, RateLimited),
        (500, ServerError),
        (502, ServerError),
        (503, Overloaded),
        (504, ServerError),
        (529, Overloaded),
        (599, ServerError),
        (999, ServerError),
    ] {
        for body in [&b""[..], b"{}", b"\xff\x00", b"{\"error\":", b"sorry"] {
            let error = failed(status, body);
            assert_eq!(error.kind(), kind, "{status} {body:?}");
            assert_eq!(error.status(), Some(status));
            assert_eq!(error.provider(), Some("acme"));
            assert!(!error.message().is_empty());
        }
    }
}

#[test]
fn a_body_says_what_a_status_cannot() {
    let cases = [
        (
            400,
            r#"{"error":{"code":"context_length_exceeded"}}"#,
            ContextLength,
        ),
        (
            413,
            r#"{"error":{"message":"prompt is too long: 9 tokens > 8 maximum"}}"#,
            ContextLength,
        ),
        (
            413,
            r#"{"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
            InvalidRequest,
        ),
        (
            500,
            r#"{"error":"exceeds the available context size"}"#,
            ContextLength,
        ),
        (400, r#"{"error":{"code":"content_filter"}}"#, ContentFilter),
        (
            403,
            r#"{"error":{"code":"content_policy_violation"}}"#,
            ContentFilter,
        ),
        (
            400,
            r#"{"error":{"code":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            ContentFilter,
        ),
        (
            429,
            r#"{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}"#,
            QuotaExhausted,
        ),
        (
            429,
            r#"{"error":{"type":"exceeded_current_quota_error"}}"#,
            QuotaExhausted,
        ),
        (
            400,
            r#"{"error":{"message":"Your credit balance is too low to go on"}}"#,
            QuotaExhausted,
        ),
        (
            429,
            r#"{"error":{"code":"rate_limit_exceeded"}}"#,
            RateLimited,
        ),
        (
            429,
            r#"{"error":{"type":"authentication_error"}}"#,
            RateLimited,
        ),
        (
            400,
            r#"{"code":"invalid-argument","error":"Incorrect API key provided."}"#,
            Unauthenticated,
        ),
        (500, r#"{"error":{"type":"overloaded_error"}}"#, Overloaded),
        (
            401,
            r#"{"error":{"type":"api_error","message":"Unauthorized"}}"#,
            Unauthenticated,
        ),
        (403, r#"{"error":{"code":"model_not_found"}}"#, Forbidden),
        (
            404,
            r#"{"error":{"type":"invalid_request_error"}}"#,
            NotFound,
        ),
        (
            403,
            r#"{"error":{"code":"invalid_api_key"}}"#,
            Unauthenticated,
        ),
        (
            503,
            r#"{"error":{"type":"invalid_request_error"}}"#,
            Overloaded,
        ),
    ];
    for (status, body, kind) in cases {
        assert_eq!(failed(status, body).kind(), kind, "{status} {body}");
    }
}

#[test]
fn what_the_provider_said_is_kept_apart_from_our_words() {
    let error = failed_with(
        401,
        &[("x-request-id", "req_1"), ("retry-after", "3")],
        r#"{"error":{"message":"Wrong key: abc","code":"invalid_api_key"}}"#,
    );
    assert_eq!(
        error.to_string(),
        "acme: the request was refused: authentication failed (HTTP 401)"
    );
    assert_eq!(error.detail(), Some("Wrong key: abc"));
    assert_eq!(error.code(), Some("invalid_api_key"));
    assert_eq!(error.request_id(), Some("req_1"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    assert!(!format!("{error:?}").contains("Wrong key"));
}

#[test]
fn a_refusal_may_come_as_a_stream() {
    for body in [
        "event: error\ndata: {\"error\":{\"code\":\"context_length_exceeded\"}}\n\n",
        ": hi\n\ndata: {\"error\":{\"code\":\"context_length_exceeded\"}}",
    ] {
        assert_eq!(failed(400, body).kind(), ContextLength, "{body}");
    }
}

#[test]
fn a_wait_in_the_headers_goes_before_one_in_the_body() {
    let body = r#"{"error":{"message":"Please try again in 1.5s."}}"#;
    assert_eq!(
        failed(429, body).retry_after(),
        Some(Duration::from_millis(1_500))
    );
    let error = failed_with(429, &[("retry-after-ms", "20")], body);
    assert_eq!(error.retry_after(), Some(Duration::from_millis(20)));
}

#[test]
fn quirk_15_request_ids_are_found_under_every_name() {
    for name in [
        "x-request-id",
        "request-id",
        "apim-request-id",
        "mistral-correlation-id",
        "x-amzn-requestid",
        "cf-ray",
    ] {
        let mut headers = HeaderMap::new();
        assert_eq!(request_id(&headers), None);
        headers.insert(name, HeaderValue::from_static("id-1"));
        assert_eq!(request_id(&headers).as_deref(), Some("id-1"), "{name}");
    }
}

#[test]
fn aws_names_its_errors_in_a_header() {
    let error = failed_with(
        400,
        &[(
            "x-amzn-errortype",
            "ThrottlingException:http://internal.amazon.com/",
        )],
        r#"{"message":"Too many tokens, please wait before trying again."}"#,
    );
    assert_eq!(error.code(), Some("ThrottlingException"));
    assert_eq!(error.kind(), RateLimited);
}

#[test]
fn a_key_is_in_no_text_of_an_error() {
    let bodies = [
        format!(r#"{{"error":{{"message":"Incorrect key: {KEY}.","code":"{KEY}"}}}}"#),
        format!(r#"{{"error":"{KEY}"}}"#),
        format!("plain {KEY}"),
        format!("<title>{KEY}</title>"),
        // The key lies across the place where the text is cut.
        format!("{}{KEY}", "x".repeat(1_990)),
    ];
    for body in bodies {
        let error = failed(401, &body);
        for text in [
            error.to_string(),
            format!("{error:?}"),
            error.detail().unwrap_or_default().to_owned(),
            error.code().unwrap_or_default().to_owned(),
        ] {
            assert!(!text.contains("sk-secret"), "{text}");
        }
    }
}

#[test]
fn a_key_is_in_no_id_of_a_request() {
    let error = failed_with(500, &[("x-request-id", KEY)], "");
    assert_eq!(error.request_id(), Some("***"));
}

#[test]
fn a_cause_and_a_message_are_scrubbed_too() {
    let error = Error::new(Network, format!("cannot reach {KEY}"))
        .with_source(std::io::Error::other(format!("Bearer {KEY}")))
        .with_code("c")
        .with_status(500)
        .with_request_id("r")
        .with_retry_after(Duration::from_secs(1))
        .with_detail("d");
    let error = reporter().complete(error);
    assert_eq!(error.message(), "cannot reach ***");
    assert!(!format!("{error:?}").contains("sk-secret"));
    assert_eq!(
        (error.kind(), error.code(), error.status(), error.detail()),
        (Network, Some("c"), Some(500), Some("d"))
    );
    assert_eq!(error.request_id(), Some("r"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
    // A clean cause stays.
    let error =
        reporter().complete(Error::new(Network, "x").with_source(std::io::Error::other("y")));
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn a_detail_is_cut_between_characters() {
    for pad in 0..4 {
        let body = format!("{}{}", "x".repeat(pad), "🦀".repeat(5_000));
        let detail = failed(500, body).detail().unwrap().to_owned();
        assert!(detail.len() <= 2_000 + '…'.len_utf8(), "{}", detail.len());
        assert!(detail.len() > 1_990 && detail.ends_with("🦀…"));
    }
}

#[test]
fn a_web_page_is_told_by_its_title() {
    let error = failed(
        502,
        "<!DOCTYPE html>\n<html><head><title> 502 Bad Gateway </title></head><body>…",
    );
    assert_eq!(error.kind(), ServerError);
    assert_eq!(error.detail(), Some("a web page: 502 Bad Gateway"));
    assert_eq!(
        failed(404, "<html>").detail(),
        Some("a web page: without a title")
    );
}

#[test]
fn an_error_inside_a_success_has_the_kind_that_it_names() {
    let in_band = |body: &str| in_band_error("acme", crate::error_body(body.as_bytes()).unwrap());
    for (body, kind, status) in [
        (
            r#"{"error":{"code":429,"message":"slow"}}"#,
            RateLimited,
            Some(429),
        ),
        (
            r#"{"error":{"code":402,"message":"pay"}}"#,
            QuotaExhausted,
            Some(402),
        ),
        (
            r#"{"error":{"code":400,"message":"maximum context length"}}"#,
            ContextLength,
            Some(400),
        ),
        (r#"{"error":{"type":"overloaded_error"}}"#, Overloaded, None),
        (
            r#"{"error":{"type":"invalid_request_error"}}"#,
            InvalidRequest,
            None,
        ),
        (
            r#"{"error":{"code":200,"message":"odd"}}"#,
            ServerError,
            None,
        ),
        (r#"{"error":"boom"}"#, ServerError, None),
    ] {
        let error = in_band(body);
        assert_eq!((error.kind(), error.status()), (kind, status), "{body}");
        assert_eq!(error.provider(), Some("acme"));
    }
    assert_eq!(in_band(r#"{"error":"boom"}"#).detail(), Some("boom"));
}

#[test]
fn a_whole_body_is_checked_for_errors() {
    let check =
        |body: &str| check_whole(body.as_bytes(), &reporter()).map_err(|error| error.kind());
    for body in [
        "{}",
        "[1,2]",
        r#"{"error":null,"status":"completed"}"#,
        r#"{"message":"this is Cohere's way of \"error\" free talk"}"#,
        r#"{"choices":[{"error":{"code":500}}]}"#,
        r#"{"type":7,"object":[],"x":"error"}"#,
        "not json, \"error\"",
    ] {
        assert_eq!(check(body), Ok(()), "{body}");
    }
    for body in [
        r#"{"error":{"code":429}}"#,
        r#" [{"error":{"code":429,"message":"x"}}]"#,
        r#"{"object":"error","message":"x","code":429}"#,
        r#"{"type":"error","message":"x","code":429}"#,
    ] {
        assert_eq!(check(body), Err(RateLimited), "{body}");
    }
    assert_eq!(check("\n<!doctype html>"), Err(Protocol));
}
