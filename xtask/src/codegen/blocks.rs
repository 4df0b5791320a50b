//! The blocks of documents that come from elsewhere. Each stands between `<!-- begin NAME -->` and `<!-- end NAME -->`.
//!
//! | name | what it holds |
//! | --- | --- |
//! | `crates` | how many crates ours pull in |
//! | `providers` | the table of providers |
//! | `file PATH` | a Rust file, whole |

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::providers;
use crate::pulled::{self, Pulled};

/// The documents that have such blocks, from the workspace's root.
const DOCUMENTS: &[&str] = &["README.md", "crates/glassbox/guide/providers.md"];

/// Writes the documents whose blocks are not as they should be, or with `check` fails where there are any.
pub(super) fn run(root: &Path, check: bool) -> Result<()> {
    let differ = stale(root, &pulled::read(root)?)?;
    let paths: Vec<&str> = differ.keys().copied().collect();
    if check && !differ.is_empty() {
        bail!(
            "their blocks are not as they should be: {}\nfix: cargo xtask codegen",
            paths.join(", ")
        );
    }
    for (path, text) in &differ {
        fs::write(root.join(path), text).with_context(|| format!("writing {path}"))?;
        println!("wrote {path}");
    }
    Ok(())
}

/// The documents whose blocks are not as they should be, and their texts as those should be.
pub(crate) fn stale(root: &Path, pulled: &[Pulled]) -> Result<BTreeMap<&'static str, String>> {
    let read =
        |path: &str| fs::read_to_string(root.join(path)).with_context(|| format!("reading {path}"));
    let content = |name: &str| match name.split_once(' ') {
        None if name == "crates" => Ok(pulled::table(pulled)),
        None if name == "providers" => providers::table(&read(providers::DATA)?),
        Some(("file", path)) => Ok(format!("```rust,ignore\n{}```\n", read(path)?)),
        _ => bail!("there is no block `{name}`"),
    };
    let mut differ = BTreeMap::new();
    for path in DOCUMENTS {
        let text = read(path)?;
        let filled = filled(&text, content).with_context(|| format!("in {path}"))?;
        if filled != text {
            differ.insert(*path, filled);
        }
    }
    Ok(differ)
}

/// The text with its blocks filled.
pub(super) fn filled(text: &str, content: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<!-- begin ") {
        let (name, after) = after
            .split_once(" -->")
            .context("a `<!-- begin` has no `-->`")?;
        let end = format!("<!-- end {name} -->");
        let (_, after) = after
            .split_once(&end)
            .with_context(|| format!("the block `{name}` lacks its `{end}`"))?;
        let inner = content(name)?;
        filled.push_str(&format!("{before}<!-- begin {name} -->\n\n{inner}\n{end}"));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}
