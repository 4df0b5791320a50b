//! Our own names, and what they are added to.

use glassbox_semconv::registry::{
    ADDITIONS, Addition, AttributeDef, AttributeRef, CURRENT, Contract, GLASSBOX, Requirement,
    ValueKind,
};
use glassbox_semconv::{event, glassbox, metric, span};

const VERSIONS: [Contract; 2] = [Contract::current(), Contract::v1_41()];

fn definition(name: &str) -> Option<&'static AttributeDef> {
    let tables = [GLASSBOX.attributes, CURRENT.attributes];
    tables.into_iter().flatten().find(|def| def.name == name)
}

fn assert_uses(of: &str, attributes: &[AttributeRef]) {
    assert!(attributes.is_sorted_by(|a, b| a.name < b.name), "{of}");
    for used in attributes {
        let def = definition(used.name).unwrap_or_else(|| panic!("{of}: {} is unknown", used.name));
        assert_eq!(def.template, used.template, "{of}: {}", used.name);
    }
}

#[test]
fn our_names_are_ours_or_general() {
    for def in GLASSBOX.attributes {
        assert_eq!(CURRENT.attribute(def.name), None, "{}", def.name);
        let general = [
            glassbox::RETRY_STATUS_CODE,
            glassbox::OTEL_COMPONENT_NAME,
            glassbox::OTEL_COMPONENT_TYPE,
        ]
        .contains(&def.name);
        assert!(def.name.starts_with("glassbox.") || general, "{}", def.name);
    }
    assert!(GLASSBOX.attributes.is_sorted_by(|a, b| a.name < b.name));
    assert!(GLASSBOX.events.is_sorted_by(|a, b| a.name < b.name));
    assert!(GLASSBOX.metrics.is_sorted_by(|a, b| a.id < b.id));
    for def in GLASSBOX.metrics {
        assert_uses(def.id, def.attributes);
    }
    for def in GLASSBOX.events {
        assert_uses(def.name, def.attributes);
        for id in def.spans {
            assert!(
                CURRENT.span(id).is_some(),
                "{} is carried by {id}",
                def.name
            );
        }
    }
}

#[test]
fn what_is_added_is_new_there() {
    let check = |rows: &[Addition], carried: fn(&str) -> Option<&'static [AttributeRef]>| {
        assert!(rows.is_sorted_by(|a, b| a.to < b.to));
        for row in rows {
            let there = carried(row.to).unwrap_or_else(|| panic!("there is no {}", row.to));
            assert_uses(row.to, row.attributes);
            for used in row.attributes {
                assert!(
                    there.iter().all(|own| own.name != used.name),
                    "{}: {}",
                    row.to,
                    used.name
                );
            }
        }
    };
    check(ADDITIONS.spans, |id| {
        CURRENT.span(id).map(|def| def.attributes)
    });
    check(ADDITIONS.metrics, |id| {
        CURRENT.metric(id).map(|def| def.attributes)
    });
    check(ADDITIONS.events, |id| {
        CURRENT.event(id).map(|def| def.attributes)
    });
    assert!(ADDITIONS.spans.len() >= 9);
}

#[test]
fn an_attribute_is_known_in_either_registry() {
    let contract = Contract::current();
    let kind = |name| contract.attribute(name).map(|def| def.kind);
    assert_eq!(kind("gen_ai.request.top_k"), Some(ValueKind::Int));
    assert_eq!(kind(glassbox::COST_TOTAL), Some(ValueKind::Double));
    assert_eq!(kind("user.id"), Some(ValueKind::String));
    assert_eq!(kind("http.response.status_code"), Some(ValueKind::Int));
    assert_eq!(
        kind("glassbox.content.reference.gen_ai.input.messages"),
        Some(ValueKind::String)
    );
    assert_eq!(
        kind(glassbox::CONTENT_REFERENCE),
        None,
        "a template answers for its members"
    );
    assert_eq!(kind("glassbox.cost"), None);
    assert_eq!(
        Contract::v1_41()
            .attribute("gen_ai.request.top_k")
            .map(|def| def.kind),
        Some(ValueKind::Double)
    );
    let source = contract.attribute(glassbox::COST_SOURCE).expect("ours");
    assert!(source.allows("price_list") && !source.allows("guess"));
    let outcome = contract.attribute(glassbox::OUTCOME).expect("ours");
    assert!(outcome.allows("of tomorrow"));
    assert_eq!(outcome.values, Some(glassbox::value::outcome::ALL));
    assert_eq!(
        glassbox::OUTCOME_CANCELLED,
        glassbox::value::outcome::CANCELLED
    );
}

