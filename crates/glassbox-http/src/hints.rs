use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};

/// The wait that the headers of a response ask for.
///
/// `retry-after-ms` (OpenAI, Azure) is finer, and goes before `retry-after`, unless it is zero: Azure sends that
/// beside a whole second.
pub(crate) fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let fine = headers
        .get("retry-after-ms")
        .and_then(number)
        .and_then(|ms| Duration::try_from_secs_f64(ms / 1e3).ok());
    match fine {
        Some(wait) if !wait.is_zero() => Some(wait),
        _ => headers
            .get(RETRY_AFTER)
            .and_then(|value| seconds_or_date(value, headers))
            .or(fine),
    }
}

/// RFC 9110, section 10.2.3: seconds, or a date. The date is compared with the server's own clock where it sent that.
fn seconds_or_date(value: &HeaderValue, headers: &HeaderMap) -> Option<Duration> {
    if let Some(seconds) = number(value) {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(value.to_str().ok()?.trim()).ok()?;
    let now = headers
        .get(DATE)
        .and_then(|now| httpdate::parse_http_date(now.to_str().ok()?).ok())
        .unwrap_or_else(SystemTime::now);
    Some(date.duration_since(now).unwrap_or_default())
}

fn number(value: &HeaderValue) -> Option<f64> {
    value.to_str().ok()?.trim().parse().ok()
}

/// The wait that a message speaks of: "Please try again in 1.5s", "Please retry after 6 seconds".
pub(crate) fn wait_in_words(message: &str) -> Option<Duration> {
    let message = message.to_ascii_lowercase();
    [
        "try again in ",
        "retry in ",
        "retry after ",
        "try again after ",
    ]
    .iter()
    .find_map(|lead| {
        let at = message.find(lead)? + lead.len();
        duration(&message[at..])
    })
}

/// A duration at the start of a text: `20ms`, `7s`, `1.5 seconds`, `6m0s`, `1h2m`. Something must name the unit.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim_start();
    let mut total = None;
    loop {
        let digits = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
                .len();
        let after = rest[digits..].trim_start_matches(' ');
        let letters = after.len()
            - after
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let part = rest[..digits]
            .trim_end_matches('.')
            .parse::<f64>()
            .ok()
            .zip(unit(&after[..letters]))
            .and_then(|(number, unit)| Duration::try_from_secs_f64(number * unit).ok());
        let Some(part) = part else {
            return total;
        };
        total = Some(total.unwrap_or(Duration::ZERO).saturating_add(part));
        rest = &after[letters..];
    }
}

fn unit(name: &str) -> Option<f64> {
    Some(match name {
        "ms" | "millisecond" | "milliseconds" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
