//! What an independent reader found in each answer.

use std::collections::BTreeMap;
use std::path::Path;

use glassbox_core::{Error, Response};
use serde_json::{Value, json};

pub(crate) fn rows(folder: &Path) -> BTreeMap<String, Value> {
    let rows = std::fs::read_to_string(folder.join("ORACLE.jsonl")).unwrap();
    let rows = rows.lines().map(|row| {
        let row: Value = serde_json::from_str(row).unwrap();
        (row["file"].as_str().unwrap().to_owned(), row)
    });
    rows.collect()
}

/// Where our reading differs: the field, theirs, ours.
pub(crate) fn differences(
    oracle: &Value,
    response: &Response,
    error: Option<&Error>,
) -> Vec<(String, String)> {
    let mut differences = Vec::new();
    for (field, theirs) in oracle.as_object().unwrap() {
        let ours = match field.as_str() {
            "text" => json!(response.text()),
            "reasoning_text" => json!(response.reasoning()),
            "tool_calls" => calls(response),
            "finish" => json!(finishes(response)),
            "usage" => usage(theirs, response),
            "response_id" => json!(response.id()),
            "response_model" => json!(response.model()),
            "error" => said(theirs, error),
            _ => continue,
        };
        let theirs = match field.as_str() {
            "tool_calls" => parsed(theirs),
            "response_id" | "response_model" if theirs == "" => Value::Null,
            _ => theirs.clone(),
        };
        if !same(&theirs, &ours) {
            differences.push((field.clone(), format!("{field}: {theirs} is our {ours}")));
        }
    }
    differences
}

/// Equal, whatever the numbers are written as.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else {
                return false;
            };
            (a - b).abs() <= f64::EPSILON * a.abs().max(b.abs())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

fn calls(response: &Response) -> Value {
    let calls = response.tool_calls().map(|call| {
        json!({"id": call.id, "name": call.name, "arguments": json_or_text(call.arguments.as_str())})
    });
    calls.collect()
}

/// The arguments as JSON, as far as they are.
fn parsed(calls: &Value) -> Value {
    let calls = calls.as_array().unwrap().iter().map(|call| {
        let mut call = call.clone();
        if let Some(text) = call["arguments"].as_str() {
            call["arguments"] = json_or_text(text);
        }
        call
    });
    calls.collect()
}

fn json_or_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

fn finishes(response: &Response) -> Vec<&str> {
    let reasons = response
        .choices
        .iter()
        .flat_map(|choice| &choice.finish_reason);
    reasons.flat_map(|reason| reason.raw.as_deref()).collect()
}

/// What they report, in our words. What they leave out is not compared.
fn usage(theirs: &Value, response: &Response) -> Value {
    let ours = &response.usage;
    let fields = theirs.as_object().into_iter().flatten().map(|(field, _)| {
        let value = match field.as_str() {
            // Theirs is what Bedrock says, ours includes the cache.
            "input_uncached" => {
                let cached = [ours.cache_read_input_tokens, ours.cache_write_input_tokens];
                let cached: u64 = cached.into_iter().flatten().sum();
                json!(ours.input_tokens.map(|input| input - cached))
            }
            "output" => json!(ours.output_tokens),
            "total" => json!(ours.total_tokens()),
            "cache_read" => json!(ours.cache_read_input_tokens),
            "cache_write" => json!(ours.cache_write_input_tokens),
            other => panic!("the oracle counts {other}"),
        };
        (field.clone(), value)
    });
    fields.collect()
}

/// The error's words, where ours are those of the provider.
fn said(theirs: &Value, error: Option<&Error>) -> Value {
    let Some(error) = error else {
        return Value::Null;
    };
    let words = theirs["message"].as_str().or(theirs.as_str());
    let beginning: String = words.unwrap_or_default().chars().take(40).collect();
    match error.detail() {
        Some(detail) if words.is_some() && detail.starts_with(&beginning) => theirs.clone(),
        detail => json!(format!("{error:?} {detail:?}")),
    }
}
