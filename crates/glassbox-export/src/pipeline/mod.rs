//! From the thread that reports something to the thread that exports it.
//!
//! ```text
//! span ends ──► Queue ─┬► Lane: backlog ─► Parcel ─► Sink (one attempt at a time)
//! log record ─► Queue ─┼► Lane: backlog ─► Parcel ─► Sink
//! instruments ─────────┤► Lane: reader ──► Parcel ─► Sink               (the exporter's thread)
//! span ends ──► Store ─┴► Lane: file ────► Parcel ─► Sink
//! (any thread)
//! ```
//!
//! What an attempt leaves over, because the other end is not there, is busy or takes less at once, stays
//! in its lane, which makes the next attempt when it is time. It does so for as long as the program
//! runs; meanwhile the backlog fills up to its bounds, and what does not fit is counted.
//!
//! Where there is a spool, spans that go to a collector are written into it, and read from it, instead.
//!
//! One processor feeds one bounded queue of spans, another one of log records; metrics add up in the
//! SDK and are collected. One thread with its own single-threaded runtime does all the rest, with one
//! worker for each of the three. Each sink has a lane with its own backlog, so that a collector that
//! hangs delays nobody else. The runtime of the program is never needed, never blocked and never
//! waited for.

mod account;
mod backoff;
mod collected;
mod feed;
mod handle;
mod lane;
mod observed;
mod open;
mod pipelines;
mod processor;
mod queue;
mod queued;
mod reader;
mod records;
mod sampled;
mod spooled;
mod worker;
mod workers;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{LoggerProviderBuilder, SdkLoggerProvider};
use opentelemetry_sdk::metrics::{
    ManualReader, MeterProviderBuilder, SdkMeterProvider, Temporality,
};
use opentelemetry_sdk::trace::{SdkTracerProvider, TracerProviderBuilder};

pub(crate) use pipelines::Pipelines;
pub(crate) use processor::is_local_root;
pub(crate) use queue::Dropped;
pub(crate) use workers::THREAD;

use crate::batching::Batching;
use crate::error::Error;
use crate::limits::{LongestValue, RecordLimits};
use crate::periodic::Periodic;
use crate::report::SinkReport;
use crate::sampling::TailSampling;
use crate::signal::Signal;
use crate::sink::{Logs, Points, SinkSpec, Size, Spans, Stored};
use crate::spool::Store;
use collected::{Collected, Collections};
use feed::Feed;
use handle::Handle;
use processor::Processor;
use queue::Queue;
use queued::{Batches, Queued};
use reader::{Instruments, Reader};
use records::{RecordProcessor, Records};
use sampled::{Sampled, SampledTraces, Sampling};
use spooled::{Recorder, Spooled, Written};
use worker::Worker;
use workers::{Start, Workers, run};

/// Hears one sentence about each problem at the time it comes up.
pub(crate) type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// What is to be exported, and how. A kind of telemetry without a sink has no pipeline.
pub(crate) struct Plan {
    pub(crate) resource: Resource,
    pub(crate) listener: Option<Listener>,
    pub(crate) spans: Vec<SinkSpec<Spans>>,
    pub(crate) spool: Option<SpoolPlan>,
    pub(crate) batching: Batching,
    pub(crate) sampling: Option<TailSampling>,
    /// The longest text in an attribute of a span.
    pub(crate) longest: Option<LongestValue>,
    pub(crate) metrics: Vec<(SinkSpec<Points>, Temporality)>,
    pub(crate) periodic: Periodic,
    pub(crate) logs: Vec<SinkSpec<Logs>>,
    pub(crate) log_batching: Batching,
    pub(crate) record_limits: RecordLimits,
}

/// What goes through a spool.
pub(crate) struct SpoolPlan {
    pub(crate) store: Store,
    pub(crate) directory: PathBuf,
    /// One for each receiver of the store.
    pub(crate) sinks: Vec<SinkSpec<Stored>>,
}

/// The SDK's providers in the making.
pub(crate) struct Providers {
    pub(crate) tracer: TracerProviderBuilder,
    pub(crate) meter: MeterProviderBuilder,
    pub(crate) logger: LoggerProviderBuilder,
}

