//! A policy made ready to judge traces, in three values: it holds, it does not, or that is not known
//! yet.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::TraceId;
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

use super::policy::{Matcher, Policy, Rule, is_in_ratio};
use crate::facts::{self, Role};

/// A policy, and what has to be looked up in each span for it.
#[derive(Debug)]
pub(super) struct Rules {
    root: Node,
    sights: Vec<Sight>,
    /// Tokens or costs are asked for.
    counts: bool,
}

#[derive(Debug)]
struct Node {
    test: Test,
    /// What a span says that is kept by this.
    name: Arc<str>,
    /// Its user gave it the name.
    named: bool,
}

#[derive(Debug)]
enum Test {
    Always,
    Tokens(u64),
    Cost(Money),
    Latency(Duration),
    /// The sight of this index has been seen.
    Seen(usize),
    Ratio(f64),
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
}

/// Something that one span is enough to show.
#[derive(Debug)]
enum Sight {
    Error,
    Tool(String),
    Attribute(String, Matcher),
}

/// What is known of a trace so far. All of it only ever grows, so that what holds goes on holding.
#[derive(Debug)]
pub(super) struct Facts {
    tokens: u64,
    cost: Money,
    start: SystemTime,
    end: SystemTime,
    /// It has taken this long at least, whatever its spans say.
    age: Duration,
    seen: Box<[bool]>,
}

/// US dollars in units of 10⁻¹², so that a sum does not depend on the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Money(u128);

impl Money {
    /// What is below zero, and no number, is zero.
    fn new(dollars: f64) -> Self {
        Self((dollars * 1e12).round() as u128)
    }

    fn plus(self, Self(more): Self) -> Self {
        Self(self.0.saturating_add(more))
    }
}

impl Rules {
    pub(super) fn new(policy: &Policy) -> Self {
        let mut sights = Vec::new();
        let mut counts = false;
        let root = Node::new(policy, &mut sights, &mut counts);
        Self {
            root,
            sights,
            counts,
        }
    }

    /// What is known before there is a span.
    pub(super) fn nothing(&self, span: &SpanData) -> Facts {
        Facts {
            tokens: 0,
            cost: Money::default(),
            start: span.start_time,
            end: span.start_time,
            age: Duration::ZERO,
            seen: vec![false; self.sights.len()].into(),
        }
    }

    /// How many bytes the facts of one trace take beside their own size.
    pub(super) fn heap_size(&self) -> usize {
        self.sights.len()
    }

    pub(super) fn learn(&self, facts: &mut Facts, span: &SpanData) {
        facts.start = facts.start.min(span.start_time);
        facts.end = facts.end.max(span.end_time);
        if self.counts && facts::role(span) == Role::Model {
            facts.tokens = facts.tokens.saturating_add(facts::total_tokens(span));
            let cost = facts::cost(span).map_or(Money::default(), Money::new);
            facts.cost = facts.cost.plus(cost);
        }
        for (sight, seen) in self.sights.iter().zip(&mut facts.seen) {
            *seen = *seen || sight.is_in(span);
        }
    }

    /// Whether a trace is kept, and by which policy, or `None` where that is not known yet.
    /// With `over` no more is to come, and it is always known.
    pub(super) fn judge(
        &self,
        trace: TraceId,
        facts: &Facts,
        over: bool,
    ) -> Option<Option<Arc<str>>> {
        let case = Case { trace, facts, over };
        self.root
            .holds(&case)
            .map(|holds| holds.then(|| Arc::clone(self.root.keeper(&case))))
    }
}

impl Facts {
    pub(super) fn set_age(&mut self, age: Duration) {
        self.age = age;
    }

    fn latency(&self) -> Duration {
        let spans = self.end.duration_since(self.start);
        spans.unwrap_or_default().max(self.age)
    }
}

/// A trace to judge.
struct Case<'a> {
    trace: TraceId,
    facts: &'a Facts,
    over: bool,
}

