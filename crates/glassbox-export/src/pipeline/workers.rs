//! The exporter's thread, and the workers on it.

use std::sync::mpsc::sync_channel;
use std::thread;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;

use super::collected::Collected;
use super::feed::Feed;
use super::queued::Queued;
use super::sampled::Sampled;
use super::spooled::Spooled;
use super::worker::Worker;
use crate::error::Error;
use crate::sink::Log;

/// The name of the exporter's thread.
pub(crate) const THREAD: &str = "glassbox-export";

/// Makes a worker on the exporter's thread, inside its runtime.
pub(super) type Start<F> = Box<dyn FnOnce(&Resource) -> Result<Worker<F>, Error> + Send>;

/// The workers that are to run.
#[derive(Default)]
pub(super) struct Workers {
    pub(super) spans: Option<Start<Sampled>>,
    pub(super) spool: Option<Start<Spooled>>,
    pub(super) metrics: Option<Start<Collected>>,
    pub(super) logs: Option<Start<Queued<Log>>>,
}

/// Starts the thread; returns when the sinks are made.
pub(super) fn run(workers: Workers, resource: Resource) -> Result<(), Error> {
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
        let spool = make(self.spool, resource)?;
        let metrics = make(self.metrics, resource)?;
        let logs = make(self.logs, resource)?;
        Ok(async {
            tokio::join!(ended(spans), ended(spool), ended(metrics), ended(logs));
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