#[test]
fn a_span_carries_the_conventions_and_ours_in_both_versions() {
    for (contract, id) in VERSIONS
        .iter()
        .zip(["gen_ai.client.inference", "gen_ai.inference.client"])
    {
        assert_eq!(contract.span_id(span::GEN_AI_CLIENT_INFERENCE), id);
        let call = contract.span(id).expect("a span type");
        assert!(call.attribute("gen_ai.request.model").is_some());
        assert!(call.attribute("openai.api.type").is_none());
        let cost = call.attribute(glassbox::COST_TOTAL).expect("ours");
        assert_eq!(cost.requirement, Requirement::Recommended);
        assert!(
            call.attribute("glassbox.content.reference.gen_ai.input.messages")
                .is_some()
        );
        assert!(call.attribute(glassbox::AGENT_STEPS).is_none());
        for provider in ["openai", "azure.ai.openai"] {
            let call = contract
                .span_of_provider(id, provider)
                .expect("a refinement");
            assert!(call.attribute("openai.api.type").is_some(), "{provider}");
            assert!(call.attribute(glassbox::COST_TOTAL).is_some(), "{provider}");
        }
        let other = contract
            .span_of_provider(id, "groq")
            .expect("the plain one");
        assert!(other.attributes().eq(call.attributes()));
        let names: Vec<&str> = call.attributes().map(|used| used.name).collect();
        assert!(names.contains(&"gen_ai.provider.name") && names.contains(&glassbox::OUTCOME));
    }
    let plan = Contract::current()
        .span(span::GEN_AI_PLAN_INTERNAL)
        .expect("a span type");
    assert!(
        plan.attribute("gen_ai.conversation.id")
            .is_some_and(|used| used.at_start)
    );
}

#[test]
fn metrics_and_events_are_found_in_either_registry() {
    for contract in VERSIONS {
        let cost = contract.metric(glassbox::METRIC_CLIENT_COST).expect("ours");
        assert!(cost.attribute("gen_ai.provider.name").is_some());
        let def = contract
            .metric_def(glassbox::METRIC_CLIENT_COST)
            .expect("ours");
        assert_eq!((def.unit, def.value), ("{USD}", ValueKind::Double));
        let details = contract.event(event::GEN_AI_CLIENT_INFERENCE_OPERATION_DETAILS);
        let details = details.expect("an event");
        assert!(details.attribute("gen_ai.input.messages").is_some());
        assert!(details.attribute(glassbox::CONTENT_TRUNCATED).is_some());
        let retry = contract.event(glassbox::EVENT_RETRY).expect("ours");
        assert!(retry.attribute("error.type").is_some());
        let retry = contract.event_def(glassbox::EVENT_RETRY).expect("ours");
        assert!(retry.spans.contains(&span::GEN_AI_CLIENT_INFERENCE));
        assert!(contract.event("glassbox.gone").is_none());
    }
    let contract = Contract::current();
    let name = metric::GEN_AI_CLIENT_INFERENCE_DURATION;
    let of = |provider| {
        contract
            .metric_of_provider(name, provider)
            .expect("a metric")
    };
    assert!(
        of("openai")
            .attribute("openai.response.service_tier")
            .is_some()
    );
    assert!(
        of("azure.ai.openai")
            .attribute("openai.response.service_tier")
            .is_some()
    );
    assert!(
        of("groq")
            .attribute("openai.response.service_tier")
            .is_none()
    );
}

#[test]
fn an_older_version_takes_what_came_later_where_it_has_a_name_for_it() {
    let released = Contract::v1_41();
    let tool = released
        .span(span::GEN_AI_EXECUTE_TOOL_INTERNAL)
        .expect("a span type");
    assert!(
        tool.attribute("gen_ai.agent.name").is_some(),
        "listed there since"
    );
    assert!(
        tool.attributes()
            .all(|used| used.name != "gen_ai.agent.name")
    );
    assert!(tool.attribute("gen_ai.request.model").is_none());
    let call = released
        .span("gen_ai.inference.client")
        .expect("a span type");
    assert!(
        call.attribute("gen_ai.usage.cache_creation.input_tokens")
            .is_some()
    );
    assert!(
        call.attribute("gen_ai.usage.cache_write.input_tokens")
            .is_none()
    );
    assert!(
        call.attribute("gen_ai.prompt.version").is_none(),
        "it has no name there"
    );
    // What it does not have at all is as it is now; what it calls otherwise is not.
    let plan = span::GEN_AI_PLAN_INTERNAL;
    assert_eq!(released.span_id(plan), plan);
    assert!(
        released
            .span(plan)
            .expect("as now")
            .attribute("gen_ai.conversation.id")
            .is_some()
    );
    assert!(released.span(span::GEN_AI_CLIENT_INFERENCE).is_none());
    assert!(
        released
            .metric(metric::GEN_AI_EXECUTE_TOOL_DURATION)
            .is_some()
    );
    assert!(
        released
            .metric(metric::GEN_AI_CLIENT_INFERENCE_DURATION)
            .is_none()
    );
    assert!(
        Contract::current()
            .span("gen_ai.inference.client")
            .is_none()
    );
}
