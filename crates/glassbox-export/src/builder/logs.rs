//! What a builder adds for log records.

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{LogExporter, LoggerProviderBuilder};

use super::Builder;
use super::variables::Kind;
use crate::batching::Batching;
use crate::console::ConsoleExporter;
use crate::environment::Environment;
use crate::error::Error;
use crate::file::OtlpFile;
use crate::otlp::Otlp;
use crate::sink::{self, SinkSpec};

/// Log records, and so events. Without an exporter of logs they go nowhere.
impl Builder {
    /// Adds the exporters of log records that `OTEL_LOGS_EXPORTER` asks for: `otlp` where it is not
    /// set.
    ///
    /// # Errors
    ///
    /// When an exporter that is asked for cannot be configured; see [`Otlp::from_environment`].
    pub fn with_logs_from_environment(self, environment: &Environment) -> Result<Self, Error> {
        let (builder, exporters) = self.exporters(environment, "OTEL_LOGS_EXPORTER");
        exporters
            .into_iter()
            .try_fold(builder, |builder, exporter| match exporter {
                Kind::Otlp => builder.with_otlp_logs_from_environment(environment),
                Kind::Console => Ok(builder.with_console_logs(ConsoleExporter::stdout())),
            })
    }

    /// Adds delivery of log records over OTLP.
    pub fn with_otlp_logs(mut self, otlp: Otlp) -> Self {
        self.log_sinks.push(otlp.into_log_spec());
        self
    }

    /// Adds delivery of log records over OTLP, as the `OTEL_EXPORTER_OTLP_LOGS_*` and
    /// `OTEL_EXPORTER_OTLP_*` variables say.
    ///
    /// # Errors
    ///
    /// See [`Otlp::from_environment`].
    pub fn with_otlp_logs_from_environment(
        mut self,
        environment: &Environment,
    ) -> Result<Self, Error> {
        let (otlp, warnings) = Otlp::logs_from_environment(environment)?;
        self.warn(warnings);
        Ok(self.with_otlp_logs(otlp))
    }

    /// Adds JSON log records, each written as soon as it is there.
    pub fn with_console_logs(mut self, console: ConsoleExporter) -> Self {
        let target = console.target().to_owned();
        let build = |resource: &Resource| sink::logs(console, resource);
        self.log_sinks
            .push(SinkSpec::new("console", target, build).eager());
        self
    }

    /// Adds a file of OTLP JSON lines.
    pub fn with_file_logs(mut self, file: OtlpFile) -> Self {
        self.log_sinks.push(file.into_log_spec());
        self
    }

    /// Adds any exporter of log records of the SDK's kind. `name` and `target` are for reports: what
    /// it is, and where it sends to.
    ///
    /// It runs on the exporter's own thread, inside a single-threaded Tokio runtime, one export at a
    /// time.
    pub fn with_log_exporter(
        mut self,
        name: impl Into<String>,
        target: impl Into<String>,
        exporter: impl LogExporter + 'static,
    ) -> Self {
        let build = |resource: &Resource| sink::logs(exporter, resource);
        self.log_sinks.push(SinkSpec::new(name, target, build));
        self
    }

    /// Sets how log records wait and travel together. Default [`Batching::for_logs`].
    pub fn with_log_batching(mut self, batching: Batching) -> Self {
        self.log_batching = batching;
        self
    }

    /// Changes the SDK's logger provider: further processors, which come before the exporters.
    pub fn with_logger_provider(
        mut self,
        change: impl FnOnce(LoggerProviderBuilder) -> LoggerProviderBuilder,
    ) -> Self {
        self.logger_provider = change(self.logger_provider);
        self
    }
}
