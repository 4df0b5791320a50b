//! Holds the spans of traces that are not decided yet, and decides. It has no clock: whoever calls it
//! says what time it is.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use glassbox_semconv::glassbox;
use opentelemetry::trace::TraceId;
use opentelemetry::{KeyValue, StringValue};
use opentelemetry_sdk::trace::SpanData;

use super::rules::{Facts, Rules};
use super::verdicts::{Fate, Verdicts};
use super::{Overflow, SamplingReport, TailSampling, Verdict};
use crate::sink::Size as _;

/// What keeps a trace for which there was no room any more.
pub(super) const BY_PRESSURE: &str = "_pressure";
/// What keeps a trace that was still going on at the end.
pub(super) const BY_SHUTDOWN: &str = "_shutdown";

/// What the tables take for a trace, beside its facts and its spans: its entries, and as much again,
/// because tables grow by doubling.
const ENTRIES: usize = 2 * (size_of::<(TraceId, Undecided)>() + size_of::<(u64, TraceId)>());

/// What a step lets go.
#[derive(Debug, Default)]
pub(crate) struct Released {
    /// In the order in which they came, trace by trace.
    pub(crate) kept: Vec<SpanData>,
    /// How many spans were not kept.
    pub(crate) sampled_out: u64,
    /// What was decided, where somebody wants to hear of it.
    pub(crate) verdicts: Vec<Verdict>,
}

#[derive(Debug)]
pub(crate) struct Sampler {
    settings: TailSampling,
    rules: Rules,
    undecided: HashMap<TraceId, Undecided>,
    /// The undecided traces by arrival.
    oldest: BTreeMap<u64, TraceId>,
    arrivals: u64,
    /// What the undecided traces take.
    bytes: usize,
    verdicts: Verdicts,
    report: SamplingReport,
    by_pressure: Arc<str>,
    by_shutdown: Arc<str>,
}

#[derive(Debug)]
struct Undecided {
    arrival: u64,
    /// When its first span came.
    since: Duration,
    facts: Facts,
    spans: Vec<SpanData>,
    /// What it takes, in the tables too.
    bytes: usize,
}

impl Sampler {
    pub(crate) fn new(settings: TailSampling) -> Self {
        Self {
            rules: Rules::new(&settings.policy),
            undecided: HashMap::new(),
            oldest: BTreeMap::new(),
            arrivals: 0,
            bytes: 0,
            verdicts: Verdicts::new(settings.max_verdicts),
            report: SamplingReport::default(),
            by_pressure: BY_PRESSURE.into(),
            by_shutdown: BY_SHUTDOWN.into(),
            settings,
        }
    }

    /// Takes a span that has ended, and decides its trace if that is possible now. Where that leaves
    /// too much in memory, the traces that came first are decided too.
    pub(crate) fn take(&mut self, span: SpanData, now: Duration, released: &mut Released) {
        let trace = span.span_context.trace_id();
        if !self.undecided.contains_key(&trace) {
            if let Some(fate) = self.verdicts.get(trace) {
                let_go(vec![span], &fate, released);
                return;
            }
            self.begin(trace, &span, now);
        }
        let Some(state) = self.undecided.get_mut(&trace) else {
            return;
        };
        self.rules.learn(&mut state.facts, &span);
        self.bytes += state.push(span);
        if let Some(fate) = self.rules.judge(trace, &state.facts, false) {
            self.decide(trace, fate, released);
        } else {
            self.relieve(released);
        }
    }

    /// No span of the trace is open: it is decided by what it has been.
    pub(crate) fn close(&mut self, trace: TraceId, released: &mut Released) {
        if let Some(state) = self.undecided.get(&trace) {
            let fate = self.rules.judge(trace, &state.facts, true).flatten();
            self.decide(trace, fate, released);
        }
    }

