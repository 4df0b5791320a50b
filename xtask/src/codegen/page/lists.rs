//! What stands after the tables: values, older names, our own names, and what is left out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use glassbox_semconv::registry::{CURRENT, V1_41};
use glassbox_semconv::rename::{Fate, V1_41 as RELEASED};

use super::super::names::word;
use super::super::own::Own;
use super::data::Data;
use super::rows::kind;

/// The values of the conventions' attributes that have a list of them.
pub(super) fn values(named: &BTreeSet<String>) -> String {
    let mut out = String::from(
        "## Values\n\nWell-known ones; others may occur. Ours are listed with our names.\n\n\
         | attribute | values |\n| --- | --- |\n",
    );
    for def in CURRENT
        .attributes
        .iter()
        .filter(|def| named.contains(def.name))
    {
        let values = def.values.unwrap_or_default();
        // The one value that is known of an error's type says only that there are others.
        if values.len() > 1 {
            let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
            let _ = writeln!(out, "| `{}` | {} |", def.name, values.join(", "));
        }
    }
    out.push('\n');
    out
}

/// What is otherwise in release 1.41.1, or not there.
pub(super) fn released(named: &BTreeSet<String>, data: &Data) -> String {
    let mut out = String::from(
        "## What is otherwise in `gen_ai/1.41`\n\nRelease 1.41.1 of the conventions has the same names but for \
         these. An attribute that it has no name for is left out, and so is what is counted in another way there; an \
         operation that it does not know is recorded as it is now.\n\n| what | in 1.41.1 |\n| --- | --- |\n",
    );
    for def in CURRENT
        .attributes
        .iter()
        .filter(|def| named.contains(def.name))
    {
        let key = if def.template { ".KEY" } else { "" };
        let emitted = format!("{}{key}", def.name);
        let then = told(RELEASED.attribute(&emitted)).or_else(|| {
            let then = V1_41.attribute(&emitted)?.kind;
            (then != def.kind).then(|| format!("of type {}", kind(then)))
        });
        row(&mut out, "", &emitted, then);
    }
    for entry in &data.spans {
        // A span type's identifier is on no wire, so only its absence matters.
        let then = told(RELEASED.span(&entry.id)).filter(|then| then == NONE);
        row(&mut out, "span type ", &entry.id, then);
    }
    for entry in &data.metrics {
        row(
            &mut out,
            "metric ",
            &entry.id,
            told(RELEASED.metric(&entry.id)),
        );
    }
    out.push('\n');
    out
}

const NONE: &str = "none";

fn told(fate: Fate) -> Option<String> {
    match fate {
        Fate::Same => None,
        Fate::Renamed(to) => Some(format!("`{to}`")),
        Fate::RenamedWith(to, (key, value)) => Some(format!("`{to}` with `{key}` `{value}`")),
        _ => Some(NONE.to_owned()),
    }
}

fn row(out: &mut String, what: &str, name: &str, then: Option<String>) {
    if let Some(then) = then {
        let _ = writeln!(out, "| {what}`{name}` | {then} |");
    }
}

/// What our own registry says of its names.
pub(super) fn own_names(own: &Own) -> String {
    let mut out = String::from(
        "## Names of Glassbox's own\n\n| attribute | type | what it says |\n| --- | --- | --- |\n",
    );
    for (name, attribute) in &own.registry.attributes {
        let key = if attribute.template { ".KEY" } else { "" };
        let kind = word(attribute.kind);
        let _ = writeln!(out, "| `{name}{key}` | {kind} | {} |", attribute.brief);
    }
    for (name, attribute) in own
        .registry
        .attributes
        .iter()
        .filter(|(_, def)| !def.members.is_empty())
    {
        let _ = write!(
            out,
            "\nValues of `{name}`:\n\n| value | what it says |\n| --- | --- |\n"
        );
        for member in &attribute.members {
            let _ = writeln!(out, "| `{}` | {} |", member.value, member.brief);
        }
    }
    out.push('\n');
    out
}

/// What the conventions have and Glassbox never sets.
pub(super) fn left_out(data: &Data) -> String {
    let mut out = String::from(
        "## What the conventions list and Glassbox never sets\n\n| what | where | why |\n| --- | --- | --- |\n",
    );
    for entry in data.spans.iter().chain(&data.metrics).chain(&data.events) {
        for (name, why) in &entry.left_out {
            let _ = writeln!(out, "| `{name}` | `{}` | {why} |", entry.id);
        }
    }
    for (kind, names) in [
        ("span type", &data.left_out.spans),
        ("metric", &data.left_out.metrics),
        ("event", &data.left_out.events),
    ] {
        for (name, why) in names {
            let _ = writeln!(out, "| {kind} `{name}` | | {why} |");
        }
    }
    out
}
