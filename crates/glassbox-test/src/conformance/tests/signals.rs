//! Metrics and log records.

use std::collections::HashMap;

use opentelemetry::logs::AnyValue;
use opentelemetry::{Key, KeyValue};

use super::super::Conformance;
use super::{bare, chat};

#[test]
fn metrics_are_checked_by_their_name() {
    let conformance = Conformance::new();
    let name = "gen_ai.client.inference.duration";
    assert_eq!(conformance.metric(name, &chat([])), Vec::<String>::new());
    assert_eq!(
        conformance.metric("glassbox.client.cost", &chat([])),
        Vec::<String>::new()
    );
    let more = [
        KeyValue::new("user.id", "u"),
        KeyValue::new("server.address", "h"),
    ];
    assert_eq!(
        bare(conformance.metric(name, &chat(more))),
        [
            "user.id does not belong to gen_ai.client.inference.duration",
            "server.port is missing; it is required where server.address is",
        ]
    );
    assert_eq!(
        conformance.metric("gen_ai.client.inference.usage.input_tokens", &chat([])),
        [
            "gen_ai.client.inference.usage.input_tokens: gen_ai.token.modality is missing; it is required on \
             gen_ai.client.inference.usage.input_tokens"
        ]
    );
    assert_eq!(
        conformance.metric("gen_ai.calls", &[]),
        ["gen_ai.calls: no registry has this metric"]
    );
}

#[test]
fn a_log_record_holds_structures_and_no_json_text() {
    let conformance = Conformance::new();
    let name = "gen_ai.client.inference.operation.details";
    let with = |key: &'static str, value: AnyValue| {
        let mut attributes: Vec<(Key, AnyValue)> = vec![
            ("gen_ai.operation.name".into(), "chat".into()),
            ("gen_ai.provider.name".into(), "openai".into()),
        ];
        attributes.push((key.into(), value));
        bare(conformance.event(name, &attributes))
    };
    let message = AnyValue::Map(Box::new(HashMap::from([(Key::new("role"), "user".into())])));
    let messages = AnyValue::ListAny(Box::new(vec![message]));
    let none = Vec::<String>::new();
    assert_eq!(with("gen_ai.input.messages", messages.clone()), none);
    assert_eq!(
        with(
            "gen_ai.response.finish_reasons",
            AnyValue::ListAny(Box::new(vec!["stop".into()]))
        ),
        none
    );
    assert_eq!(
        with("gen_ai.request.temperature", AnyValue::Double(0.5)),
        none
    );
    assert_eq!(with("openai.api.type", "responses".into()), none);
    assert_eq!(
        with("glassbox.cost.total", AnyValue::Double(0.5)).len(),
        1,
        "its source is missing"
    );
    assert_eq!(
        with("gen_ai.input.messages", "[]".into()),
        ["gen_ai.input.messages is the JSON text of a structure, not the structure"]
    );
    assert_eq!(
        with("gen_ai.input.messages", AnyValue::Bytes(Box::new(vec![1]))),
        ["gen_ai.input.messages is bytes, not a structure"]
    );
    assert_eq!(
        with("gen_ai.response.id", messages),
        ["gen_ai.response.id is a list, not a string"]
    );
    assert_eq!(
        with("gen_ai.tool.name", "t".into()),
        ["gen_ai.tool.name does not belong to gen_ai.client.inference.operation.details"]
    );
    assert_eq!(
        conformance.event("glassbox.retry", &[]),
        ["glassbox.retry: is a span event, not a log record"]
    );
    assert_eq!(
        conformance.event("nothing", &[]),
        ["nothing: no registry has this event"]
    );
}
