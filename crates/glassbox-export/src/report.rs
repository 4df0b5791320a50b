//! What became of the spans.

use std::fmt;

/// What became of the spans so far: one entry for each place they go to.
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
    /// One entry for each exporter, in the order in which they were added.
    pub sinks: Vec<SinkReport>,
    /// Spans that had started and not ended when the pipeline was shut down; they are not
    /// delivered. Zero in the report of a flush.
    pub unfinished: u64,
    /// The time given was over before everything was delivered.
    pub timed_out: bool,
}

impl Report {
    /// True where every span that ended was delivered and none is left over.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.problems().next().is_none()
    }

    /// Spans that will not arrive, counted once for each exporter.
    pub(crate) fn lost(&self) -> u64 {
        let lost = |sink: &SinkReport| sink.dropped + sink.failed;
        self.sinks.iter().map(lost).sum::<u64>() + self.unfinished
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
                    "{} {verb} still open at the end and not delivered",
                    spans(self.unfinished)
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

/// What became of the spans at one exporter. Every span that ended is in exactly one of
/// `exported`, `dropped`, `failed` and `pending`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SinkReport {
    /// The exporter: `otlp`, `console`, `tree`, or what
    /// [`with_exporter`](crate::Builder::with_exporter) was told.
    pub name: String,
    /// Where it sends to: a URL without credentials or query, `stdout`, `stderr`.
    pub target: String,
    /// Spans that arrived.
    pub exported: u64,
    /// Spans thrown away because a queue was full.
    pub dropped: u64,
    /// Spans that could not be delivered, or that the other side rejected.
    pub failed: u64,
    /// Spans that still wait or are on their way.
    pub pending: u64,
    /// Why the last delivery that failed did.
    pub last_error: Option<String>,
}

impl SinkReport {
    fn problems(&self, timed_out: bool) -> impl Iterator<Item = String> + '_ {
        let failed = (self.failed > 0).then(|| {
            let reason = self.last_error.as_deref().unwrap_or("unknown reason");
            format!(
                "could not deliver {} to {}: {reason}",
                spans(self.failed),
                self.target
            )
        });
        let dropped = (self.dropped > 0).then(|| {
            format!(
                "dropped {} for {}: the queue was full (OTEL_BSP_MAX_QUEUE_SIZE)",
                spans(self.dropped),
                self.target
            )
        });
        let pending = (timed_out && self.pending > 0).then(|| {
            format!(
                "{} still on the way to {} when the time was over",
                spans(self.pending),
                self.target
            )
        });
        failed.into_iter().chain(dropped).chain(pending)
    }
}

pub(crate) fn spans(count: u64) -> String {
    match count {
        1 => "1 span".to_owned(),
        _ => format!("{count} spans"),
    }
}

#[cfg(test)]
mod tests;
