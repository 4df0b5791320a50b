//! Log records as JSON.

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use opentelemetry::logs::AnyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogBatch, LogExporter, SdkLogRecord};

use super::ConsoleExporter;
use super::json::{self, Object, Writer};

impl LogExporter for ConsoleExporter {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        self.write(batch.iter(), |out, (record, _)| {
            write(out, record, &self.resource, self.compact);
        })
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = json::resource(resource, self.compact);
    }
}

fn write(out: &mut String, record: &SdkLogRecord, resource: &str, compact: bool) {
    Writer::new(out, compact).object(|object| {
        text(object, "event_name", record.event_name());
        match record.body() {
            Some(body) => any_value(object.key("body"), body),
            None => object.key("body").raw("null"),
        }
        let severity = record.severity_number();
        match severity {
            Some(severity) => object.key("severity_number").integer(&(severity as i64)),
            None => object.key("severity_number").raw("null"),
        }
        let name = severity.map(|severity| severity.name());
        text(object, "severity_text", record.severity_text().or(name));
        object.key("attributes").object(|object| {
            // As with a span's: the first says where it stands and the last what it is.
            let mut last: HashMap<&str, &AnyValue> = HashMap::new();
            for (key, value) in record.attributes_iter() {
                last.insert(key.as_str(), value);
            }
            for (key, _) in record.attributes_iter() {
                if let Some(value) = last.remove(key.as_str()) {
                    any_value(object.key(key.as_str()), value);
                }
            }
        });
        time(object, "timestamp", record.timestamp());
        time(object, "observed_timestamp", record.observed_timestamp());
        let context = record.trace_context();
        let trace_id = context.map(|context| format!("0x{}", context.trace_id));
        let span_id = context.map(|context| format!("0x{}", context.span_id));
        text(object, "trace_id", trace_id.as_deref());
        text(object, "span_id", span_id.as_deref());
        match context.and_then(|context| context.trace_flags) {
            Some(flags) => object.key("trace_flags").integer(&flags.to_u8().into()),
            None => object.key("trace_flags").raw("null"),
        }
        object.key("resource").raw(resource);
    });
}

fn text(object: &mut Object<'_, '_>, key: &str, text: Option<&str>) {
    match text {
        Some(text) => object.key(key).string(text),
        None => object.key(key).raw("null"),
    }
}

fn time(object: &mut Object<'_, '_>, key: &str, time: Option<SystemTime>) {
    match time {
        Some(time) => object.key(key).time(time),
        None => object.key(key).raw("null"),
    }
}

/// Maps are sorted by key, as the SDK keeps no order; bytes are hexadecimal.
fn any_value(writer: &mut Writer<'_>, value: &AnyValue) {
    match value {
        AnyValue::Boolean(value) => writer.bool(value),
        AnyValue::Int(value) => writer.integer(value),
        AnyValue::Double(value) => writer.number(value),
        AnyValue::String(value) => writer.string(value.as_str()),
        AnyValue::Bytes(bytes) => {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            writer.string(&format!("0x{}", digits.concat()));
        }
        AnyValue::ListAny(values) => writer.array(values, any_value),
        AnyValue::Map(entries) => writer.object(|object| {
            let sorted: BTreeMap<&str, &AnyValue> = entries
                .iter()
                .map(|(key, value)| (key.as_str(), value))
                .collect();
            for (key, value) in sorted {
                any_value(object.key(key), value);
            }
        }),
        // A kind of value from a later version of the API.
        other => writer.string(&format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests;
