//! The dashboards, the data sources and the alerts: what they ask, and that they fit together.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Document, Query, promql, walk};

/// Where dashboards are, from the workspace's root.
pub(crate) const DASHBOARDS: &str = "deploy/grafana/dashboards/";

pub(super) fn check(documents: &[Document<'_>]) -> Vec<String> {
    let mut findings = Vec::new();
    let sources = sources(documents);
    let mut titles = BTreeSet::new();
    for document in dashboards(documents) {
        let panels = document.value["panels"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        if panels.is_empty() {
            findings.push(format!("{}: has no panels", document.path));
        }
        let mut ids = BTreeSet::new();
        for (at, panel) in panels.iter().enumerate() {
            let title = panel["title"].as_str().unwrap_or_default();
            let place = format!("{}: {title}", document.path);
            let row = panel["type"] == "row";
            if !row && (title.is_empty() || !titles.insert(title.to_owned())) {
                findings.push(format!("{place}: its title is empty or another panel's"));
            }
            if !ids.insert(panel["id"].as_u64()) {
                findings.push(format!("{place}: its id is missing or another panel's"));
            }
            if panels[..at].iter().any(|other| overlap(panel, other)) {
                findings.push(format!("{place}: lies over another panel"));
            }
            findings.extend(
                legends(panel)
                    .into_iter()
                    .map(|finding| format!("{place}: {finding}")),
            );
        }
        walk(&document.value, &mut |key, value| {
            if let (true, Some(uid)) = (key == "datasource", value["uid"].as_str())
                && !sources.contains(uid)
            {
                findings.push(format!(
                    "{}: asks the data source `{uid}`, which nothing sets up",
                    document.path
                ));
            }
        });
    }
    findings.extend(mentions(documents, &titles));
    findings
}

/// Every PromQL query: in panels, variables, data sources and alerts.
pub(super) fn promql(documents: &[Document<'_>]) -> Vec<Query> {
    let mut queries = Vec::new();
    for document in documents {
        let place = document.path.to_owned();
        walk(&document.value, &mut |key, value| {
            let asked = match key {
                "expr" | "definition" => value.as_str(),
                "queries" => {
                    let list = value.as_array().map_or(&[][..], Vec::as_slice);
                    for text in list.iter().filter_map(|query| query["query"].as_str()) {
                        queries.push(Query {
                            place: place.clone(),
                            text: text.to_owned(),
                        });
                    }
                    None
                }
                _ => None,
            };
            if let Some(text) = asked {
                queries.push(Query {
                    place: place.clone(),
                    text: text.to_owned(),
                });
            }
        });
    }
    queries
}

/// Every TraceQL query: in panels, and in the links from them.
pub(super) fn traceql(documents: &[Document<'_>]) -> Vec<Query> {
    let mut queries = Vec::new();
    for document in dashboards(documents) {
        let place = document.path;
        walk(&document.value, &mut |key, value| {
            queries.extend(asked(place, value));
            let linked = value.as_str().filter(|_| key == "url").and_then(panes);
            if let Some(panes) = linked {
                walk(&panes, &mut |_, value| queries.extend(asked(place, value)));
            }
        });
    }
    queries
}

fn asked(place: &str, value: &Value) -> Option<Query> {
    let text = value["query"]
        .as_str()
        .filter(|_| value["queryType"] == "traceql")?;
    Some(Query {
        place: place.to_owned(),
        text: text.to_owned(),
    })
}

/// What a link into Explore opens.
fn panes(url: &str) -> Option<Value> {
    let panes = url
        .strip_prefix("/explore?")?
        .split('&')
        .find_map(|part| part.strip_prefix("panes="))?;
    serde_json::from_str(&percent_decode_str(panes).decode_utf8_lossy()).ok()
}

fn dashboards<'d, 't>(documents: &'d [Document<'t>]) -> impl Iterator<Item = &'d Document<'t>> {
    documents
        .iter()
        .filter(|document| document.path.starts_with(DASHBOARDS))
}

fn sources<'d>(documents: &'d [Document<'_>]) -> BTreeSet<&'d str> {
    let lists = documents
        .iter()
        .filter_map(|document| document.value["datasources"].as_array());
    lists
        .flatten()
        .filter_map(|source| source["uid"].as_str())
        .collect()
}

/// A legend and a link name labels that the query leaves.
fn legends(panel: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    let mut left = BTreeSet::new();
    for target in panel["targets"].as_array().into_iter().flatten() {
        let Some(query) = target["expr"].as_str() else {
            continue;
        };
        let grouped = promql::grouping(query);
        let legend = target["legendFormat"].as_str().unwrap_or_default();
        for label in legend
            .split("{{")
            .skip(1)
            .filter_map(|rest| rest.split("}}").next())
        {
            if !grouped.contains(label) {
                findings.push(format!(
                    "the legend names `{label}`, which the query does not group by"
                ));
            }
        }
        left.extend(grouped.into_iter().map(str::to_owned));
    }
    walk(&panel["fieldConfig"], &mut |key, value| {
        let url = value.as_str().filter(|_| key == "url").unwrap_or_default();
        for label in url
            .split("${__field.labels.")
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
        {
            if !left.contains(label) {
                findings.push(format!("a link names `{label}`, which no query groups by"));
            }
        }
        if !url.is_empty() && panes(url).is_none() {
            findings.push(format!("the link {url} opens nothing in Explore"));
        }
    });
    findings
}

fn overlap(one: &Value, other: &Value) -> bool {
    let side = |panel: &Value, at: &str, size: &str| {
        let start = panel["gridPos"][at].as_u64().unwrap_or_default();
        start..start + panel["gridPos"][size].as_u64().unwrap_or_default()
    };
    ["xw", "yh"].iter().all(|axis| {
        let (at, size) = axis.split_at(1);
        let (one, other) = (side(one, at, size), side(other, at, size));
        one.start < other.end && other.start < one.end
    })
}

/// Panels that alerts speak of are there.
fn mentions(documents: &[Document<'_>], titles: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    for document in documents {
        walk(&document.value, &mut |key, value| {
            let text = value
                .as_str()
                .filter(|_| key == "description")
                .unwrap_or_default();
            for title in text
                .split("panel \"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                if !titles.contains(title) {
                    findings.push(format!("{}: there is no panel \"{title}\"", document.path));
                }
            }
        });
    }
    findings
}
