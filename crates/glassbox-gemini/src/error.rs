//! What Google's errors say beyond the usual.

use glassbox_core::ErrorKind;
use glassbox_http::{ErrorBody, error_body};
use serde_json::Value;

#[cfg(test)]
mod tests;

/// Reads an error body. Google answers 429 to a quota of a minute and to one of a day alike; the name of the quota
/// tells whether waiting helps.
pub(crate) fn read_error(body: &[u8]) -> Option<ErrorBody> {
    let mut said = error_body(body)?;
    if said.status == Some(429) && is_used_up(body) {
        said.kind = Some(ErrorKind::QuotaExhausted);
    }
    Some(said)
}

/// Whether a `QuotaFailure` names a quota of a day, or one that is zero.
fn is_used_up(body: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return false;
    };
    let first = value.get(0).unwrap_or(&value);
    let details = first["error"]["details"].as_array().into_iter().flatten();
    let violations = details.filter_map(|detail| detail["violations"].as_array());
    violations.flatten().any(|violation| {
        let id = violation["quotaId"].as_str().unwrap_or_default();
        id.contains("PerDay") || violation["quotaValue"] == "0"
    })
}
