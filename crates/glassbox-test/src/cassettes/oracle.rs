//! What an independent reader found in each answer.

use glassbox_core::{Error, Response};
use serde_json::{Value, json};

use super::Reading;

/// Where our reading differs: the field, and a line with theirs and ours.
pub(super) fn differences(oracle: &Value, reading: &Reading) -> Vec<(String, String)> {
    let Reading {
        response, error, ..
    } = reading;
    let mut differences = Vec::new();
    for (field, theirs) in oracle.as_object().into_iter().flatten() {
        let ours = match field.as_str() {
            "text" => json!(response.text()),
            "reasoning_text" => json!(response.reasoning()),
            "tool_calls" => calls(theirs, response),
            "finish" => json!(finishes(response)),
            "usage" => usage(&compared(theirs), response),
            "response_id" => json!(response.id()),
            "response_model" => json!(response.model()),
            "error" => said(theirs, error.as_ref()),
            _ => continue,
        };
        let theirs = match field.as_str() {
            "tool_calls" => parsed(theirs),
            "response_id" | "response_model" if theirs == "" => Value::Null,
            "usage" => compared(theirs),
            "finish" => words(theirs),
            _ => theirs.clone(),
        };
        if !same(&theirs, &ours) {
            differences.push((field.clone(), format!("{field}: {theirs} is our {ours}")));
        }
    }
    differences
}

/// Whether two JSON values are equal, whatever their numbers are written as and their fields are ordered like.
#[must_use]
pub fn same(a: &Value, b: &Value) -> bool {
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

fn calls(theirs: &Value, response: &Response) -> Value {
    let calls = response.tool_calls().enumerate().map(|(at, call)| {
        // Where the host gives no id, the adapter makes one up.
        let given = theirs.get(at).is_none_or(|call| !call["id"].is_null());
        let id = given.then_some(&call.id);
        json!({"id": id, "name": call.name, "arguments": json_or_text(call.arguments.as_str())})
    });
    calls.collect()
}

/// The arguments as JSON, as far as they are.
fn parsed(calls: &Value) -> Value {
    let calls = calls.as_array().into_iter().flatten().map(|call| {
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

/// Enums that came as numbers are their digits for us.
fn words(theirs: &Value) -> Value {
    let words = theirs.as_array().into_iter().flatten();
    let words = words.map(|word| match word {
        Value::Number(number) => json!(number.to_string()),
        word => word.clone(),
    });
    words.collect()
}

/// What they report, in our words. What they leave out is not compared.
fn usage(theirs: &Value, response: &Response) -> Value {
    let ours = &response.usage;
    let less = |all: Option<u64>, parts: &[Option<u64>]| {
        let parts: u64 = parts.iter().flatten().sum();
        all.and_then(|all| all.checked_sub(parts))
    };
    let cached = [ours.cache_read_input_tokens, ours.cache_write_input_tokens];
    let fields = theirs.as_object().into_iter().flatten().map(|(field, _)| {
        let value = match field.as_str() {
            "input" => json!(ours.input_tokens),
            "input_uncached" => json!(less(ours.input_tokens, &cached)),
            "output" => json!(ours.output_tokens),
            "output_visible" => json!(less(ours.output_tokens, &[ours.reasoning_output_tokens])),
            "total" => json!(ours.total_tokens()),
            "cache_read" => json!(ours.cache_read_input_tokens),
            "cache_write" => json!(ours.cache_write_input_tokens),
            "reasoning" => json!(ours.reasoning_output_tokens),
            "cost" => json!(ours.cost.map(|cost| cost.total)),
            other => panic!("the oracle counts {other}, and nobody said what that is"),
        };
        (field.clone(), value)
    });
    fields.collect()
}

/// Their usage as we count it. What the host's own tools put into the prompt is input, Perplexity's cost is an object
/// whose total is ours, and for another bill we have no place.
fn compared(theirs: &Value) -> Value {
    let mut theirs = theirs.clone();
    if let Some(total) = theirs.pointer("/cost/total_cost").cloned() {
        theirs["cost"] = total;
    }
    if let Some(fields) = theirs.as_object_mut() {
        fields.retain(|field, _| !field.starts_with("billed_"));
        if let Some(beside) = fields.shift_remove("tool_use_prompt") {
            let input = fields.get("input").and_then(Value::as_u64);
            let input = input
                .zip(beside.as_u64())
                .map(|(input, tools)| input + tools);
            fields.insert("input".to_owned(), json!(input));
        }
    }
    theirs
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
