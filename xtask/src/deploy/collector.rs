//! The Collector's configurations: pipelines of what is defined, and policies on attributes that exist.

use std::collections::BTreeSet;

use glassbox_semconv::registry::Contract;
use serde_json::Value;

use super::{Document, strings, walk};

const KINDS: &[&str] = &["receivers", "processors", "exporters"];

pub(super) fn check(documents: &[Document<'_>]) -> Vec<String> {
    let mut findings = Vec::new();
    let collectors = documents
        .iter()
        .filter(|document| document.path.starts_with("deploy/collector/"));
    let mut judged: Option<(&str, &Value)> = None;
    for document in collectors {
        findings.extend(pipelines(document));
        findings.extend(attributes(document));
        let policies = &document.value["processors"]["tail_sampling"];
        match judged {
            _ if policies.is_null() => {}
            None => judged = Some((document.path, policies)),
            Some((first, same)) if same != policies => {
                findings.push(format!("{}: samples otherwise than {first}", document.path));
            }
            Some(_) => {}
        }
        let balanced = &document.value["exporters"]["loadbalancing"];
        if !balanced.is_null() && balanced["routing_key"] != "traceID" {
            findings.push(format!(
                "{}: does not balance by trace id, so traces are torn apart",
                document.path
            ));
        }
    }
    if judged.is_none() {
        findings.push("deploy/collector: nothing samples".to_owned());
    }
    findings
}

/// What pipelines use is defined, and what is defined is used.
fn pipelines(document: &Document<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    let pipelines = &document.value["service"]["pipelines"];
    let Some(pipelines) = pipelines.as_object() else {
        return vec![format!("{}: has no pipelines", document.path)];
    };
    for kind in KINDS {
        let defined: BTreeSet<&str> = strings(&document.value[*kind]).into_iter().collect();
        let used: BTreeSet<&str> = pipelines
            .values()
            .flat_map(|pipeline| strings(&pipeline[*kind]))
            .collect();
        for name in used.difference(&defined) {
            findings.push(format!(
                "{}: a pipeline uses `{name}`, which is not among its {kind}",
                document.path
            ));
        }
        for name in defined.difference(&used) {
            findings.push(format!(
                "{}: no pipeline uses `{name}` of its {kind}",
                document.path
            ));
        }
    }
    findings
}

/// The attributes that conditions and policies name.
fn attributes(document: &Document<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    let contract = Contract::current();
    walk(&document.value, &mut |key, value| {
        let Some(text) = value.as_str() else {
            return;
        };
        let conditions = text.split("attributes[\"").skip(1);
        let mut named: Vec<&str> = conditions
            .filter_map(|rest| rest.split('"').next())
            .collect();
        if key == "key" {
            named.push(text);
        }
        for name in named
            .into_iter()
            .filter(|name| contract.attribute(name).is_none())
        {
            findings.push(format!("{}: there is no attribute `{name}`", document.path));
        }
    });
    walk(&document.value, &mut |key, value| {
        let name = value["key"].as_str().unwrap_or_default();
        if key != "string_attribute" {
            return;
        }
        let Some(known) = contract.attribute(name).and_then(|def| def.values) else {
            return;
        };
        for text in strings(&value["values"])
            .into_iter()
            .filter(|text| !known.contains(text))
        {
            findings.push(format!("{}: `{name}` is never `{text}`", document.path));
        }
    });
    findings
}
