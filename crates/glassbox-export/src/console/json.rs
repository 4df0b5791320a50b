//! A JSON writer, and spans as JSON. By hand, because the layout is part of the format, and so that a span
//! needs no tree of values first.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::SystemTime;

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

/// Appends a span. `resource` is what [`resource`] gave for the same layout.
pub(crate) fn span(out: &mut String, span: &SpanData, resource: &str, compact: bool) {
    Writer::new(out, compact).object(|object| {
        object.key("name").string(&span.name);
        object.key("context").context(&span.span_context);
        object.key("kind").string(kind(&span.span_kind));
        match span.parent_span_id {
            SpanId::INVALID => object.key("parent_id").raw("null"),
            parent => object.key("parent_id").string(&format!("0x{parent}")),
        }
        object.key("start_time").time(span.start_time);
        object.key("end_time").time(span.end_time);
        object.key("status").status(&span.status);
        object.key("attributes").attributes(&span.attributes);
        object.key("events").array(&span.events, |writer, event| {
            writer.object(|object| {
                object.key("name").string(&event.name);
                object.key("timestamp").time(event.timestamp);
                object.key("attributes").attributes(&event.attributes);
            });
        });
        object.key("links").array(&span.links, |writer, link| {
            writer.object(|object| {
                object.key("context").context(&link.span_context);
                object.key("attributes").attributes(&link.attributes);
            });
        });
        object.key("resource").raw(resource);
    });
}

/// A resource as it stands inside a span.
pub(crate) fn resource(resource: &Resource, compact: bool) -> String {
    let mut attributes: Vec<_> = resource.iter().collect();
    // The SDK keeps them in a hash map; the output should not change from run to run.
    attributes.sort_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
    let mut out = String::new();
    let mut writer = Writer {
        out: &mut out,
        depth: 1,
        compact,
    };
    writer.object(|object| {
        object.key("attributes").object(|object| {
            for (key, value) in attributes {
                object.key(key.as_str()).value(value);
            }
        });
        object
            .key("schema_url")
            .string(resource.schema_url().unwrap_or_default());
    });
    out
}

fn kind(kind: &SpanKind) -> &'static str {
    match kind {
        SpanKind::Client => "SpanKind.CLIENT",
        SpanKind::Server => "SpanKind.SERVER",
        SpanKind::Producer => "SpanKind.PRODUCER",
        SpanKind::Consumer => "SpanKind.CONSUMER",
        SpanKind::Internal => "SpanKind.INTERNAL",
    }
}

pub(super) struct Writer<'a> {
    out: &'a mut String,
    depth: usize,
    compact: bool,
}

pub(super) struct Object<'w, 'a> {
    writer: &'w mut Writer<'a>,
    is_empty: bool,
}

