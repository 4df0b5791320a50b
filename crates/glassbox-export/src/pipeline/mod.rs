//! From the thread that reports something to the thread that exports it.
//!
//! ```text
//! span ends ──► Queue ─┬► Lane: backlog ─► Parcel ─► Sink (one attempt at a time)
//! log record ─► Queue ─┼► Lane: backlog ─► Parcel ─► Sink
//! instruments ─────────┴► Lane: reader ──► Parcel ─► Sink               (the exporter's thread)
//! (any thread)
//! ```
//!
//! What an attempt leaves over, because the other end is not there, is busy or takes less at once, stays
//! in its lane, which makes the next attempt when it is time. It does so for as long as the program
//! runs; meanwhile the backlog fills up to its bounds, and what does not fit is counted.
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
mod worker;

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::LoggerProviderBuilder;
use opentelemetry_sdk::metrics::{ManualReader, MeterProviderBuilder, Temporality};
use opentelemetry_sdk::trace::TracerProviderBuilder;

pub(crate) use pipelines::Pipelines;
pub(crate) use processor::is_local_root;
pub(crate) use queue::Dropped;

use crate::batching::Batching;
use crate::error::Error;
use crate::limits::{LongestValue, RecordLimits};
use crate::periodic::Periodic;
use crate::report::SinkReport;
use crate::signal::Signal;
use crate::sink::{Logs, Points, SinkSpec, Size, Spans};
use collected::{Collected, Collections};
use feed::Feed;
use handle::Handle;
use processor::Processor;
use queue::Queue;
use queued::Queued;
use reader::{Instruments, Reader};
use records::{RecordProcessor, Records};
use worker::Worker;

/// The name of the exporter's thread.
pub(crate) const THREAD: &str = "glassbox-export";

/// Hears one sentence about each problem at the time it comes up.
pub(crate) type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// What is to be exported, and how. A kind of telemetry without a sink has no pipeline.
pub(crate) struct Plan {
    pub(crate) resource: Resource,
    pub(crate) listener: Option<Listener>,
    pub(crate) spans: Vec<SinkSpec<Spans>>,
    pub(crate) batching: Batching,
    /// The longest text in an attribute of a span.
    pub(crate) longest: Option<LongestValue>,
    pub(crate) metrics: Vec<(SinkSpec<Points>, Temporality)>,
    pub(crate) periodic: Periodic,
    pub(crate) logs: Vec<SinkSpec<Logs>>,
    pub(crate) log_batching: Batching,
    pub(crate) record_limits: RecordLimits,
}

/// The SDK's providers in the making.
pub(crate) struct Providers {
    pub(crate) tracer: TracerProviderBuilder,
    pub(crate) meter: MeterProviderBuilder,
    pub(crate) logger: LoggerProviderBuilder,
}

/// Makes a worker on the exporter's thread, inside its runtime.
type Start<F> = Box<dyn FnOnce(&Resource) -> Result<Worker<F>, Error> + Send>;

/// The workers that are to run.
#[derive(Default)]
struct Workers {
    spans: Option<Start<Queued<crate::sink::Span>>>,
    metrics: Option<Start<Collected>>,
    logs: Option<Start<Queued<crate::sink::Log>>>,
}

impl Plan {
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
        if specs.is_empty() {
            return provider;
        }
        let batching = self.batching;
        let queue = Arc::new(Queue::new(&batching));
        let eager = specs.iter().any(|spec| spec.eager);
        let spans = Arc::new(processor::Spans::new(
            Arc::clone(&queue),
            eager,
            self.longest,
        ));
        let source = Arc::clone(&spans);
        let (handle, start) = queued(source, queue, specs, batching, Signal::Traces, self);
        workers.spans = Some(start);
        pipelines.traces = Some((Arc::clone(&spans), handle.clone()));
        provider.with_span_processor(Processor::new(spans, handle))
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
        let (handle, start) = queued(source, queue, specs, batching, Signal::Logs, self);
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

/// A worker behind a queue.
fn queued<T: Clone + Send + Size + Sync + 'static>(
    source: Arc<dyn handle::Source>,
    queue: Arc<Queue<T>>,
    specs: Vec<SinkSpec<Vec<T>>>,
    batching: Batching,
    signal: Signal,
    plan: &Plan,
) -> (Handle, Start<Queued<T>>) {
    let tallies = specs.iter().map(|spec| tally(signal, spec)).collect();
    let (handle, shared, commands) = Handle::new(source, tallies, plan.listener.clone());
    let start = move |resource: &Resource| {
        let feed = Queued::new(queue, batching);
        let sinks = specs.into_iter().map(|spec| (spec, feed.backlog()));
        let sinks = sinks.collect();
        let timeout = batching.export_timeout;
        Worker::new(shared, commands, feed, sinks, resource, timeout)
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

/// Starts the thread; returns when the sinks are made.
fn run(workers: Workers, resource: Resource) -> Result<(), Error> {
    let (ready, started) = sync_channel(1);
    let thread = move || {
        let runtime = match tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
        {
            Ok(runtime) => runtime,
            Err(error) => {
                let _ = ready.send(Err(Error::caused("cannot start the exporter", error)));
                return;
            }
        };
        // What the exporters themselves do must not come back as telemetry.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        runtime.block_on(async move {
            match workers.start(&resource) {
                Ok(running) => {
                    let _ = ready.send(Ok(()));
                    running.await;
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            }
        });
        // A name that is still being looked up must not keep the thread.
        runtime.shutdown_background();
    };
    thread::Builder::new()
        .name(THREAD.to_owned())
        .spawn(thread)
        .map_err(|error| Error::caused("cannot start the exporter's thread", error))?;
    match started.recv() {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::new("an exporter panicked while it was set up")),
    }
}

impl Workers {
    /// Makes all of them; what is returned runs until the last one has ended.
    fn start(self, resource: &Resource) -> Result<impl Future<Output = ()>, Error> {
        let spans = make(self.spans, resource)?;
        let metrics = make(self.metrics, resource)?;
        let logs = make(self.logs, resource)?;
        Ok(async {
            tokio::join!(ended(spans), ended(metrics), ended(logs));
        })
    }
}

fn make<F: Feed>(start: Option<Start<F>>, resource: &Resource) -> Result<Option<Worker<F>>, Error> {
    start.map(|start| start(resource)).transpose()
}

async fn ended<F: Feed>(worker: Option<Worker<F>>) {
    if let Some(worker) = worker {
        worker.run().await;
    }
}
