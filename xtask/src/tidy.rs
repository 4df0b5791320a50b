//! `cargo xtask tidy`: what a compiler does not check. Every finding is listed before it fails.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

use crate::deploy::Texts;

mod documents;
mod hygiene;
mod layers;
mod quirks;
#[cfg(test)]
mod tests;

pub(crate) use layers::{CORE, HTTP, adapters};

use crate::pulled;

/// Checks the workspace at `root`.
pub(crate) fn run(root: &Path) -> Result<()> {
    let metadata = metadata(root)?;
    let files = hygiene::files(root)?;

    let mut findings = layers::check(&layers::edges(&metadata), &members(&metadata));
    findings.extend(hygiene::check(&files));
    findings.extend(quirks::check(&files));
    let generated = [
        crate::codegen::outputs().as_slice(),
        &[crate::codegen::prices::OUTPUT],
    ]
    .concat();
    findings.extend(hygiene::check_generated(&files, &generated));
    findings.extend(documents::check(root, &metadata));
    findings.extend(crate::deploy::check(&texts_of(&files)));
    let pulled = pulled::read(root)?;
    let members = members(&metadata);
    let adapters = pulled.iter().filter(|pulled| pulled.name != CORE);
    findings.extend(adapters.flat_map(|adapter| pulled::check(adapter, &members)));
    let blocks = crate::codegen::blocks::stale(root, &pulled)?;
    findings.extend(blocks.keys().map(|path| {
        format!("{path}: its blocks are not as they should be; `cargo xtask codegen` writes them")
    }));
    let stale = crate::codegen::stale(root)?;
    findings.extend(stale.iter().map(|path| {
        format!("{path}: not as the registries have it; `cargo xtask codegen` writes it")
    }));

    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            println!(
                "tidy: {} files, {} crates",
                files.len(),
                metadata.workspace_members.len()
            );
            println!("tidy: crates built: {}", pulled::summary(&pulled));
            Ok(())
        }
        1 => bail!("tidy has one finding, above"),
        many => bail!("tidy has {many} findings, above"),
    }
}

/// The text files of the workspace at `root`, by their paths.
pub(crate) fn texts(root: &Path) -> Result<Texts> {
    Ok(texts_of(&hygiene::files(root)?))
}

fn texts_of(files: &[hygiene::File]) -> Texts {
    let text = |file: &hygiene::File| {
        let text = String::from_utf8(file.bytes.clone()).ok()?;
        Some((file.path.clone(), text))
    };
    files.iter().filter_map(text).collect()
}

/// What cargo knows of the workspace's own packages.
pub(crate) fn metadata(root: &Path) -> Result<Metadata> {
    MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("asking `cargo metadata` for the workspace")
}

fn members(metadata: &Metadata) -> Vec<String> {
    metadata
        .workspace_packages()
        .iter()
        .map(|package| package.name.to_string())
        .collect()
}
