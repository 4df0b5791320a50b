//! All pipelines of a process together.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::TraceId;

use super::handle::{Answer, Deadline, Handle};
use super::processor::Spans;
use crate::report::Report;

/// One pipeline for each kind of telemetry that is exported. Clones are cheap and speak to the same
/// workers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pipelines {
    pub(super) traces: Option<(Arc<Spans>, Handle)>,
    pub(super) metrics: Option<Handle>,
    pub(super) logs: Option<Handle>,
}

impl Pipelines {
    pub(super) fn is_empty(&self) -> bool {
        self.handles().next().is_none()
    }

    pub(crate) fn has_metrics(&self) -> bool {
        self.metrics.is_some()
    }

    pub(crate) fn last_trace_id(&self) -> Option<TraceId> {
        self.traces.as_ref()?.0.latest()
    }

    /// Delivers what came before this call. Returns at the latest when the time is over.
    pub(crate) fn flush(&self, timeout: Duration) -> Report {
        let timed_out = self.ask(timeout, Handle::begin_flush);
        self.report(timed_out)
    }

    /// Begins to deliver what came before this call, and waits for nothing.
    pub(crate) fn hurry(&self, timeout: Duration) {
        let deadline = Deadline::after(timeout);
        self.handles()
            .for_each(|handle| drop(handle.begin_flush(deadline)));
    }

    /// Delivers what is there, gives up on the rest when the time is over, and ends the workers.
    pub(crate) fn shutdown(&self, timeout: Duration) -> Report {
        let timed_out = self.ask(timeout, Handle::begin_shutdown);
        self.handles().for_each(Handle::finish_shutdown);
        let mut report = self.report(timed_out);
        report.unfinished = self.handles().map(Handle::unfinished).sum();
        report
    }

    /// Asks all at once and then waits for all, so that together they take no longer than one.
    fn ask(&self, timeout: Duration, question: fn(&Handle, Deadline) -> Answer) -> bool {
        let deadline = Deadline::after(timeout);
        let answers: Vec<_> = self
            .handles()
            .map(|handle| question(handle, deadline))
            .collect();
        let outcomes = answers.into_iter().map(|answer| answer.wait(deadline));
        // To the last one, also after one that is late.
        outcomes.filter(|timed_out| *timed_out).count() > 0
    }

    fn report(&self, timed_out: bool) -> Report {
        Report {
            sinks: self.handles().flat_map(Handle::tallies).collect(),
            unfinished: 0,
            timed_out,
        }
    }

    /// In the order of a report.
    pub(super) fn handles(&self) -> impl Iterator<Item = &Handle> {
        let traces = self.traces.iter().map(|(_, handle)| handle);
        traces.chain(&self.metrics).chain(&self.logs)
    }
}
