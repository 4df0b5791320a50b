//! What runs on the exporter's thread, once for each kind of telemetry: moves what there is to the
//! lanes, runs the exports, answers flushes.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::Resource;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::account;
use super::feed::Feed;
use super::handle::{Command, Request, Shared};
use super::lane::{Backlog, Lane, Waiter};
use crate::error::Error;
use crate::sink::{Outcome, SinkSpec};
use crate::text::seconds;

pub(super) struct Worker<F: Feed> {
    shared: Arc<Shared>,
    commands: UnboundedReceiver<Command>,
    feed: F,
    lanes: Vec<Lane<F::Backlog>>,
    exports: JoinSet<Outcome>,
    flushes: Vec<Flush>,
    shutdown: Option<Shutdown>,
    /// How long one attempt may take.
    export_timeout: Duration,
    /// Nobody is left who could report or ask for anything.
    deserted: bool,
}

/// A caller that waits until each lane has settled what it had accepted.
struct Flush {
    targets: Vec<(u64, Waiter)>,
    request: Request,
}

struct Shutdown {
    deadline: Instant,
    asked: Instant,
    /// One for each lane.
    waiters: Vec<Waiter>,
    requests: Vec<Request>,
}

type Spec<F> = SinkSpec<<<F as Feed>::Backlog as Backlog>::Batch>;

impl<F: Feed> Worker<F> {
    /// Makes the sinks, each with its backlog. Must be called inside the runtime that will run them.
    pub(super) fn new(
        shared: Arc<Shared>,
        commands: UnboundedReceiver<Command>,
        feed: F,
        sinks: Vec<(Spec<F>, F::Backlog)>,
        resource: &Resource,
        export_timeout: Duration,
    ) -> Result<Self, Error> {
        let lanes = sinks
            .into_iter()
            .map(|(spec, backlog)| Ok(Lane::new((spec.build)(resource)?, backlog)))
            .collect::<Result<_, Error>>()?;
        Ok(Self {
            shared,
            commands,
            feed,
            lanes,
            exports: JoinSet::new(),
            flushes: Vec::new(),
            shutdown: None,
            export_timeout,
            deserted: false,
        })
    }

    pub(super) async fn run(mut self) {
        loop {
            let due = self.feed.due().is_some_and(|due| due <= Instant::now());
            self.collect(due);
            self.start_exports();
            self.answer_flushes();
            if self.is_done() {
                break;
            }
            self.wait().await;
        }
        self.close();
    }

    async fn wait(&mut self) {
        let alarm = self.alarm();
        let sleep = async {
            match alarm {
                Some(alarm) => sleep_until(alarm).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            Some(ended) = self.exports.join_next_with_id() => self.settle(ended),
            command = self.commands.recv(), if !self.deserted => self.obey(command),
            () = self.feed.woken() => {}
            () = sleep => {}
        }
    }

    /// The next moment at which something has to happen by itself.
    fn alarm(&self) -> Option<Instant> {
        let flushes = self.flushes.iter().map(|flush| flush.request.deadline);
        let shutdown = self.shutdown.iter().map(|shutdown| shutdown.deadline);
        let retries = self.lanes.iter().filter_map(Lane::due);
        flushes
            .chain(shutdown)
            .chain(self.feed.due())
            .chain(retries)
            .min()
    }

    fn collect(&mut self, all: bool) {
        let mut tallies = self.shared.tallies();
        self.feed.collect(all, &mut self.lanes, &mut tallies);
        let before = self.shared.dropped();
        let lanes = self.lanes.iter_mut().zip(&*tallies);
        let news: Vec<_> = lanes
            .filter_map(|(lane, tally)| account::overflow(lane, tally, before))
            .collect();
        drop(tallies);
        news.iter().for_each(|problem| self.shared.say(problem));
    }

    fn start_exports(&mut self) {
        let now = Instant::now();
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            let Some(parcel) = lane.next(now) else {
                continue;
            };
            let items = parcel.items();
            let tally = &mut self.shared.tallies()[index];
            // What is collected only now was not counted before.
            tally.pending = tally.pending.max(items);
            let limit = self.export_timeout;
            let task = self
                .exports
                .spawn(async move { parcel.attempt(limit).await });
            lane.started(task.id(), items);
        }
    }

