//! One version of the registry with every reference resolved: what the generated tables say.

use std::collections::{BTreeMap, BTreeSet};

/// How much an attribute is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requirement {
    Required,
    Conditional,
    Recommended,
    OptIn,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Int,
    Double,
    Boolean,
    StringArray,
    Any,
}

#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub(crate) kind: Kind,
    pub(crate) template: bool,
    /// Well-known values, in the registry's order.
    pub(crate) members: Vec<Member>,
    pub(crate) open: bool,
    pub(crate) sensitive: bool,
    pub(crate) stability: String,
    pub(crate) examples: Vec<String>,
    /// What it says, in the registry's words.
    pub(crate) brief: String,
    /// The identifier of its constant, where it is not its name's own words.
    pub(crate) constant: Option<String>,
}

/// A well-known value.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) value: String,
    pub(crate) brief: String,
    /// A second constant beside the one in the module of values.
    pub(crate) constant: Option<String>,
}

/// How one span, metric or event uses an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) requirement: Requirement,
    pub(crate) at_start: bool,
    /// The condition of a conditional or recommended one, in the registry's words.
    pub(crate) condition: Option<String>,
}

/// Attribute names and their uses.
pub(crate) type Uses = BTreeMap<String, Use>;

#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) base: Option<String>,
    pub(crate) provider: Option<String>,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) operations: Vec<String>,
    pub(crate) uses: Uses,
}

#[derive(Debug, Clone)]
pub(crate) struct Metric {
    pub(crate) base: Option<String>,
    pub(crate) name: String,
    pub(crate) instrument: String,
    pub(crate) unit: String,
    pub(crate) value: Kind,
    /// The name of the set of boundaries.
    pub(crate) boundaries: Option<String>,
    pub(crate) brief: String,
    pub(crate) uses: Uses,
}

#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) severity: Option<u8>,
    /// The span types that carry it; none of a log record.
    pub(crate) spans: Vec<String>,
    pub(crate) brief: String,
    pub(crate) uses: Uses,
}

#[derive(Debug, Clone)]
pub(crate) struct Entity {
    pub(crate) identity: Uses,
    pub(crate) description: Uses,
}

/// One version of the registry.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    pub(crate) attributes: BTreeMap<String, Attribute>,
    pub(crate) spans: BTreeMap<String, Span>,
    pub(crate) metrics: BTreeMap<String, Metric>,
    pub(crate) events: BTreeMap<String, Event>,
    pub(crate) entities: BTreeMap<String, Entity>,
}

impl Registry {
    /// Every set of uses, whatever it belongs to.
    pub(crate) fn uses(&self) -> impl Iterator<Item = &Uses> {
        let spans = self.spans.values().map(|span| &span.uses);
        let metrics = self.metrics.values().map(|metric| &metric.uses);
        let events = self.events.values().map(|event| &event.uses);
        let entities = self
            .entities
            .values()
            .flat_map(|entity| [&entity.identity, &entity.description]);
        spans.chain(metrics).chain(events).chain(entities)
    }

    /// The attributes that are opt-in wherever they are used.
    pub(crate) fn opt_in_everywhere(&self) -> BTreeSet<&str> {
        let mut opt_in = BTreeSet::new();
        let mut other = BTreeSet::new();
        for (name, used) in self.uses().flatten() {
            let set = if used.requirement == Requirement::OptIn {
                &mut opt_in
            } else {
                &mut other
            };
            set.insert(name.as_str());
        }
        opt_in.retain(|name| !other.contains(name));
        opt_in
    }
}
