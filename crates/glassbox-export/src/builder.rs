//! Puts exporters, resource and provider together.

mod resource;
mod variables;

use std::fmt;
use std::sync::Arc;

use opentelemetry::global;
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanExporter, TracerProviderBuilder};

use crate::batching::Batching;
use crate::console::ConsoleExporter;
use crate::environment::{Environment, Settings};
use crate::error::Error;
use crate::guard::Guard;
use crate::otlp::Otlp;
use crate::pipeline::{self, Listener, Processor};
use crate::sink::SinkSpec;
use crate::tree::TreeExporter;
use variables::Kind;

/// Collects what is wanted; [`install`](Self::install) or [`build`](Self::build) starts it.
///
/// Sampler and span limits follow `OTEL_TRACES_SAMPLER` and `OTEL_SPAN_*_LIMIT`, which the SDK
/// reads by itself, unless [`with_provider`](Self::with_provider) says otherwise.
#[must_use]
pub struct Builder {
    sinks: Vec<SinkSpec>,
    provider: TracerProviderBuilder,
    resource: Option<Resource>,
    service_name: Option<String>,
    batching: Batching,
    listener: Option<Listener>,
    warnings: Vec<String>,
    disabled: bool,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            sinks: Vec::new(),
            provider: SdkTracerProvider::builder(),
            resource: None,
            service_name: None,
            batching: Batching::default(),
            listener: None,
            warnings: Vec::new(),
            disabled: false,
        }
    }

    /// What the environment asks for: see [`builder_from_env`](crate::builder_from_env).
    ///
    /// # Errors
    ///
    /// When an exporter that is asked for cannot be configured; see [`Otlp::from_environment`].
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        let mut builder = Self::settings_from_environment(environment);
        let mut settings = Settings::new(environment);
        let exporters = variables::exporters(&mut settings);
        builder.warnings.append(&mut settings.warnings);
        if builder.disabled {
            return Ok(builder);
        }
        for exporter in exporters {
            builder = match exporter {
                Kind::Otlp => builder.with_otlp_from_environment(environment)?,
                Kind::Console => builder.with_console(ConsoleExporter::stdout()),
            };
        }
        Ok(builder)
    }

    /// What the environment says of everything but the exporters: the resource, the batching, and
    /// whether there is to be any telemetry at all. For a program that chooses its exporters
    /// itself.
    pub fn settings_from_environment(environment: &Environment) -> Self {
        let mut settings = Settings::new(environment);
        let mut builder = Self::new();
        builder.disabled = settings.flag(&["OTEL_SDK_DISABLED"]);
        builder.batching = Batching::read(&mut settings);
        builder.resource = Some(resource::read(&mut settings));
        variables::check_sampler(&mut settings);
        builder.warnings = settings.warnings;
        builder
    }

    /// Adds JSON spans, for a person or a program that reads along: they are written as soon as a
    /// trace's root has ended.
    pub fn with_console(mut self, console: ConsoleExporter) -> Self {
        let target = console.target().to_owned();
        self.sinks
            .push(SinkSpec::exporter("console", target, console).eager());
        self
    }

    /// Adds the waterfall, for a person who watches: it is written as soon as a trace's root has
    /// ended.
    pub fn with_tree(mut self, tree: TreeExporter) -> Self {
        let target = tree.target().to_owned();
        self.sinks
            .push(SinkSpec::exporter("tree", target, tree).eager());
        self
    }

    /// Adds delivery over OTLP.
    pub fn with_otlp(mut self, otlp: Otlp) -> Self {
        self.sinks.push(otlp.into_spec());
        self
    }

    /// Adds delivery over OTLP, as the `OTEL_EXPORTER_OTLP_*` variables say.
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
        self.warnings.extend(warnings);
        Ok(self.with_otlp(otlp))
    }

    /// Adds any exporter of the SDK's kind. `name` and `target` are for reports: what it is, and
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
        self.sinks.push(SinkSpec::exporter(name, target, exporter));
        self
    }

    /// Sets what produces the spans. Default: what the SDK detects, with
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
        self.warnings.extend(warnings);
        self.with_batching(batching)
    }

    /// Hears one sentence about each problem when it comes up: each
    /// [warning](Guard::warnings) at the start, the first failed delivery of a series, and what a
    /// [`Guard`] that is dropped could not deliver. Called on the exporter's thread; it must not
    /// wait for spans.
    pub fn with_listener(mut self, listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Changes the SDK's provider: sampler, id generator, span limits.
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

    /// Starts the pipeline and makes it the process's own: the global tracer provider, and the
    /// global propagator (W3C trace context and baggage). For programs.
    ///
    /// With `OTEL_SDK_DISABLED=true` only the propagator is set.
    ///
    /// # Errors
    ///
    /// When an exporter, or the thread for them, cannot be set up.
    pub fn install(self) -> Result<Guard, Error> {
        let disabled = self.disabled;
        let guard = self.build()?;
        if !disabled {
            global::set_tracer_provider(guard.tracer_provider().clone());
        }
        global::set_text_map_propagator(TextMapCompositePropagator::new(vec![
            Box::new(TraceContextPropagator::new()),
            Box::new(BaggagePropagator::new()),
        ]));
        Ok(guard)
    }

    /// Starts the pipeline and changes nothing global. For tests, and inside other programs.
    ///
    /// # Errors
    ///
    /// When an exporter, or the thread for them, cannot be set up.
    pub fn build(self) -> Result<Guard, Error> {
        let resource = self.resource.unwrap_or_else(|| Resource::builder().build());
        let resource = resource::named(resource, self.service_name);
        if let Some(listener) = &self.listener {
            self.warnings.iter().for_each(|warning| listener(warning));
        }
        let mut provider = self.provider.with_resource(resource.clone());
        if self.disabled {
            provider = provider.with_sampler(Sampler::AlwaysOff);
        }
        let mut handle = None;
        if !self.sinks.is_empty() && !self.disabled {
            let batching = self.batching.bounded();
            let started = pipeline::start(self.sinks, resource, batching, self.listener.clone())?;
            provider = provider.with_span_processor(Processor::new(started.clone()));
            handle = Some(started);
        }
        let provider = provider.build();
        Ok(Guard::new(provider, handle, self.warnings, self.listener))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("sinks", &self.sinks)
            .field("batching", &self.batching)
            .field("warnings", &self.warnings)
            .field("disabled", &self.disabled)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
