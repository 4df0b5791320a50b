//! Numbers that JSON cannot say. Protocol Buffers write them as text (`"NaN"`), where the library that we encode with
//! writes `null`, which is no value at all. As an attribute of type text the value is there for every reader.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::logs::v1::ResourceLogs;
use opentelemetry_proto::tonic::trace::v1::ResourceSpans;

pub(super) fn spans(resources: &mut [ResourceSpans]) {
    for resource in resources {
        let scopes = resource.scope_spans.iter_mut();
        for span in scopes.flat_map(|scope| &mut scope.spans) {
            attributes(&mut span.attributes);
            for event in &mut span.events {
                attributes(&mut event.attributes);
            }
            for link in &mut span.links {
                attributes(&mut link.attributes);
            }
        }
    }
}

pub(super) fn logs(resources: &mut [ResourceLogs]) {
    for resource in resources {
        let scopes = resource.scope_logs.iter_mut();
        for record in scopes.flat_map(|scope| &mut scope.log_records) {
            attributes(&mut record.attributes);
            record.body.iter_mut().for_each(value);
        }
    }
}

fn attributes(list: &mut [KeyValue]) {
    for attribute in list {
        attribute.value.iter_mut().for_each(value);
    }
}

fn value(any: &mut AnyValue) {
    match &mut any.value {
        Some(Value::DoubleValue(number)) if !number.is_finite() => {
            let text = match (number.is_nan(), *number > 0.0) {
                (true, _) => "NaN",
                (false, true) => "Infinity",
                (false, false) => "-Infinity",
            };
            any.value = Some(Value::StringValue(text.to_owned()));
        }
        Some(Value::ArrayValue(list)) => list.values.iter_mut().for_each(value),
        Some(Value::KvlistValue(list)) => attributes(&mut list.values),
        _ => {}
    }
}
