//! `cargo xtask codegen prices`: the embedded list of glassbox-price, from a file in the format of LiteLLM's price map.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Subcommand;
use glassbox_price::{Prices, Rates};

use super::{HEADER, blocks, providers};

/// The generated file, from the workspace's root.
pub(crate) const OUTPUT: &str = "crates/glassbox-price/src/embedded/table.rs";

/// The day on which the prices were taken. Another file has another day.
const DATE: &str = "2026-11-22";

/// Entries that are no models but sizes of models, which LiteLLM's own code falls back on.
const SIZES: &[&str] = &["fireworks_ai/fireworks-ai-", "together_ai/together-ai-"];

/// What may be generated beside the names.
#[derive(Debug, Subcommand)]
pub(crate) enum Chore {
    /// Writes what the laws prove of each provider, and the README's table of it
    Providers,
    /// Generates the embedded list of prices
    Prices {
        /// A file in the format of LiteLLM's price map
        #[arg(long, value_name = "PATH")]
        prices: PathBuf,
        /// Only compare, and fail where the file differs
        #[arg(long)]
        check: bool,
    },
}

impl Chore {
    /// Writes the generated file, or with `check` compares it with what would be written.
    pub(crate) fn run(&self, root: &Path) -> Result<()> {
        let Self::Prices { prices, check } = self else {
            providers::write(root)?;
            return blocks::run(root, false);
        };
        let text = fs::read_to_string(prices).with_context(|| {
            format!("--prices must name a list of prices: {}", prices.display())
        })?;
        let table = table(&Prices::from_json(&text)?);
        let same = fs::read_to_string(root.join(OUTPUT)).is_ok_and(|present| present == table);
        match (same, check) {
            (true, _) => println!("{OUTPUT} is as the list has it"),
            (false, true) => bail!(
                "not as the list has it: {OUTPUT}\nfix: cargo xtask codegen prices --prices {}",
                prices.display()
            ),
            (false, false) => {
                fs::write(root.join(OUTPUT), table).with_context(|| format!("writing {OUTPUT}"))?;
                println!("wrote {OUTPUT}");
            }
        }
        Ok(())
    }
}

/// The generated file's text.
fn table(prices: &Prices) -> String {
    let lines: BTreeMap<String, Rates> = prices
        .iter()
        .map(|(section, model, rates)| (format!("{section}/{model}"), rates))
        .filter(|(name, _)| is_model(name))
        .collect();
    let mut text = format!(
        "{HEADER}list prices as collected by LiteLLM (MIT), {DATE}. Do not edit.

/// The day on which these prices were taken.
pub(crate) const DATE: &str = \"{DATE}\";

/// Section, model and rates, as `Rates` reads them. Sorted by the bytes of the names.
pub(super) const TABLE: &str = \"\\\n"
    );
    for (name, rates) in lines {
        writeln!(text, "{name} {rates}").expect("a string takes whatever it is given");
    }
    text.push_str("\";\n");
    text
}

/// Whether a name is that of a model, and fits into the generated text.
fn is_model(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
    name.chars().all(plain) && !SIZES.iter().any(|sizes| name.starts_with(sizes))
}

#[cfg(test)]
mod tests;