impl Plan {
    /// A plan without a sink.
    pub(crate) fn new(resource: Resource, batching: Batching) -> Self {
        Self {
            resource,
            listener: None,
            spans: Vec::new(),
            spool: None,
            batching,
            longest: None,
            sampling: None,
            metrics: Vec::new(),
            periodic: Periodic::default(),
            logs: Vec::new(),
            log_batching: batching,
            record_limits: RecordLimits::default(),
        }
    }

    /// Starts what there is to deliver, without a program that adds to it.
    pub(crate) fn start_alone(self) -> Result<Pipelines, Error> {
        let providers = Providers {
            tracer: SdkTracerProvider::builder(),
            meter: SdkMeterProvider::builder(),
            logger: SdkLoggerProvider::builder(),
        };
        let (_, pipelines) = self.start(providers)?;
        Ok(pipelines)
    }

    /// Starts the exporter's thread, makes the sinks on it, and connects the providers. Without a
    /// sink there is no thread.
    pub(crate) fn start(mut self, providers: Providers) -> Result<(Providers, Pipelines), Error> {
        let mut pipelines = Pipelines::default();
        let mut workers = Workers::default();
        let providers = Providers {
            tracer: self.spans(providers.tracer, &mut pipelines, &mut workers),
            meter: self.metrics(providers.meter, &mut pipelines, &mut workers),
            logger: self.logs(providers.logger, &mut pipelines, &mut workers),
        };
        if !pipelines.is_empty() {
            run(workers, self.resource)?;
        }
        Ok((providers, pipelines))
    }

    fn spans(
        &mut self,
        provider: TracerProviderBuilder,
        pipelines: &mut Pipelines,
        workers: &mut Workers,
    ) -> TracerProviderBuilder {
        let specs = std::mem::take(&mut self.spans);
        let plan = self.spool.take();
        if specs.is_empty() && plan.is_none() {
            return provider;
        }
        let batching = self.batching;
        let eager = specs.iter().any(|spec| spec.eager);
        let sampling = self.sampling.take().and_then(|settings| {
            let watched = settings.samples_watched();
            let lanes: Vec<bool> = specs.iter().map(|spec| watched || !spec.eager).collect();
            let traces = Arc::new(SampledTraces::default());
            let sampling = || Sampling::new(settings, Arc::clone(&traces), lanes.clone());
            lanes
                .contains(&true)
                .then(|| (Arc::clone(&traces), sampling()))
        });
        let (sampled, sampling) = sampling.unzip();
        let queue = (!specs.is_empty()).then(|| Arc::new(Queue::new(&batching)));
        let plan = plan.map(|plan| (Arc::new(plan.store), plan.directory, plan.sinks));
        let recorder = plan
            .as_ref()
            .map(|(store, ..)| Recorder::new(Arc::clone(store), &self.resource));
        let spans = Arc::new(processor::Spans::new(
            queue.clone(),
            recorder,
            eager,
            self.longest,
            sampled,
        ));
        let counts_open = queue.is_none();
        if let Some(queue) = queue {
            let source = Arc::clone(&spans);
            let feed = |queued| Sampled::new(queued, sampling);
            let (handle, start) =
                queued(source, queue, specs, batching, Signal::Traces, feed, self);
            workers.spans = Some(start);
            pipelines.traces = Some(handle);
        }
        if let Some((store, directory, sinks)) = plan {
            let source = Arc::new(Written::new(
                Arc::clone(&store),
                Arc::clone(&spans),
                counts_open,
            ));
            let (handle, start) = spooled(source, store, &directory, sinks, self);
            workers.spool = Some(start);
            pipelines.spool = Some(handle);
        }
        pipelines.spans = Some(Arc::clone(&spans));
        let handles = pipelines.traces.iter().chain(&pipelines.spool);
        provider.with_span_processor(Processor::new(spans, handles.cloned().collect()))
    }

