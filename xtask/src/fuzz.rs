//! `cargo xtask fuzz`: looks for inputs that break a property, with each fuzz target for a while.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::ci::{Line, require};

#[cfg(test)]
mod tests;

/// The version that is installed where there is none.
const FUZZ_VERSION: &str = "0.13.2";

/// The package of the fuzz targets, from the workspace's root.
const FOLDER: &str = "fuzz";

/// What to fuzz, and for how long.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The targets, in this order; all of them where none is named
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// For how long each runs
    #[arg(long, value_name = "N", default_value_t = 600)]
    seconds: u32,
}

/// Runs the targets one after the other, up to the first that finds something.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let known = targets(root)?;
    for target in &options.targets {
        if !known.contains(target) {
            bail!(
                "there is no target `{target}`; there are {}",
                known.join(", ")
            );
        }
    }
    let named = &options.targets;
    let chosen = if named.is_empty() { &known } else { named };
    require(root, "fuzz", FUZZ_VERSION)?;
    for target in chosen {
        // Where the fuzzer keeps what it finds worth keeping. It makes no folder.
        let corpus = root.join(FOLDER).join("corpus").join(target);
        fs::create_dir_all(&corpus).with_context(|| format!("making {}", corpus.display()))?;
        let has_words = root.join(dictionary(target)).is_file();
        line(target, options.seconds, has_words).run(root)?;
    }
    Ok(())
}

/// The names of the targets, in alphabetical order.
fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join(FOLDER).join("targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        names.extend(
            path.file_stem()
                .and_then(|name| name.to_str())
                .map(str::to_owned),
        );
    }
    names.sort_unstable();
    Ok(names)
}

fn dictionary(target: &str) -> String {
    format!("{FOLDER}/dictionaries/{target}.dict")
}

/// Without a sanitizer, which is what a stable toolchain has: the code is safe Rust.
fn line(target: &str, seconds: u32, has_words: bool) -> Line {
    let mut line = format!(
        "fuzz run --fuzz-dir {FOLDER} --sanitizer none {target} {FOLDER}/corpus/{target} \
         {FOLDER}/seeds/{target} -- -max_total_time={seconds} -max_len=4096 -timeout=10 \
         -rss_limit_mb=1500 -print_final_stats=1"
    );
    if has_words {
        line.push_str(&format!(" -dict={}", dictionary(target)));
    }
    Line::cargo(&line)
}
