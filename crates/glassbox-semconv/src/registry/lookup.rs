//! Finding things in the tables, and the constructors the generated tables are written with.

use super::{
    AttributeDef, AttributeRef, CURRENT, EventDef, MetricDef, Registry, Requirement, SpanDef,
    ValueKind,
};

/// The current definition behind the attribute name `name`. See [`Registry::attribute`].
#[must_use]
pub fn attribute(name: &str) -> Option<&'static AttributeDef> {
    CURRENT.attribute(name)
}

/// The current span type `id`. See [`Registry::span`].
#[must_use]
pub fn span(id: &str) -> Option<&'static SpanDef> {
    CURRENT.span(id)
}

/// The current metric `id`. See [`Registry::metric`].
#[must_use]
pub fn metric(id: &str) -> Option<&'static MetricDef> {
    CURRENT.metric(id)
}

/// The current event `name`. See [`Registry::event`].
#[must_use]
pub fn event(name: &str) -> Option<&'static EventDef> {
    CURRENT.event(name)
}

impl Registry {
    /// The definition behind `name`, a name as it is emitted.
    ///
    /// A template answers for its members only: `gen_ai.prompt.variable.city` is found,
    /// `gen_ai.prompt.variable` is not, because nothing may be emitted under that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeDef> {
        emitted(self.attributes, name, |def| (def.name, def.template))
    }

    /// The span type or refinement `id`.
    #[must_use]
    pub fn span(&self, id: &str) -> Option<&'static SpanDef> {
        exact(self.spans, id, |def| def.id)
    }

    /// The span type `id` as `provider` (a `gen_ai.provider.name`) refines it, or plain.
    #[must_use]
    pub fn span_of_provider(&self, id: &str, provider: &str) -> Option<&'static SpanDef> {
        self.spans
            .iter()
            .find(|def| def.base == Some(id) && def.provider == Some(provider))
            .or_else(|| self.span(id))
    }

    /// The metric or refinement `id`; a metric's identifier is its name.
    #[must_use]
    pub fn metric(&self, id: &str) -> Option<&'static MetricDef> {
        exact(self.metrics, id, |def| def.id)
    }

    /// The event `name`.
    #[must_use]
    pub fn event(&self, name: &str) -> Option<&'static EventDef> {
        exact(self.events, name, |def| def.name)
    }
}

impl SpanDef {
    /// How this span uses the attribute emitted as `name`, if it may carry it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeRef> {
        emitted(self.attributes, name, |used| (used.name, used.template))
    }
}

impl MetricDef {
    /// How this metric uses the attribute emitted as `name`, if it may carry it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeRef> {
        emitted(self.attributes, name, |used| (used.name, used.template))
    }
}

impl EventDef {
    /// How this event uses the attribute emitted as `name`, if it may carry it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeRef> {
        emitted(self.attributes, name, |used| (used.name, used.template))
    }
}

impl AttributeDef {
    /// Whether `value` is well known here, or need not be.
    #[must_use]
    pub fn allows(&self, value: &str) -> bool {
        self.open || self.values.is_none_or(|known| known.contains(&value))
    }

    pub(super) const fn new(name: &'static str, kind: ValueKind) -> Self {
        Self {
            name,
            kind,
            template: false,
            values: None,
            open: true,
            sensitive: false,
        }
    }

    pub(super) const fn template(mut self) -> Self {
        self.template = true;
        self
    }

    pub(super) const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    pub(super) const fn values(mut self, values: &'static [&'static str], open: bool) -> Self {
        self.values = Some(values);
        self.open = open;
        self
    }
}

impl AttributeRef {
    pub(super) const fn required(name: &'static str) -> Self {
        Self::new(name, Requirement::Required)
    }

    pub(super) const fn conditional(name: &'static str) -> Self {
        Self::new(name, Requirement::ConditionallyRequired)
    }

    pub(super) const fn recommended(name: &'static str) -> Self {
        Self::new(name, Requirement::Recommended)
    }

    pub(super) const fn opt_in(name: &'static str) -> Self {
        Self::new(name, Requirement::OptIn)
    }

    pub(super) const fn at_start(mut self) -> Self {
        self.at_start = true;
        self
    }

    pub(super) const fn template(mut self) -> Self {
        self.template = true;
        self
    }

    const fn new(name: &'static str, requirement: Requirement) -> Self {
        Self {
            name,
            requirement,
            at_start: false,
            template: false,
        }
    }
}

/// The row of a sorted table whose key is `name`.
pub(crate) fn exact<T>(
    table: &'static [T],
    name: &str,
    key: impl Fn(&T) -> &'static str,
) -> Option<&'static T> {
    let at = table.binary_search_by(|row| key(row).cmp(name)).ok()?;
    table.get(at)
}

/// The row that governs the emitted `name`: the one of that name, or the template it is a member
/// of. The key says a row's name and whether it is a template.
pub(crate) fn emitted<T>(
    table: &'static [T],
    name: &str,
    key: impl Fn(&T) -> (&'static str, bool),
) -> Option<&'static T> {
    let row = |name: &str, template: bool| {
        exact(table, name, |row| key(row).0).filter(|row| key(row).1 == template)
    };
    row(name, false).or_else(|| {
        name.rmatch_indices('.')
            .filter(|(dot, _)| dot + 1 < name.len())
            .find_map(|(dot, _)| row(&name[..dot], true))
    })
}
