//! Traces and policies that nobody would think of, and what the plainest reading says of them.

use std::time::Duration;

use glassbox_semconv::{attribute, glassbox};
use opentelemetry::trace::{SpanContext, SpanId, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

use super::policy::{Matcher, Policy, Rule};
use crate::testing::{SpanDataExt as _, at, span};

/// The same chances for the same seed (SplitMix64).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.number() % end
    }

    pub(super) fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    pub(super) fn index(&mut self, len: usize) -> usize {
        (self.number() % len as u64) as usize
    }

    pub(super) fn trace_id(&mut self) -> TraceId {
        TraceId::from(u128::from(self.number()) << 64 | u128::from(self.number()))
    }

    /// A condition of up to four levels.
    pub(super) fn policy(&mut self) -> Policy {
        self.policy_within(3)
    }

    fn policy_within(&mut self, levels: u32) -> Policy {
        let policy = match self.below(if levels == 0 { 8 } else { 14 }) {
            0 if self.one_in(4) => Policy::always(),
            0 | 1 => Policy::tokens(self.below(4_000)),
            2 => Policy::cost(self.below(60) as f64 / 1e3),
            3 => Policy::error(),
            4 => Policy::latency(Duration::from_millis(self.below(300))),
            5 => Policy::tool(TOOLS[self.index(TOOLS.len())]),
            6 => Policy::attribute("user.id", self.matcher()),
            7 => Policy::ratio(self.below(11) as f64 / 10.0),
            8 | 9 => self.policy_within(levels - 1).not(),
            10 | 11 => self.several(levels, Policy::and),
            _ => self.several(levels, Policy::or),
        };
        if self.one_in(8) {
            policy.named(format!("policy {}", self.below(1_000)))
        } else {
            policy
        }
    }

    fn several(&mut self, levels: u32, join: fn(Policy, Policy) -> Policy) -> Policy {
        let first = self.policy_within(levels - 1);
        (0..=self.below(3)).fold(first, |policy, _| {
            join(policy, self.policy_within(levels - 1))
        })
    }

    fn matcher(&mut self) -> Matcher {
        match self.below(4) {
            0 => Matcher::Present,
            1 => Matcher::Equals(self.below(USERS).to_string()),
            2 => Matcher::StartsWith(self.below(USERS / 4).to_string()),
            _ => Matcher::AtLeast(self.below(USERS) as f64),
        }
    }

    pub(super) fn deed(&mut self) -> Deed {
        let start = self.below(200);
        Deed {
            kind: match self.below(4) {
                0 => Kind::Agent,
                1 => Kind::Tool(TOOLS[self.index(TOOLS.len())]),
                _ => Kind::Model,
            },
            input: self.below(1_500),
            output: self.below(300),
            thousandths: self.below(25),
            failed: self.one_in(8),
            user: self.one_in(3).then(|| self.below(USERS)),
            start,
            end: start + self.below(150),
        }
    }
}

const TOOLS: [&str; 3] = ["search", "calculate", "send mail"];
const USERS: u64 = 40;

/// What one span says.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    kind: Kind,
    input: u64,
    output: u64,
    /// The cost, in thousandths of a US dollar.
    thousandths: u64,
    failed: bool,
    user: Option<u64>,
    /// In milliseconds, as the end.
    start: u64,
    end: u64,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Model,
    Tool(&'static str),
    /// It repeats what its calls took.
    Agent,
}

impl Deed {
    pub(super) fn span(&self, trace: TraceId, id: u64) -> SpanData {
        let (operation, tool) = match self.kind {
            Kind::Model => ("chat", None),
            Kind::Tool(name) => ("execute_tool", Some(name)),
            Kind::Agent => ("invoke_agent", None),
        };
        let mut span = span(id).during(self.start, self.end);
        let state = TraceState::default();
        let id = SpanId::from(id + 1);
        span.span_context = SpanContext::new(trace, id, TraceFlags::SAMPLED, false, state);
        span.attributes
            .push(KeyValue::new(attribute::GEN_AI_OPERATION_NAME, operation));
        if let Some(tool) = tool {
            span.attributes
                .push(KeyValue::new(attribute::GEN_AI_TOOL_NAME, tool));
        } else {
            span.attributes.extend([
                KeyValue::new(attribute::GEN_AI_USAGE_INPUT_TOKENS, self.input as i64),
                KeyValue::new(attribute::GEN_AI_USAGE_OUTPUT_TOKENS, self.output as i64),
                KeyValue::new(glassbox::COST_TOTAL, self.thousandths as f64 / 1e3),
            ]);
        }
        if let Some(user) = self.user {
            let value = match user % 2 {
                0 => Value::from(user as i64),
                _ => user.to_string().into(),
            };
            span.attributes.push(KeyValue::new("user.id", value));
        }
        if self.failed {
            span.status = Status::error("no luck");
        }
        span
    }

    fn user_fits(&self, matcher: &Matcher) -> bool {
        self.user.is_some_and(|user| match matcher {
            Matcher::Present => true,
            Matcher::Equals(text) => user.to_string() == *text,
            Matcher::StartsWith(start) => user.to_string().starts_with(start),
            // The odd ones are text.
            Matcher::AtLeast(min) => user % 2 == 0 && user as f64 >= *min,
        })
    }
}

