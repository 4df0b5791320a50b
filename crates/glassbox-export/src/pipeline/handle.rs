//! How the rest of the program speaks to a worker.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use super::Listener;
use super::queue::Dropped;
use crate::report::{Report, SinkReport};

/// How long a caller waits for the exporter's thread beyond the deadline that thread knows of.
/// Only a sink that blocks the thread itself (a full pipe) makes anyone wait for it.
const GRACE: Duration = Duration::from_millis(250);
/// Longer than this is for ever, and still fits every clock.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// How long the SDK's own `force_flush` may take; it has no argument for it.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Where telemetry of one kind comes from.
pub(super) trait Source: fmt::Debug + Send + Sync {
    /// Items that wait for the worker, and items that were dropped before it saw them.
    fn counts(&self) -> (u64, Dropped);

    /// Ends what has begun and not ended, so that it waits for the worker with the others.
    fn finish(&self) {}

    /// Items that had begun and not ended when that was called, or since.
    fn unfinished(&self) -> u64 {
        0
    }
}

/// What the threads share.
pub(super) struct Shared {
    source: Arc<dyn Source>,
    tallies: Mutex<Vec<SinkReport>>,
    listener: Option<Listener>,
    /// There has been a shutdown, and its report says it all.
    over: AtomicBool,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("source", &self.source)
            .field("tallies", &self.tallies)
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(super) fn tallies(&self) -> MutexGuard<'_, Vec<SinkReport>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counts as they are now, with what the worker has not seen yet.
    pub(super) fn counts(&self) -> Vec<SinkReport> {
        let mut tallies = self.tallies().clone();
        let (waiting, dropped) = self.source.counts();
        for tally in &mut tallies {
            tally.pending += waiting;
            tally.drop(dropped);
        }
        tallies
    }

    /// What was dropped before the worker saw it.
    pub(super) fn dropped(&self) -> Dropped {
        self.source.counts().1
    }

    pub(super) fn say(&self, sentence: &str) {
        if let Some(listener) = &self.listener {
            listener(sentence);
        }
    }
}

/// What a worker can be asked.
pub(super) enum Command {
    Flush(Request),
    Shutdown(Request),
}

pub(super) struct Request {
    pub(super) deadline: Instant,
    /// Called once with true if the deadline came first.
    pub(super) done: Box<dyn FnOnce(bool) + Send>,
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flush(_) => "Flush",
            Self::Shutdown(_) => "Shutdown",
        })
    }
}

/// Until when somebody waits, which is the same moment for all who are asked at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Instant);

impl Deadline {
    pub(super) fn after(timeout: Duration) -> Self {
        Self(Instant::now() + timeout.min(FOR_EVER))
    }
}

/// An answer that may come. `None` where there is nobody who could give it.
pub(super) struct Answer(Option<Receiver<bool>>);

impl Answer {
    /// True if the deadline came before the answer.
    pub(super) fn wait(self, Deadline(deadline): Deadline) -> bool {
        let Some(answered) = self.0 else {
            // The worker has ended, by a shutdown: what it had is in the counts.
            return false;
        };
        let limit = deadline + GRACE;
        match answered.recv_timeout(limit.saturating_duration_since(Instant::now())) {
            Ok(timed_out) => timed_out,
            Err(RecvTimeoutError::Timeout) => true,
            // Shut down by somebody else between our question and its turn.
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }
}

/// A running worker. Clones are cheap and speak to the same one.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    shared: Arc<Shared>,
    commands: UnboundedSender<Command>,
}

impl Handle {
    /// A handle, and what its worker needs.
    pub(super) fn new(
        source: Arc<dyn Source>,
        tallies: Vec<SinkReport>,
        listener: Option<Listener>,
    ) -> (Self, Arc<Shared>, UnboundedReceiver<Command>) {
        let shared = Arc::new(Shared {
            source,
            tallies: Mutex::new(tallies),
            listener,
            over: AtomicBool::new(false),
        });
        let (commands, requests) = unbounded_channel();
        let handle = Self {
            shared: Arc::clone(&shared),
            commands,
        };
        (handle, shared, requests)
    }

    /// Asks for a delivery of what came before this call.
    pub(super) fn begin_flush(&self, deadline: Deadline) -> Answer {
        self.ask(deadline, Command::Flush)
    }

    /// Asks for a delivery of what is there, and the worker's end.
    pub(super) fn begin_shutdown(&self, deadline: Deadline) -> Answer {
        if self.shared.over.load(Ordering::Relaxed) {
            return Answer(None);
        }
        self.shared.source.finish();
        self.ask(deadline, Command::Shutdown)
    }

    /// The shutdown is over, whether or not the worker knows.
    pub(super) fn finish_shutdown(&self) {
        self.shared.over.store(true, Ordering::Relaxed);
    }

    pub(super) fn unfinished(&self) -> u64 {
        self.shared.source.unfinished()
    }

    /// The counts as they are now.
    pub(super) fn tallies(&self) -> Vec<SinkReport> {
        self.shared.counts()
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The SDK's `force_flush` of one kind of telemetry.
    pub(super) fn sdk_flush(&self) -> OTelSdkResult {
        let before = self.report(false);
        let deadline = Deadline::after(FLUSH_TIMEOUT);
        let timed_out = self.begin_flush(deadline).wait(deadline);
        result(&before, &self.report(timed_out), FLUSH_TIMEOUT)
    }

    /// The SDK's shutdown of one kind of telemetry.
    pub(super) fn sdk_shutdown(&self, timeout: Duration) -> OTelSdkResult {
        let before = self.report(false);
        let deadline = Deadline::after(timeout);
        let timed_out = self.begin_shutdown(deadline).wait(deadline);
        let mut after = self.report(timed_out);
        after.unfinished = self.unfinished();
        result(&before, &after, timeout)
    }

    fn report(&self, timed_out: bool) -> Report {
        Report {
            sinks: self.tallies(),
            unfinished: 0,
            timed_out,
        }
    }

    fn ask(&self, Deadline(deadline): Deadline, command: fn(Request) -> Command) -> Answer {
        let (answer, answered) = sync_channel(1);
        let request = Request {
            deadline,
            done: Box::new(move |timed_out| {
                // The caller may have stopped waiting.
                let _ = answer.send(timed_out);
            }),
        };
        let asked = self.commands.send(command(request));
        Answer(asked.is_ok().then_some(answered))
    }
}

/// In the SDK's terms: whether this call lost anything.
fn result(before: &Report, after: &Report, timeout: Duration) -> OTelSdkResult {
    if after.timed_out {
        Err(OTelSdkError::Timeout(timeout))
    } else if after.lost() > before.lost() || after.is_stalled() {
        Err(OTelSdkError::InternalFailure(after.to_string()))
    } else {
        Ok(())
    }
}
