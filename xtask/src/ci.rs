//! `cargo xtask ci`: every check a change must pass, in order, up to the first that fails.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};

use crate::{external, tidy};

#[cfg(test)]
mod tests;

/// The version that is installed where there is none.
const DENY_VERSION: &str = "0.20.2";

/// Where tools of ours are installed, from the workspace's root: nothing outside it is touched.
pub(crate) const TOOLS: &str = "target/tools";

/// Which checks to run.
#[derive(Debug, Default, Args)]
pub(crate) struct Options {
    /// Run this step, and no other that is not named too
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
    /// Leave this step out
    #[arg(long, value_name = "STEP")]
    skip: Vec<Step>,
}

/// The checks, in their order: the cheap and telling ones first, those that share artifacts together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Formatting
    Fmt,
    /// Layers, hygiene, documents
    Tidy,
    /// Lints, as errors
    Clippy,
    /// Each library alone, with none and with each of its features
    Features,
    /// Tests, doc tests included
    Test,
    /// Documentation, warnings as errors
    Doc,
    /// Licences, bans and sources of dependencies
    Deny,
    /// Grafana's grammar and schemas, and a collector that is not ours; what cannot be had is skipped by name
    External,
}

/// A command to run in the workspace's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    environment: Option<(&'static str, &'static str)>,
    arguments: Vec<String>,
}

impl Line {
    pub(crate) fn cargo(arguments: &str) -> Self {
        let arguments = arguments.split_whitespace().map(str::to_owned).collect();
        Self {
            environment: None,
            arguments,
        }
    }

    pub(crate) fn run(&self, root: &Path) -> Result<()> {
        println!("$ {self}");
        let mut command = cargo(root)?;
        command.args(&self.arguments).envs(self.environment);
        let status = command
            .status()
            .with_context(|| format!("starting `{self}`"))?;
        if !status.success() {
            bail!("failed: {self}");
        }
        Ok(())
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((name, value)) = self.environment {
            write!(f, "{name}='{value}' ")?;
        }
        write!(f, "cargo {}", self.arguments.join(" "))
    }
}

/// Runs the steps `options` leaves, and says how long each took.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let mut times = Vec::new();
    let mut outcome = Ok(());
    for step in options.steps() {
        println!("== {}", name(step));
        let start = Instant::now();
        outcome = step.run(root);
        times.push((step, start.elapsed()));
        if outcome.is_err() {
            break;
        }
    }
    print!("{}", report(&times));
    outcome
}

impl Options {
    fn steps(&self) -> Vec<Step> {
        let mut steps = Step::value_variants().to_vec();
        steps.retain(|step| self.only.is_empty() || self.only.contains(step));
        steps.retain(|step| !self.skip.contains(step));
        steps
    }
}

impl Step {
    fn run(self, root: &Path) -> Result<()> {
        match self {
            Self::Tidy => {
                println!("$ cargo xtask tidy");
                return tidy::run(root).context("failed: cargo xtask tidy");
            }
            Self::External => return external::run(root),
            Self::Deny => require(root, "deny", DENY_VERSION)?,
            _ => {}
        }
        self.lines(root)?.iter().try_for_each(|line| line.run(root))
    }

    fn lines(self, root: &Path) -> Result<Vec<Line>> {
        let line = match self {
            Self::Fmt => Line::cargo("fmt --all --check"),
            Self::Clippy => {
                Line::cargo("clippy --workspace --all-targets --all-features -- -D warnings")
            }
            Self::Test => Line::cargo("test --workspace --all-features"),
            Self::Doc => Line {
                environment: Some(("RUSTDOCFLAGS", "-D warnings")),
                ..Line::cargo("doc --workspace --no-deps --all-features")
            },
            Self::Deny => Line::cargo(
                "deny check --hide-inclusion-graph --allow unused-wrapper bans licenses sources",
            ),
            Self::Features => return Ok(feature_lines(&libraries(root)?)),
            Self::Tidy | Self::External => return Ok(Vec::new()),
        };
        Ok(vec![line])
    }
}

/// A library people may depend on: its name and its features.
type Library = (String, Vec<String>);

fn libraries(root: &Path) -> Result<Vec<Library>> {
    let metadata = tidy::metadata(root)?;
    let mut libraries = Vec::new();
    for package in metadata.workspace_packages() {
        let published = package
            .publish
            .as_ref()
            .is_none_or(|registries| !registries.is_empty());
        if published && package.targets.iter().any(|target| target.is_lib()) {
            libraries.push((
                package.name.to_string(),
                package.features.keys().cloned().collect(),
            ));
        }
    }
    Ok(libraries)
}

/// Each library without its default features, then with each of its features alone.
fn feature_lines(libraries: &[Library]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, features) in libraries {
        let bare = format!("check --quiet --package {name} --no-default-features");
        lines.push(Line::cargo(&bare));
        for feature in features.iter().filter(|feature| *feature != "default") {
            lines.push(Line::cargo(&format!("{bare} --features {feature}")));
        }
    }
    lines
}

/// Cargo in the workspace's root, with the tools of ours among its subcommands.
fn cargo(root: &Path) -> Result<Command> {
    let tools = root.join(TOOLS).join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::env::split_paths(&path).chain([tools]))?;
    let mut command = Command::new("cargo");
    command
        .env("PATH", path)
        .current_dir(root)
        .stdin(Stdio::null());
    Ok(command)
}

/// Installs the cargo subcommand `name` where there is none.
pub(crate) fn require(root: &Path, name: &str, version: &str) -> Result<()> {
    let probe = cargo(root)?.args([name, "--version"]).output();
    if probe.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    println!("cargo-{name} is not installed; building it takes some minutes, once");
    let install = format!("install cargo-{name} --locked --version {version} --root {TOOLS}");
    Line::cargo(&install).run(root)
}

fn name(step: Step) -> String {
    step.to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

fn report(times: &[(Step, Duration)]) -> String {
    let total: Duration = times.iter().map(|(_, time)| *time).sum();
    let rows = times.iter().map(|(step, time)| (name(*step), *time));
    rows.chain([("total".to_owned(), total)])
        .map(|(name, time)| format!("{name:<9}{:>8.1} s\n", time.as_secs_f64()))
        .collect()
}
