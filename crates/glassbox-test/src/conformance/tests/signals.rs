//! Metrics and log records.

use std::collections::HashMap;

use opentelemetry::logs::{AnyValue, LogRecord as _, Logger as _, LoggerProvider as _, Severity};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::{Key, KeyValue};

use super::super::Conformance;
use super::{bare, chat};
use crate::Capture;

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

#[test]
fn an_instrument_has_its_kind_unit_type_and_buckets() {
    let capture = Capture::new();
    let meter = capture.meter_provider().meter("test");
    let right = meter
        .f64_counter("glassbox.client.cost")
        .with_unit("{USD}")
        .build();
    right.add(0.5, &chat([]));
    let name = "gen_ai.execute_tool.duration";
    let wrong = meter.u64_histogram(name).with_unit("ms").build();
    wrong.record(3, &[KeyValue::new("gen_ai.tool.name", "a")]);
    wrong.record(3, &[KeyValue::new("gen_ai.tool.type", "function")]);
    let other = meter.u64_counter("gen_ai.invoke_agent.tool_calls");
    other.with_unit("{tool_call}").build().add(1, &[]);

    let conformance = Conformance::new();
    let none = Vec::<String>::new();
    assert_eq!(
        conformance.instrument(&capture.metric("glassbox.client.cost")),
        none
    );
    assert_eq!(
        bare(conformance.instrument(&capture.metric(name))),
        [
            "its unit is \"ms\", not \"s\"",
            "takes integers, not doubles",
            "its buckets are not the 14 advised ones",
            "gen_ai.tool.name is missing; it is required on gen_ai.execute_tool.duration",
        ]
    );
    assert_eq!(
        bare(conformance.instrument(&capture.metric("gen_ai.invoke_agent.tool_calls"))),
        ["is of the kind counter, not histogram"]
    );
}

#[test]
fn a_captured_event_has_its_severity_too() {
    let capture = Capture::new();
    let logger = capture.logger_provider().logger("test");
    for severity in [Severity::Warn, Severity::Error] {
        let mut record = logger.create_log_record();
        record.set_event_name("gen_ai.client.operation.exception");
        record.set_severity_number(severity);
        record.add_attribute("exception.type", "timeout");
        logger.emit(record);
    }
    logger.emit(logger.create_log_record());
    let conformance = Conformance::new();
    let findings: Vec<String> = capture
        .logs()
        .iter()
        .flat_map(|log| conformance.log(log))
        .collect();
    assert_eq!(
        findings,
        ["gen_ai.client.operation.exception: its severity number is 17, not 13"]
    );
}
