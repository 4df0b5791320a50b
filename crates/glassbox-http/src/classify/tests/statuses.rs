use super::*;

#[test]
fn quirk_14_what_may_succeed_is_told_from_what_cannot() {
    for status in [408, 429, 500, 502, 503, 504, 529] {
        assert!(failed(status, "{}").is_retryable(), "{status}");
    }
    for status in [400, 401, 402, 403, 404, 413, 422] {
        assert!(!failed(status, "{}").is_retryable(), "{status}");
    }
    // The same status: one is over in a minute, the other is not.
    let limited = failed(429, r#"{"error":{"code":"rate_limit_exceeded"}}"#);
    let spent = failed(429, r#"{"error":{"code":"insufficient_quota"}}"#);
    assert_eq!(
        (limited.kind(), limited.is_retryable()),
        (RateLimited, true)
    );
    assert_eq!(
        (spent.kind(), spent.is_retryable()),
        (QuotaExhausted, false)
    );
}

#[test]
fn a_status_means_what_the_provider_says_it_means() {
    let of = |statuses, status: u16| {
        let failed = Failed {
            status: StatusCode::from_u16(status).unwrap(),
            headers: &HeaderMap::new(),
            body: br#"{"message":"no"}"#,
        };
        let reporter = Reporter {
            statuses,
            ..reporter()
        };
        status_error(&failed, &reporter).kind()
    };
    assert_eq!(of(&[], 498), InvalidRequest);
    assert_eq!(of(&[(498, Overloaded)], 498), Overloaded);
    assert_eq!(of(&[(498, ContentFilter)], 498), ContentFilter);
    assert_eq!(of(&[(498, ContentFilter)], 429), RateLimited);
}
