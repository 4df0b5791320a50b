//! What a collector says of a request that it took.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use serde_json::Value;

use super::failure;
use super::letter::Answer;
use crate::signal::Signal;

/// What a success says about items that were not taken. A body that is something else is a success
/// all the same. Nothing is repeated of what was `sent` as headers.
pub(super) fn taken(signal: Signal, headers: &HeaderMap, body: &[u8], sent: &HeaderMap) -> Answer {
    let is_json = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let (rejected, message) = if is_json {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let partial = &answer["partialSuccess"];
        let message = partial["errorMessage"].as_str().unwrap_or_default();
        let rejected = match signal {
            Signal::Traces => "rejectedSpans",
            Signal::Metrics => "rejectedDataPoints",
            Signal::Logs => "rejectedLogRecords",
        };
        (json_count(&partial[rejected]), message.to_owned())
    } else {
        // The answers to all three have the same fields under other names.
        let answer = ExportTraceServiceResponse::decode(body).unwrap_or_default();
        let partial = answer.partial_success.unwrap_or_default();
        let rejected = u64::try_from(partial.rejected_spans).unwrap_or(0);
        (rejected, partial.error_message)
    };
    Answer::Taken {
        rejected,
        message: failure::quoted(&message, sent),
    }
}

/// Protobuf's JSON writes 64-bit numbers as text, and takes both.
fn json_count(count: &Value) -> u64 {
    let text = count.as_str().and_then(|text| text.parse().ok());
    count.as_u64().or(text).unwrap_or(0)
}

#[cfg(test)]
mod tests;
