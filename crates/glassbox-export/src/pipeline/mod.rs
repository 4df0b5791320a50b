//! From the thread that ends a span to the thread that exports it.
//!
//! ```text
//! on_end ─► Queue ─┬► Lane: backlog ─► Sink (one export at a time)
//!  (any thread)    └► Lane: backlog ─► Sink                          (the exporter's thread)
//! ```
//!
//! One processor feeds one bounded queue; one thread with its own single-threaded runtime empties
//! it. Each sink has a lane with its own backlog, so that a collector that hangs delays nobody
//! else. The runtime of the program is never needed, never blocked and never waited for.

mod lane;
mod processor;
mod queue;
mod worker;

use std::fmt;
use std::sync::atomic::AtomicI64;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::TraceId;
use opentelemetry_sdk::Resource;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::Instant;

pub(crate) use processor::{Processor, is_local_root};

use crate::batching::Batching;
use crate::error::Error;
use crate::report::{Report, SinkReport};
use crate::sink::SinkSpec;
use queue::Queue;
use worker::Worker;

/// How long a caller waits for the exporter's thread beyond the deadline that thread knows of.
/// Only a sink that blocks the thread itself (a full pipe) makes anyone wait for it.
const GRACE: Duration = Duration::from_millis(250);
/// Longer than this is for ever, and still fits every clock.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Hears one sentence about each problem at the time it comes up.
pub(crate) type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// What the threads share.
pub(crate) struct Shared {
    queue: Queue,
    /// Sampled spans that have started and not ended.
    open: AtomicI64,
    /// A root that ends wakes the exporter: somebody watches.
    eager: bool,
    /// The trace that began last.
    latest: Mutex<Option<TraceId>>,
    tallies: Mutex<Vec<SinkReport>>,
    listener: Option<Listener>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("open", &self.open)
            .field("tallies", &self.tallies)
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn began(&self, trace_id: TraceId) {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(trace_id);
    }

    fn tallies(&self) -> MutexGuard<'_, Vec<SinkReport>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, sentence: &str) {
        if let Some(listener) = &self.listener {
            listener(sentence);
        }
    }
}

/// What the exporter's thread can be asked.
enum Command {
    Flush(Request),
    Shutdown(Request),
}

struct Request {
    deadline: Instant,
    /// Called once with true if the deadline came first.
    done: Box<dyn FnOnce(bool) + Send>,
}

/// A running pipeline. Clones are cheap and speak to the same thread.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    shared: Arc<Shared>,
    commands: UnboundedSender<Command>,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flush(_) => "Flush",
            Self::Shutdown(_) => "Shutdown",
        })
    }
}

/// Starts the exporter's thread and makes the sinks on it.
pub(crate) fn start(
    specs: Vec<SinkSpec>,
    resource: Resource,
    batching: Batching,
    listener: Option<Listener>,
) -> Result<Handle, Error> {
    let shared = Arc::new(Shared {
        queue: Queue::new(batching.max_queue_size, batching.max_batch_size),
        open: AtomicI64::new(0),
        latest: Mutex::new(None),
        eager: specs.iter().any(|spec| spec.eager),
        tallies: Mutex::new(specs.iter().map(tally).collect()),
        listener,
    });
    let (commands, requests) = unbounded_channel();
    let (ready, started) = sync_channel(1);
    let handle = Handle {
        shared: Arc::clone(&shared),
        commands,
    };
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
        // What the exporters themselves do must not come back as spans.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        runtime.block_on(async move {
            match Worker::new(shared, requests, specs, &resource, batching) {
                Ok(worker) => {
                    let _ = ready.send(Ok(()));
                    worker.run().await;
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
        .name("glassbox-export".to_owned())
        .spawn(thread)
        .map_err(|error| Error::caused("cannot start the exporter's thread", error))?;
    match started.recv() {
        Ok(outcome) => outcome.map(|()| handle),
        Err(_) => Err(Error::new("an exporter panicked while it was set up")),
    }
}

fn tally(spec: &SinkSpec) -> SinkReport {
    SinkReport {
        name: spec.name.clone(),
        target: spec.target.clone(),
        ..SinkReport::default()
    }
}

impl Handle {
    pub(crate) fn last_trace_id(&self) -> Option<TraceId> {
        *self
            .shared
            .latest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Delivers what ended before this call. Returns at the latest when the time is over.
    pub(crate) fn flush(&self, timeout: Duration) -> Report {
        let timed_out = self.ask(timeout, Command::Flush);
        self.report(timed_out)
    }

    /// Delivers what is there, gives up on the rest when the time is over, and ends the thread.
    pub(crate) fn shutdown(&self, timeout: Duration) -> Report {
        let timed_out = self.ask(timeout, Command::Shutdown);
        let mut report = self.report(timed_out);
        report.unfinished = self.shared.unfinished();
        report
    }

    /// The counts as they are now.
    pub(crate) fn report(&self, timed_out: bool) -> Report {
        let sinks = {
            let mut sinks = self.shared.tallies().clone();
            let (waiting, dropped) = self.shared.queue.counts();
            for sink in &mut sinks {
                sink.pending += waiting;
                sink.dropped += dropped;
            }
            sinks
        };
        Report {
            sinks,
            unfinished: 0,
            timed_out,
        }
    }

    /// True if the deadline came before the answer.
    fn ask(&self, timeout: Duration, command: fn(Request) -> Command) -> bool {
        let timeout = timeout.min(FOR_EVER);
        let (answer, answered) = sync_channel(1);
        let request = Request {
            deadline: Instant::now() + timeout,
            done: Box::new(move |timed_out| {
                // The caller may have stopped waiting.
                let _ = answer.send(timed_out);
            }),
        };
        if self.commands.send(command(request)).is_err() {
            // The thread has ended, by a shutdown: what it had is in the counts.
            return false;
        }
        match answered.recv_timeout(timeout + GRACE) {
            Ok(timed_out) => timed_out,
            Err(RecvTimeoutError::Timeout) => true,
            // Shut down by somebody else between our question and its turn.
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }
}
