//! Whether telemetry is what the GenAI conventions and Glassbox's own registry say.
//!
//! ```
//! use glassbox_test::Capture;
//! use glassbox_test::conformance::Conformance;
//! use opentelemetry::KeyValue;
//! use opentelemetry::trace::{Tracer as _, TracerProvider as _};
//!
//! let capture = Capture::new();
//! let tracer = capture.provider().tracer("example");
//! let attributes = [
//!     KeyValue::new("gen_ai.operation.name", "execute_tool"),
//!     KeyValue::new("gen_ai.tool.call.id", 7),
//!     KeyValue::new("app.tenant", "acme"),
//! ];
//! drop(tracer.span_builder("execute_tool").with_attributes(attributes).start(&tracer));
//!
//! let conformance = Conformance::new().with_names(["app.*"]);
//! assert_eq!(
//!     conformance.span(&capture.span("execute_tool")),
//!     [
//!         "execute_tool: gen_ai.tool.call.id is an integer, not a string",
//!         "execute_tool: gen_ai.tool.name is missing; it is required on gen_ai.execute_tool.internal",
//!     ]
//! );
//! ```

use std::collections::BTreeMap;

use glassbox_semconv::registry::{Carried, Contract, Requirement};
use opentelemetry::logs::AnyValue;
use opentelemetry::{Key, KeyValue};

use crate::{CapturedLog, CapturedMetric, CapturedSpan};

mod held;
mod instrument;
mod rules;
mod span;
#[cfg(test)]
mod tests;

use held::{Carrier, Held};

/// Checks spans, metrics and events, and says in words what is wrong with each.
///
/// A finding names what was checked, the attribute, and what it should be. What is checked: every name is known; every
/// value is of its type, and one of those allowed; the attribute belongs there; what is required is there, also what is
/// required because of another attribute or because of the span's status. What is not: whether an attribute was there
/// when the span began, and whether one is missing whose condition only the program knows.
#[derive(Clone, Debug)]
pub struct Conformance {
    contract: Contract,
    names: Vec<String>,
}

/// What is checked: its name in findings, what it is, and its attributes. The last value of a name counts.
struct Subject<'a> {
    /// The name it has on the wire.
    name: &'a str,
    /// What the registry calls it.
    id: &'a str,
    carrier: Carrier,
    attributes: BTreeMap<&'a str, Held<'a>>,
}

impl Conformance {
    /// With the current conventions: the vocabulary `gen_ai`.
    #[must_use]
    pub fn new() -> Self {
        Self {
            contract: Contract::current(),
            names: Vec::new(),
        }
    }

    /// With the conventions of release 1.41.1: the vocabulary `gen_ai/1.41`.
    #[must_use]
    pub fn v1_41() -> Self {
        Self {
            contract: Contract::v1_41(),
            names: Vec::new(),
        }
    }

    /// Also knows these names of attributes and span events, of any type and wherever they are: keys taken from
    /// baggage, a program's own. One that ends in `.*` stands for all that begin with what is before the `*`.
    #[must_use]
    pub fn with_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// What is wrong with a span and its events. Empty where nothing is.
    ///
    /// It must be a span of the conventions: what tells its type is `gen_ai.operation.name`, its kind, and for MCP
    /// `mcp.method.name`.
    #[must_use]
    pub fn span(&self, span: &CapturedSpan) -> Vec<String> {
        span::check(self, span)
    }

    /// What is wrong with one data point of the metric `name`. Empty where nothing is.
    #[must_use]
    pub fn metric(&self, name: &str, attributes: &[KeyValue]) -> Vec<String> {
        let attributes = attributes
            .iter()
            .map(|kv| (kv.key.as_str(), (&kv.value).into()));
        let subject = Subject {
            name,
            id: name,
            carrier: Carrier::Metric,
            attributes: attributes.collect(),
        };
        let provider = subject.text("gen_ai.provider.name").unwrap_or_default();
        match self.contract.metric_of_provider(name, provider) {
            Some(carried) => self.check(&subject, carried, |_| false),
            None if self.is_declared(name) => Vec::new(),
            None => vec![format!("{name}: no registry has this metric")],
        }
    }

