use std::time::Duration;

use super::*;

fn quota(id: &str, value: &str) -> String {
    format!(
        r#"{{"error": {{"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "You exceeded your current quota.",
            "details": [
                {{"@type": "type.googleapis.com/google.rpc.QuotaFailure",
                  "violations": [{{"quotaId": "{id}", "quotaValue": "{value}"}}]}},
                {{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "48.5s"}}]}}}}"#
    )
}

#[test]
fn quirk_14_a_quota_of_a_minute_says_when_to_come_back() {
    let said = read_error(quota("InputTokensPerModelPerMinute-PaidTier", "1000000").as_bytes());
    let said = said.unwrap();
    assert_eq!(said.kind, Some(ErrorKind::RateLimited));
    assert_eq!(said.code.as_deref(), Some("RESOURCE_EXHAUSTED"));
    assert_eq!(said.retry_after, Some(Duration::from_millis(48_500)));
}

#[test]
fn a_quota_of_a_day_and_one_of_nothing_are_exhausted() {
    for body in [
        quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "250"),
        quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "0"),
        format!("[{}]", quota("GenerateRequestsPerDayPerProject", "250")),
    ] {
        let said = read_error(body.as_bytes()).unwrap();
        assert_eq!(said.kind, Some(ErrorKind::QuotaExhausted), "{body}");
    }
}

#[test]
fn a_wrong_key_is_known_by_its_reason() {
    let body = r#"{"error": {"code": 400, "message": "bad", "status": "INVALID_ARGUMENT", "details": [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}}"#;
    let said = read_error(body.as_bytes()).unwrap();
    assert_eq!(said.kind, Some(ErrorKind::Unauthenticated));
    assert_eq!(read_error(b"{}"), None);
    assert_eq!(read_error(b"no JSON"), None);
}
