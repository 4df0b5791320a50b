//! Every TraceQL query of the workspace, by the grammar of Grafana's editor.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::{Installation, Outcome, install, output};
use crate::{deploy, tidy};

const PACKAGES: &[&str] = &[
    "@grafana/lezer-traceql@1.0.0",
    "@lezer/common@1.5.5",
    "@lezer/lr@1.4.12",
];

/// No query: an aggregate of a trace takes no groups. A grammar that takes it would take anything.
const NONE: &str =
    "{ span.gen_ai.request.model = \"gpt-4o-mini\" } | avg(duration) by (span.tool.name)";

pub(super) fn check(root: &Path) -> Result<Outcome> {
    let mut queries = deploy::traceql(&tidy::texts(root)?);
    queries.push(deploy::Query {
        place: "a query that is none".to_owned(),
        text: NONE.to_owned(),
    });
    let what = PACKAGES.join(" ");
    let line = format!(
        "npm install --silent --no-audit --no-fund --ignore-scripts --prefix {}/traceql {what}",
        crate::ci::TOOLS
    );
    let installation = Installation {
        name: "traceql",
        what: &what,
        lines: vec![line.split_whitespace().map(str::to_owned).collect()],
    };
    let folder = match install(root, &installation)? {
        Ok(folder) => folder,
        Err(why) => return Ok(Outcome::Skipped(why)),
    };
    // Beside the packages, so that they are found.
    let script = folder.join("traceql.mjs");
    fs::write(&script, include_str!("../../data/traceql.mjs"))?;
    let faults = faults(&script, &queries)?;
    if faults.len() != queries.len() {
        bail!(
            "the grammar answered {} of {} queries",
            faults.len(),
            queries.len()
        );
    }
    let wrong: Vec<String> = queries
        .iter()
        .zip(&faults)
        .filter(|(query, faults)| faults.is_empty() == (query.text == NONE))
        .map(|(query, faults)| format!("{}: {} (at {faults:?})", query.place, query.text))
        .collect();
    match wrong.as_slice() {
        [] => Ok(Outcome::Passed(format!(
            "{} queries are right",
            queries.len() - 1
        ))),
        wrong => bail!("the grammar and we differ:\n{}", wrong.join("\n")),
    }
}

fn faults(script: &Path, queries: &[deploy::Query]) -> Result<Vec<Vec<u64>>> {
    let texts: Vec<&str> = queries.iter().map(|query| &*query.text).collect();
    let asked = script.with_extension("json");
    fs::write(&asked, serde_json::to_vec(&texts)?)?;
    let mut node = Command::new("node");
    node.arg(script).stdin(fs::File::open(&asked)?);
    let (status, out, err) = output(&mut node, Duration::from_secs(60))?;
    if !status.success() {
        bail!("node: {err}");
    }
    serde_json::from_str(&out).context("reading the grammar's answer")
}
