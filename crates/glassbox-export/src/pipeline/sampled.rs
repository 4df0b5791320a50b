//! Spans with a tail sampler in front of some of the lanes.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry_sdk::trace::SpanData;
use tokio::time::Instant;

use super::feed::Feed;
use super::lane::Lane;
use super::queued::{Batches, Queued};
use crate::report::SinkReport;
use crate::sampling::{OpenTraces, Released, Sampler, SamplingReport, TailSampling};

/// The worker's side of the queue of spans, and the sampler where there is one.
#[derive(Debug)]
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

#[derive(Debug)]
pub(super) struct Sampling {
    sampler: Sampler,
    traces: Arc<SampledTraces>,
    /// Of each lane, whether it gets only what the sampler keeps.
    lanes: Vec<bool>,
    began: Instant,
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
            sampler: Sampler::new(settings),
            traces,
            lanes,
            began: Instant::now(),
            closed: false,
        }
    }

    fn due(&self) -> Option<Instant> {
        self.began.checked_add(self.sampler.next_expiry()?)
    }

    fn collect(
        &mut self,
        batches: VecDeque<Vec<SpanData>>,
        size: usize,
        lanes: &mut [SpanLane],
        tallies: &mut [SinkReport],
    ) {
        let now = self.began.elapsed();
        for batch in batches {
            for (index, sampled) in self.lanes.iter().enumerate() {
                tallies[index].pending += batch.len() as u64;
                if !*sampled {
                    accept(&mut lanes[index], &mut tallies[index], batch.clone());
                }
            }
            let mut released = Released::default();
            for span in batch {
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
        &self,
        released: Released,
        size: usize,
        lanes: &mut [SpanLane],
        tallies: &mut [SinkReport],
    ) {
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
            let batch: Vec<_> = kept.by_ref().take(size).collect();
            if batch.is_empty() {
                return;
            }
            for index in others {
                accept(&mut lanes[*index], &mut tallies[*index], batch.clone());
            }
            accept(&mut lanes[*last], &mut tallies[*last], batch);
        }
    }
}

/// Gives a lane what it already counts as pending.
fn accept(lane: &mut SpanLane, tally: &mut SinkReport, batch: Vec<SpanData>) {
    let dropped = lane.backlog.accept(batch);
    tally.dropped += dropped;
    tally.pending = tally.pending.saturating_sub(dropped);
}
