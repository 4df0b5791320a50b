//! Manifests, README files and the map of the crates.

use std::fs;
use std::path::Path;

use cargo_metadata::{Metadata, Package};

/// What is missing from the workspace's documents and manifests.
pub(super) fn check(root: &Path, metadata: &Metadata) -> Vec<String> {
    let mut findings = Vec::new();
    if !root.join("README.md").is_file() {
        findings.push("README.md: missing".to_owned());
    }
    let packages = metadata.workspace_packages();
    match fs::read_to_string(root.join("ARCHITECTURE.md")) {
        Err(_) => findings.push("ARCHITECTURE.md: missing".to_owned()),
        Ok(map) => {
            for package in packages
                .iter()
                .filter(|package| !names(&map, &package.name))
            {
                findings.push(format!("ARCHITECTURE.md: has no line on {}", package.name));
            }
        }
    }
    for package in packages {
        findings.extend(check_package(package));
    }
    findings
}

fn check_package(package: &Package) -> Vec<String> {
    let name = &package.name;
    let manifest = package.manifest_path.as_std_path();
    let mut findings = Vec::new();
    // A README is for those who find the crate in the registry.
    let published = package
        .publish
        .as_ref()
        .is_none_or(|registries| !registries.is_empty());
    if published && !manifest.with_file_name("README.md").is_file() {
        findings.push(format!("{name}: has no README.md"));
    }
    match fs::read_to_string(manifest) {
        Ok(text) => findings.extend(check_manifest(name, &text)),
        Err(error) => findings.push(format!("{name}: its manifest cannot be read: {error}")),
    }
    findings
}

/// What the manifest `text` of the package `name` must take from the workspace, and does not.
pub(super) fn check_manifest(name: &str, text: &str) -> Vec<String> {
    let wanted = [
        ("package", "rust-version.workspace = true"),
        ("lints", "workspace = true"),
    ];
    wanted
        .iter()
        .filter(|(table, line)| !has_line(text, table, line))
        .map(|(table, line)| format!("{name}: Cargo.toml lacks `{line}` under [{table}]"))
        .collect()
}

/// Whether `line` stands under `[table]`, whatever its spacing and comments.
fn has_line(text: &str, table: &str, line: &str) -> bool {
    let squeeze = |line: &str| -> String {
        let code = line.split('#').next().unwrap_or_default();
        code.chars().filter(|c| !c.is_whitespace()).collect()
    };
    let (header, wanted) = (format!("[{table}]"), squeeze(line));
    let mut inside = false;
    for line in text.lines().map(squeeze) {
        if line.starts_with('[') {
            inside = line == header;
        } else if inside && line == wanted {
            return true;
        }
    }
    false
}

/// Whether `text` names the crate `name` itself, not only one whose name it is part of.
pub(super) fn names(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}
