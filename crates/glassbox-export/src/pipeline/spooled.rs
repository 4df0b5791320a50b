//! Spans: they wait on the disk, in the spool.

use std::future::Future;
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::feed::Feed;
use super::handle::Source;
use super::lane::{Backlog, Lane};
use super::processor::Spans;
use super::queue::Dropped;
use crate::batching::Batching;
use crate::otlp::Encoder;
use crate::report::SinkReport;
use crate::sink::Stored;
use crate::spool::{Kind, Limits, Seen, Store, Ticket};

/// What was written is made safe from a loss of power after so long.
const SAFE_AFTER: Duration = Duration::from_secs(1);
/// How soon to look again where the last time is not over.
const BUSY: Duration = Duration::from_millis(50);
/// How often to look for what processes that are gone have left.
const ADOPT_EVERY: Duration = Duration::from_secs(30);
/// What is read at once, in bytes: a collector takes no more than this over gRPC unless told to.
const MOST_READ: usize = 4 * 1024 * 1024;

/// Writes spans down, on the thread that ends them.
#[derive(Debug)]
pub(super) struct Recorder {
    store: Arc<Store>,
    encoder: Encoder,
}

impl Recorder {
    pub(super) fn new(store: Arc<Store>, resource: &Resource) -> Self {
        Self {
            store,
            encoder: Encoder::new(resource),
        }
    }

    pub(super) fn record(&self, span: &SpanData) {
        let request = self.encoder.encode(slice::from_ref(span));
        self.store.append(Kind::SPAN, &request);
    }
}

/// Spans on their way to the disk, for the counts.
#[derive(Debug)]
pub(super) struct Written {
    store: Arc<Store>,
    spans: Arc<Spans>,
    /// There is nobody else to count those that are open.
    counts_open: bool,
}

impl Written {
    pub(super) fn new(store: Arc<Store>, spans: Arc<Spans>, counts_open: bool) -> Self {
        Self {
            store,
            spans,
            counts_open,
        }
    }
}

impl Source for Written {
    fn counts(&self) -> (u64, Dropped) {
        let (fresh, missed) = self.store.since();
        let dropped = Dropped {
            items: missed,
            heavy: 0,
        };
        (fresh, dropped)
    }

    /// Whoever is first ends them for all.
    fn finish(&self) {
        self.spans.finish();
    }

    fn unfinished(&self) -> u64 {
        match self.counts_open {
            true => self.spans.unfinished(),
            false => 0,
        }
    }
}

/// The worker's side of the spool.
#[derive(Debug)]
pub(super) struct Spooled {
    store: Arc<Store>,
    batching: Batching,
    /// When what is there is due, though it is less than a batch.
    due: Option<Instant>,
    /// When to tidy up, if there is something to tidy.
    tidy: Option<Instant>,
    adopt: Instant,
    /// Somebody is at it.
    busy: Arc<AtomicBool>,
}

impl Spooled {
    pub(super) fn new(store: Arc<Store>, batching: Batching) -> Self {
        Self {
            store,
            batching,
            due: None,
            tidy: None,
            adopt: Instant::now() + ADOPT_EVERY,
            busy: Arc::default(),
        }
    }

    /// What waits for one receiver.
    pub(super) fn backlog(&self, receiver: usize) -> Unsent {
        Unsent {
            store: Arc::clone(&self.store),
            receiver,
            batch: self.batching.max_batch_size,
            ready: 0,
            ticket: None,
        }
    }

    /// Does what takes a disk's time, on a thread where that holds up nobody.
    fn keep_house(&mut self, now: Instant) {
        let adopt = self.adopt <= now;
        let tidy = self.tidy.is_some_and(|due| due <= now);
        if !adopt && !tidy {
            return;
        }
        if self.busy.swap(true, Ordering::Relaxed) {
            self.tidy = Some(now + BUSY);
            return;
        }
        self.tidy = None;
        if adopt {
            self.adopt = now + ADOPT_EVERY;
        }
        let (store, busy) = (Arc::clone(&self.store), Arc::clone(&self.busy));
        spawn_blocking(move || {
            store.tidy();
            if adopt {
                // What cannot be looked for now is found another time.
                let _ = store.adopt();
            }
            busy.store(false, Ordering::Relaxed);
        });
    }
}

impl Feed for Spooled {
    type Backlog = Unsent;
    const KEEPS: bool = true;

    fn collect(&mut self, all: bool, lanes: &mut [Lane<Unsent>], tallies: &mut [SinkReport]) {
        let now = Instant::now();
        let look = self.store.look();
        let mut early = false;
        for ((lane, tally), seen) in lanes.iter_mut().zip(tallies).zip(&look.receivers) {
            tally.pending = seen.waiting.saturating_sub(lane.settled());
            tally.dropped = seen.dropped;
            tally.damaged = look.damaged;
            if seen.dropped > 0 {
                tally.spool_error.clone_from(&look.last_error);
            }
            early |= lane.backlog.allow(all, *seen);
        }
        self.due = match (early, self.due) {
            (false, _) => None,
            (true, Some(due)) if !all => Some(due),
            (true, _) => Some(now + self.batching.schedule_delay),
        };
        if look.is_urgent {
            self.tidy = Some(now);
        } else if look.is_unsafe || look.is_unwritten {
            self.tidy.get_or_insert(now + SAFE_AFTER);
        }
        self.keep_house(now);
    }

    fn due(&self) -> Option<Instant> {
        self.due
    }

    fn woken(&self) -> impl Future<Output = ()> {
        let tidy = self.tidy.unwrap_or(self.adopt);
        async move {
            tokio::select! {
                () = self.store.woken() => {}
                () = sleep_until(tidy) => {}
            }
        }
    }

    fn close(&mut self) {
        self.store.close();
    }

    fn end(&mut self) {
        self.store.finish();
    }
}

/// What waits for one receiver: nothing of it is in memory.
#[derive(Debug)]
pub(super) struct Unsent {
    store: Arc<Store>,
    receiver: usize,
    /// Records in one batch.
    batch: usize,
    /// So many records need not wait for others.
    ready: u64,
    /// Of what is under way.
    ticket: Option<Ticket>,
}

impl Unsent {
    /// Full batches may go, and with `all` whatever there is; true where something is left to wait.
    fn allow(&mut self, all: bool, seen: Seen) -> bool {
        let batch = self.batch as u64;
        let full = seen.unread / batch * batch;
        self.ready = match all {
            true => seen.unread,
            false => self.ready.max(full).min(seen.unread),
        };
        self.ready < seen.unread
    }
}

impl Backlog for Unsent {
    type Batch = Stored;

    /// Reads from a file that was mostly written a moment ago: it is in the system's memory.
    fn next(&mut self) -> Option<Stored> {
        let most = usize::try_from(self.ready).unwrap_or(usize::MAX);
        if most == 0 {
            return None;
        }
        let limits = Limits {
            records: self.batch.min(most),
            bytes: MOST_READ,
        };
        let Some(portion) = self.store.read(self.receiver, limits) else {
            self.ready = 0;
            return None;
        };
        self.ready = self.ready.saturating_sub(portion.records.len() as u64);
        self.ticket = Some(portion.ticket);
        Some(portion.records)
    }

    fn is_empty(&self) -> bool {
        self.store.unread(self.receiver) == 0
    }

    fn accepted(&self) -> u64 {
        self.store.progress(self.receiver).0
    }

    fn settled(&self) -> u64 {
        self.store.progress(self.receiver).1
    }

    fn settle(&mut self, _: u64) {
        if let Some(ticket) = self.ticket.take() {
            self.store.acknowledge(self.receiver, &ticket);
        }
    }
}
