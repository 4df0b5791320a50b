//! What became of the telemetry.

use std::fmt;

use crate::pipeline::Dropped;
use crate::signal::Signal;

/// What became of the telemetry so far: one entry for each place it goes to.
///
/// Counts are totals since the pipeline started, so that the last report tells the whole story.
/// `Display` is one sentence a problem, one problem a line, and nothing where all is well:
///
/// ```text
/// could not deliver 5 spans to http://localhost:4318/v1/traces: connection refused; is a collector listening? (OTEL_EXPORTER_OTLP_ENDPOINT)
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// One entry for each exporter: those of traces, then of metrics, then of logs, each in the order
    /// in which they were added.
    pub sinks: Vec<SinkReport>,
    /// Spans that had started and not ended when the pipeline was shut down. They are ended then, marked
    /// with `glassbox.span.unfinished`, and delivered with what was known of them at their start. Zero in
    /// the report of a flush.
    pub unfinished: u64,
    /// The time given was over before everything was delivered.
    pub timed_out: bool,
}

impl Report {
    /// True where every span that ended and every log record was delivered, so was every collection
    /// of metrics, and nothing is left over.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.problems().next().is_none()
    }

    /// What will not arrive, counted once for each exporter.
    pub(crate) fn lost(&self) -> u64 {
        let lost = |sink: &SinkReport| sink.dropped + sink.failed;
        self.sinks.iter().map(lost).sum()
    }

    /// Whether something waits for a place that does not take it now.
    pub(crate) fn is_stalled(&self) -> bool {
        let stalled = |sink: &SinkReport| sink.retrying && sink.pending > 0;
        self.sinks.iter().any(stalled)
    }

    /// One clear sentence for each problem, without a full stop, for a person who reads stderr.
    /// Never contains the value of a header.
    pub fn problems(&self) -> impl Iterator<Item = String> + '_ {
        self.sinks
            .iter()
            .flat_map(move |sink| sink.problems(self.timed_out))
            .chain((self.unfinished > 0).then(|| {
                let verb = if self.unfinished == 1 { "was" } else { "were" };
                format!(
                    "{} {verb} still open at the end: only what the start told is known",
                    Signal::Traces.count(self.unfinished)
                )
            }))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&problem)?;
        }
        Ok(())
    }
}

/// What became of the telemetry of one kind at one exporter, in spans, data points or log records.
/// Every span that ended and every log record is in exactly one of `exported`, `dropped`, `failed`
/// and `pending`; so is every data point that was collected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SinkReport {
    /// What it exports, and so what is counted.
    pub signal: Signal,
    /// The exporter: `otlp`, `console`, `tree`, or what
    /// [`with_exporter`](crate::Builder::with_exporter) and its kin were told.
    pub name: String,
    /// Where it sends to: a URL without credentials or query, `stdout`, `stderr`.
    pub target: String,
    /// How many arrived.
    pub exported: u64,
    /// How many were thrown away because a queue was full. Metrics do not queue.
    pub dropped: u64,
    /// How many of those dropped found room by their number and not by their bytes
    /// ([`Batching::max_queue_bytes`](crate::Batching)).
    pub dropped_for_size: u64,
    /// How many could not be delivered, or were rejected by the other side. A data point that is a
    /// running total is made good by the next one that arrives, and stays counted.
    pub failed: u64,
    /// How many of those that failed the other side threw away although it took the request (a
    /// *partial success* in OTLP).
    pub rejected: u64,
    /// How many still wait or are on their way.
    pub pending: u64,
    /// The last attempt failed in a way that may pass, and there will be another.
    pub retrying: bool,
    /// Why the last delivery that failed did, or the last attempt.
    pub last_error: Option<String>,
    /// What it is in metrics: `otlp_http` and the like.
    pub(crate) component: String,
}

impl SinkReport {
    /// Counts what there was no room for.
    pub(crate) fn drop(&mut self, dropped: Dropped) {
        self.dropped += dropped.items;
        self.dropped_for_size += dropped.heavy;
    }

    fn problems(&self, timed_out: bool) -> impl Iterator<Item = String> + '_ {
        let failed = (self.failed > 0).then(|| {
            let reason = self.last_error.as_deref().unwrap_or("unknown reason");
            format!(
                "could not deliver {} to {}: {reason}",
                self.signal.count(self.failed),
                self.target
            )
        });
        let dropped = (self.dropped > 0).then(|| self.overflow());
        let pending = match self.waiting() {
            None if timed_out && self.pending > 0 => Some(format!(
                "{} still on the way to {} when the time was over",
                self.signal.count(self.pending),
                self.target
            )),
            waiting => waiting,
        };
        failed.into_iter().chain(dropped).chain(pending)
    }

    /// The sentence about what there was no room for.
    pub(crate) fn overflow(&self) -> String {
        let by_bytes = (self.dropped_for_size > 0).then_some("Batching::max_queue_bytes");
        let limit = by_bytes.or(self.signal.queue_variable());
        format!(
            "dropped {} for {}: the queue was full{}",
            self.signal.count(self.dropped),
            self.target,
            limit.map_or_else(String::new, |name| format!(" ({name})")),
        )
    }

    /// The sentence about what waits for another attempt.
    pub(crate) fn waiting(&self) -> Option<String> {
        let reason = self.last_error.as_deref()?;
        (self.retrying && self.pending > 0).then(|| {
            let pending = self.signal.count(self.pending);
            format!("{pending} still on the way to {}: {reason}", self.target)
        })
    }
}

#[cfg(test)]
mod tests;