    /// Decides what has waited for its time by what it is until now.
    pub(crate) fn expire(&mut self, now: Duration, released: &mut Released) {
        while self.next_expiry().is_some_and(|expiry| expiry <= now) {
            let Some((_, trace)) = self.oldest.pop_first() else {
                return;
            };
            if let Some(state) = self.undecided.get_mut(&trace) {
                state.facts.set_age(now.saturating_sub(state.since));
                let fate = self.rules.judge(trace, &state.facts, true).flatten();
                self.report.expired += 1;
                self.decide(trace, fate, released);
            }
        }
    }

    /// The end: what is not decided is still going on, and kept.
    pub(crate) fn finish(&mut self, released: &mut Released) {
        while let Some((_, trace)) = self.oldest.pop_first() {
            self.report.failed_open += 1;
            self.decide(trace, Some(Arc::clone(&self.by_shutdown)), released);
        }
    }

    /// When the next trace has waited for its time.
    pub(crate) fn next_expiry(&self) -> Option<Duration> {
        let (_, trace) = self.oldest.first_key_value()?;
        let since = self.undecided.get(trace)?.since;
        since.checked_add(self.settings.max_age)
    }

    /// What became of the traces so far.
    pub(crate) fn report(&self) -> SamplingReport {
        SamplingReport {
            undecided: self.undecided.len() as u64,
            bytes: self.bytes as u64,
            ..self.report
        }
    }

    #[cfg(test)]
    pub(super) fn is_undecided(&self, trace: TraceId) -> bool {
        self.undecided.contains_key(&trace)
    }

    fn begin(&mut self, trace: TraceId, span: &SpanData, now: Duration) {
        let arrival = self.arrivals;
        self.arrivals += 1;
        let bytes = ENTRIES + self.rules.heap_size();
        self.oldest.insert(arrival, trace);
        self.undecided.insert(
            trace,
            Undecided {
                arrival,
                since: now,
                facts: self.rules.nothing(span),
                spans: Vec::new(),
                bytes,
            },
        );
        self.bytes += bytes;
    }

    fn relieve(&mut self, released: &mut Released) {
        while self.bytes > self.settings.max_bytes {
            let Some((_, trace)) = self.oldest.pop_first() else {
                return;
            };
            let fate = match self.settings.overflow {
                Overflow::Keep => {
                    self.report.failed_open += 1;
                    Some(Arc::clone(&self.by_pressure))
                }
                Overflow::Decide => {
                    let state = self.undecided.get(&trace);
                    self.report.hurried += 1;
                    state.and_then(|state| self.rules.judge(trace, &state.facts, true).flatten())
                }
            };
            self.decide(trace, fate, released);
        }
    }

    fn decide(&mut self, trace: TraceId, fate: Fate, released: &mut Released) {
        let Some(state) = self.undecided.remove(&trace) else {
            return;
        };
        self.oldest.remove(&state.arrival);
        self.bytes -= state.bytes;
        match fate {
            Some(_) => self.report.kept += 1,
            None => self.report.sampled_out += 1,
        }
        if self.settings.hook.is_some() {
            released.verdicts.push(Verdict {
                trace_id: trace,
                policy: fate.clone(),
            });
        }
        let_go(state.spans, &fate, released);
        self.verdicts.insert(trace, fate);
    }
}

impl Undecided {
    /// Returns how many bytes that takes.
    fn push(&mut self, span: SpanData) -> usize {
        let capacity = self.spans.capacity();
        let heap = span.size() - size_of::<SpanData>();
        self.spans.push(span);
        let more = heap + (self.spans.capacity() - capacity) * size_of::<SpanData>();
        self.bytes += more;
        more
    }
}

fn let_go(spans: Vec<SpanData>, fate: &Fate, released: &mut Released) {
    let Some(policy) = fate else {
        released.sampled_out += spans.len() as u64;
        return;
    };
    released.kept.extend(spans.into_iter().map(|mut span| {
        let policy = StringValue::from(Arc::clone(policy));
        let attribute = KeyValue::new(glassbox::SAMPLING_POLICY, policy);
        span.attributes.push(attribute);
        span
    }));
}
