//! Renders the registry's tables and the table of renames.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail, ensure};

use super::groups::Shape;
use super::model::{Attribute, Kind, Registry, Requirement, Uses};
use super::overlay::{Overlay, Rename, Renames};
use super::own::Own;

/// The module that holds `registry` as `REGISTRY`; `schema` is where its schema URL stands.
pub(crate) fn registry(registry: &Registry, overlay: &Overlay, schema: &str) -> Result<String> {
    Ok(with_imports(&body(registry, overlay, schema)?))
}

/// The same for our own, with what it adds to the conventions' as `ADDITIONS`.
pub(crate) fn own(own: &Own, overlay: &Overlay) -> Result<String> {
    let mut body = body(&own.registry, overlay, "crate::SCHEMA_URL")?;
    body.push_str("pub(super) const ADDITIONS: Additions = Additions {");
    for (shape, table) in [
        (Shape::Span, "spans"),
        (Shape::Metric, "metrics"),
        (Shape::Event, "events"),
    ] {
        let _ = write!(body, "{table}: &[");
        for ((_, to), added) in own.additions.iter().filter(|((of, _), _)| *of == shape) {
            let added = uses(&own.registry, added);
            let _ = write!(body, "Addition {{ to: {to:?}, attributes: {added} }},");
        }
        body.push_str("],");
    }
    body.push_str("};\n");
    Ok(with_imports(&body))
}

fn with_imports(body: &str) -> String {
    let imports: Vec<&str> = IMPORTS
        .iter()
        .copied()
        .filter(|name| body.contains(name))
        .collect();
    format!("use super::{{{}}};\n\n{body}", imports.join(", "))
}

fn body(registry: &Registry, overlay: &Overlay, schema: &str) -> Result<String> {
    let mut body = format!(
        "pub(super) const REGISTRY: Registry = Registry {{
            schema_url: {schema}, attributes: ATTRIBUTES, spans: SPANS, metrics: METRICS,
            events: EVENTS, entities: ENTITIES,
        }};\n\n"
    );
    body.push_str(&attributes(registry));
    body.push_str(&spans(registry)?);
    body.push_str(&metrics(registry)?);
    body.push_str(&events(registry));
    body.push_str(&entities(registry));
    body.push_str(&boundaries(registry, overlay));
    Ok(body)
}

const IMPORTS: &[&str] = &[
    "Addition",
    "Additions",
    "AttributeDef",
    "AttributeRef",
    "EntityDef",
    "EventDef",
    "Instrument",
    "MetricDef",
    "Registry",
    "SpanDef",
    "SpanKind",
    "ValueKind",
];

fn attributes(registry: &Registry) -> String {
    let mut out = String::from("const ATTRIBUTES: &[AttributeDef] = &[");
    for (name, attribute) in &registry.attributes {
        let _ = write!(out, "{},", attribute_row(name, attribute));
    }
    out.push_str("];\n\n");
    out
}

fn attribute_row(name: &str, attribute: &Attribute) -> String {
    let mut row = format!(
        "AttributeDef::new({name:?}, ValueKind::{})",
        kind(attribute.kind)
    );
    if attribute.template {
        row.push_str(".template()");
    }
    if !attribute.members.is_empty() {
        let values: Vec<&str> = attribute
            .members
            .iter()
            .map(|member| member.value.as_str())
            .collect();
        let _ = write!(row, ".values(&{values:?}, {})", attribute.open);
    }
    if attribute.sensitive {
        row.push_str(".sensitive()");
    }
    row
}

fn spans(registry: &Registry) -> Result<String> {
    let mut out = String::from("const SPANS: &[SpanDef] = &[");
    for (id, span) in &registry.spans {
        let kind = match span.kind.as_str() {
            "client" => "Client",
            "internal" => "Internal",
            "server" => "Server",
            _ => bail!("the span {id} is of the unknown kind {:?}", span.kind),
        };
        let _ =
            write!(
            out,
            "SpanDef {{ id: {id:?}, base: {:?}, provider: {:?}, kind: SpanKind::{kind}, name: {:?},
             operations: &{:?}, attributes: {} }},",
            span.base, span.provider, span.name, span.operations, uses(registry, &span.uses),
        );
    }
    out.push_str("];\n\n");
    Ok(out)
}

fn metrics(registry: &Registry) -> Result<String> {
    let mut out = String::from("const METRICS: &[MetricDef] = &[");
    for (id, metric) in &registry.metrics {
        let instrument = match metric.instrument.as_str() {
            "counter" => "Counter",
            "histogram" => "Histogram",
            other => bail!("the metric {id} has the unknown instrument {other}"),
        };
        let boundaries = metric
            .boundaries
            .as_ref()
            .map_or("&[]".to_owned(), |set| set.to_ascii_uppercase());
        let _ =
            write!(
            out,
            "MetricDef {{ id: {id:?}, base: {:?}, name: {:?}, instrument: Instrument::{instrument},
             unit: {:?}, value: ValueKind::{}, boundaries: {boundaries}, attributes: {} }},",
            metric.base, metric.name, metric.unit, kind(metric.value), uses(registry, &metric.uses),
        );
    }
    out.push_str("];\n\n");
    Ok(out)
}

fn events(registry: &Registry) -> String {
    let mut out = String::from("const EVENTS: &[EventDef] = &[");
    for (name, event) in &registry.events {
        let _ = write!(
            out,
            "EventDef {{ name: {name:?}, severity: {:?}, spans: &{:?}, attributes: {} }},",
            event.severity,
            event.spans,
            uses(registry, &event.uses),
        );
    }
    out.push_str("];\n\n");
    out
}

