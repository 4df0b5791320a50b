//! What Glassbox emits: the conventions' and its own, together.

use super::lookup::{emitted, exact};
use super::{
    ADDITIONS, Addition, AttributeDef, AttributeRef, CURRENT, EventDef, GLASSBOX, MetricDef,
    Registry, SpanDef, V1_41,
};
use crate::rename::{self, Fate, Renames};
use crate::value::gen_ai_provider_name::{AZURE_AI_OPENAI, OPENAI};

/// What may be on Glassbox's telemetry in one version of the conventions: what that version says, and what Glassbox
/// adds.
///
/// ```
/// use glassbox_semconv::registry::Contract;
///
/// let contract = Contract::current();
/// assert!(contract.attribute("gen_ai.request.model").is_some());
/// assert!(contract.attribute("glassbox.cost.total").is_some());
/// let run = contract.span("gen_ai.invoke_agent.internal").expect("a span type");
/// assert!(run.attribute("gen_ai.agent.name").is_some());
/// assert!(run.attribute("glassbox.agent.steps").is_some());
/// assert!(run.attribute("glassbox.input.messages.earlier").is_none());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    conventions: &'static Registry,
    /// From the current names, which the additions go by, to this version's.
    renames: Option<&'static Renames>,
}

/// The attributes that a span, a metric or an event may carry.
#[derive(Debug, Clone, Copy)]
pub struct Carried {
    conventions: &'static [AttributeRef],
    additions: &'static [AttributeRef],
    /// What the current conventions list there.
    current: &'static [AttributeRef],
    renames: Option<&'static Renames>,
}

impl Contract {
    /// In the current conventions.
    #[must_use]
    pub const fn current() -> Self {
        Self {
            conventions: &CURRENT,
            renames: None,
        }
    }

    /// In the conventions of release 1.41.1: the vocabulary `gen_ai/1.41`.
    #[must_use]
    pub const fn v1_41() -> Self {
        Self {
            conventions: &V1_41,
            renames: Some(&rename::V1_41),
        }
    }

