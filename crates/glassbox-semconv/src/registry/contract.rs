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
/// assert!(run.attribute("glassbox.cost.source").is_none());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    conventions: &'static Registry,
    /// From the current names, which the additions go by, to this version's.
    renames: Option<&'static Renames>,
}

/// The attributes that a span, a metric or an event may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    conventions: &'static [AttributeRef],
    additions: &'static [AttributeRef],
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
        self.conventions
            .span(id)
            .or_else(|| GLASSBOX.span(id))
            .map(|def| self.of_span(def))
    }

    /// What a span of the type `id` may carry where it is `provider`'s (a `gen_ai.provider.name`).
    ///
    /// Azure OpenAI's spans carry what OpenAI's do: the conventions' page on OpenAI covers both, while their registry
    /// names `openai` alone.
    #[must_use]
    pub fn span_of_provider(&self, id: &str, provider: &str) -> Option<Carried> {
        self.conventions
            .span_of_provider(id, flavour(provider))
            .map(|def| self.of_span(def))
            .or_else(|| self.span(id))
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

    /// The metric or refinement `id` of either registry.
    #[must_use]
    pub fn metric_def(&self, id: &str) -> Option<&'static MetricDef> {
        self.conventions.metric(id).or_else(|| GLASSBOX.metric(id))
    }

    /// What the event `name` may carry: a log record, or a span event of Glassbox's own.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<Carried> {
        self.event_def(name).map(|def| Carried {
            conventions: def.attributes,
            additions: self.added(ADDITIONS.events, name, |renames, to| renames.event(to)),
        })
    }

    /// The event `name` of either registry.
    #[must_use]
    pub fn event_def(&self, name: &str) -> Option<&'static EventDef> {
        self.conventions
            .event(name)
            .or_else(|| GLASSBOX.event(name))
    }

    /// What this version calls the span type that the current conventions call `id`. None where it has no such type.
    #[must_use]
    pub fn span_id(&self, id: &'static str) -> Option<&'static str> {
        self.told(id, |renames, id| renames.span(id))
    }

    fn of_span(&self, def: &SpanDef) -> Carried {
        let to = def.base.unwrap_or(def.id);
        Carried {
            conventions: def.attributes,
            additions: self.added(ADDITIONS.spans, to, |renames, to| renames.span(to)),
        }
    }

    fn of_metric(&self, def: &MetricDef) -> Carried {
        let added = self.added(ADDITIONS.metrics, def.name, |renames, to| {
            renames.metric(to)
        });
        Carried {
            conventions: def.attributes,
            additions: added,
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
            Some(_) => table
                .iter()
                .find(|row| self.told(row.to, fate) == Some(name)),
        };
        found.map_or(&[], |row| row.attributes)
    }

    fn told(
        &self,
        current: &'static str,
        fate: fn(&Renames, &str) -> Fate,
    ) -> Option<&'static str> {
        match self
            .renames
            .map_or(Fate::Same, |renames| fate(renames, current))
        {
            Fate::Same => Some(current),
            Fate::Renamed(to) | Fate::RenamedWith(to, _) => Some(to),
            Fate::Absent => None,
        }
    }
}

impl Carried {
    /// How the attribute emitted as `name` is used, if it may be there.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeRef> {
        [self.conventions, self.additions]
            .into_iter()
            .find_map(|table| emitted(table, name, |used| (used.name, used.template)))
    }

    /// All of them: the conventions' first, then Glassbox's own.
    pub fn attributes(&self) -> impl Iterator<Item = &'static AttributeRef> + use<> {
        self.conventions.iter().chain(self.additions)
    }
}

/// Whose refinement describes `provider`.
fn flavour(provider: &str) -> &str {
    match provider {
        AZURE_AI_OPENAI => OPENAI,
        other => other,
    }
}
