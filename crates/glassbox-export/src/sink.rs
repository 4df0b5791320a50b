//! What the pipelines deliver to.

use std::fmt;
use std::sync::Arc;

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLogRecord;
use opentelemetry_sdk::trace::SpanData;

use crate::error::Error;

mod exporter;
mod parcel;
mod points;
mod size;

pub(crate) use exporter::{logs, metrics, once, spans};
pub(crate) use parcel::{Attempt, Later, Outcome, Parcel, Rest};
pub(crate) use points::{Points, each_metric};
pub(crate) use size::Size;

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

/// One place telemetry of one kind goes to.
pub(crate) trait Sink<B>: fmt::Debug + Send + Sync + 'static {
    /// Makes a batch ready to go. What it takes is done at the first attempt, and nothing is delivered
    /// before; there is never more than one parcel under way.
    fn parcel(self: Arc<Self>, batch: B) -> Box<dyn Parcel>;

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
    /// What it is in metrics about exporters.
    pub(crate) component: String,
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
        let name = name.into();
        Self {
            component: name.clone(),
            name,
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
