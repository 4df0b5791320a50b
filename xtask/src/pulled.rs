//! What a crate pulls in, as `cargo tree` has it.
//!
//! The graph of `cargo metadata` does not say it: every crate has the features there that any member of the workspace
//! asks for, tests included.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::tidy;

/// Where the crates are counted, so that they are as many on every machine.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// A crate of ours, and all that a program builds with it: names and versions, itself included.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pulled {
    pub(crate) name: String,
    /// Whether strangers may depend on it.
    pub(crate) published: bool,
    /// With its default features.
    pub(crate) whole: BTreeSet<Package>,
    /// Without them.
    pub(crate) bare: BTreeSet<Package>,
}

/// A name and a version.
pub(crate) type Package = (String, String);

/// `glassbox-core`, and every crate that the layers make an adapter.
pub(crate) fn read(root: &Path) -> Result<Vec<Pulled>> {
    let metadata = tidy::metadata(root)?;
    let is_published = |name: &str| {
        let packages = metadata.workspace_packages();
        let package = packages.iter().find(|package| package.name == name);
        let registries = package.and_then(|package| package.publish.as_ref());
        registries.is_none_or(|registries| !registries.is_empty())
    };
    let names = [tidy::CORE].into_iter().chain(tidy::adapters());
    // The processes run at the same time: together they take as long as one does.
    std::thread::scope(|scope| {
        let started: Vec<_> = names
            .map(|name| {
                let whole = scope.spawn(move || tree(root, name, &[]));
                let bare = scope.spawn(move || tree(root, name, &["--no-default-features"]));
                (name, whole, bare)
            })
            .collect();
        let joined = started.into_iter().map(|(name, whole, bare)| {
            let died = |_| anyhow::anyhow!("reading the tree of {name} panicked");
            Ok(Pulled {
                name: name.to_owned(),
                published: is_published(name),
                whole: whole.join().map_err(died)??,
                bare: bare.join().map_err(died)??,
            })
        });
        joined.collect()
    })
}

fn tree(root: &Path, name: &str, flags: &[&str]) -> Result<BTreeSet<Package>> {
    let output = Command::new("cargo")
        .args(["tree", "--locked", "--edges", "normal", "--no-dedupe"])
        .args(["--prefix", "none", "--format", "{p}"])
        .args(["--target", TARGET, "--package", name])
        .args(flags)
        .current_dir(root)
        .output()
        .context("starting cargo")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`cargo tree` of {name} failed: {}", said.trim());
    }
    let text = String::from_utf8(output.stdout).context("the name of a crate is not UTF-8")?;
    Ok(packages(&text))
}

/// The name and the version that each line begins with. Where it comes from follows.
pub(crate) fn packages(text: &str) -> BTreeSet<Package> {
    let words = text.lines().map(str::split_whitespace);
    words
        .filter_map(|mut words| Some((words.next()?.to_owned(), words.next()?.to_owned())))
        .collect()
}

/// What an adapter may not pull in, whoever brings it along: OpenTelemetry, schemars, and ours but for the two below it.
pub(crate) fn check(pulled: &Pulled, members: &[String]) -> Vec<String> {
    let below = |name: &str| [tidy::CORE, tidy::HTTP, &pulled.name].contains(&name);
    let (mut findings, name) = (Vec::new(), &pulled.name);
    for (package, _) in pulled.whole.union(&pulled.bare) {
        let is_ours = members.contains(package) && !below(package);
        if is_ours || package.starts_with("opentelemetry") || package == "schemars" {
            findings.push(format!(
                "{name}: pulls in {package}, and an adapter may not; \
                 `cargo tree -p {name} -e normal -i {package}` says by what way"
            ));
        }
    }
    findings
}

/// The crates by what they pull in, as a table of the README.
pub(crate) fn table(all: &[Pulled]) -> String {
    let mut rows: Vec<(Vec<String>, usize, usize)> = Vec::new();
    for pulled in all.iter().filter(|pulled| pulled.published) {
        let (whole, bare) = (pulled.whole.len(), pulled.bare.len());
        let name = format!("`{}`", pulled.name);
        match rows.iter_mut().find(|row| (row.1, row.2) == (whole, bare)) {
            Some(row) => row.0.push(name),
            None => rows.push((vec![name], whole, bare)),
        }
    }
    let mut text =
        "| crate | crates built | without its HTTP client |\n| --- | ---: | ---: |\n".to_owned();
    for (names, whole, bare) in rows {
        let bare = if bare == whole {
            String::new()
        } else {
            bare.to_string()
        };
        text.push_str(&format!("| {} | {whole} | {bare} |\n", names.join(", ")));
    }
    text
}

/// Each with its number, for the last line of `cargo xtask tidy`.
pub(crate) fn summary(all: &[Pulled]) -> String {
    let each = all.iter().map(|pulled| {
        let (whole, bare) = (pulled.whole.len(), pulled.bare.len());
        match whole == bare {
            true => format!("{} {whole}", pulled.name),
            false => format!("{} {whole} ({bare} without its HTTP client)", pulled.name),
        }
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
