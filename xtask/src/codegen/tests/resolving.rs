//! From YAML to a registry.

use super::super::model::{Kind, Requirement};
use super::fixtures::{MODEL, OLDER, refusal, resolved};

#[test]
fn groups_within_groups_are_followed_and_the_last_word_wins() {
    let registry = resolved(MODEL).expect("the fixture resolves");
    let span = &registry.spans["gen_ai.chat"];
    let names: Vec<&str> = span.uses.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "error.type",
            "gen_ai.operation.name",
            "gen_ai.prompt.variable",
            "gen_ai.request.top_k"
        ]
    );
    let operation = &span.uses["gen_ai.operation.name"];
    assert_eq!(
        (operation.requirement, operation.at_start),
        (Requirement::Required, true)
    );
    assert_eq!(
        span.uses["error.type"].requirement,
        Requirement::Conditional
    );
    assert_eq!(
        span.uses["gen_ai.request.top_k"].requirement,
        Requirement::Recommended
    );
    assert_eq!(registry.events["gen_ai.details"].uses, span.uses);
}

#[test]
fn a_refinement_has_what_its_base_has_and_more() {
    let registry = resolved(MODEL).expect("the fixture resolves");
    let (base, span) = (
        &registry.spans["gen_ai.chat"],
        &registry.spans["acme.gen_ai.chat"],
    );
    assert_eq!(span.base.as_deref(), Some("gen_ai.chat"));
    assert_eq!(span.provider.as_deref(), Some("acme"));
    assert_eq!(
        (&span.name, &span.kind, &span.operations),
        (&base.name, &base.kind, &base.operations)
    );
    assert_eq!(
        span.uses["gen_ai.request.top_k"].requirement,
        Requirement::Required
    );
    assert_eq!(span.uses.len(), base.uses.len());

    let metric = &registry.metrics["acme.gen_ai.duration"];
    assert_eq!(
        (metric.name.as_str(), metric.uses.len()),
        ("gen_ai.duration", 3)
    );
    assert_eq!(metric.boundaries.as_deref(), Some("short"));
}

#[test]
fn facts_in_prose_are_read() {
    let registry = resolved(MODEL).expect("the fixture resolves");
    let span = &registry.spans["gen_ai.chat"];
    assert_eq!(span.name, "{gen_ai.operation.name} x");
    assert_eq!(span.operations, ["chat", "split/it"]);
    assert_eq!(registry.events["gen_ai.details"].severity, Some(5));
}

#[test]
fn definitions_come_from_the_model_and_from_the_core_where_used() {
    let registry = resolved(MODEL).expect("the fixture resolves");
    let names: Vec<&str> = registry.attributes.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "error.type",
            "gen_ai.operation.name",
            "gen_ai.prompt.variable",
            "gen_ai.request.top_k",
            "user.id",
        ]
    );
    let variable = &registry.attributes["gen_ai.prompt.variable"];
    assert_eq!(
        (variable.kind, variable.template, variable.sensitive),
        (Kind::String, true, true)
    );
    assert_eq!(variable.examples, ["Ada"]);
    let operation = &registry.attributes["gen_ai.operation.name"];
    assert_eq!(operation.members.len(), 2, "without the deprecated one");
    assert!(
        registry
            .opt_in_everywhere()
            .contains("gen_ai.prompt.variable")
    );
}

#[test]
fn the_older_format_resolves_too() {
    let registry = resolved(OLDER).expect("the fixture resolves");
    let span = &registry.spans["acme.talk"];
    assert_eq!(
        (span.base.as_deref(), span.name.as_str()),
        (Some("gen_ai.talk"), "talk")
    );
    assert_eq!(span.uses.len(), 2);
    assert_eq!(registry.metrics["gen_ai.time"].uses.len(), 2);
    assert!(
        !registry.attributes.contains_key("gen_ai.gone"),
        "deprecated"
    );
}

#[test]
fn a_broken_registry_is_refused_with_the_name_of_what_is_wrong() {
    let cases = [
        (
            "spans: [{ type: a, kind: client, attributes: [{ ref_group: gone }] }]",
            "named gone",
        ),
        (
            "spans: [{ type: a, name: { note: '**Span name** `a`' } }]",
            "a has no kind",
        ),
        ("spans: [{ type: a, kind: client }]", "a has no name"),
        (
            "span_refinements: [{ id: a, ref: gone }]",
            "named span.gone",
        ),
        (
            "events: [{ name: a, attributes: [{ ref: no.such }] }]",
            "no model defines",
        ),
        (
            "events: [{ name: a, attributes: [{ ref: user.id, requirement_level: soon }] }]",
            "soon",
        ),
        (
            "events: [{ name: a, note: severity number five }]",
            "is no number",
        ),
        (
            "metrics: [{ name: a, instrument: histogram, unit: s }]",
            "overlay.yaml",
        ),
        (
            "metrics: [{ name: a, instrument: counter, unit: '1' }]",
            "neither int nor double",
        ),
        (
            "attributes: [{ key: a, type: 'int[]', stability: stable }]",
            "int[]",
        ),
        ("attributes: [{ key: a, stability: stable }]", "no type"),
        (
            "attributes: [{ key: a, type: int, stability: x }, { key: a, type: int }]",
            "a is defined twice",
        ),
        (
            "attribute_groups: [{ id: a }, { id: a }]",
            "group a is defined twice",
        ),
        (
            "attribute_groups: [{ id: a, attributes: [{ ref_group: a }] }]
events: [{ name: e, attributes: [{ ref_group: a }] }]",
            "a refers to itself",
        ),
    ];
    for (text, wanted) in cases {
        let refusal = refusal(text);
        assert!(refusal.contains(wanted), "{text}\ngives: {refusal}");
    }
}

#[test]
fn an_operation_outside_the_enumeration_is_refused() {
    let wrong = MODEL.replace("`split/it`. Not", "`chatter`. Not");
    assert!(
        refusal(&wrong).contains("serves chatter"),
        "{}",
        refusal(&wrong)
    );
}
