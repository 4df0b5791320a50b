//! The way back to release 1.41.1 is complete: every current name has a fate that is true.

use glassbox_semconv::registry::{CURRENT, V1_41, ValueKind};
use glassbox_semconv::rename::{self, Fate};
use glassbox_semconv::{attribute, metric, openinference, openllmetry, span, v1_41};

const BACK: &rename::Renames = &rename::V1_41;

/// The name it has there, if any.
fn target(name: &'static str, fate: Fate) -> Option<&'static str> {
    match fate {
        Fate::Same => Some(name),
        Fate::Renamed(to) | Fate::RenamedWith(to, _) => Some(to),
        Fate::Absent => None,
        other => panic!("{name} has a fate this test does not know: {other:?}"),
    }
}

#[test]
fn every_attribute_arrives_in_the_release_or_is_absent_from_it() {
    for def in CURRENT.attributes {
        let emitted = if def.template {
            "gen_ai.prompt.variable.city"
        } else {
            def.name
        };
        let fate = BACK.attribute(emitted);
        let of_genai = ["gen_ai.", "mcp.", "openai."]
            .iter()
            .any(|p| def.name.starts_with(p));
        match target(emitted, fate) {
            None => assert_eq!(V1_41.attribute(def.name), None, "{}", def.name),
            // A general attribute is in the release, but only in our table where GenAI uses it.
            Some(_) if !of_genai => assert_eq!(fate, Fate::Same, "{}", def.name),
            Some(name) => assert!(V1_41.attribute(name).is_some(), "{} -> {name}", def.name),
        }
    }
}

#[test]
fn every_span_metric_and_event_arrives_or_is_absent() {
    for def in CURRENT.spans {
        match target(def.id, BACK.span(def.id)) {
            None => assert_eq!(V1_41.span(def.id), None, "{}", def.id),
            Some(id) => assert!(V1_41.span(id).is_some(), "{} -> {id}", def.id),
        }
    }
    for def in CURRENT.metrics.iter().filter(|def| def.base.is_none()) {
        match target(def.name, BACK.metric(def.name)) {
            None => assert_eq!(V1_41.metric(def.name), None, "{}", def.name),
            Some(name) => {
                let released = V1_41.metric(name).expect("it is there");
                assert_eq!(
                    (released.unit, released.value),
                    (def.unit, def.value),
                    "{name}"
                );
            }
        }
    }
    for def in CURRENT.events {
        assert_eq!(BACK.event(def.name), Fate::Same);
        assert!(V1_41.event(def.name).is_some(), "{}", def.name);
    }
}

#[test]
fn the_renames_that_matter() {
    assert_eq!(
        BACK.attribute(attribute::GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS),
        Fate::Renamed(v1_41::attribute::GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS),
    );
    assert_eq!(
        BACK.metric(metric::GEN_AI_CLIENT_INFERENCE_DURATION),
        Fate::Renamed(metric::GEN_AI_CLIENT_OPERATION_DURATION),
    );
    assert_eq!(
        BACK.metric(metric::GEN_AI_CLIENT_OPERATION_DURATION),
        Fate::Same
    );
    let output = v1_41::value::gen_ai_token_type::OUTPUT;
    assert_eq!(
        BACK.metric(metric::GEN_AI_CLIENT_INFERENCE_OPERATION_OUTPUT_TOKENS),
        Fate::RenamedWith(
            v1_41::metric::GEN_AI_CLIENT_TOKEN_USAGE,
            (v1_41::attribute::GEN_AI_TOKEN_TYPE, output),
        ),
    );
    assert_eq!(
        BACK.metric(metric::GEN_AI_INVOKE_AGENT_DURATION),
        Fate::Absent
    );
    assert_eq!(
        BACK.span(span::GEN_AI_CLIENT_INFERENCE),
        Fate::Renamed("gen_ai.inference.client")
    );
    assert_eq!(BACK.attribute("gen_ai.prompt.variable.city"), Fate::Absent);
    assert_eq!(BACK.attribute("my.own"), Fate::Same);
}

#[test]
fn one_attribute_changed_its_type() {
    let changed: Vec<&str> = CURRENT
        .attributes
        .iter()
        .filter(|def| {
            V1_41
                .attribute(def.name)
                .is_some_and(|released| released.kind != def.kind)
        })
        .map(|def| def.name)
        .collect();
    assert_eq!(changed, [attribute::GEN_AI_REQUEST_TOP_K]);
    let released = V1_41
        .attribute(attribute::GEN_AI_REQUEST_TOP_K)
        .map(|def| def.kind);
    assert_eq!(released, Some(ValueKind::Double));
}

#[test]
fn prefixes_end_in_a_dot_and_no_name_does() {
    let sources = [
        include_str!("../src/openllmetry.rs"),
        include_str!("../src/openllmetry/element.rs"),
        include_str!("../src/openllmetry/span_name.rs"),
        include_str!("../src/openllmetry/system.rs"),
        include_str!("../src/openllmetry/tutorial.rs"),
        include_str!("../src/openinference.rs"),
        include_str!("../src/openinference/element.rs"),
        include_str!("../src/openinference/llm_provider.rs"),
        include_str!("../src/openinference/llm_system.rs"),
    ];
    let text = sources.join("\n");
    let mut seen = 0;
    for constant in text.split("pub const ").skip(1) {
        let (name, rest) = constant.split_once(':').expect("a constant has a type");
        // Lists of values have no literal of their own.
        if name == "ALL" {
            continue;
        }
        let value = rest.split('"').nth(1).expect("a constant has a value");
        assert_eq!(
            name.ends_with("_PREFIX"),
            value.ends_with('.'),
            "{name} = {value:?}"
        );
        seen += 1;
    }
    assert!(seen > 150, "only {seen} constants found");
}

#[test]
fn the_other_vocabularies_have_their_values() {
    assert_eq!(openllmetry::span_kind::ALL.len(), 5);
    assert_eq!(openllmetry::request_type::ALL.len(), 5);
    assert_eq!(openllmetry::system::of("x_ai"), "xai");
    assert_eq!(
        openllmetry::system::of("a host of one's own"),
        "a host of one's own"
    );
    assert_eq!(openllmetry::span_name::vendor("azure.ai.openai"), "openai");
    assert_eq!(openinference::span_kind::ALL.len(), 12);
    assert_eq!(
        openinference::LLM_TOKEN_COUNT_PROMPT,
        "llm.token_count.prompt"
    );
    assert_eq!(openllmetry::tutorial::SPAN_AGENT_RUN, "agent.run");
}