fn entities(registry: &Registry) -> String {
    let mut out = String::from("const ENTITIES: &[EntityDef] = &[");
    for (name, entity) in &registry.entities {
        let _ = write!(
            out,
            "EntityDef {{ name: {name:?}, identity: {}, description: {} }},",
            uses(registry, &entity.identity),
            uses(registry, &entity.description),
        );
    }
    out.push_str("];\n\n");
    out
}

fn uses(registry: &Registry, uses: &Uses) -> String {
    let mut out = String::from("&[");
    for (name, used) in uses {
        let constructor = match used.requirement {
            Requirement::Required => "required",
            Requirement::Conditional => "conditional",
            Requirement::Recommended => "recommended",
            Requirement::OptIn => "opt_in",
        };
        let start = if used.at_start { ".at_start()" } else { "" };
        let template = registry
            .attributes
            .get(name)
            .is_some_and(|def| def.template);
        let template = if template { ".template()" } else { "" };
        let _ = write!(
            out,
            "AttributeRef::{constructor}({name:?}){start}{template},"
        );
    }
    out.push(']');
    out
}

/// The sets of boundaries this registry's histograms take.
fn boundaries(registry: &Registry, overlay: &Overlay) -> String {
    let mut out = String::new();
    for (set, values) in &overlay.boundaries {
        if registry
            .metrics
            .values()
            .any(|metric| metric.boundaries.as_ref() == Some(set))
        {
            let _ = writeln!(
                out,
                "const {}: &[f64] = &{values:?};",
                set.to_ascii_uppercase()
            );
        }
    }
    out
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "String",
        Kind::Int => "Int",
        Kind::Double => "Double",
        Kind::Boolean => "Boolean",
        Kind::StringArray => "StringArray",
        Kind::Any => "Any",
    }
}

/// The module that holds what became of every name of `new` that `old` does not have.
pub(crate) fn renames(new: &Registry, old: &Registry, renames: &Renames) -> Result<String> {
    // General attributes are not part of the GenAI model and exist in every release.
    let general = |name: &str| {
        !["gen_ai.", "mcp.", "openai."]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    let names = new.attributes.keys().filter(|name| !general(name));
    let attributes = fates(
        names,
        |name| old.attributes.contains_key(name),
        &renames.attributes,
    )?;
    let spans = fates(
        new.spans.keys(),
        |id| old.spans.contains_key(id),
        &renames.spans,
    )?;
    // A refinement's identifier is on no wire.
    let own = new
        .metrics
        .iter()
        .filter(|(_, metric)| metric.base.is_none());
    let metrics = fates(
        own.map(|(name, _)| name),
        |id| old.metrics.contains_key(id),
        &renames.metrics,
    )?;
    let events = fates(
        new.events.keys(),
        |name| old.events.contains_key(name),
        &BTreeMap::new(),
    )?;
    check_told_apart(old, renames)?;

    let mut out = String::from(
        "use super::{Fate, Renames};\n\n
        pub(super) const RENAMES: Renames = Renames {
            attributes: ATTRIBUTES, spans: SPANS, metrics: METRICS, events: EVENTS,
        };\n\n",
    );
    for (table, rows) in [
        ("ATTRIBUTES", attributes),
        ("SPANS", spans),
        ("METRICS", metrics),
        ("EVENTS", events),
    ] {
        let _ = write!(out, "const {table}: &[(&str, bool, Fate)] = &[");
        for (name, fate) in rows {
            let template = new.attributes.get(&name).is_some_and(|def| def.template);
            let _ = write!(out, "({name:?}, {template}, Fate::{fate}),");
        }
        out.push_str("];\n\n");
    }
    Ok(out)
}

fn fates<'a>(
    names: impl Iterator<Item = &'a String>,
    existed: impl Fn(&str) -> bool,
    renames: &BTreeMap<String, Rename>,
) -> Result<Vec<(String, String)>> {
    let mut unused: Vec<&String> = renames.keys().collect();
    let mut rows = Vec::new();
    for name in names.filter(|name| !existed(name)) {
        unused.retain(|renamed| *renamed != name);
        let fate = match renames.get(name) {
            None => "Absent".to_owned(),
            Some(rename) => {
                let to = &rename.to;
                ensure!(
                    existed(to),
                    "{name} cannot have been {to}: the old release has no {to}"
                );
                match rename.with.iter().next() {
                    None => format!("Renamed({to:?})"),
                    Some(pair) => format!("RenamedWith({to:?}, {pair:?})"),
                }
            }
        };
        rows.push((name.clone(), fate));
    }
    ensure!(
        unused.is_empty(),
        "renamed, but not current names missing from the old release: {unused:?}"
    );
    Ok(rows)
}

/// The attributes that tell two current metrics with one older name apart must exist there.
fn check_told_apart(old: &Registry, renames: &Renames) -> Result<()> {
    for rename in renames.metrics.values() {
        let metric = old
            .metrics
            .get(&rename.to)
            .context("renames are checked before this")?;
        for (name, value) in &rename.with {
            ensure!(
                metric.uses.contains_key(name),
                "{} does not carry {name}",
                rename.to
            );
            let known = &old.attributes[name].members;
            ensure!(
                known.iter().any(|known| known.value == *value),
                "{value} is no value of {name}"
            );
        }
    }
    Ok(())
}