impl Node {
    fn new(policy: &Policy, sights: &mut Vec<Sight>, counts: &mut bool) -> Self {
        let mut seen = |sight| {
            sights.push(sight);
            Test::Seen(sights.len() - 1)
        };
        let test = match &policy.rule {
            Rule::Always => Test::Always,
            Rule::Tokens(min) => {
                *counts = true;
                Test::Tokens(*min)
            }
            Rule::Cost(min) => {
                *counts = true;
                Test::Cost(Money::new(*min))
            }
            Rule::Error => seen(Sight::Error),
            Rule::Latency(min) => Test::Latency(*min),
            Rule::Tool(name) => seen(Sight::Tool(name.clone())),
            Rule::Attribute(key, matcher) => seen(Sight::Attribute(key.clone(), matcher.clone())),
            Rule::Ratio(part) => Test::Ratio(*part),
            Rule::Not(inner) => Test::Not(Box::new(Self::new(inner, sights, counts))),
            Rule::All(all) => Test::All(Self::several(all, sights, counts)),
            Rule::Any(any) => Test::Any(Self::several(any, sights, counts)),
        };
        Self {
            test,
            name: match &policy.name {
                Some(name) => Arc::clone(name),
                None => policy.to_string().into(),
            },
            named: policy.name.is_some(),
        }
    }

    fn several(policies: &[Policy], sights: &mut Vec<Sight>, counts: &mut bool) -> Vec<Self> {
        let policies = policies.iter();
        policies
            .map(|policy| Self::new(policy, sights, counts))
            .collect()
    }

    /// Kleene's logic.
    fn holds(&self, case: &Case<'_>) -> Option<bool> {
        let facts = case.facts;
        let grown = |reached: bool| (reached || case.over).then_some(reached);
        match &self.test {
            Test::Always => Some(true),
            Test::Tokens(min) => grown(facts.tokens >= *min),
            Test::Cost(min) => grown(facts.cost >= *min),
            Test::Latency(min) => grown(facts.latency() >= *min),
            Test::Seen(index) => grown(facts.seen[*index]),
            Test::Ratio(part) => Some(is_in_ratio(*part, case.trace)),
            Test::Not(inner) => inner.holds(case).map(|holds| !holds),
            Test::All(all) => decided(all, case, false),
            Test::Any(any) => decided(any, case, true),
        }
    }

    /// The name of what made this hold: of alternatives, the first that does.
    fn keeper(&self, case: &Case<'_>) -> &Arc<str> {
        match &self.test {
            Test::Any(any) if !self.named => any
                .iter()
                .find(|node| node.holds(case) == Some(true))
                .map_or(&self.name, |node| node.keeper(case)),
            _ => &self.name,
        }
    }
}

/// What one of several decides alone, if it does; else what all together come to.
fn decided(nodes: &[Node], case: &Case<'_>, alone: bool) -> Option<bool> {
    let mut known = true;
    for node in nodes {
        match node.holds(case) {
            Some(holds) if holds == alone => return Some(alone),
            Some(_) => {}
            None => known = false,
        }
    }
    known.then_some(!alone)
}

impl Sight {
    fn is_in(&self, span: &SpanData) -> bool {
        match self {
            Self::Error => facts::has_failed(span),
            Self::Tool(name) => {
                facts::role(span) == Role::Tool && facts::tool(span) == Some(name.as_str())
            }
            Self::Attribute(key, matcher) => {
                // One that was set twice has the later value.
                let last = |attribute: &&KeyValue| attribute.key.as_str() == key;
                let attribute = span.attributes.iter().rev().find(last);
                attribute.is_some_and(|attribute| matcher.fits(&attribute.value))
            }
        }
    }
}

impl Matcher {
    fn fits(&self, value: &Value) -> bool {
        match value {
            _ if *self == Self::Present => true,
            Value::Array(Array::Bool(list)) => list.iter().any(|item| self.fits(&(*item).into())),
            Value::Array(Array::I64(list)) => list.iter().any(|item| self.fits(&(*item).into())),
            Value::Array(Array::F64(list)) => list.iter().any(|item| self.fits(&(*item).into())),
            Value::Array(Array::String(list)) => {
                list.iter().any(|item| self.fits_text(item.as_str()))
            }
            Value::String(text) => self.fits_text(text.as_str()),
            Value::I64(number) => self.fits_number(*number as f64, value),
            Value::F64(number) => self.fits_number(*number, value),
            other => self.fits_text(&other.as_str()),
        }
    }

    fn fits_number(&self, number: f64, value: &Value) -> bool {
        match self {
            Self::AtLeast(min) => number >= *min,
            _ => self.fits_text(&value.as_str()),
        }
    }

    fn fits_text(&self, text: &str) -> bool {
        match self {
            Self::Present => true,
            Self::Equals(expected) => text == expected,
            Self::StartsWith(start) => text.starts_with(start.as_str()),
            Self::AtLeast(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
