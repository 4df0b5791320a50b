//! Random traces in random order, decided by the sampler and by brute force.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use opentelemetry::trace::TraceId;
use opentelemetry_sdk::trace::SpanData;

use crate::sampling::testing::{Chance, Deed, certain, holds, keepers, kept_by};
use crate::sampling::{OpenTraces, Policy, Released, Sampler, TailSampling};

const TRACES: usize = 100_000;
/// How many traces share a policy and a time.
const TOGETHER: usize = 40;

/// What the test knows of a trace.
struct Trace {
    id: TraceId,
    /// What its spans say, in the order in which they start.
    deeds: Vec<Deed>,
    started: usize,
    open: Vec<usize>,
    /// The indices of the spans that the sampler has, in the order in which they came.
    arrived: Vec<usize>,
    /// How many had come when none was open or on its way for the first time.
    whole: Option<usize>,
    on_the_way: usize,
}

impl Trace {
    fn new(chance: &mut Chance) -> Self {
        Self {
            id: chance.trace_id(),
            deeds: (0..=chance.below(7)).map(|_| chance.deed()).collect(),
            started: 0,
            open: Vec::new(),
            arrived: Vec::new(),
            whole: None,
            on_the_way: 0,
        }
    }

    fn is_over(&self) -> bool {
        self.started == self.deeds.len() && self.open.is_empty()
    }

    /// What had come when it was over for the first time, or until now.
    fn seen(&self) -> Vec<Deed> {
        let seen = &self.arrived[..self.whole.unwrap_or(self.arrived.len())];
        seen.iter()
            .map(|index| self.deeds[*index].clone())
            .collect()
    }
}

/// A process that records some traces at once.
struct World {
    policy: Policy,
    chance: Chance,
    traces: Vec<Trace>,
    open: OpenTraces,
    sampler: Sampler,
    queue: VecDeque<(usize, usize, SpanData)>,
    released: Released,
    /// Whether each verdict is checked to come as early as it can.
    patient: bool,
}

impl World {
    fn new(seed: u64, patient: bool) -> Self {
        let mut chance = Chance::new(seed);
        let policy = chance.policy();
        let settings = TailSampling::new(policy.clone()).with_max_bytes(usize::MAX);
        Self {
            traces: (0..TOGETHER).map(|_| Trace::new(&mut chance)).collect(),
            policy,
            chance,
            open: OpenTraces::default(),
            sampler: Sampler::new(settings),
            queue: VecDeque::new(),
            released: Released::default(),
            patient,
        }
    }

    /// Spans start, end and come to the sampler in any order, as long as a span starts before it ends
    /// and what ends first comes first.
    fn run(&mut self) {
        let mut going: Vec<usize> = (0..TOGETHER).collect();
        while !going.is_empty() || !self.queue.is_empty() {
            if going.is_empty() || self.chance.one_in(3) {
                self.arrive();
                continue;
            }
            let place = self.chance.index(going.len());
            self.step(going[place]);
            if self.traces[going[place]].is_over() {
                going.swap_remove(place);
            }
        }
    }

    fn step(&mut self, index: usize) {
        let trace = &mut self.traces[index];
        let more = trace.started < trace.deeds.len();
        if trace.open.is_empty() || (more && self.chance.one_in(2)) {
            self.open.started(trace.id);
            trace.open.push(trace.started);
            trace.started += 1;
        } else {
            let place = self.chance.index(trace.open.len());
            let span = trace.open.swap_remove(place);
            self.open.ended(trace.id);
            trace.on_the_way += 1;
            let data = trace.deeds[span].span(trace.id, span as u64);
            self.queue.push_back((index, span, data));
        }
    }

    fn arrive(&mut self) {
        let Some((index, span, data)) = self.queue.pop_front() else {
            return;
        };
        let over = self.open.arrived(&data);
        self.sampler.take(data, Duration::ZERO, &mut self.released);
        let trace = &mut self.traces[index];
        trace.arrived.push(span);
        trace.on_the_way -= 1;
        if trace.whole.is_none() && self.patient {
            let certain = certain(&self.policy, trace.id, &trace.seen());
            let decided = !self.sampler.is_undecided(trace.id);
            assert_eq!(decided, certain.is_some(), "{}", self.policy);
        }
        if over {
            self.sampler.close(trace.id, &mut self.released);
        }
        assert_eq!(over, trace.open.is_empty() && trace.on_the_way == 0);
        if over && trace.whole.is_none() {
            trace.whole = Some(trace.arrived.len());
        }
    }

    fn check(self) -> usize {
        let mut kept: HashMap<TraceId, Vec<SpanData>> = HashMap::new();
        for span in self.released.kept {
            let trace = span.span_context.trace_id();
            kept.entry(trace).or_default().push(span);
        }
        let mut sampled_out = 0;
        let mut count = 0;
        for trace in &self.traces {
            let kept = kept.remove(&trace.id).unwrap_or_default();
            let seen = trace.seen();
            if !holds(&self.policy, trace.id, &seen) {
                assert!(kept.is_empty(), "{} {seen:?}", self.policy);
                sampled_out += trace.deeds.len();
                continue;
            }
            count += 1;
            let order =
                |span: &SpanData| u64::from_be_bytes(span.span_context.span_id().to_bytes());
            let kept_order: Vec<usize> = kept.iter().map(|span| order(span) as usize - 1).collect();
            assert_eq!(kept_order, trace.arrived, "{} {seen:?}", self.policy);
            let keepers = keepers(&self.policy, trace.id, &seen);
            let name = kept_by(&kept[0]);
            assert!(name.as_ref().is_some_and(|name| keepers.contains(name)));
            assert!(kept.iter().all(|span| kept_by(span) == name));
        }
        assert_eq!(self.released.sampled_out, sampled_out as u64);
        let report = self.sampler.report();
        assert_eq!((report.undecided, report.bytes), (0, 0));
        assert_eq!(report.kept, count as u64);
        count
    }
}

#[test]
fn it_agrees_with_brute_force_over_complete_traces() {
    let worlds = TRACES / TOGETHER;
    let mut kept = 0;
    for seed in 0..worlds as u64 {
        let mut world = World::new(seed, seed % 25 == 0);
        world.run();
        kept += world.check();
    }
    // Neither is the exception.
    assert!((TRACES / 4..TRACES * 3 / 4).contains(&kept), "{kept}");
}
