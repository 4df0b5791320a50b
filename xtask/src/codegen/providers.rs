//! The table of providers, from what the laws of every host prove.
//!
//! A test of the stories compares [`DATA`] with the laws and with the registry of the crate `glassbox`; the README is
//! compared with [`DATA`].

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// What the stories know of the providers, from the workspace's root.
pub(super) const DATA: &str = "docs/providers.json";

/// What may be proven, and the head of its column.
const COLUMNS: [(&str, &str); 8] = [
    ("incremental", "streams"),
    ("tools", "tools"),
    ("parallel_tool_calls", "several"),
    ("images", "images"),
    ("structured_output", "schema"),
    ("reasoning", "reasoning"),
    ("choices", "choices"),
    ("embeddings", "vectors"),
];

/// A provider, or one of its APIs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    api: String,
    /// Whether the laws are held with the wire of another host.
    shared_wire: bool,
    key_variable: Option<String>,
    base_url: Option<String>,
    proven: Vec<String>,
}

/// Has the stories write the data.
pub(super) fn write(root: &Path) -> Result<()> {
    let status = Command::new("cargo")
        .args(["test", "--package", "glassbox-e2e", "--test", "stories"])
        .args([
            "--",
            "--exact",
            "providers::the_table_is_what_the_laws_prove",
        ])
        .env("GLASSBOX_PROVIDERS", "write")
        .current_dir(root)
        .status()
        .context("starting cargo")?;
    if !status.success() {
        bail!("the stories could not write {DATA}");
    }
    Ok(())
}

/// The table of the README.
pub(super) fn table(data: &str) -> Result<String> {
    let rows: Vec<Row> = serde_json::from_str(data)
        .with_context(|| format!("{DATA} is not as the stories write it"))?;
    let heads = COLUMNS.map(|(_, head)| head).join(" | ");
    let lines = COLUMNS.map(|_| ":-:").join(" | ");
    let mut text =
        format!("| provider | API | key | {heads} | at |\n| --- | --- | --- | {lines} | --- |\n");
    for row in rows {
        let known = |word: &&String| COLUMNS.iter().any(|(name, _)| name == word);
        if let Some(word) = row.proven.iter().find(|word| !known(word)) {
            bail!("{DATA}: {} has no column for `{word}`", row.name);
        }
        let code = |text: Option<String>| text.map(|text| format!("`{text}`")).unwrap_or_default();
        let marks = COLUMNS.map(|(name, _)| {
            if row.proven.iter().any(|word| word == name) {
                "✓"
            } else {
                ""
            }
        });
        text.push_str(&format!(
            "| `{}` | {}{} | {} | {} | {} |\n",
            row.name,
            row.api,
            if row.shared_wire { " ¹" } else { "" },
            code(row.key_variable),
            marks.join(" | "),
            code(row.base_url),
        ));
    }
    Ok(text)
}
