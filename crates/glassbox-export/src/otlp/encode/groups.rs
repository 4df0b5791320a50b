//! Which spans share an instrumentation scope.

use std::collections::HashMap;
use std::iter::successors;

use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::trace::SpanData;

/// A chain of spans for each scope, from the last to the first.
pub(super) struct Groups {
    /// For each scope, in the order in which they come, its last span.
    last: Vec<usize>,
    /// For each span the one before it in the same scope.
    before: Vec<Option<usize>>,
}

impl Groups {
    pub(super) fn new(spans: &[SpanData]) -> Self {
        let mut groups = HashMap::<&InstrumentationScope, usize>::new();
        let mut last = Vec::new();
        let mut before = Vec::with_capacity(spans.len());
        // Mostly the scope is that of the span before: no need to hash it.
        let mut current: Option<(&InstrumentationScope, usize)> = None;
        for (index, span) in spans.iter().enumerate() {
            let scope = &span.instrumentation_scope;
            let group = match current {
                Some((before, group)) if is_same(before, scope) => group,
                _ => *groups.entry(scope).or_insert(last.len()),
            };
            current = Some((scope, group));
            match last.get_mut(group) {
                Some(last) => before.push(Some(std::mem::replace(last, index))),
                None => {
                    last.push(index);
                    before.push(None);
                }
            }
        }
        Self { last, before }
    }

    /// The groups from the last to the first, and in each the indices of its spans likewise.
    pub(super) fn backwards(&self) -> impl Iterator<Item = impl Iterator<Item = usize>> {
        let chain = |last: &usize| successors(Some(*last), |index| self.before[*index]);
        self.last.iter().rev().map(chain)
    }
}

/// Equality, which is found sooner where both are copies of one scope made of constants.
fn is_same(one: &InstrumentationScope, other: &InstrumentationScope) -> bool {
    let constant = |one: Option<&str>, other: Option<&str>| match (one, other) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    let is_bare = |scope: &InstrumentationScope| scope.attributes().next().is_none();
    std::ptr::eq(one.name(), other.name())
        && constant(one.version(), other.version())
        && constant(one.schema_url(), other.schema_url())
        && is_bare(one)
        && is_bare(other)
        || one == other
}
