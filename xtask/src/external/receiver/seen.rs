//! A span as it was written by us, and as the collector says it arrived, in one form that can be compared.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// Values with their types, as rotel writes them: `Int(5)`.
pub(crate) type Attributes = BTreeMap<String, String>;

/// What is compared of a span.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) parent: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) attributes: Attributes,
    pub(crate) events: Vec<(String, Attributes)>,
    pub(crate) resource: Attributes,
}

/// The spans in what the command wrote to standard output: its answer, then one JSON object after the other.
pub(crate) fn written(text: &str) -> Result<BTreeMap<String, Span>> {
    let Some(start) = text.find('{') else {
        return Ok(BTreeMap::new());
    };
    let mut spans = BTreeMap::new();
    for value in serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>() {
        let value = value.context("the JSON of a span")?;
        let text = |at: &str| {
            value
                .pointer(at)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let hex = |at: &str| text(at).trim_start_matches("0x").to_owned();
        let events = value["events"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|event| {
                let name = event["name"].as_str().unwrap_or_default();
                (name.to_owned(), attributes(&event["attributes"]))
            });
        let span = Span {
            trace: hex("/context/trace_id"),
            parent: hex("/parent_id"),
            name: text("/name").to_owned(),
            kind: text("/kind").replace("SpanKind.", "SPAN_KIND_"),
            status: format!("STATUS_CODE_{}", text("/status/status_code")),
            attributes: attributes(&value["attributes"]),
            events: events.collect(),
            resource: attributes(&value["resource"]["attributes"]),
        };
        spans.insert(hex("/context/span_id"), span);
    }
    Ok(spans)
}

fn attributes(value: &Value) -> Attributes {
    let entries = value.as_object().into_iter().flatten();
    entries
        .map(|(name, value)| (name.clone(), typed(value)))
        .collect()
}

fn typed(value: &Value) -> String {
    match value {
        Value::String(text) => format!("Str({text})"),
        Value::Bool(value) => format!("Bool({value})"),
        Value::Number(number) if number.is_f64() => {
            format!("Double({})", number.as_f64().unwrap_or_default())
        }
        Value::Number(number) => format!("Int({number})"),
        Value::Array(list) => {
            let list: Vec<String> = list.iter().map(typed).collect();
            format!("Slice({})", list.join(", "))
        }
        other => format!("{other}"),
    }
}

/// The spans in rotel's log.
pub(crate) fn logged(text: &str) -> BTreeMap<String, Span> {
    let mut spans: BTreeMap<String, Span> = BTreeMap::new();
    let mut resource = Attributes::new();
    let mut id: Option<String> = None;
    let mut span = Span::default();
    let mut of_resource = false;
    let mut keep = |id: &mut Option<String>, span: &mut Span| {
        let done = std::mem::take(span);
        if let Some(id) = id.take() {
            spans.insert(id, done);
        }
    };
    for line in text.lines() {
        if line.starts_with("ResourceSpans #") {
            keep(&mut id, &mut span);
            resource.clear();
        } else if line.starts_with("Span #") {
            keep(&mut id, &mut span);
            span.resource.clone_from(&resource);
        } else if line == "Resource attributes:" || line == "Attributes:" {
            of_resource = line.starts_with('R');
        } else if let Some(named) = line.strip_prefix("     -> Name: ") {
            span.events.push((named.to_owned(), Attributes::new()));
        } else if let Some(entry) = line.strip_prefix("          -> ") {
            if let Some((_, attributes)) = span.events.last_mut() {
                add(attributes, entry);
            }
        } else if let Some(entry) = line.strip_prefix("     -> ") {
            // What an event has of its own is no attribute.
            if span.events.is_empty() {
                add(
                    if of_resource {
                        &mut resource
                    } else {
                        &mut span.attributes
                    },
                    entry,
                );
            }
        } else if let Some((field, value)) = line
            .strip_prefix("    ")
            .and_then(|line| line.split_once(": "))
        {
            let value = value.to_owned();
            match field.trim() {
                "Trace ID" => span.trace = value,
                "Parent ID" => span.parent = value,
                "ID" => id = Some(value),
                "Name" => span.name = value,
                "Kind" => span.kind = value,
                "Status code" => span.status = value,
                _ => {}
            }
        }
    }
    keep(&mut id, &mut span);
    spans
}

/// `name: Type(value)`.
fn add(attributes: &mut Attributes, entry: &str) {
    if let Some((name, value)) = entry.split_once(": ") {
        attributes.insert(name.to_owned(), value.to_owned());
    }
}
