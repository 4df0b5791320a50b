//! What the pipeline delivers to.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use crate::error::Error;

/// How a delivery ended: what was rejected, or one line that says why nothing arrived.
pub(crate) type Delivery = Result<Delivered, String>;

/// A delivery that arrived.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    /// Spans the other side took note of and threw away (a *partial success* in OTLP).
    pub(crate) rejected: u64,
    /// What the other side said about it.
    pub(crate) message: Option<String>,
}

/// One place spans go to. The SDK's `SpanExporter` as an object, with an error that can be told
/// apart and a count of what was rejected.
pub(crate) trait Sink: fmt::Debug + Send + Sync + 'static {
    /// Delivers a batch; never called again before the last call is over.
    fn export(
        self: Arc<Self>,
        batch: Vec<SpanData>,
    ) -> Pin<Box<dyn Future<Output = Delivery> + Send>>;

    /// Lets go of what is held back.
    fn flush(&self) -> Result<(), String> {
        Ok(())
    }

    /// Called once, after the last export.
    fn shutdown(&self) {}
}

type Build = Box<dyn FnOnce(&Resource) -> Result<Arc<dyn Sink>, Error> + Send>;

/// How to make a sink. It is made on the exporter's own thread, inside its own runtime, because
/// that is where a network client has to live.
pub(crate) struct SinkSpec {
    pub(crate) name: String,
    pub(crate) target: String,
    /// Somebody watches: deliver as soon as a trace's root has ended.
    pub(crate) eager: bool,
    pub(crate) build: Build,
}

impl fmt::Debug for SinkSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SinkSpec")
            .field("name", &self.name)
            .field("target", &self.target)
            .field("eager", &self.eager)
            .finish_non_exhaustive()
    }
}

impl SinkSpec {
    /// A sink around an exporter of the SDK's kind.
    pub(crate) fn exporter<E>(
        name: impl Into<String>,
        target: impl Into<String>,
        mut exporter: E,
    ) -> Self
    where
        E: SpanExporter + 'static,
    {
        Self {
            name: name.into(),
            target: target.into(),
            eager: false,
            build: Box::new(move |resource| {
                exporter.set_resource(resource);
                Ok(Arc::new(Exporter(exporter)))
            }),
        }
    }

    pub(crate) fn eager(mut self) -> Self {
        self.eager = true;
        self
    }
}

#[derive(Debug)]
struct Exporter<E>(E);

impl<E: SpanExporter + 'static> Sink for Exporter<E> {
    fn export(
        self: Arc<Self>,
        batch: Vec<SpanData>,
    ) -> Pin<Box<dyn Future<Output = Delivery> + Send>> {
        Box::pin(async move {
            match self.0.export(batch).await {
                Ok(()) => Ok(Delivered::default()),
                Err(error) => Err(reason(error)),
            }
        })
    }

    fn flush(&self) -> Result<(), String> {
        self.0.force_flush().map_err(reason)
    }

    fn shutdown(&self) {
        // What shutdown could not do shows in the counts; the error has nobody to go to.
        let _ = self
            .0
            .shutdown_with_timeout(Duration::from_secs(SHUTDOWN_SECONDS));
    }
}

/// How long an exporter may take to put itself away, after its last export.
const SHUTDOWN_SECONDS: u64 = 1;

fn reason(error: OTelSdkError) -> String {
    match error {
        OTelSdkError::InternalFailure(message) => message,
        other => other.to_string(),
    }
}
