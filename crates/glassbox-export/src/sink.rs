//! What the pipelines deliver to.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLogRecord;
use opentelemetry_sdk::trace::SpanData;

use crate::error::Error;

mod exporter;
mod points;

pub(crate) use exporter::{logs, metrics, spans};
pub(crate) use points::{Points, each_metric};

/// How a delivery ended: what was rejected, or one line that says why nothing arrived.
pub(crate) type Delivery = Result<Delivered, String>;

/// A delivery that is under way.
pub(crate) type Delivering = Pin<Box<dyn Future<Output = Delivery> + Send>>;

/// A delivery that arrived.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    /// Items the other side took note of and threw away (a *partial success* in OTLP).
    pub(crate) rejected: u64,
    /// What the other side said about it.
    pub(crate) message: Option<String>,
}

/// What is delivered at once.
pub(crate) trait Batch: Send + Sync + 'static {
    /// How many spans, data points or log records it holds.
    fn items(&self) -> u64;
}

/// A span that ended.
pub(crate) type Span = SpanData;

/// Spans that ended.
pub(crate) type Spans = Vec<Span>;

/// A log record and the scope that it comes from.
pub(crate) type Log = (SdkLogRecord, InstrumentationScope);

/// Log records that were emitted.
pub(crate) type Logs = Vec<Log>;

impl<T: Send + Sync + 'static> Batch for Vec<T> {
    fn items(&self) -> u64 {
        self.len() as u64
    }
}

/// One place telemetry of one kind goes to. The SDK's exporters as an object, with an error that can
/// be told apart and a count of what was rejected.
pub(crate) trait Sink<B>: fmt::Debug + Send + Sync + 'static {
    /// Delivers a batch; never called again before the last call is over.
    fn export(self: Arc<Self>, batch: B) -> Delivering;

    /// Lets go of what is held back.
    fn flush(&self) -> Result<(), String> {
        Ok(())
    }

    /// Called once, after the last export.
    fn shutdown(&self) {}
}

pub(crate) type Build<B> = Box<dyn FnOnce(&Resource) -> Result<Arc<dyn Sink<B>>, Error> + Send>;

/// How to make a sink. It is made on the exporter's own thread, inside its own runtime, because
/// that is where a network client has to live.
pub(crate) struct SinkSpec<B> {
    pub(crate) name: String,
    pub(crate) target: String,
    /// Somebody watches: deliver as soon as a trace's root has ended, or a log record is there.
    pub(crate) eager: bool,
    pub(crate) build: Build<B>,
}

impl<B> fmt::Debug for SinkSpec<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SinkSpec")
            .field("name", &self.name)
            .field("target", &self.target)
            .field("eager", &self.eager)
            .finish_non_exhaustive()
    }
}

impl<B> SinkSpec<B> {
    /// A sink that needs no more than what produces the telemetry.
    pub(crate) fn new(
        name: impl Into<String>,
        target: impl Into<String>,
        build: impl FnOnce(&Resource) -> Arc<dyn Sink<B>> + Send + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            target: target.into(),
            eager: false,
            build: Box::new(move |resource| Ok(build(resource))),
        }
    }

    pub(crate) fn eager(mut self) -> Self {
        self.eager = true;
        self
    }
}