    /// The conventions alone.
    #[must_use]
    pub const fn conventions(&self) -> &'static Registry {
        self.conventions
    }

    /// The definition behind `name`, a name as it is emitted, in either registry. See [`Registry::attribute`].
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeDef> {
        self.conventions
            .attribute(name)
            .or_else(|| GLASSBOX.attribute(name))
    }

    /// What a span of the type or refinement `id` may carry.
    #[must_use]
    pub fn span(&self, id: &str) -> Option<Carried> {
        self.span_def(id).map(|def| self.of_span(def))
    }

    /// The span type or refinement `id` of either registry. One that an older version does not have at all is that of
    /// the current conventions.
    #[must_use]
    pub fn span_def(&self, id: &str) -> Option<&'static SpanDef> {
        let known = self.conventions.span(id).or_else(|| GLASSBOX.span(id));
        known.or_else(|| {
            CURRENT
                .span(id)
                .filter(|_| self.is_absent(id, |to, id| to.span(id)))
        })
    }

    /// What a span of the type `id` may carry where it is `provider`'s (a `gen_ai.provider.name`).
    ///
    /// Azure OpenAI's spans carry what OpenAI's do: the conventions' page on OpenAI covers both, while their registry
    /// names `openai` alone.
    #[must_use]
    pub fn span_of_provider(&self, id: &str, provider: &str) -> Option<Carried> {
        self.conventions
            .span_of_provider(id, flavour(provider))
            .or_else(|| self.span_def(id))
            .map(|def| self.of_span(def))
    }

    /// What the metric or refinement `id` may carry; a metric's identifier is its name.
    #[must_use]
    pub fn metric(&self, id: &str) -> Option<Carried> {
        self.metric_def(id).map(|def| self.of_metric(def))
    }

    /// What the metric `name` may carry where it is `provider`'s (a `gen_ai.provider.name`).
    #[must_use]
    pub fn metric_of_provider(&self, name: &str, provider: &str) -> Option<Carried> {
        let provider = flavour(provider);
        let refines = |def: &&MetricDef| {
            let own = def.id.strip_prefix(provider);
            def.base == Some(name) && own.is_some_and(|rest| rest.starts_with('.'))
        };
        let refined = self.conventions.metrics.iter().find(refines);
        refined
            .or_else(|| self.metric_def(name))
            .map(|def| self.of_metric(def))
    }

    /// The metric or refinement `id` of either registry. One that an older version does not have at all is that of the
    /// current conventions.
    #[must_use]
    pub fn metric_def(&self, id: &str) -> Option<&'static MetricDef> {
        let known = self.conventions.metric(id).or_else(|| GLASSBOX.metric(id));
        known.or_else(|| {
            CURRENT
                .metric(id)
                .filter(|_| self.is_absent(id, |to, id| to.metric(id)))
        })
    }

    /// What the event `name` may carry: a log record, or a span event of Glassbox's own.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<Carried> {
        self.event_def(name).map(|def| Carried {
            conventions: def.attributes,
            additions: self.added(ADDITIONS.events, name, |renames, to| renames.event(to)),
            current: CURRENT
                .event(name)
                .map_or(&[], |current| current.attributes),
            renames: self.renames,
        })
    }

    /// The event `name` of either registry.
    #[must_use]
    pub fn event_def(&self, name: &str) -> Option<&'static EventDef> {
        self.conventions
            .event(name)
            .or_else(|| GLASSBOX.event(name))
    }

    /// What this version calls the span type that the current conventions call `id`. One that it does not have keeps
    /// its identifier.
    #[must_use]
    pub fn span_id(&self, id: &'static str) -> &'static str {
        self.then(id, |renames, id| renames.span(id))
    }

    fn of_span(&self, def: &SpanDef) -> Carried {
        let to = def.base.unwrap_or(def.id);
        let mut spans = CURRENT.spans.iter();
        let current = spans.find(|current| self.span_id(current.id) == def.id);
        Carried {
            conventions: def.attributes,
            additions: self.added(ADDITIONS.spans, to, |renames, to| renames.span(to)),
            current: current.map_or(&[], |current| current.attributes),
            renames: self.renames,
        }
    }

    fn of_metric(&self, def: &MetricDef) -> Carried {
        Carried {
            conventions: def.attributes,
            additions: self.added(ADDITIONS.metrics, def.name, |renames, to| {
                renames.metric(to)
            }),
            current: &[],
            renames: self.renames,
        }
    }

    /// What is added to that which this version calls `name`.
    fn added(
        &self,
        table: &'static [Addition],
        name: &str,
        fate: fn(&Renames, &str) -> Fate,
    ) -> &'static [AttributeRef] {
        let found = match self.renames {
            None => exact(table, name, |row| row.to),
            Some(_) => table.iter().find(|row| self.then(row.to, fate) == name),
        };
        found.map_or(&[], |row| row.attributes)
    }

    fn then(&self, current: &'static str, fate: fn(&Renames, &str) -> Fate) -> &'static str {
        match self.renames.map(|renames| fate(renames, current)) {
            Some(Fate::Renamed(to) | Fate::RenamedWith(to, _)) => to,
            None | Some(Fate::Same | Fate::Absent) => current,
        }
    }

    fn is_absent(&self, current: &str, fate: fn(&Renames, &str) -> Fate) -> bool {
        self.renames
            .is_some_and(|renames| fate(renames, current) == Fate::Absent)
    }
}

impl Carried {
    /// How the attribute emitted as `name` is used, if it may be there.
    ///
    /// In an older version that is also what the current conventions list there, under its older name: what came later
    /// to this kind of span is no reason to leave out an attribute that the version knows.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeRef> {
        [self.conventions, self.additions]
            .into_iter()
            .find_map(|table| emitted(table, name, |used| (used.name, used.template)))
            .or_else(|| self.carried_over(name))
    }

    /// What the version itself and Glassbox list: the conventions' first, then Glassbox's own.
    pub fn attributes(&self) -> impl Iterator<Item = &'static AttributeRef> + use<> {
        self.conventions.iter().chain(self.additions)
    }

    fn carried_over(&self, name: &str) -> Option<&'static AttributeRef> {
        let renames = self.renames?;
        let mut current = self.current.iter().filter(|used| !used.template);
        current.find(|used| match renames.attribute(used.name) {
            Fate::Same => used.name == name,
            Fate::Renamed(to) | Fate::RenamedWith(to, _) => to == name,
            Fate::Absent => false,
        })
    }
}

/// Whose refinement describes `provider`.
fn flavour(provider: &str) -> &str {
    match provider {
        AZURE_AI_OPENAI => OPENAI,
        other => other,
    }
}
