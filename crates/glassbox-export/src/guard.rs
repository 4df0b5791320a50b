//! What a program keeps while it runs.

use std::fmt;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::pipeline::{Listener, Pipelines, Providers};
use crate::process::{Installation, Signals};
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
    installation: Mutex<Option<Installation>>,
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
            installation: Mutex::new(None),
            last: OnceLock::new(),
        }
    }

    /// Whose end is the end of the installation.
    pub(crate) fn installed(self, installation: Installation) -> Self {
        *self.installation() = Some(installation);
        self
    }

    pub(crate) fn watch(&self, installation: &mut Installation, signals: Signals, panics: bool) {
        let (pipelines, listener) = (self.pipelines.clone(), self.listener.clone());
        installation.watch(pipelines, listener, signals, panics);
    }

    fn installation(&self) -> MutexGuard<'_, Option<Installation>> {
        // Nothing panics under this lock.
        self.installation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
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
    /// single-threaded runtime as the caller cannot answer meanwhile: see
    /// [`flush_async`](Self::flush_async).
    pub fn flush(&self, timeout: Duration) -> Report {
        self.flusher().flush(timeout)
    }

    /// Like [`flush`](Self::flush), without blocking the thread: for asynchronous code, in any runtime.
    pub async fn flush_async(&self, timeout: Duration) -> Report {
        self.flusher().flush_async(timeout).await
    }

    /// Delivers what is there, gives up on the rest when the time is over, and ends the pipelines.
    /// Spans that are still open are ended, marked and delivered with what was known at their start, and
    /// counted. A second call returns the report of the first.
    ///
    /// Where the guard [is installed](crate::Builder::install), the global providers become such that do
    /// nothing.
    pub fn shutdown(&self, timeout: Duration) -> Report {
        self.last
            .get_or_init(|| self.ended(self.pipelines.shutdown(timeout)))
            .clone()
    }

    /// Like [`shutdown`](Self::shutdown), without blocking the thread: for asynchronous code, in any
    /// runtime. Dropping the future leaves the pipelines to end by themselves.
    pub async fn shutdown_async(&self, timeout: Duration) -> Report {
        let report = aside(&self.pipelines, move |pipelines| {
            pipelines.shutdown(timeout)
        })
        .await;
        self.last.get_or_init(|| self.ended(report)).clone()
    }

    /// What is to be done once the pipelines are down.
    fn ended(&self, report: Report) -> Report {
        // This makes tracers, meters and loggers cheap. What the results could say, the report says.
        let _ = self.tracer_provider.shutdown_with_timeout(Duration::ZERO);
        let _ = self.meter_provider.shutdown_with_timeout(Duration::ZERO);
        let _ = self.logger_provider.shutdown_with_timeout(Duration::ZERO);
        drop(self.installation().take());
        report
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

    /// Like [`Guard::flush_async`].
    #[must_use = "it says what was not delivered"]
    pub async fn flush_async(&self, timeout: Duration) -> Report {
        aside(&self.pipelines, move |pipelines| pipelines.flush(timeout)).await
    }
}

/// Does what blocks on a thread of its own: a runtime's threads have other things to do, and not every
/// runtime has threads for that.
async fn aside(
    pipelines: &Pipelines,
    work: impl FnOnce(&Pipelines) -> Report + Send + 'static,
) -> Report {
    let (done, waited) = tokio::sync::oneshot::channel();
    let own = pipelines.clone();
    let thread = move || {
        // The caller may have stopped waiting.
        let _ = done.send(work(&own));
    };
    let started = thread::Builder::new().spawn(thread);
    match (started, waited.await) {
        (Ok(_), Ok(report)) => report,
        // Without a thread there is no delivery, and the counts say so.
        _ => pipelines.flush(Duration::ZERO),
    }
}
