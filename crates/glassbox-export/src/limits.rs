//! How long a value may be and how many attributes there may be, where the SDK does not see to it: the
//! specification's [attribute limits](https://opentelemetry.io/docs/specs/otel/common/#attribute-limits).

use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _};
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::logs::{SdkLogRecord, SdkLogger, SdkLoggerProvider};
use opentelemetry_sdk::trace::SpanData;

/// The longest text in an attribute, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LongestValue(pub(crate) usize);

impl LongestValue {
    /// Cuts the attributes of a span, of its events and its links.
    pub(crate) fn cut_span(self, span: &mut SpanData) {
        self.cut_all(&mut span.attributes);
        for event in &mut span.events.events {
            self.cut_all(&mut event.attributes);
        }
        for link in &mut span.links.links {
            self.cut_all(&mut link.attributes);
        }
    }

    fn cut_all(self, attributes: &mut [KeyValue]) {
        for attribute in attributes {
            match &mut attribute.value {
                Value::String(text) => self.cut(text),
                Value::Array(Array::String(texts)) => {
                    texts.iter_mut().for_each(|text| self.cut(text))
                }
                _ => {}
            }
        }
    }

    /// The same of the values of log records, which may hold others.
    fn cut_any(self, value: &mut AnyValue) {
        match value {
            AnyValue::String(text) => self.cut(text),
            AnyValue::Bytes(bytes) => bytes.truncate(self.0),
            AnyValue::ListAny(list) => list.iter_mut().for_each(|value| self.cut_any(value)),
            AnyValue::Map(map) => map.values_mut().for_each(|value| self.cut_any(value)),
            _ => {}
        }
    }

    fn cut(self, text: &mut StringValue) {
        let all = text.as_str();
        // Most have fewer bytes than they may have characters.
        if all.len() <= self.0 {
            return;
        }
        if let Some((end, _)) = all.char_indices().nth(self.0) {
            *text = all[..end].to_owned().into();
        }
    }
}

/// The limits of log records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RecordLimits {
    pub(crate) value: Option<LongestValue>,
    pub(crate) attributes: Option<usize>,
}

/// Makes log records within limits.
#[derive(Debug)]
pub(crate) struct RecordLimiter {
    limits: RecordLimits,
    /// What makes an empty record.
    logger: SdkLogger,
}

impl RecordLimiter {
    /// Nothing where there is no limit.
    pub(crate) fn new(limits: RecordLimits) -> Option<Self> {
        (limits != RecordLimits::default()).then(|| Self {
            limits,
            logger: SdkLoggerProvider::builder().build().logger(""),
        })
    }

    /// A copy within the limits. The SDK lets nobody change a record, but make one.
    pub(crate) fn copy(&self, record: &SdkLogRecord) -> SdkLogRecord {
        let mut copy = self.logger.create_log_record();
        if let Some(name) = record.event_name() {
            copy.set_event_name(name);
        }
        if let Some(target) = record.target() {
            copy.set_target(target.clone());
        }
        if let Some(time) = record.timestamp() {
            copy.set_timestamp(time);
        }
        if let Some(time) = record.observed_timestamp() {
            copy.set_observed_timestamp(time);
        }
        if let Some(text) = record.severity_text() {
            copy.set_severity_text(text);
        }
        if let Some(number) = record.severity_number() {
            copy.set_severity_number(number);
        }
        if let Some(body) = record.body() {
            copy.set_body(body.clone());
        }
        if let Some(context) = record.trace_context() {
            copy.set_trace_context(context.trace_id, context.span_id, context.trace_flags);
        }
        let most = self.limits.attributes.unwrap_or(usize::MAX);
        for (key, value) in record.attributes_iter().take(most) {
            let mut value = value.clone();
            if let Some(longest) = self.limits.value {
                longest.cut_any(&mut value);
            }
            copy.add_attribute(key.clone(), value);
        }
        copy
    }
}

#[cfg(test)]
mod tests;
