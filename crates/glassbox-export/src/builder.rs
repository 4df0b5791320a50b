//! Puts exporters, resource and providers together.

mod logs;
mod metrics;
mod resource;
mod variables;

use std::fmt;
use std::sync::Arc;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{LoggerProviderBuilder, SdkLoggerProvider};
use opentelemetry_sdk::metrics::{MeterProviderBuilder, SdkMeterProvider, Temporality};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanExporter, TracerProviderBuilder};

use crate::batching::Batching;
use crate::console::ConsoleExporter;
use crate::environment::{Environment, Settings};
use crate::error::Error;
use crate::file::OtlpFile;
use crate::guard::Guard;
use crate::limits::{LongestValue, RecordLimits};
use crate::otlp::Otlp;
use crate::periodic::Periodic;
use crate::pipeline::{Listener, Plan, Providers};
use crate::process::{Installation, Signals};
use crate::sink::{self, Logs, Points, SinkSpec, Spans};
use crate::tree::TreeExporter;
use variables::{Kind, Propagators};

/// Collects what is wanted; [`install`](Self::install) or [`build`](Self::build) starts it.
///
/// Sampler and span limits follow `OTEL_TRACES_SAMPLER` and `OTEL_SPAN_*_COUNT_LIMIT` also where nothing
/// else is read of the environment, because the SDK reads these by itself, unless
/// [`with_provider`](Self::with_provider) says otherwise.
#[must_use]
pub struct Builder {
    sinks: Vec<SinkSpec<Spans>>,
    metric_sinks: Vec<(SinkSpec<Points>, Temporality)>,
    log_sinks: Vec<SinkSpec<Logs>>,
    provider: TracerProviderBuilder,
    meter_provider: MeterProviderBuilder,
    logger_provider: LoggerProviderBuilder,
    resource: Option<Resource>,
    service_name: Option<String>,
    batching: Batching,
    periodic: Periodic,
    log_batching: Batching,
    longest: Option<LongestValue>,
    record_limits: RecordLimits,
    propagators: Propagators,
    listener: Option<Listener>,
    warnings: Vec<String>,
    delivery_metrics: bool,
    signals: Signals,
    panic_hook: bool,
    disabled: bool,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            sinks: Vec::new(),
            metric_sinks: Vec::new(),
            log_sinks: Vec::new(),
            provider: SdkTracerProvider::builder(),
            meter_provider: SdkMeterProvider::builder(),
            logger_provider: SdkLoggerProvider::builder(),
            resource: None,
            service_name: None,
            batching: Batching::default(),
            periodic: Periodic::default(),
            log_batching: Batching::for_logs(),
            longest: None,
            record_limits: RecordLimits::default(),
            propagators: Propagators::default(),
            listener: None,
            warnings: Vec::new(),
            delivery_metrics: false,
            signals: Signals::default(),
            panic_hook: false,
            disabled: false,
        }
    }

    /// What the environment asks for: see [`builder_from_env`](crate::builder_from_env).
    ///
    /// # Errors
    ///
    /// When an exporter that is asked for cannot be configured; see [`Otlp::from_environment`].
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        let builder = Self::settings_from_environment(environment);
        if builder.disabled {
            return Ok(builder);
        }
        builder
            .with_traces_from_environment(environment)?
            .with_metrics_from_environment(environment)?
            .with_logs_from_environment(environment)
    }

    /// Adds the exporters of traces that `OTEL_TRACES_EXPORTER` asks for: `otlp` where it is not set.
    ///
    /// # Errors
    ///
    /// When an exporter that is asked for cannot be configured; see [`Otlp::from_environment`].
    pub fn with_traces_from_environment(self, environment: &Environment) -> Result<Self, Error> {
        let (builder, exporters) = self.exporters(environment, "OTEL_TRACES_EXPORTER");
        exporters
            .into_iter()
            .try_fold(builder, |builder, exporter| match exporter {
                Kind::Otlp => builder.with_otlp_from_environment(environment),
                Kind::Console => Ok(builder.with_console(ConsoleExporter::stdout())),
            })
    }

    /// What a variable asks for; what is wrong with it becomes a warning.
    fn exporters(mut self, environment: &Environment, variable: &str) -> (Self, Vec<Kind>) {
        let mut settings = Settings::new(environment);
        let kinds = variables::exporters(&mut settings, variable);
        self.warn(settings.warnings);
        (self, kinds)
    }

    /// Each sentence once: what is said of a variable for all kinds of telemetry comes up for each.
    fn warn(&mut self, warnings: Vec<String>) {
        for warning in warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// What the environment says of everything but the exporters: the resource, the batching, how
    /// often metrics are collected, and whether there is to be any telemetry at all. For a program
    /// that chooses its exporters itself; what it adds none for is not exported.
    pub fn settings_from_environment(environment: &Environment) -> Self {
        let mut settings = Settings::new(environment);
        let mut builder = Self::new();
        builder.disabled = settings.flag(&["OTEL_SDK_DISABLED"]);
        builder.batching = Batching::read(&mut settings);
        builder.periodic = Periodic::read(&mut settings);
        builder.log_batching = Batching::read_for_logs(&mut settings);
        builder.resource = Some(resource::read(&mut settings));
        let sampler = variables::sampler(&mut settings);
        let limits = variables::span_limits(&mut settings);
        // What the SDK reads by itself is of this process, and it says nothing of what is wrong.
        builder.provider = builder
            .provider
            .with_sampler(sampler)
            .with_span_limits(limits);
        builder.longest = variables::span_length(&mut settings);
        builder.record_limits = variables::record_limits(&mut settings);
        builder.propagators = Propagators::read(&mut settings);
        variables::check_others(&mut settings);
        builder.delivery_metrics = true;
        builder.warnings = settings.warnings;
        builder
    }

    /// Adds JSON spans, for a person or a program that reads along: they are written as soon as a
    /// trace's root has ended.
    pub fn with_console(mut self, console: ConsoleExporter) -> Self {
        let target = console.target().to_owned();
        let build = |resource: &Resource| sink::spans(console, resource);
        self.sinks
            .push(SinkSpec::new("console", target, build).eager());
        self
    }

    /// Adds the waterfall, for a person who watches: it is written as soon as a trace's root has
    /// ended.
    pub fn with_tree(mut self, tree: TreeExporter) -> Self {
        let target = tree.target().to_owned();
        let build = |resource: &Resource| sink::spans(tree, resource);
        self.sinks
            .push(SinkSpec::new("tree", target, build).eager());
        self
    }

    /// Adds delivery of spans over OTLP.
    pub fn with_otlp(mut self, otlp: Otlp) -> Self {
        self.sinks.push(otlp.into_span_spec());
        self
    }

    /// Adds delivery of spans over OTLP, as the `OTEL_EXPORTER_OTLP_*` variables say.
    ///
    /// # Errors
    ///
    /// See [`Otlp::from_environment`].
    pub fn with_otlp_from_env(self) -> Result<Self, Error> {
        self.with_otlp_from_environment(&Environment::from_env())
    }

    /// Like [`with_otlp_from_env`](Self::with_otlp_from_env), from variables given.
    ///
    /// # Errors
    ///
    /// See [`Otlp::from_environment`].
    pub fn with_otlp_from_environment(mut self, environment: &Environment) -> Result<Self, Error> {
        let (otlp, warnings) = Otlp::from_environment(environment)?;
        self.warn(warnings);
        Ok(self.with_otlp(otlp))
    }

    /// Adds a file of OTLP JSON lines.
    ///
    /// A file that cannot be opened is an error of [`install`](Self::install) and [`build`](Self::build).
    pub fn with_file(mut self, file: OtlpFile) -> Self {
        self.sinks.push(file.into_span_spec());
        self
    }

    /// Adds any exporter of spans of the SDK's kind. `name` and `target` are for reports: what it is, and
    /// where it sends to.
    ///
    /// It runs on the exporter's own thread, inside a single-threaded Tokio runtime, one export at
    /// a time.
    pub fn with_exporter(
        mut self,
        name: impl Into<String>,
        target: impl Into<String>,
        exporter: impl SpanExporter + 'static,
    ) -> Self {
        let build = |resource: &Resource| sink::spans(exporter, resource);
        self.sinks.push(SinkSpec::new(name, target, build));
        self
    }

    /// Sets what produces the telemetry. Default: what the SDK detects, with
    /// `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME`.
    pub fn with_resource(mut self, resource: Resource) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Sets the service's name where the resource has none. `OTEL_SERVICE_NAME` wins.
    pub fn with_service_name(mut self, name: impl Into<String>) -> Self {
        self.service_name = Some(name.into());
        self
    }

    /// Sets how spans wait and travel together.
    pub fn with_batching(mut self, batching: Batching) -> Self {
        self.batching = batching;
        self
    }

    /// Sets how spans wait and travel together, as the `OTEL_BSP_*` variables say.
    pub fn with_batching_from_env(mut self) -> Self {
        let (batching, warnings) = Batching::from_environment(&Environment::from_env());
        self.warn(warnings);
        self.with_batching(batching)
    }

    /// Hears one sentence about each problem when it comes up: each
    /// [warning](Guard::warnings) at the start, the first failed delivery of a series or the fourth
    /// attempt, the first item that a full queue has no room for, and what a [`Guard`] that is dropped
    /// could not deliver. Called on the exporter's thread; it must not
    /// wait for spans.
    pub fn with_listener(mut self, listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Sets what happens when the process is asked to end. Default [`Signals::Leave`], and
    /// [`Signals::End`] for [`init`](crate::init). It takes effect with [`install`](Self::install).
    pub fn with_signals(mut self, signals: Signals) -> Self {
        self.signals = signals;
        self
    }

    /// Whether a panic delivers what is there: before it aborts the process, within two seconds; where it
    /// unwinds, without waiting for it. The hook that is there is called first. Default false, and true
    /// for [`init`](crate::init). It takes effect with [`install`](Self::install).
    pub fn with_panic_hook(mut self, wanted: bool) -> Self {
        self.panic_hook = wanted;
        self
    }

    /// Changes the SDK's tracer provider: sampler, id generator, span limits.
    ///
    /// ```
    /// use opentelemetry_sdk::trace::Sampler;
    ///
    /// let guard = glassbox_export::builder()
    ///     .with_provider(|provider| provider.with_sampler(Sampler::AlwaysOn))
    ///     .build()?;
    /// # Ok::<(), glassbox_export::Error>(())
    /// ```
    pub fn with_provider(
        mut self,
        change: impl FnOnce(TracerProviderBuilder) -> TracerProviderBuilder,
    ) -> Self {
        self.provider = change(self.provider);
        self
    }

    /// Starts the pipelines and makes them the process's own: the global tracer provider, where
    /// metrics are exported the global meter provider, and the global propagator (W3C trace context
    /// and baggage, or as `OTEL_PROPAGATORS` says). For programs. There is no global logger provider: see
    /// [`Guard::logger_provider`].
    ///
    /// There is one such installation at a time. It lasts until the guard is shut down or dropped, which
    /// puts providers in the place of ours that do nothing.
    ///
    /// With `OTEL_SDK_DISABLED=true` only the propagator is set.
    ///
    /// # Errors
    ///
    /// When an exporter, or the thread for them, cannot be set up, and where there is an installation
    /// already.
    pub fn install(self) -> Result<Guard, Error> {
        let (disabled, propagators) = (self.disabled, self.propagators);
        let (signals, panic_hook) = (self.signals, self.panic_hook);
        let mut installation = Installation::claim()?;
        let guard = self.build()?;
        if !disabled {
            installation.set_tracer_provider(guard.tracer_provider().clone());
        }
        if guard.exports_metrics() {
            installation.set_meter_provider(guard.meter_provider().clone());
        }
        installation.set_propagator(propagators.composite());
        if !disabled {
            guard.watch(&mut installation, signals, panic_hook);
        }
        Ok(guard.installed(installation))
    }

    /// Starts the pipelines and changes nothing global. For tests, and inside other programs.
    ///
    /// # Errors
    ///
    /// When an exporter, or the thread for them, cannot be set up.
    pub fn build(mut self) -> Result<Guard, Error> {
        if let Some(listener) = &self.listener {
            self.warnings.iter().for_each(|warning| listener(warning));
        }
        if self.disabled {
            self = self.without_telemetry();
        }
        let resource = self.resource.unwrap_or_else(|| Resource::builder().build());
        let resource = resource::named(resource, self.service_name);
        let providers = Providers {
            tracer: self.provider.with_resource(resource.clone()),
            meter: self.meter_provider.with_resource(resource.clone()),
            logger: self.logger_provider.with_resource(resource.clone()),
        };
        let plan = Plan {
            resource,
            listener: self.listener.clone(),
            spans: self.sinks,
            batching: self.batching.bounded(),
            longest: self.longest,
            metrics: self.metric_sinks,
            periodic: self.periodic,
            logs: self.log_sinks,
            log_batching: self.log_batching.bounded(),
            record_limits: self.record_limits,
        };
        let (providers, pipelines) = plan.start(providers)?;
        let guard = Guard::new(providers, pipelines, self.warnings, self.listener);
        if self.delivery_metrics {
            guard.observe_delivery();
        }
        Ok(guard)
    }

    fn without_telemetry(self) -> Self {
        Self {
            sinks: Vec::new(),
            metric_sinks: Vec::new(),
            log_sinks: Vec::new(),
            provider: self.provider.with_sampler(Sampler::AlwaysOff),
            meter_provider: SdkMeterProvider::builder(),
            logger_provider: SdkLoggerProvider::builder(),
            ..self
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("sinks", &self.sinks)
            .field("metric_sinks", &self.metric_sinks)
            .field("log_sinks", &self.log_sinks)
            .field("batching", &self.batching)
            .field("warnings", &self.warnings)
            .field("disabled", &self.disabled)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
