#![doc = include_str!("../README.md")]

mod batching;
mod builder;
mod console;
mod environment;
mod error;
mod guard;
mod otlp;
mod periodic;
mod pipeline;
mod report;
mod signal;
mod sink;
mod spool;
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
pub use guard::{Flusher, Guard};
pub use otlp::{Otlp, Protocol};
pub use report::{Report, SinkReport};
pub use signal::Signal;
pub use spool::{Fsync, Full, Spool, Waiting};
pub use tree::{SpanTree, TreeExporter, TreeStyle, TreeTotals};

/// Pipelines without exporters, to add some.
pub fn builder() -> Builder {
    Builder::new()
}

/// What the environment asks for:
///
/// | variable | effect |
/// | --- | --- |
/// | `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER`, `OTEL_LOGS_EXPORTER` | each a list of `otlp` (default), `console`, `none` |
/// | `OTEL_EXPORTER_OTLP_*`, `OTEL_EXPORTER_OTLP_TRACES_*` | see [`Otlp::from_environment`] |
/// | `OTEL_EXPORTER_OTLP_METRICS_*` | see [`Otlp::metrics_from_environment`] |
/// | `OTEL_EXPORTER_OTLP_LOGS_*` | see [`Otlp::logs_from_environment`] |
/// | `OTEL_BSP_*`, `OTEL_BLRP_*` | see [`Batching`] |
/// | `OTEL_METRIC_EXPORT_INTERVAL`, `OTEL_METRIC_EXPORT_TIMEOUT` | in milliseconds, see [`Builder::with_metric_interval`] and [`Builder::with_metric_timeout`] |
/// | `GLASSBOX_SPOOL_DIR`, `GLASSBOX_SPOOL_MAX_BYTES`, `GLASSBOX_SPOOL_FSYNC`, `GLASSBOX_SPOOL_FULL` | spans for collectors wait on the disk: see [`Spool::from_environment`] |
/// | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | the resource |
/// | `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`, `OTEL_SPAN_*_COUNT_LIMIT` | read by the SDK |
/// | `OTEL_SDK_DISABLED` | `true`: no exporter, no spans, no metrics, no log records |
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
/// # Errors
///
/// When an exporter that is asked for cannot be configured or set up.
pub fn init() -> Result<Guard, Error> {
    builder_from_env()?.with_listener(to_stderr).install()
}

fn to_stderr(problem: &str) {
    // Where standard error is gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "glassbox: {problem}");
}
