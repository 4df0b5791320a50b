//! The tables are sorted, complete and consistent, in both versions.

use std::collections::BTreeSet;

use glassbox_semconv::registry::{
    AttributeRef, CURRENT, GLASSBOX, Instrument, Registry, SpanDef, V1_41, ValueKind,
};

const VERSIONS: [(&str, &Registry); 2] = [("current", &CURRENT), ("1.41", &V1_41)];

fn assert_sorted<'a>(what: &str, names: impl Iterator<Item = &'a str>) {
    let names: Vec<&str> = names.collect();
    assert!(!names.is_empty(), "{what} is empty");
    assert!(
        names.is_sorted_by(|a, b| a < b),
        "{what} is not sorted, or names something twice"
    );
}

fn uses(registry: &Registry) -> impl Iterator<Item = (&'static str, &'static [AttributeRef])> {
    let spans = registry.spans.iter().map(|def| (def.id, def.attributes));
    let metrics = registry.metrics.iter().map(|def| (def.id, def.attributes));
    let events = registry.events.iter().map(|def| (def.name, def.attributes));
    spans.chain(metrics).chain(events)
}

#[test]
fn every_table_is_sorted_and_names_nothing_twice() {
    for (version, registry) in VERSIONS {
        assert_sorted(version, registry.attributes.iter().map(|def| def.name));
        assert_sorted(version, registry.spans.iter().map(|def| def.id));
        assert_sorted(version, registry.metrics.iter().map(|def| def.id));
        assert_sorted(version, registry.events.iter().map(|def| def.name));
        for (id, attributes) in uses(registry).filter(|(_, attributes)| !attributes.is_empty()) {
            assert_sorted(id, attributes.iter().map(|used| used.name));
        }
    }
}

#[test]
fn every_row_is_found_by_its_name() {
    for (_, registry) in VERSIONS {
        for def in registry.attributes {
            let emitted = if def.template {
                format!("{}.key", def.name)
            } else {
                def.name.into()
            };
            assert_eq!(registry.attribute(&emitted), Some(def));
        }
        for def in registry.spans {
            assert_eq!(registry.span(def.id), Some(def));
        }
        for def in registry.metrics {
            assert_eq!(registry.metric(def.id), Some(def));
        }
        for def in registry.events {
            assert_eq!(registry.event(def.name), Some(def));
        }
    }
}

#[test]
fn every_attribute_in_use_is_defined_and_its_templates_agree() {
    for (version, registry) in VERSIONS {
        for (id, attributes) in uses(registry) {
            for used in attributes {
                let def = registry.attributes.iter().find(|def| def.name == used.name);
                let def = def.unwrap_or_else(|| panic!("{version} {id}: {}", used.name));
                assert_eq!(def.template, used.template, "{version} {id}: {}", used.name);
            }
        }
    }
}

#[test]
fn well_known_values_are_strings_and_distinct() {
    for (_, registry) in VERSIONS {
        for def in registry.attributes {
            let Some(values) = def.values else { continue };
            assert_eq!(def.kind, ValueKind::String, "{}", def.name);
            assert_eq!(
                values.iter().collect::<BTreeSet<_>>().len(),
                values.len(),
                "{}",
                def.name
            );
            assert!(values.iter().all(|value| def.allows(value)), "{}", def.name);
        }
    }
}

#[test]
fn histograms_have_rising_boundaries_and_counters_none() {
    for (_, registry) in VERSIONS {
        for def in registry.metrics {
            let is_histogram = def.instrument == Instrument::Histogram;
            assert_eq!(is_histogram, !def.boundaries.is_empty(), "{}", def.id);
            assert!(def.boundaries.is_sorted_by(|a, b| a < b), "{}", def.id);
            assert!(
                matches!(def.value, ValueKind::Int | ValueKind::Double),
                "{}",
                def.id
            );
        }
    }
}

#[test]
fn a_refinement_has_every_attribute_of_its_base() {
    for (_, registry) in VERSIONS {
        let refined = registry
            .spans
            .iter()
            .filter_map(|def| def.base.map(|base| (def, base)));
        for (def, base) in refined {
            let base: &SpanDef = registry.span(base).expect("the base is a span");
            for used in base.attributes {
                let own = def.attributes.iter().find(|own| own.name == used.name);
                let own = own.unwrap_or_else(|| panic!("{} lacks {}", def.id, used.name));
                assert_eq!(own.at_start, used.at_start, "{} {}", def.id, used.name);
            }
            assert_eq!(def.kind, base.kind, "{}", def.id);
            assert_eq!(def.operations, base.operations, "{}", def.id);
        }
        for def in registry.metrics.iter().filter(|def| def.base.is_some()) {
            let base = registry.metric(def.name).expect("the base is a metric");
            assert_eq!(def.base, Some(base.id));
            assert_eq!(
                (def.unit, def.boundaries),
                (base.unit, base.boundaries),
                "{}",
                def.id
            );
        }
    }
}

#[test]
fn every_constant_is_in_its_table_and_every_row_has_one() {
    let source = include_str!("../src/attribute.rs");
    let rows = CURRENT.attributes.iter().map(|def| def.name);
    assert_same("attribute.rs", source, rows);

    let rows = CURRENT
        .metrics
        .iter()
        .filter(|def| def.base.is_none())
        .map(|def| def.name);
    assert_same("metric.rs", include_str!("../src/metric.rs"), rows);

    let rows = CURRENT.events.iter().map(|def| def.name);
    assert_same("event.rs", include_str!("../src/event.rs"), rows);

    let rows = CURRENT.spans.iter().map(|def| def.id);
    assert_same("span.rs", include_str!("../src/span.rs"), rows);

    let attributes = GLASSBOX.attributes.iter();
    let values = attributes.clone().filter_map(|def| def.values).flatten();
    let rows = attributes
        .map(|def| def.name)
        .chain(values.copied())
        .chain(GLASSBOX.events.iter().map(|def| def.name))
        .chain(GLASSBOX.metrics.iter().map(|def| def.name));
    assert_same("glassbox.rs", include_str!("../src/glassbox.rs"), rows);
}

fn assert_same(file: &str, source: &'static str, rows: impl Iterator<Item = &'static str>) {
    // A constant's value is the only string literal of its lines.
    let constants: BTreeSet<&str> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .filter_map(literal)
        .collect();
    assert_eq!(constants, rows.collect::<BTreeSet<&str>>(), "{file}");
}

fn literal(line: &str) -> Option<&str> {
    line.split('"').nth(1)
}
