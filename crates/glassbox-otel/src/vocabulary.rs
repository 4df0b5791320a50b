//! Vocabularies: pure functions from facts to names, kinds, attributes and events.

use std::borrow::Cow;

use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;

use crate::content::{Contents, Policy};
use crate::facts::{Facts, Whom};
use crate::recording::Ending;

pub(crate) mod attributes;
pub(crate) mod gen_ai;
mod openinference;
pub(crate) mod openllmetry;
mod route;
mod v1_41;

pub(crate) use attributes::Attributes;

/// The names under which everything is recorded. Several may be on at once; the first names the spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Vocabulary {
    /// The current GenAI semantic conventions.
    #[default]
    GenAi,
    /// The GenAI semantic conventions of release 1.41, the last one that held them: for today's dashboards.
    GenAi1_41,
    /// OpenInference, which Phoenix and Arize read.
    OpenInference,
    /// The conventions up to 1.36 and OpenLLMetry, as dashboards and tutorials of that time have them: spans
    /// `agent.run` and `tool.NAME`.
    OpenLlmetry,
}

impl Vocabulary {
    /// Every vocabulary.
    pub const ALL: &'static [Self] = &[
        Self::GenAi,
        Self::GenAi1_41,
        Self::OpenInference,
        Self::OpenLlmetry,
    ];

    /// The vocabulary of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|vocabulary| vocabulary.as_str() == name)
    }

    /// Its name: `gen_ai`, `gen_ai/1.41`, `openinference` or `openllmetry`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GenAi => "gen_ai",
            Self::GenAi1_41 => "gen_ai/1.41",
            Self::OpenInference => "openinference",
            Self::OpenLlmetry => "openllmetry",
        }
    }
}

/// What a vocabulary is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) facts: Facts<'a>,
    pub(crate) whom: &'a Whom,
}

/// A span event in the making.
pub(crate) type Told = Vec<(&'static str, Attributes)>;

/// The span's name, as the first of the vocabularies has it.
pub(crate) fn name(vocabularies: &[Vocabulary], view: View<'_>) -> Cow<'static, str> {
    match first(vocabularies) {
        Vocabulary::GenAi | Vocabulary::GenAi1_41 => gen_ai::name(view.facts),
        Vocabulary::OpenInference => openinference::name(view.facts),
        Vocabulary::OpenLlmetry => openllmetry::name(view.facts),
    }
}

/// The span's kind, as the first of the vocabularies has it.
pub(crate) fn kind(vocabularies: &[Vocabulary], view: View<'_>) -> SpanKind {
    match first(vocabularies) {
        Vocabulary::OpenInference => openinference::kind(view.facts),
        _ => gen_ai::kind(view.facts),
    }
}

/// The schema that the names obey.
pub(crate) fn schema_url(vocabularies: &[Vocabulary]) -> &'static str {
    match of_events(vocabularies) {
        [Vocabulary::GenAi1_41] => glassbox_semconv::v1_41::SCHEMA_URL,
        _ => glassbox_semconv::SCHEMA_URL,
    }
}

/// The vocabulary of the events: of those that have events, the one that is on.
pub(crate) fn of_events(vocabularies: &[Vocabulary]) -> &'static [Vocabulary] {
    let released = vocabularies.contains(&Vocabulary::GenAi1_41);
    if released && !vocabularies.contains(&Vocabulary::GenAi) {
        &[Vocabulary::GenAi1_41]
    } else {
        &[Vocabulary::GenAi]
    }
}

fn first(vocabularies: &[Vocabulary]) -> Vocabulary {
    vocabularies.first().copied().unwrap_or_default()
}

/// What is known when the operation begins, what identifies it first.
pub(crate) fn before(vocabularies: &[Vocabulary], view: View<'_>) -> Attributes {
    let mut out = Vec::with_capacity(room(view.facts) * vocabularies.len());
    for vocabulary in vocabularies {
        match vocabulary {
            Vocabulary::GenAi => gen_ai::before(view, &mut out),
            Vocabulary::GenAi1_41 => v1_41::before(view, &mut out),
            Vocabulary::OpenInference => openinference::before(view, &mut out),
            Vocabulary::OpenLlmetry => openllmetry::before(view, &mut out),
        }
    }
    let baggage = &view.whom.baggage;
    out.extend(baggage.iter().cloned());
    // Baggage, and what a program adds itself, may have a name of ours.
    let foreign = !baggage.is_empty() || matches!(view.facts, Facts::Step(_));
    if vocabularies.len() > 1 || foreign {
        once_each(&mut out);
    }
    out
}

/// Room for the attributes that an operation of its kind commonly has in one vocabulary, those of its end included, so
/// that the list is not moved then.
fn room(facts: Facts<'_>) -> usize {
    match facts {
        Facts::Agent(_) | Facts::Embeddings(_) | Facts::Step(_) => 16,
        Facts::Inference(_) => 24,
        Facts::Tool(_) => 8,
    }
}

