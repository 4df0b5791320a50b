//! What a program keeps while it runs.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::pipeline::{Handle, Listener};
use crate::report::Report;

/// How long a guard that is dropped waits for deliveries.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// Keeps the pipeline running. Keep it until the last span has ended, then call
/// [`shutdown`](Self::shutdown) and look at the report; dropping it does the same within five
/// seconds and tells the [listener](crate::Builder::with_listener).
///
/// A process that ends through `std::process::exit` drops nothing: shut down before.
#[must_use = "dropping the guard shuts the pipeline down"]
pub struct Guard {
    provider: SdkTracerProvider,
    handle: Option<Handle>,
    warnings: Vec<String>,
    listener: Option<Listener>,
    last: OnceLock<Report>,
}

impl Guard {
    pub(crate) fn new(
        provider: SdkTracerProvider,
        handle: Option<Handle>,
        warnings: Vec<String>,
        listener: Option<Listener>,
    ) -> Self {
        Self {
            provider,
            handle,
            warnings,
            listener,
            last: OnceLock::new(),
        }
    }

    /// The provider to get tracers from.
    pub fn tracer_provider(&self) -> &SdkTracerProvider {
        &self.provider
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
        self.handle.as_ref()?.last_trace_id()
    }

    /// Delivers every span that ended before this call, or as many as can be within `timeout`.
    /// What does not make it stays on its way.
    ///
    /// It blocks the calling thread, for no longer than `timeout` and a moment, whatever the
    /// collector does. It needs no runtime and harms none; only a collector that runs in the same
    /// single-threaded runtime as the caller cannot answer meanwhile.
    pub fn flush(&self, timeout: Duration) -> Report {
        self.flusher().flush(timeout)
    }

    /// Delivers what is there, gives up on the rest when the time is over, and ends the pipeline.
    /// Spans that are still open are not delivered, and counted. A second call returns the report
    /// of the first.
    pub fn shutdown(&self, timeout: Duration) -> Report {
        self.last
            .get_or_init(|| {
                let Some(handle) = &self.handle else {
                    // Its result says the same as the report.
                    let _ = self.provider.shutdown_with_timeout(timeout);
                    return Report::default();
                };
                let report = handle.shutdown(timeout);
                // The pipeline is down: this makes its tracers cheap.
                let _ = self.provider.shutdown_with_timeout(Duration::ZERO);
                report
            })
            .clone()
    }

    /// A handle to flush with from elsewhere: a signal handler's thread, a request's end.
    #[must_use]
    pub fn flusher(&self) -> Flusher {
        Flusher {
            handle: self.handle.clone(),
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
            .field("handle", &self.handle)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Flushes a pipeline; cheap to clone and to send elsewhere. It keeps nothing alive: after the
/// guard's shutdown it reports the final counts.
#[derive(Debug, Clone)]
pub struct Flusher {
    handle: Option<Handle>,
}

impl Flusher {
    /// Like [`Guard::flush`].
    #[must_use = "it says what was not delivered"]
    pub fn flush(&self, timeout: Duration) -> Report {
        let handle = self.handle.as_ref();
        handle.map_or_else(Report::default, |handle| handle.flush(timeout))
    }
}
