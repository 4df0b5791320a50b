//! Spans with a tail sampler in front of some of the lanes.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry_sdk::trace::SpanData;
use tokio::time::Instant;

use super::feed::Feed;
use super::lane::Lane;
use super::queue::{Bundle, Dropped};
use super::queued::{Batches, Queued};
use crate::report::SinkReport;
use crate::sampling::{Hook, OpenTraces, Released, Sampler, SamplingReport, TailSampling, Verdict};
use crate::sink::Size;

/// The worker's side of the queue of spans, and the sampler where there is one.
pub(super) struct Sampled {
    queued: Queued<SpanData>,
    sampling: Option<Sampling>,
}

/// What the threads of the program and the sampler share.
#[derive(Debug, Default)]
pub(super) struct SampledTraces {
    pub(super) open: OpenTraces,
    report: Mutex<SamplingReport>,
}

pub(super) struct Sampling {
    sampler: Sampler,
    traces: Arc<SampledTraces>,
    /// Of each lane, whether it gets only what the sampler keeps.
    lanes: Vec<bool>,
    began: Instant,
    /// Those that have not been told yet.
    verdicts: Vec<Verdict>,
    hook: Option<Hook>,
    /// Nothing comes any more: what is undecided is decided.
    closed: bool,
}

type SpanLane = Lane<Batches<SpanData>>;

impl SampledTraces {
    pub(super) fn report(&self) -> SamplingReport {
        *self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_report(&self, report: SamplingReport) {
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = report;
    }
}

impl Sampled {
    pub(super) fn new(queued: Queued<SpanData>, sampling: Option<Sampling>) -> Self {
        Self { queued, sampling }
    }
}

impl Feed for Sampled {
    type Backlog = Batches<SpanData>;

    fn collect(&mut self, all: bool, lanes: &mut [SpanLane], tallies: &mut [SinkReport]) {
        match &mut self.sampling {
            None => self.queued.collect(all, lanes, tallies),
            Some(sampling) => {
                let batches = self.queued.take(all);
                let size = self.queued.max_batch_size();
                sampling.collect(batches, size, lanes, tallies);
            }
        }
    }

    fn tell(&mut self) {
        if let Some(sampling) = &mut self.sampling {
            sampling.tell();
        }
    }

    fn due(&self) -> Option<Instant> {
        let expiry = self.sampling.as_ref().and_then(Sampling::due);
        self.queued.due().into_iter().chain(expiry).min()
    }

    fn woken(&self) -> impl Future<Output = ()> {
        self.queued.woken()
    }

    fn close(&mut self) {
        self.queued.close();
        if let Some(sampling) = &mut self.sampling {
            sampling.closed = true;
        }
    }
}

impl Sampling {
    pub(super) fn new(
        settings: TailSampling,
        traces: Arc<SampledTraces>,
        lanes: Vec<bool>,
    ) -> Self {
        Self {
            hook: settings.hook(),
            sampler: Sampler::new(settings),
            traces,
            lanes,
            began: Instant::now(),
            verdicts: Vec::new(),
            closed: false,
        }
    }

    fn tell(&mut self) {
        let verdicts = self.verdicts.drain(..);
        if let Some(hook) = &self.hook {
            verdicts.for_each(|verdict| hook(&verdict));
        }
    }

    fn due(&self) -> Option<Instant> {
        self.began.checked_add(self.sampler.next_expiry()?)
    }

    fn collect(
        &mut self,
        batches: VecDeque<Bundle<SpanData>>,
        size: usize,
        lanes: &mut [SpanLane],
        tallies: &mut [SinkReport],
    ) {
        let now = self.began.elapsed();
        for batch in batches {
            for (index, sampled) in self.lanes.iter().enumerate() {
                tallies[index].pending += batch.items.len() as u64;
                if !*sampled {
                    let dropped = lanes[index].backlog.accept(batch.clone());
                    settle(&mut tallies[index], dropped);
                }
            }
            let mut released = Released::default();
            for span in batch.items {
                let trace = span.span_context.trace_id();
                let over = self.traces.open.arrived(&span);
                self.sampler.take(span, now, &mut released);
                if over {
                    self.sampler.close(trace, &mut released);
                }
            }
            self.hand_over(released, size, lanes, tallies);
        }
        let mut released = Released::default();
        self.sampler.expire(now, &mut released);
        if self.closed {
            self.sampler.finish(&mut released);
        }
        self.hand_over(released, size, lanes, tallies);
        self.traces.set_report(self.sampler.report());
    }

    /// To the lanes that are sampled, in batches of at most this size.
    fn hand_over(
        &mut self,
        released: Released,
        size: usize,
        lanes: &mut [SpanLane],
        tallies: &mut [SinkReport],
    ) {
        self.verdicts.extend(released.verdicts);
        let sampled = |index: &usize| self.lanes[*index];
        let sampled: Vec<usize> = (0..lanes.len()).filter(sampled).collect();
        for index in &sampled {
            let tally = &mut tallies[*index];
            tally.sampled_out += released.sampled_out;
            tally.pending = tally.pending.saturating_sub(released.sampled_out);
        }
        let Some((last, others)) = sampled.split_last() else {
            return;
        };
        let mut kept = released.kept.into_iter();
        loop {
            let items: Vec<_> = kept.by_ref().take(size).collect();
            if items.is_empty() {
                return;
            }
            let bytes = items.iter().map(Size::size).sum();
            let batch = Bundle { items, bytes };
            for index in others {
                let dropped = lanes[*index].backlog.accept_by_bytes(batch.clone());
                settle(&mut tallies[*index], dropped);
            }
            let dropped = lanes[*last].backlog.accept_by_bytes(batch);
            settle(&mut tallies[*last], dropped);
        }
    }
}

/// Counts what a lane had no room for, and what was pending before.
fn settle(tally: &mut SinkReport, dropped: Dropped) {
    tally.drop(dropped);
    tally.pending = tally.pending.saturating_sub(dropped.items);
}
