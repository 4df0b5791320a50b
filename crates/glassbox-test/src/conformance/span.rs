//! Spans and their events.

use std::collections::BTreeMap;

use glassbox_semconv::attribute;
use glassbox_semconv::registry::{CURRENT, Contract, SpanDef, SpanKind};
use opentelemetry::KeyValue;
use opentelemetry::trace::{self, Status};

use super::held::{Carrier, Held};
use super::{Conformance, Subject};
use crate::CapturedSpan;

/// The general conventions' event for an exception, and what it carries.
const EXCEPTION: &str = "exception";
const OF_EXCEPTIONS: &[&str] = &[
    attribute::EXCEPTION_MESSAGE,
    attribute::EXCEPTION_STACKTRACE,
    attribute::EXCEPTION_TYPE,
];

/// What is wrong with `span`.
pub(super) fn check(conformance: &Conformance, span: &CapturedSpan) -> Vec<String> {
    let mut subject = Subject {
        name: span.name(),
        id: "any span",
        carrier: Carrier::Span,
        attributes: attributes(&span.data().attributes),
    };
    let contract = conformance.contract;
    let def = match span_type(contract, &subject, span.kind()) {
        Ok(def) => def,
        Err(why) => {
            let mut findings = conformance.check_each(&subject, |_| true);
            findings.push(why);
            return subject.named(findings);
        }
    };
    subject.id = def.id;
    let provider = subject
        .text(attribute::GEN_AI_PROVIDER_NAME)
        .unwrap_or_default();
    let carried = contract
        .span_of_provider(def.id, provider)
        .expect("the type is in the conventions");
    // A tool that runs a command or reads a skill may say more of it.
    let refined = |name: &str| {
        let refines = |other: &&SpanDef| other.base == Some(def.id) && other.provider.is_none();
        let mut refinements = contract.conventions().spans.iter().filter(refines);
        refinements.any(|other| other.attribute(name).is_some())
    };
    let mut findings = conformance.check(&subject, carried, refined);
    findings.extend(subject.named(about_the_span(&subject, def, span)));
    for event in span.data().events.iter() {
        let name = format!("{}, event {}", span.name(), event.name);
        findings.extend(check_event(
            conformance,
            def,
            &name,
            &event.name,
            &event.attributes,
        ));
    }
    findings
}

fn attributes(attributes: &[KeyValue]) -> BTreeMap<&str, Held<'_>> {
    let pairs = attributes
        .iter()
        .map(|kv| (kv.key.as_str(), (&kv.value).into()));
    pairs.collect()
}

/// The type of a span: what serves its operation, and of two the one of its kind.
fn span_type(
    contract: Contract,
    subject: &Subject<'_>,
    kind: &trace::SpanKind,
) -> Result<&'static SpanDef, String> {
    let conventions = contract.conventions();
    let fits = |def: &SpanDef| wire_kind(def.kind) == *kind;
    if subject.has(attribute::MCP_METHOD_NAME) {
        let mut own = conventions
            .spans
            .iter()
            .filter(|def| def.id.starts_with("mcp."));
        if let Some(def) = own.find(|def| fits(def)) {
            return Ok(def);
        }
    }
    let Some(operation) = subject.text(attribute::GEN_AI_OPERATION_NAME) else {
        let name = attribute::GEN_AI_OPERATION_NAME;
        return Err(format!(
            "{name} is missing or no string; without it no span has a type"
        ));
    };
    // An operation that an older version does not have is as it is now.
    let later = CURRENT.spans.iter();
    let later = later
        .filter(|def| conventions.span(def.id).is_none() && contract.span_def(def.id).is_some());
    let serving: Vec<&SpanDef> = conventions
        .spans
        .iter()
        .chain(later)
        .filter(|def| def.base.is_none() && def.operations.contains(&operation))
        .filter(|def| !def.id.starts_with("mcp."))
        .collect();
    let of_its_kind = serving.iter().find(|def| fits(def));
    of_its_kind
        .or(serving.first())
        .copied()
        .ok_or_else(|| format!("no span type serves the operation {operation:?}"))
}

fn wire_kind(kind: SpanKind) -> trace::SpanKind {
    match kind {
        SpanKind::Client => trace::SpanKind::Client,
        SpanKind::Server => trace::SpanKind::Server,
        _ => trace::SpanKind::Internal,
    }
}

/// Kind and status.
fn about_the_span(subject: &Subject<'_>, def: &SpanDef, span: &CapturedSpan) -> Vec<String> {
    let mut findings = Vec::new();
    // A model or a memory in this process is called like one outside.
    let inside = def.kind == SpanKind::Client && *span.kind() == trace::SpanKind::Internal;
    if wire_kind(def.kind) != *span.kind() && !inside {
        findings.push(format!("its kind is {:?}, not {:?}", span.kind(), def.kind));
    }
    let failed = matches!(span.status(), Status::Error { .. });
    match (failed, subject.has(attribute::ERROR_TYPE)) {
        (true, false) => {
            findings.push("its status is an error, but it has no error.type".to_owned())
        }
        (false, true) => {
            findings.push("it has an error.type, but its status is no error".to_owned())
        }
        _ => {}
    }
    findings
}

fn check_event(
    conformance: &Conformance,
    def: &SpanDef,
    name: &str,
    event: &str,
    of_event: &[KeyValue],
) -> Vec<String> {
    let contract = conformance.contract;
    let subject = Subject {
        name,
        id: event,
        carrier: Carrier::SpanEvent,
        attributes: attributes(of_event),
    };
    if conformance.is_declared(event) {
        return Vec::new();
    }
    if event == EXCEPTION {
        let findings = conformance.check_each(&subject, |name| OF_EXCEPTIONS.contains(&name));
        return subject.named(findings);
    }
    let (Some(known), Some(carried)) = (contract.event_def(event), contract.event(event)) else {
        return subject.named(vec!["no registry has this event".to_owned()]);
    };
    let mut findings = conformance.check(&subject, carried, |_| false);
    // A log record of the conventions may stand on a span instead.
    let anywhere = known.spans.is_empty();
    if !anywhere && !known.spans.iter().any(|id| contract.span_id(id) == def.id) {
        findings.extend(subject.named(vec![format!("does not belong to {}", def.id)]));
    }
    findings
}
