//! What a process has one of: the global providers, the reaction to signals, the panic hook.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::global;
use opentelemetry::metrics::noop::NoopMeterProvider;
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry::trace::noop::NoopTracerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use crate::error::Error;
use crate::pipeline::{Listener, Pipelines};

mod panics;
mod signals;

pub use signals::Signals;

/// Somebody has installed telemetry and not yet taken it away.
static CLAIMED: AtomicBool = AtomicBool::new(false);

/// What signals and panics flush.
static CURRENT: Mutex<Option<Current>> = Mutex::new(None);

#[derive(Clone)]
struct Current {
    pipelines: Pipelines,
    listener: Option<Listener>,
    panics: bool,
}

impl Current {
    /// Delivers what can be delivered within this time, says what could not, and ends.
    fn end(&self, timeout: Duration) {
        let report = self.pipelines.shutdown(timeout);
        if let Some(listener) = &self.listener {
            report.problems().for_each(|problem| listener(&problem));
        }
    }
}

fn current() -> MutexGuard<'static, Option<Current>> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The claim on the process; it is given up when this is dropped, and with it the global providers.
#[derive(Debug, Default)]
pub(crate) struct Installation {
    tracer: bool,
    meter: bool,
}

impl Installation {
    /// # Errors
    ///
    /// Where another one stands.
    pub(crate) fn claim() -> Result<Self, Error> {
        if CLAIMED.swap(true, Ordering::AcqRel) {
            return Err(Error::new(
                "telemetry is installed already; keep that guard, or shut it down first",
            ));
        }
        Ok(Self::default())
    }

    pub(crate) fn set_tracer_provider(&mut self, provider: SdkTracerProvider) {
        global::set_tracer_provider(provider);
        self.tracer = true;
    }

    pub(crate) fn set_meter_provider(&mut self, provider: SdkMeterProvider) {
        global::set_meter_provider(provider);
        self.meter = true;
    }

    pub(crate) fn set_propagator(&mut self, propagator: TextMapCompositePropagator) {
        global::set_text_map_propagator(propagator);
    }

    /// From now on the end of the process delivers what is there.
    pub(crate) fn watch(
        &mut self,
        pipelines: Pipelines,
        listener: Option<Listener>,
        signals: Signals,
        panics: bool,
    ) {
        *current() = Some(Current {
            pipelines,
            listener,
            panics,
        });
        signals::watch(signals);
        if panics {
            panics::watch();
        }
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        *current() = None;
        if self.tracer {
            global::set_tracer_provider(NoopTracerProvider::new());
        }
        if self.meter {
            global::set_meter_provider(NoopMeterProvider::new());
        }
        CLAIMED.store(false, Ordering::Release);
    }
}