/// Whether a policy holds for a trace that is all there.
pub(super) fn holds(policy: &Policy, trace: TraceId, deeds: &[Deed]) -> bool {
    match &policy.rule {
        Rule::Not(inner) => !holds(inner, trace, deeds),
        Rule::All(all) => all.iter().all(|policy| holds(policy, trace, deeds)),
        Rule::Any(any) => any.iter().any(|policy| holds(policy, trace, deeds)),
        rule => one_holds(rule, trace, deeds),
    }
}

fn one_holds(rule: &Rule, trace: TraceId, deeds: &[Deed]) -> bool {
    let calls = || deeds.iter().filter(|deed| deed.kind == Kind::Model);
    match rule {
        Rule::Always => true,
        Rule::Tokens(min) => calls().map(|deed| deed.input + deed.output).sum::<u64>() >= *min,
        Rule::Cost(min) => {
            calls().map(|deed| deed.thousandths).sum::<u64>() >= (min * 1e3).round() as u64
        }
        Rule::Error => deeds.iter().any(|deed| deed.failed),
        Rule::Latency(min) => {
            let start = deeds.iter().map(|deed| deed.start).min().unwrap_or(0);
            let end = deeds.iter().map(|deed| deed.end).max().unwrap_or(0);
            at(end).duration_since(at(start)).unwrap_or_default() >= *min
        }
        Rule::Tool(name) => deeds
            .iter()
            .any(|deed| matches!(deed.kind, Kind::Tool(tool) if tool == name)),
        Rule::Attribute(_, matcher) => deeds.iter().any(|deed| deed.user_fits(matcher)),
        Rule::Ratio(part) => sdk_takes(*part, trace),
        Rule::Not(_) | Rule::All(_) | Rule::Any(_) => unreachable!("it has parts"),
    }
}

/// What the SDK's own sampler says.
pub(super) fn sdk_takes(part: f64, trace: TraceId) -> bool {
    use opentelemetry::trace::SpanKind;
    use opentelemetry_sdk::trace::{Sampler, SamplingDecision, ShouldSample as _};

    let sampler = Sampler::TraceIdRatioBased(part);
    let kind = SpanKind::Internal;
    let result = sampler.should_sample(None, trace, "", &kind, &[], &[]);
    result.decision == SamplingDecision::RecordAndSample
}

/// What is certain of a trace of which this much is known: the answer that every way in which each of
/// the unknown conditions may come out gives, if they all give the same.
pub(super) fn certain(policy: &Policy, trace: TraceId, deeds: &[Deed]) -> Option<bool> {
    let mut known = Vec::new();
    look(policy, trace, deeds, &mut known);
    let unknown = known.iter().filter(|fact| fact.is_none()).count();
    let mut answers = (0..1_u64 << unknown).map(|case| {
        let mut bits = (0..unknown).map(|bit| case >> bit & 1 == 1);
        let facts = known.iter().map(|fact| fact.or_else(|| bits.next()));
        combine(policy, &mut facts.map(|fact| fact == Some(true)))
    });
    let first = answers.next();
    first.filter(|first| answers.all(|answer| answer == *first))
}

/// What is known of each single condition, from left to right.
fn look(policy: &Policy, trace: TraceId, deeds: &[Deed], known: &mut Vec<Option<bool>>) {
    match &policy.rule {
        Rule::Not(inner) => look(inner, trace, deeds, known),
        Rule::All(list) | Rule::Any(list) => list
            .iter()
            .for_each(|policy| look(policy, trace, deeds, known)),
        Rule::Ratio(part) => known.push(Some(sdk_takes(*part, trace))),
        rule => known.push(one_holds(rule, trace, deeds).then_some(true)),
    }
}

fn combine(policy: &Policy, facts: &mut dyn Iterator<Item = bool>) -> bool {
    match &policy.rule {
        Rule::Not(inner) => !combine(inner, facts),
        // Each takes its facts, also where the answer is there already.
        Rule::All(list) => answers(list, facts).iter().all(|answer| *answer),
        Rule::Any(list) => answers(list, facts).iter().any(|answer| *answer),
        _ => facts.next().expect("there is one for each condition"),
    }
}

fn answers(list: &[Policy], facts: &mut dyn Iterator<Item = bool>) -> Vec<bool> {
    let policies = list.iter();
    policies.map(|policy| combine(policy, facts)).collect()
}

/// The names that may stand on the spans of a trace that this keeps.
pub(super) fn keepers(policy: &Policy, trace: TraceId, deeds: &[Deed]) -> Vec<String> {
    match (&policy.rule, &policy.name) {
        _ if !holds(policy, trace, deeds) => Vec::new(),
        (_, Some(name)) => vec![name.to_string()],
        (Rule::Any(any), None) => any
            .iter()
            .flat_map(|policy| keepers(policy, trace, deeds))
            .collect(),
        _ => vec![policy.to_string()],
    }
}

/// What a span says of the policy that kept it.
pub(super) fn kept_by(span: &SpanData) -> Option<String> {
    let attribute = span.attributes.last()?;
    (attribute.key.as_str() == glassbox::SAMPLING_POLICY).then(|| attribute.value.to_string())
}
