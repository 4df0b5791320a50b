//! What `deploy/` and the pages on it name must exist: files, services, data sources, attributes, metrics, labels,
//! variables. All of it is read, nothing is started.

use std::collections::BTreeMap;

use serde_json::Value;

mod collector;
mod compose;
mod dashboard;
mod names;
mod pages;
mod promql;
#[cfg(test)]
mod tests;
mod tokens;
mod traceql;

pub(crate) use dashboard::DASHBOARDS;
use names::Names;

/// The text files of the workspace by their paths from its root.
pub(crate) type Texts = BTreeMap<String, String>;

/// A query, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) place: String,
    pub(crate) text: String,
}

/// A configuration under `deploy/`.
#[derive(Debug)]
struct Document<'a> {
    path: &'a str,
    value: Value,
}

/// What is wrong, as sentences that begin with the file.
pub(crate) fn check(texts: &Texts) -> Vec<String> {
    let mut findings = Vec::new();
    let documents = documents(texts, &mut findings);
    let names = match Names::load() {
        Ok(names) => names,
        Err(error) => return vec![format!("{error:#}")],
    };
    findings.extend(compose::check(&documents, texts));
    findings.extend(collector::check(&documents));
    findings.extend(dashboard::check(&documents));
    for query in dashboard::promql(&documents) {
        findings.extend(at(&query, promql::check(&query.text, &names)));
    }
    for query in traceql(texts) {
        findings.extend(at(&query, traceql::check(&query.text, &names)));
    }
    findings.extend(pages::check(texts));
    findings
}

/// Every TraceQL query of the workspace: in fenced blocks of its pages, in panels, and in their links.
pub(crate) fn traceql(texts: &Texts) -> Vec<Query> {
    let documents = documents(texts, &mut Vec::new());
    let mut queries = pages::traceql(texts);
    queries.extend(dashboard::traceql(&documents));
    queries
}

fn at(query: &Query, problems: Vec<String>) -> impl Iterator<Item = String> {
    let (place, text) = (query.place.clone(), query.text.clone());
    problems
        .into_iter()
        .map(move |problem| format!("{place}: {problem}, in: {text}"))
}

fn documents<'a>(texts: &'a Texts, findings: &mut Vec<String>) -> Vec<Document<'a>> {
    let mut documents = Vec::new();
    for (path, text) in texts {
        if !path.starts_with("deploy/") {
            continue;
        }
        let parsed = match path.rsplit_once('.').map_or("", |(_, end)| end) {
            "json" => serde_json::from_str(text).map_err(|error| error.to_string()),
            "yaml" | "yml" => serde_norway::from_str(text).map_err(|error| error.to_string()),
            _ => continue,
        };
        match parsed {
            Ok(value) => documents.push(Document { path, value }),
            Err(error) => findings.push(format!("{path}: does not parse: {error}")),
        }
    }
    documents
}

/// Every value below `value` with the keys that lead to it, parents first.
fn walk<'a>(value: &'a Value, see: &mut dyn FnMut(&str, &'a Value)) {
    fn below<'a>(key: &str, value: &'a Value, see: &mut dyn FnMut(&str, &'a Value)) {
        see(key, value);
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| below(key, value, see)),
            Value::Array(list) => list.iter().for_each(|value| below(key, value, see)),
            _ => {}
        }
    }
    below("", value, see);
}

/// The strings of a list, or the keys of a map.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        Value::Object(map) => map.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
