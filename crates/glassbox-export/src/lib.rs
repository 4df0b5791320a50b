#![doc = include_str!("../README.md")]

mod batching;
mod builder;
mod console;
mod environment;
mod error;
mod file;
mod guard;
mod limits;
mod otlp;
mod periodic;
mod pipeline;
mod process;
mod read;
mod report;
mod signal;
mod sink;
#[cfg(test)]
mod testing;
mod text;
mod tree;

use std::io::Write;

pub use batching::Batching;
pub use builder::Builder;
pub use console::ConsoleExporter;
pub use environment::Environment;
pub use error::Error;
pub use file::OtlpFile;
pub use guard::{Flusher, Guard};
pub use otlp::{Otlp, Protocol};
pub use process::Signals;
pub use read::{OtlpReader, RecordedSpan, Unreadable};
pub use report::{Report, SinkReport};
pub use signal::Signal;
pub use tree::{SpanTree, TreeExporter, TreeStyle, TreeTotals};

/// Pipelines without exporters, to add some.
pub fn builder() -> Builder {
    Builder::new()
}

/// What the environment asks for: the exporters of all three signals, and everything about them. The
/// [table](crate#what-the-environment-says) has every variable.
///
/// A value that makes no sense is ignored and [reported](Guard::warnings).
///
/// # Errors
///
/// When an exporter that is asked for cannot be configured; see [`Otlp::from_environment`].
pub fn builder_from_env() -> Result<Builder, Error> {
    Builder::from_environment(&Environment::from_env())
}

/// Everything as the environment asks for, installed for the process. Problems are told on
/// standard error, one line each.
///
/// What is there is delivered when the [`Guard`] is dropped, also by a panic that unwinds, when a panic
/// aborts the process, and at Ctrl-C, SIGTERM and SIGHUP, which then end the process as they would have
/// ([`Signals::End`]). A program that handles these signals by itself, with `tokio::signal::ctrl_c` or the
/// like, writes `builder_from_env()?.with_signals(Signals::Flush).install()` in its place. It works from
/// any runtime and from none. A process that calls `std::process::exit` has to drop the guard before.
///
/// ```no_run
/// let _telemetry = glassbox_export::init()?;
/// # Ok::<(), glassbox_export::Error>(())
/// ```
///
/// # Errors
///
/// When an exporter that is asked for cannot be configured or set up, and where telemetry is installed
/// already.
pub fn init() -> Result<Guard, Error> {
    builder_from_env()?
        .with_listener(to_stderr)
        .with_signals(Signals::End)
        .with_panic_hook(true)
        .install()
}

fn to_stderr(problem: &str) {
    // Where standard error is gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "glassbox: {problem}");
}
