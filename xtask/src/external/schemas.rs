//! Every dashboard, by Grafana's JSON Schemas.
//!
//! They are not part of this repository: `GLASSBOX_GRAFANA_SCHEMA` names their folder, and else
//! `../shared/grafana-schema` is looked into. A file `NAME.jsonschema.json` is for a kind of panel or of query.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::Outcome;
use crate::{deploy, tidy};

pub(super) fn check(root: &Path) -> Result<Outcome> {
    let folder = std::env::var_os("GLASSBOX_GRAFANA_SCHEMA")
        .map_or_else(|| root.join("../shared/grafana-schema"), PathBuf::from);
    if !folder.join("dashboard.jsonschema.json").is_file() {
        return Ok(Outcome::Skipped(
            "GLASSBOX_GRAFANA_SCHEMA names no folder that has them".to_owned(),
        ));
    }
    let texts = tidy::texts(root)?;
    let dashboards = texts
        .iter()
        .filter(|(path, _)| path.starts_with(deploy::DASHBOARDS));
    let mut findings = Vec::new();
    let mut count = 0;
    for (path, text) in dashboards {
        let value: Value = serde_json::from_str(text).with_context(|| format!("reading {path}"))?;
        let found = dashboard(&folder, &value)?;
        findings.extend(found.iter().map(|finding| format!("{path}: {finding}")));
        let mut broken = value;
        broken["schemaVersion"] = json!("the newest");
        if dashboard(&folder, &broken)?.is_empty() {
            bail!(
                "the schemas take a dashboard whose version is no number, so they would take anything"
            );
        }
        count += 1;
    }
    match findings.as_slice() {
        [] if count > 0 => Ok(Outcome::Passed(format!("{count} dashboards are right"))),
        [] => bail!("there is no dashboard under {}", deploy::DASHBOARDS),
        findings => bail!("{}", findings.join("\n")),
    }
}

/// What the schemas say of a dashboard, its panels and their queries.
fn dashboard(folder: &Path, value: &Value) -> Result<Vec<String>> {
    let mut findings = by(folder, "dashboard", "Dashboard", value)?;
    for panel in value["panels"].as_array().into_iter().flatten() {
        let (kind, title) = (panel["type"].as_str(), panel["title"].as_str());
        let Some(kind) = kind.filter(|kind| *kind != "row") else {
            continue;
        };
        let mut found = by(folder, kind, "Options", &panel["options"])?;
        let custom = &panel["fieldConfig"]["defaults"]["custom"];
        if !custom.is_null() {
            found.extend(by(folder, kind, "FieldConfig", custom)?);
        }
        for target in panel["targets"].as_array().into_iter().flatten() {
            let asked = target["datasource"]["type"].as_str().unwrap_or_default();
            found.extend(by(folder, asked, "Dataquery", target)?);
        }
        let title = title.unwrap_or_default();
        findings.extend(
            found
                .into_iter()
                .map(|finding| format!("{title}: {finding}")),
        );
    }
    Ok(findings)
}

/// What the definition `name` of the schema of `kind` says.
fn by(folder: &Path, kind: &str, name: &str, value: &Value) -> Result<Vec<String>> {
    let path = folder.join(format!("{kind}.jsonschema.json"));
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut schema: Value =
        serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    schema["$ref"] = json!(format!("#/definitions/{name}"));
    let validator = jsonschema::validator_for(&schema)
        .map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    let errors = validator.iter_errors(value);
    Ok(errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect())
}
