//! What a builder adds for metrics.

use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{
    Aggregation, Instrument, InstrumentKind, MeterProviderBuilder, Stream, Temporality,
};

use super::Builder;
use super::variables::{self, Kind};
use crate::console::ConsoleExporter;
use crate::environment::{Environment, Settings};
use crate::error::Error;
use crate::file::OtlpFile;
use crate::otlp::Otlp;
use crate::sink::{self, SinkSpec};

/// The specification's
/// [exponential histogram](https://opentelemetry.io/docs/specs/otel/metrics/sdk/#base2-exponential-bucket-histogram-aggregation)
/// with its defaults, in place of the buckets that an instrument asks for.
fn exponential(instrument: &Instrument) -> Option<Stream> {
    if instrument.kind() != InstrumentKind::Histogram {
        return None;
    }
    let aggregation = Aggregation::Base2ExponentialHistogram {
        max_size: 160,
        max_scale: 20,
        record_min_max: true,
    };
    // These numbers are within bounds.
    Stream::builder().with_aggregation(aggregation).build().ok()
}

/// Metrics. Without an exporter of metrics nothing is measured.
impl Builder {
    /// Adds the exporters of metrics that `OTEL_METRICS_EXPORTER` asks for: `otlp` where it is not
    /// set.
    ///
    /// # Errors
    ///
    /// When an exporter that is asked for cannot be configured; see [`Otlp::from_environment`].
    pub fn with_metrics_from_environment(self, environment: &Environment) -> Result<Self, Error> {
        let (builder, exporters) = self.exporters(environment, "OTEL_METRICS_EXPORTER");
        exporters
            .into_iter()
            .try_fold(builder, |builder, exporter| match exporter {
                Kind::Otlp => builder.with_otlp_metrics_from_environment(environment),
                Kind::Console => Ok(builder.with_console_metrics(ConsoleExporter::stdout())),
            })
    }

    /// Adds delivery of metrics over OTLP.
    pub fn with_otlp_metrics(mut self, otlp: Otlp) -> Self {
        let temporality = otlp.temporality();
        self.metric_sinks
            .push((otlp.into_metric_spec(), temporality));
        self
    }

    /// Adds delivery of metrics over OTLP, as the `OTEL_EXPORTER_OTLP_METRICS_*` and
    /// `OTEL_EXPORTER_OTLP_*` variables say.
    ///
    /// # Errors
    ///
    /// See [`Otlp::from_environment`].
    pub fn with_otlp_metrics_from_environment(
        mut self,
        environment: &Environment,
    ) -> Result<Self, Error> {
        let (otlp, warnings) = Otlp::metrics_from_environment(environment)?;
        self.warn(warnings);
        let mut settings = Settings::new(environment);
        if variables::is_exponential(&mut settings) {
            self.meter_provider = self.meter_provider.with_view(exponential);
        }
        self.warn(settings.warnings);
        Ok(self.with_otlp_metrics(otlp))
    }

    /// Adds metrics as JSON, at each collection one object for each instrument.
    pub fn with_console_metrics(self, console: ConsoleExporter) -> Self {
        let target = console.target().to_owned();
        self.with_metric_exporter("console", target, console)
    }

    /// Adds a file of OTLP JSON lines.
    pub fn with_file_metrics(mut self, file: OtlpFile) -> Self {
        self.metric_sinks
            .push((file.into_metric_spec(), Temporality::default()));
        self
    }

    /// Adds any exporter of metrics of the SDK's kind. `name` and `target` are for reports: what it
    /// is, and where it sends to.
    ///
    /// It runs on the exporter's own thread, inside a single-threaded Tokio runtime, one export at a
    /// time, and so do the callbacks of observable instruments.
    pub fn with_metric_exporter(
        mut self,
        name: impl Into<String>,
        target: impl Into<String>,
        exporter: impl PushMetricExporter,
    ) -> Self {
        let temporality: Temporality = exporter.temporality();
        let build = |_: &Resource| sink::metrics(exporter);
        self.metric_sinks
            .push((SinkSpec::new(name, target, build), temporality));
        self
    }

    /// Sets how long it is from one collection of metrics to the next, at least a millisecond.
    /// Default 60 s (`OTEL_METRIC_EXPORT_INTERVAL`).
    pub fn with_metric_interval(mut self, interval: Duration) -> Self {
        self.periodic = self.periodic.with_interval(interval);
        self
    }

    /// Sets how long one export of metrics may take, attempts and pauses included. Default 30 s
    /// (`OTEL_METRIC_EXPORT_TIMEOUT`); zero is no limit.
    pub fn with_metric_timeout(mut self, timeout: Duration) -> Self {
        self.periodic = self.periodic.with_timeout(timeout);
        self
    }

    /// Whether the metrics that are exported also say what became of all telemetry: exported, rejected,
    /// failed, dropped (`otel.sdk.exporter.*` and `otel.sdk.processor.*`). A collection counts what came before
    /// it: what only the shutdown loses is in its report. Default false, and true for a builder that reads
    /// the environment.
    pub fn with_delivery_metrics(mut self, wanted: bool) -> Self {
        self.delivery_metrics = wanted;
        self
    }

    /// Changes the SDK's meter provider: views, further readers.
    pub fn with_meter_provider(
        mut self,
        change: impl FnOnce(MeterProviderBuilder) -> MeterProviderBuilder,
    ) -> Self {
        self.meter_provider = change(self.meter_provider);
        self
    }
}
