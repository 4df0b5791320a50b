//! What every adapter does with recordings: find them, replay an answer, compare it with what an independent reader
//! found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use glassbox_core::{CompletionModel, Delivery, Error, Fold, Request, Response};
use glassbox_http::MemoryResponse;
use serde_json::{Value, json};

/// The folder of recordings, where there is one. Without it a test says that it was skipped.
#[expect(clippy::disallowed_methods, reason = "a test reads where its data is")]
pub(crate) fn folder() -> Option<PathBuf> {
    let named = std::env::var("GLASSBOX_CASSETTES").ok().map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cassettes");
    let folder = named.unwrap_or(beside);
    let found = folder.join("INDEX.jsonl").is_file().then_some(folder);
    if found.is_none() {
        #[expect(clippy::print_stdout, reason = "a skipped test says so")]
        {
            println!("skipped: no cassettes folder");
        }
    }
    found
}

/// One recorded exchange.
pub(crate) struct Cassette {
    pub(crate) file: String,
    /// The part of the file's name before the slash.
    pub(crate) group: String,
    pub(crate) path: String,
    pub(crate) streamed: bool,
    /// The body of the request, where it was recorded.
    pub(crate) request: Option<Value>,
    pub(crate) response: Value,
    pub(crate) oracle: Value,
}

impl Cassette {
    pub(crate) fn model(&self) -> &str {
        let body = self.request.as_ref();
        body.and_then(|body| body["model"].as_str())
            .unwrap_or("unknown")
    }

    pub(crate) fn replay(&self, cut: usize) -> MemoryResponse {
        let status = self.response["status"].as_u64().unwrap();
        let mut response = MemoryResponse::new(u16::try_from(status).unwrap());
        for (name, value) in self.response["headers"].as_object().unwrap() {
            response = response.with_header(name, value.as_str().unwrap());
        }
        for piece in self.body().as_bytes().chunks(cut) {
            response = response.with_chunk(piece.to_vec());
        }
        response
    }

    pub(crate) fn body(&self) -> &str {
        self.response["body"].as_str().unwrap()
    }

    /// What a model makes of its answer: all that arrived, and the error that ended it.
    pub(crate) async fn decode(&self, model: &impl CompletionModel) -> (Response, Option<Error>) {
        let request = Request::new("whatever").with_delivery(if self.streamed {
            Delivery::Incremental
        } else {
            Delivery::Whole
        });
        let mut fold = Fold::new();
        let mut events = match model.stream(request).await {
            Ok(events) => events,
            Err(error) => return (fold.into_partial(), Some(error)),
        };
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => fold.push(event),
                Err(error) => return (fold.into_partial(), Some(error)),
            }
        }
        (fold.finish().unwrap(), None)
    }
}

/// The exchanges of some groups.
pub(crate) fn cassettes(folder: &Path, groups: &[&str]) -> Vec<Cassette> {
    let rows = |name: &str| {
        let rows = std::fs::read_to_string(folder.join(name)).unwrap();
        let rows: Vec<Value> = rows
            .lines()
            .map(|row| serde_json::from_str(row).unwrap())
            .collect();
        rows
    };
    let file = |row: &Value| row["file"].as_str().unwrap().to_owned();
    let mut oracle: BTreeMap<String, Value> = rows("ORACLE.jsonl")
        .into_iter()
        .map(|row| (file(&row), row))
        .collect();
    let mut found = Vec::new();
    for row in rows("INDEX.jsonl") {
        let file = file(&row);
        let group = file.split('/').next().unwrap().to_owned();
        if !groups.contains(&group.as_str()) {
            continue;
        }
        let bytes = std::fs::read(folder.join(&file)).unwrap();
        let mut exchange: Value = serde_json::from_slice(&bytes).unwrap();
        found.push(Cassette {
            oracle: oracle.remove(&file).unwrap_or_default(),
            group,
            path: exchange["request"]["path"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            file,
            streamed: row["streaming"] == true,
            request: Some(exchange["request"]["body"].take()).filter(Value::is_object),
            response: exchange["response"].take(),
        });
    }
    found
}

#[expect(clippy::print_stdout, reason = "the counts are for people")]
pub(crate) fn report(title: &str, counts: &BTreeMap<String, [usize; 2]>) {
    let total = |at: usize| counts.values().map(|count| count[at]).sum::<usize>();
    println!("{title}: {} of {}", total(0), total(1));
    for (group, [good, all]) in counts {
        println!("  {group}: {good} of {all}");
    }
}

/// Where our reading differs from the oracle's: the field, theirs, ours.
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
            _ => theirs.clone(),
        };
        if theirs != ours {
            differences.push((field.clone(), format!("{field}: {theirs} is our {ours}")));
        }
    }
    differences
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
    let billed = |what: &str| {
        let units = response.meta.extra.get("billed_units");
        units.map_or(Value::Null, |units| units[what].clone())
    };
    let fields = theirs.as_object().into_iter().flatten().map(|(field, _)| {
        let value = match field.as_str() {
            "input" => json!(ours.input_tokens),
            "output" => json!(ours.output_tokens),
            "cache_read" => json!(ours.cache_read_input_tokens),
            "billed_input" => billed("input_tokens"),
            "billed_output" => billed("output_tokens"),
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

/// One spelling for every number.
pub(crate) fn floats(value: &mut Value) {
    match value {
        Value::Number(number) => *value = json!(number.as_f64()),
        Value::Array(items) => items.iter_mut().for_each(floats),
        Value::Object(fields) => fields.values_mut().for_each(floats),
        _ => {}
    }
}