/// What is known when it has ended.
pub(crate) fn after(vocabularies: &[Vocabulary], view: View<'_>, ending: &Ending) -> Attributes {
    let mut out = Vec::with_capacity(room(view.facts) / 2 * vocabularies.len());
    for vocabulary in vocabularies {
        match vocabulary {
            Vocabulary::GenAi => gen_ai::after(view, ending, &mut out),
            Vocabulary::GenAi1_41 => v1_41::after(view, ending, &mut out),
            Vocabulary::OpenInference => openinference::after(view, ending, &mut out),
            Vocabulary::OpenLlmetry => openllmetry::after(view, ending, &mut out),
        }
    }
    if vocabularies.len() > 1 {
        once_each(&mut out);
    }
    out
}

/// What was said, on a span.
pub(crate) fn content(
    vocabularies: &[Vocabulary],
    view: View<'_>,
    contents: &Contents,
    policy: &Policy,
    out: &mut Attributes,
) {
    let mut cut = Cutter::new(policy);
    let known = out.len();
    for vocabulary in vocabularies {
        match vocabulary {
            Vocabulary::GenAi => gen_ai::content(view.facts, contents, &mut cut, out),
            Vocabulary::GenAi1_41 => v1_41::content(view.facts, contents, &mut cut, out),
            Vocabulary::OpenInference => {
                openinference::content(view.facts, contents, &mut cut, out)
            }
            Vocabulary::OpenLlmetry => openllmetry::content(view.facts, contents, &mut cut, out),
        }
    }
    if vocabularies.len() > 1 {
        let mut said = out.split_off(known);
        once_each(&mut said);
        out.append(&mut said);
    }
    cut.finish(out);
}

/// The events that a vocabulary has on a span when it begins.
pub(crate) fn told_before(vocabularies: &[Vocabulary], view: View<'_>) -> Told {
    if vocabularies.contains(&Vocabulary::OpenLlmetry) {
        openllmetry::told_before(view.facts)
    } else {
        Told::new()
    }
}

/// The events that a vocabulary has on a span when it ends.
pub(crate) fn told_after(vocabularies: &[Vocabulary], view: View<'_>) -> Told {
    let mut told = gen_ai::told_after(view.facts);
    if vocabularies.contains(&Vocabulary::OpenLlmetry) {
        told.extend(openllmetry::told_after(view.facts));
    }
    told
}

/// The SDK keeps every value of a name, so each name is said once: vocabularies share some, with each other and with
/// the baggage.
fn once_each(out: &mut Attributes) {
    let mut at = 0;
    while at < out.len() {
        let (said, rest) = out.split_at(at);
        if rest
            .first()
            .is_some_and(|new| said.iter().any(|old| old.key == new.key))
        {
            out.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Writes content into attributes of a bounded length, and remembers what was cut.
#[derive(Debug)]
pub(crate) struct Cutter<'a> {
    pub(crate) policy: &'a Policy,
    truncated: Vec<&'static str>,
}

impl<'a> Cutter<'a> {
    fn new(policy: &'a Policy) -> Self {
        Self {
            policy,
            truncated: Vec::new(),
        }
    }

    /// A value as JSON text; a text as it is.
    pub(crate) fn put(
        &mut self,
        key: &'static str,
        value: Option<&serde_json::Value>,
        out: &mut Attributes,
    ) {
        if let Some(value) = value {
            let text = self.text(key, value);
            out.push(KeyValue::new(key, text));
        }
    }

    /// The text for an attribute whose name, or what it begins with, is `key`.
    pub(crate) fn text(&mut self, key: &'static str, value: &serde_json::Value) -> String {
        let (text, cut) = crate::content::text(value, self.policy.span_limit);
        self.remember(key, cut);
        text
    }

    /// A value as JSON text, a text in quotes too.
    pub(crate) fn put_json(
        &mut self,
        key: &'static str,
        value: Option<&serde_json::Value>,
        out: &mut Attributes,
    ) {
        if let Some(value) = value {
            let (text, cut) = crate::content::json(value, self.policy.span_limit);
            self.remember(key, cut);
            out.push(KeyValue::new(key, text));
        }
    }

    fn remember(&mut self, key: &'static str, cut: bool) {
        if cut {
            self.left_out(key);
        }
    }

    /// Remembers that something of this attribute, or of those whose names begin with `key`, is not there.
    pub(crate) fn left_out(&mut self, key: &'static str) {
        if !self.truncated.contains(&key) {
            self.truncated.push(key);
        }
    }

    fn finish(self, out: &mut Attributes) {
        if !self.truncated.is_empty() {
            let names = self.truncated.into_iter().map(Into::into);
            out.push(attributes::strings(
                glassbox_semconv::glassbox::CONTENT_TRUNCATED,
                names,
            ));
        }
    }
}
