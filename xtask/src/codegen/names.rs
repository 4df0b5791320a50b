//! Renders the modules of constants: attributes, their values, metrics, events and span types.

use std::fmt::Write as _;

use super::model::{Attribute, Kind, Member, Metric, Registry};
use super::overlay::Overlay;

/// A constant's identifier: `gen_ai.request.model` is `GEN_AI_REQUEST_MODEL`.
pub(crate) fn screaming(name: &str) -> String {
    let word = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let identifier: String = name.chars().map(word).collect();
    identifier.trim_start_matches('_').to_owned()
}

/// A module's identifier: `gen_ai.operation.name` is `gen_ai_operation_name`.
pub(crate) fn snake(name: &str) -> String {
    screaming(name).to_ascii_lowercase()
}

/// The attributes for which `wanted` holds; `values` is the module of their values.
pub(crate) fn attributes(
    registry: &Registry,
    values: &str,
    wanted: impl Fn(&str) -> bool,
) -> String {
    let opt_in = registry.opt_in_everywhere();
    let mut out = String::new();
    for (name, attribute) in registry.attributes.iter().filter(|(name, _)| wanted(name)) {
        let doc = attribute_doc(name, attribute, values, opt_in.contains(name.as_str()));
        constant(&mut out, &doc, name);
    }
    out
}

fn attribute_doc(name: &str, attribute: &Attribute, values: &str, opt_in: bool) -> String {
    let shown = if attribute.template {
        format!("{name}.KEY")
    } else {
        name.to_owned()
    };
    let stability = attribute.stability.replace('_', " ");
    let mut doc = format!("`{shown}`: {}, {stability}.", word(attribute.kind));
    if attribute.sensitive {
        doc.push_str(" Sensitive.");
    }
    if opt_in {
        doc.push_str(" Opt-in.");
    }
    if !attribute.members.is_empty() {
        let _ = write!(doc, " Values: [`{0}`]({values}::{0}).", snake(name));
    } else if !attribute.examples.is_empty() {
        let examples: Vec<String> = attribute
            .examples
            .iter()
            .map(|text| format!("`{text}`"))
            .collect();
        let _ = write!(doc, " Such as {}.", examples.join(", "));
    }
    doc
}

/// What a value of this type is called.
pub(crate) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Int => "integer",
        Kind::Double => "double",
        Kind::Boolean => "boolean",
        Kind::StringArray => "list of strings",
        Kind::Any => "structure",
    }
}

/// The well-known values of the attributes for which `wanted` holds, a module each.
pub(crate) fn values(registry: &Registry, wanted: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    for (name, attribute) in registry.attributes.iter().filter(|(name, _)| wanted(name)) {
        if attribute.members.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "/// Well-known values of `{name}`.\npub mod {} {{",
            snake(name)
        );
        members(&mut out, &attribute.members, false);
        out.push_str("}\n\n");
    }
    out
}

/// The constants of well-known values, and the list of all. `briefs` says whether the documents take over the
/// registry's words.
pub(crate) fn members(out: &mut String, members: &[Member], briefs: bool) {
    for Member {
        id, value, brief, ..
    } in members
    {
        let brief = if briefs {
            format!(" {brief}")
        } else {
            String::new()
        };
        let _ = writeln!(
            out,
            "/// `{value}`.{brief}\npub const {}: &str = {value:?};",
            screaming(id)
        );
    }
    let all: Vec<String> = members.iter().map(|member| screaming(&member.id)).collect();
    let _ = writeln!(out, "/// All of them, in the registry's order.");
    let _ = writeln!(out, "pub const ALL: &[&str] = &[{}];", all.join(", "));
}

/// The metrics for which `wanted` holds.
pub(crate) fn metrics(
    registry: &Registry,
    overlay: &Overlay,
    wanted: impl Fn(&str) -> bool,
) -> String {
    let mut out = String::new();
    let own = registry
        .metrics
        .iter()
        .filter(|(_, metric)| metric.base.is_none());
    for (name, metric) in own.filter(|(name, _)| wanted(name)) {
        constant(&mut out, &metric_doc(name, metric, overlay), name);
    }
    out
}

fn metric_doc(name: &str, metric: &Metric, overlay: &Overlay) -> String {
    let instrument = &metric.instrument;
    let mut doc = format!(
        "`{name}`: {instrument} of {}s, unit `{}`.",
        word(metric.value),
        metric.unit
    );
    let set = metric
        .boundaries
        .as_ref()
        .and_then(|set| overlay.boundaries.get(set));
    if let Some([first, .., last]) = set.map(Vec::as_slice) {
        let _ = write!(doc, " Buckets from {first} to {last}.");
    }
    doc
}

/// The events.
pub(crate) fn events(registry: &Registry) -> String {
    let mut out = String::new();
    for (name, event) in &registry.events {
        let doc = match event.severity {
            Some(number) => format!("`{name}`: severity number {number}."),
            None => format!("`{name}`: no severity asked for."),
        };
        constant(&mut out, &doc, name);
    }
    out
}

/// The span types' identifiers.
pub(crate) fn spans(registry: &Registry) -> String {
    let mut out = String::new();
    for (id, span) in &registry.spans {
        let doc = match &span.base {
            Some(base) => format!("`{id}`: refines `{base}`."),
            None => format!("`{id}`: named `{}`, kind {}.", span.name, span.kind),
        };
        constant(&mut out, &doc, id);
    }
    out
}

fn constant(out: &mut String, doc: &str, name: &str) {
    let _ = writeln!(
        out,
        "/// {doc}\npub const {}: &str = {name:?};",
        screaming(name)
    );
}