    fn settle(&mut self, ended: Result<(Id, Outcome), JoinError>) {
        let (task, outcome) = match ended {
            Ok((task, outcome)) => (task, Some(outcome)),
            Err(error) => (error.id(), None),
        };
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            let Some(items) = lane.ended(task) else {
                continue;
            };
            let panicked = || Outcome::failed(items, "the exporter panicked");
            let outcome = outcome.unwrap_or_else(panicked);
            let news = account::settle(lane, &mut self.shared.tallies()[index], outcome);
            if let Some(news) = news {
                self.shared.say(&news);
            }
            return;
        }
    }

    fn obey(&mut self, command: Option<Command>) {
        match command {
            Some(Command::Flush(request)) => {
                self.collect(true);
                let deadline = request.deadline;
                let targets = self
                    .lanes
                    .iter_mut()
                    .map(|lane| (lane.backlog.accepted(), lane.hurry(deadline)))
                    .collect();
                self.flushes.push(Flush { targets, request });
            }
            Some(Command::Shutdown(request)) => {
                self.begin_shutdown(request.deadline, Some(request));
            }
            None => {
                self.deserted = true;
                self.begin_shutdown(Instant::now() + self.export_timeout, None);
            }
        }
    }

    fn begin_shutdown(&mut self, deadline: Instant, request: Option<Request>) {
        self.feed.close();
        self.collect(true);
        let lanes = &mut self.lanes;
        let shutdown = self.shutdown.get_or_insert_with(|| Shutdown {
            deadline,
            asked: Instant::now(),
            waiters: lanes.iter_mut().map(|lane| lane.hurry(deadline)).collect(),
            requests: Vec::new(),
        });
        shutdown.requests.extend(request);
    }

    fn answer_flushes(&mut self) {
        if self.flushes.is_empty() {
            return;
        }
        let now = Instant::now();
        for flush in std::mem::take(&mut self.flushes) {
            let over = |(lane, (target, waiter)): (&Lane<F::Backlog>, &(u64, Waiter))| {
                lane.backlog.settled() >= *target || lane.is_hopeless(waiter)
            };
            let all = self.lanes.iter().zip(&flush.targets).all(over);
            if all || flush.request.deadline <= now {
                self.flush_sinks();
                (flush.request.done)(!all);
            } else {
                self.flushes.push(flush);
            }
        }
    }

    fn flush_sinks(&self) {
        for (index, lane) in self.lanes.iter().enumerate() {
            if let Err(error) = lane.sink.flush() {
                self.shared.tallies()[index].last_error = Some(error);
            }
        }
    }

    fn is_done(&self) -> bool {
        self.shutdown.as_ref().is_some_and(|shutdown| {
            let over = |(lane, waiter): (&Lane<F::Backlog>, &Waiter)| {
                lane.is_idle() || lane.is_hopeless(waiter)
            };
            let all = || self.lanes.iter().zip(&shutdown.waiters).all(over);
            shutdown.deadline <= Instant::now() || all()
        })
    }

    /// Gives up on what is left, and says so in the counts before anybody is answered.
    fn close(mut self) {
        self.exports.abort_all();
        self.flush_sinks();
        let shutdown = self.shutdown.take();
        let waited = shutdown.as_ref().map(|shutdown| shutdown.asked.elapsed());
        let late = shutdown
            .as_ref()
            .is_some_and(|shutdown| shutdown.deadline <= Instant::now());
        let mut abandoned = false;
        for (index, lane) in self.lanes.iter().enumerate() {
            lane.sink.shutdown();
            let tally = &mut self.shared.tallies()[index];
            if tally.pending > 0 {
                abandoned = true;
                tally.failed += std::mem::take(&mut tally.pending);
                if !tally.retrying {
                    let waited = seconds(waited.unwrap_or_default());
                    tally.last_error = Some(format!("no answer within {waited}"));
                }
            }
            tally.retrying = false;
        }
        let requests = shutdown.map(|shutdown| shutdown.requests);
        let flushes = self.flushes.drain(..).map(|flush| flush.request);
        for request in requests.into_iter().flatten().chain(flushes) {
            (request.done)(abandoned && late);
        }
    }
}
