//! The workspace's chores: `cargo xtask ci`, `cargo xtask tidy`, `cargo xtask codegen`, `cargo xtask fuzz`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

mod balance;
mod ci;
mod codegen;
mod deploy;
mod external;
mod fuzz;
mod pulled;
mod tidy;

/// The workspace's chores.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
enum Chore {
    /// Runs every check a change must pass, in order
    Ci(ci::Options),
    /// Checks the layering, the files' hygiene, the documents and what `deploy/` names
    Tidy,
    /// Generates names, tables and their reference from our own registry, and from the conventions'
    #[command(args_conflicts_with_subcommands = true)]
    Codegen {
        /// The folder that holds the conventions' models; without it, only what is ours is generated
        #[arg(long, value_name = "PATH")]
        registry: Option<PathBuf>,
        /// Only compare, and fail where a file differs
        #[arg(long)]
        check: bool,
        #[command(subcommand)]
        other: Option<codegen::prices::Chore>,
    },
    /// Says how evenly traces are spread over the Collectors that sample
    Balance,
    /// Looks for inputs that break a property, with each fuzz target for a while
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    let outcome = match Chore::parse() {
        Chore::Ci(options) => ci::run(root(), &options),
        Chore::Tidy => tidy::run(root()),
        Chore::Balance => {
            balance::run();
            Ok(())
        }
        Chore::Codegen {
            other: Some(other), ..
        } => other.run(root()),
        Chore::Codegen {
            registry, check, ..
        } => codegen::run(root(), registry.as_deref(), check),
        Chore::Fuzz(options) => fuzz::run(root(), &options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's root: the folder this crate's is in.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the workspace")
}