    fn logs(
        &mut self,
        provider: LoggerProviderBuilder,
        pipelines: &mut Pipelines,
        workers: &mut Workers,
    ) -> LoggerProviderBuilder {
        let specs = std::mem::take(&mut self.logs);
        if specs.is_empty() {
            return provider;
        }
        let batching = self.log_batching;
        let queue = Arc::new(Queue::new(&batching));
        let eager = specs.iter().any(|spec| spec.eager);
        let records = Arc::new(Records::new(Arc::clone(&queue), eager, self.record_limits));
        let source = Arc::clone(&records);
        let (handle, start) = queued(
            source,
            queue,
            specs,
            batching,
            Signal::Logs,
            |queued| queued,
            self,
        );
        workers.logs = Some(start);
        pipelines.logs = Some(handle.clone());
        provider.with_log_processor(RecordProcessor::new(records, handle))
    }

    fn metrics(
        &mut self,
        provider: MeterProviderBuilder,
        pipelines: &mut Pipelines,
        workers: &mut Workers,
    ) -> MeterProviderBuilder {
        let specs = std::mem::take(&mut self.metrics);
        if specs.is_empty() {
            return provider;
        }
        let tallies = specs.iter().map(|(spec, _)| tally(Signal::Metrics, spec));
        let listener = self.listener.clone();
        let (handle, shared, commands) =
            Handle::new(Arc::new(Instruments), tallies.collect(), listener);
        let mut provider = provider;
        let mut sinks = Vec::new();
        for (spec, temporality) in specs {
            let manual = ManualReader::builder().with_temporality(temporality);
            let manual = Arc::new(manual.build());
            let reader = Reader::new(Arc::clone(&manual), handle.clone());
            provider = provider.with_reader(reader);
            sinks.push((spec, Collections::new(manual)));
        }
        let Periodic { interval, timeout } = self.periodic;
        workers.metrics = Some(Box::new(move |resource| {
            let feed = Collected::new(interval);
            Worker::new(shared, commands, feed, sinks, resource, timeout)
        }));
        pipelines.metrics = Some(handle);
        provider
    }
}

/// A worker behind a queue, with the feed that `around` makes of it.
fn queued<T, F>(
    source: Arc<dyn handle::Source>,
    queue: Arc<Queue<T>>,
    specs: Vec<SinkSpec<Vec<T>>>,
    batching: Batching,
    signal: Signal,
    around: impl FnOnce(Queued<T>) -> F + Send + 'static,
    plan: &Plan,
) -> (Handle, Start<F>)
where
    T: Clone + Send + Size + Sync + 'static,
    F: Feed<Backlog = Batches<T>>,
{
    let tallies = specs.iter().map(|spec| tally(signal, spec)).collect();
    let (handle, shared, commands) = Handle::new(source, tallies, plan.listener.clone());
    let start = move |resource: &Resource| {
        let feed = Queued::new(queue, batching);
        let sinks = specs.into_iter().map(|spec| (spec, feed.backlog()));
        let sinks = sinks.collect();
        let timeout = batching.export_timeout;
        Worker::new(shared, commands, around(feed), sinks, resource, timeout)
    };
    (handle, Box::new(start))
}

/// A worker behind a spool.
fn spooled(
    source: Arc<dyn handle::Source>,
    store: Arc<Store>,
    directory: &Path,
    specs: Vec<SinkSpec<Stored>>,
    plan: &Plan,
) -> (Handle, Start<Spooled>) {
    let directory: Arc<Path> = directory.into();
    let tally = |spec| SinkReport {
        spool: Some(Arc::clone(&directory)),
        ..tally(Signal::Traces, spec)
    };
    let tallies = specs.iter().map(tally).collect();
    let (handle, shared, commands) = Handle::new(source, tallies, plan.listener.clone());
    let batching = plan.batching;
    let start = move |resource: &Resource| {
        let feed = Spooled::new(store, batching);
        let sinks = specs.into_iter().enumerate();
        let sinks = sinks.map(|(receiver, spec)| (spec, feed.backlog(receiver)));
        let sinks = sinks.collect();
        Worker::new(
            shared,
            commands,
            feed,
            sinks,
            resource,
            batching.export_timeout,
        )
    };
    (handle, Box::new(start))
}

fn tally<B>(signal: Signal, spec: &SinkSpec<B>) -> SinkReport {
    SinkReport {
        signal,
        name: spec.name.clone(),
        target: spec.target.clone(),
        component: spec.component.clone(),
        ..SinkReport::default()
    }
}
