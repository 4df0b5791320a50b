//! What a program keeps while it runs.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::pipeline::{Listener, Pipelines, Providers};
use crate::report::Report;

/// How long a guard that is dropped waits for deliveries.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// Keeps the pipelines running. Keep it until the last span has ended, then call
/// [`shutdown`](Self::shutdown) and look at the report; dropping it does the same within five
/// seconds and tells the [listener](crate::Builder::with_listener).
///
/// A process that ends through `std::process::exit` drops nothing: shut down before.
#[must_use = "dropping the guard shuts the pipelines down"]
pub struct Guard {
    tracer_provider: SdkTracerProvider,
    meter_provider: SdkMeterProvider,
    logger_provider: SdkLoggerProvider,
    pipelines: Pipelines,
    warnings: Vec<String>,
    listener: Option<Listener>,
    last: OnceLock<Report>,
}

impl Guard {
    pub(crate) fn new(
        providers: Providers,
        pipelines: Pipelines,
        warnings: Vec<String>,
        listener: Option<Listener>,
    ) -> Self {
        Self {
            tracer_provider: providers.tracer.build(),
            meter_provider: providers.meter.build(),
            logger_provider: providers.logger.build(),
            pipelines,
            warnings,
            listener,
            last: OnceLock::new(),
        }
    }

    /// The provider to get tracers from.
    pub fn tracer_provider(&self) -> &SdkTracerProvider {
        &self.tracer_provider
    }

    /// The provider to get meters from. Where no metrics are exported, their instruments do nothing.
    pub fn meter_provider(&self) -> &SdkMeterProvider {
        &self.meter_provider
    }

    /// Adds to the metrics what became of all telemetry.
    pub(crate) fn observe_delivery(&self) {
        if self.exports_metrics() {
            self.pipelines.observe(&self.meter_provider);
        }
    }

    pub(crate) fn exports_metrics(&self) -> bool {
        self.pipelines.has_metrics()
    }

    /// The provider to get loggers from. OpenTelemetry has no global one: hand it to whatever emits
    /// events. Where no logs are exported, its loggers do nothing.
    pub fn logger_provider(&self) -> &SdkLoggerProvider {
        &self.logger_provider
    }

    /// One sentence for each environment variable that said nonsense and was ignored.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The trace that began last in this process, for a program that does one thing and wants to
    /// say where to look for it. `None` before the first, and where nothing is exported or
    /// sampled.
    #[must_use]
    pub fn last_trace_id(&self) -> Option<TraceId> {
        self.pipelines.last_trace_id()
    }

    /// Delivers every span that ended, every log record that was emitted and all that was measured
    /// before this call, or as much as can be within `timeout`. What does not make it stays on its
    /// way.
    ///
    /// It blocks the calling thread, for no longer than `timeout` and a moment, whatever the
    /// collector does. It needs no runtime and harms none; only a collector that runs in the same
    /// single-threaded runtime as the caller cannot answer meanwhile.
    pub fn flush(&self, timeout: Duration) -> Report {
        self.flusher().flush(timeout)
    }

    /// Delivers what is there, gives up on the rest when the time is over, and ends the pipelines.
    /// Spans that are still open are not delivered, and counted. A second call returns the report
    /// of the first.
    pub fn shutdown(&self, timeout: Duration) -> Report {
        self.last
            .get_or_init(|| {
                let report = self.pipelines.shutdown(timeout);
                // The pipelines are down: this makes tracers, meters and loggers cheap. What the
                // results could say, the report says.
                let _ = self.tracer_provider.shutdown_with_timeout(Duration::ZERO);
                let _ = self.meter_provider.shutdown_with_timeout(Duration::ZERO);
                let _ = self.logger_provider.shutdown_with_timeout(Duration::ZERO);
                report
            })
            .clone()
    }

    /// A handle to flush with from elsewhere: a signal handler's thread, a request's end.
    #[must_use]
    pub fn flusher(&self) -> Flusher {
        Flusher {
            pipelines: self.pipelines.clone(),
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.last.get().is_some() {
            return;
        }
        let report = self.shutdown(DROP_TIMEOUT);
        if let Some(listener) = &self.listener {
            report.problems().for_each(|problem| listener(&problem));
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("pipelines", &self.pipelines)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Flushes the pipelines; cheap to clone and to send elsewhere. It keeps nothing alive: after the
/// guard's shutdown it reports the final counts.
#[derive(Debug, Clone)]
pub struct Flusher {
    pipelines: Pipelines,
}

impl Flusher {
    /// Like [`Guard::flush`].
    #[must_use = "it says what was not delivered"]
    pub fn flush(&self, timeout: Duration) -> Report {
        self.pipelines.flush(timeout)
    }
}