    /// What is wrong with a log record of the event `name`. Empty where nothing is.
    ///
    /// An attribute that is a structure must be one here: its JSON text is for spans.
    #[must_use]
    pub fn event<'a>(
        &self,
        name: &str,
        attributes: impl IntoIterator<Item = &'a (Key, AnyValue)>,
    ) -> Vec<String> {
        let attributes = attributes.into_iter();
        self.record(name, attributes.map(|(key, value)| (key.as_str(), value)))
    }

    /// What is wrong with an event that was captured: as [`event`](Self::event), and its severity. A record without a
    /// name is no event, and has no findings.
    #[must_use]
    pub fn log(&self, log: &CapturedLog) -> Vec<String> {
        let Some(name) = log.event_name() else {
            return Vec::new();
        };
        let mut findings = self.record(name, log.attributes());
        let wanted = self.contract.event_def(name).and_then(|def| def.severity);
        let severity = log.severity().map(|severity| severity as u8);
        if wanted.is_some() && severity != wanted {
            findings.push(format!(
                "{name}: its severity number is {}, not {}",
                severity.unwrap_or_default(),
                wanted.unwrap_or_default()
            ));
        }
        findings
    }

    /// What is wrong with a metric that was captured: as [`metric`](Self::metric) for each of its points, and its kind,
    /// unit and buckets. A finding that several points share is there once.
    #[must_use]
    pub fn instrument(&self, metric: &CapturedMetric) -> Vec<String> {
        let name = metric.name();
        let mut findings = Vec::new();
        if let Some(def) = self.contract.metric_def(name) {
            findings.extend(instrument::misfits(def, metric));
        }
        for point in metric.points() {
            for finding in self.metric(name, point.attributes()) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
        findings
    }

    fn record<'a>(
        &self,
        name: &str,
        attributes: impl Iterator<Item = (&'a str, &'a AnyValue)>,
    ) -> Vec<String> {
        let subject = Subject {
            name,
            id: name,
            carrier: Carrier::Log,
            attributes: attributes.map(|(key, value)| (key, value.into())).collect(),
        };
        match self.contract.event_def(name) {
            Some(def) if !def.spans.is_empty() => {
                vec![format!("{name}: is a span event, not a log record")]
            }
            Some(_) => self
                .contract
                .event(name)
                .map_or_else(Vec::new, |carried| self.check(&subject, carried, |_| false)),
            None if self.is_declared(name) => Vec::new(),
            None => vec![format!("{name}: no registry has this event")],
        }
    }

    /// What is wrong with the attributes of something that may carry `carried`, and what `also` says.
    fn check(
        &self,
        subject: &Subject<'_>,
        carried: Carried,
        also: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let belongs = |name: &str| carried.attribute(name).is_some() || also(name);
        let mut findings = self.check_each(subject, belongs);
        for used in carried.attributes() {
            let required = used.requirement == Requirement::Required
                && !used.template
                && !rules::NOT_DEMANDED.contains(&used.name);
            if required && !subject.has(used.name) {
                findings.push(format!(
                    "{} is missing; it is required on {}",
                    used.name, subject.id
                ));
            }
        }
        findings.extend(rules::broken(subject, carried));
        subject.named(findings)
    }

    /// What is wrong with single attributes; `belongs` says whether one may be there.
    fn check_each(&self, subject: &Subject<'_>, belongs: impl Fn(&str) -> bool) -> Vec<String> {
        let mut findings = Vec::new();
        for (name, held) in &subject.attributes {
            if self.is_declared(name) {
                continue;
            }
            let Some(def) = self.contract.attribute(name) else {
                findings.push(format!("{name} is in no registry"));
                continue;
            };
            findings.extend(held::misfit(name, def, held, subject.carrier));
            if !belongs(name) {
                findings.push(format!("{name} does not belong to {}", subject.id));
            }
        }
        findings
    }

    /// Whether the user says that this name is all right.
    fn is_declared(&self, name: &str) -> bool {
        self.names
            .iter()
            .any(|declared| match declared.strip_suffix('*') {
                Some(prefix) if prefix.ends_with('.') => name.starts_with(prefix),
                _ => declared == name,
            })
    }
}

impl Default for Conformance {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a> Subject<'a> {
    fn has(&self, name: &str) -> bool {
        self.attributes.contains_key(name)
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        match self.attributes.get(name)? {
            Held::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The findings, each with what it is about in front.
    fn named(&self, findings: Vec<String>) -> Vec<String> {
        let name = self.name;
        findings
            .into_iter()
            .map(|finding| format!("{name}: {finding}"))
            .collect()
    }
}