impl<'a> Object<'_, 'a> {
    /// Starts a member; what is written next is its value.
    pub(super) fn key(&mut self, key: &str) -> &mut Writer<'a> {
        self.writer.item(self.is_empty);
        self.is_empty = false;
        self.writer.string(key);
        self.writer.out.push_str(": ");
        self.writer
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut String, compact: bool) -> Self {
        Self {
            out,
            depth: 0,
            compact,
        }
    }

    pub(super) fn object(&mut self, members: impl FnOnce(&mut Object<'_, 'a>)) {
        self.out.push('{');
        self.depth += 1;
        let mut object = Object {
            writer: &mut *self,
            is_empty: true,
        };
        members(&mut object);
        let is_empty = object.is_empty;
        self.close(is_empty, '}');
    }

    pub(super) fn array<T>(&mut self, items: &[T], item: impl Fn(&mut Self, &T)) {
        self.out.push('[');
        self.depth += 1;
        for (index, value) in items.iter().enumerate() {
            self.item(index == 0);
            item(self, value);
        }
        self.close(items.is_empty(), ']');
    }

    /// What stands before an item.
    fn item(&mut self, first: bool) {
        if !first {
            self.out.push(',');
        }
        match (self.compact, first) {
            (true, true) => {}
            (true, false) => self.out.push(' '),
            (false, _) => self.line(),
        }
    }

    fn close(&mut self, is_empty: bool, bracket: char) {
        self.depth -= 1;
        if !is_empty && !self.compact {
            self.line();
        }
        self.out.push(bracket);
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("    ", self.depth));
    }

    pub(super) fn raw(&mut self, json: &str) {
        self.out.push_str(json);
    }

    fn context(&mut self, context: &SpanContext) {
        self.object(|object| {
            let (trace, span) = (context.trace_id(), context.span_id());
            object.key("trace_id").string(&format!("0x{trace}"));
            object.key("span_id").string(&format!("0x{span}"));
            let state = context.trace_state().header();
            object.key("trace_state").string(&trace_state(&state));
        });
    }

    fn status(&mut self, status: &Status) {
        let (code, description) = match status {
            Status::Unset => ("UNSET", ""),
            Status::Ok => ("OK", ""),
            Status::Error { description } => ("ERROR", description.as_ref()),
        };
        self.object(|object| {
            object.key("status_code").string(code);
            if !description.is_empty() {
                object.key("description").string(description);
            }
        });
    }

    pub(super) fn attributes(&mut self, attributes: &[KeyValue]) {
        // The SDK keeps an attribute that was set twice twice. As in a Python dictionary, the
        // first says where it stands and the last what it is.
        let mut last = HashMap::with_capacity(attributes.len());
        for attribute in attributes {
            last.insert(attribute.key.as_str(), &attribute.value);
        }
        self.object(|object| {
            for attribute in attributes {
                if let Some(value) = last.remove(attribute.key.as_str()) {
                    object.key(attribute.key.as_str()).value(value);
                }
            }
        });
    }

    pub(super) fn value(&mut self, value: &Value) {
        match value {
            Value::Bool(value) => self.bool(value),
            Value::I64(value) => self.integer(value),
            Value::F64(value) => self.number(value),
            Value::String(value) => self.string(value.as_str()),
            Value::Array(Array::Bool(values)) => self.array(values, Self::bool),
            Value::Array(Array::I64(values)) => self.array(values, Self::integer),
            Value::Array(Array::F64(values)) => self.array(values, Self::number),
            Value::Array(Array::String(values)) => {
                self.array(values, |writer, value| writer.string(value.as_str()));
            }
            // A kind of value from a later version of the API.
            other => self.string(&other.to_string()),
        }
    }

    pub(super) fn bool(&mut self, value: &bool) {
        self.raw(if *value { "true" } else { "false" });
    }

    pub(super) fn integer(&mut self, value: &i64) {
        self.display(format_args!("{value}"));
    }

    pub(super) fn number(&mut self, value: &f64) {
        if value.is_finite() {
            // With a decimal point or an exponent, so that it stays a floating-point number.
            self.display(format_args!("{value:?}"));
        } else if value.is_nan() {
            self.string("NaN");
        } else {
            self.string(if *value > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            });
        }
    }

    /// ISO 8601 in UTC to the microsecond, or null for a time beyond the calendar.
    pub(super) fn time(&mut self, time: SystemTime) {
        match jiff::Timestamp::try_from(time) {
            Ok(time) => self.display(format_args!("\"{time:.6}\"")),
            Err(_) => self.raw("null"),
        }
    }

    pub(super) fn display(&mut self, text: std::fmt::Arguments<'_>) {
        self.out
            .write_fmt(text)
            .expect("writing to a string cannot fail");
    }

    pub(super) fn string(&mut self, text: &str) {
        self.out.push('"');
        let mut plain = 0;
        for (index, c) in text.char_indices() {
            // Beyond what JSON asks: DEL and the C1 controls, which a terminal may obey.
            if !matches!(c, '"' | '\\') && !c.is_control() {
                continue;
            }
            self.out.push_str(&text[plain..index]);
            plain = index + c.len_utf8();
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                c => self.display(format_args!("\\u{:04x}", u32::from(c))),
            }
        }
        self.out.push_str(&text[plain..]);
        self.out.push('"');
    }
}

/// A W3C trace state the way Python prints it: `['{key=a, value=b}']`.
fn trace_state(header: &str) -> String {
    let pairs: Vec<String> = header
        .split(',')
        .filter_map(|member| member.split_once('='))
        .map(|(key, value)| format!("'{{key={key}, value={value}}}'"))
        .collect();
    format!("[{}]", pairs.join(", "))
}
