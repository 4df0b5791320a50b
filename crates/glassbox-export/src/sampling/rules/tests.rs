use glassbox_semconv::{attribute, glassbox};
use opentelemetry::StringValue;

use super::*;
use crate::testing::{SpanDataExt as _, span, trace_id};

/// What is known after these spans.
fn verdict(policy: &str, spans: &[SpanData]) -> Option<bool> {
    let rules = Rules::new(&policy.parse().unwrap());
    let mut facts = rules.nothing(&spans[0]);
    spans.iter().for_each(|span| rules.learn(&mut facts, span));
    let verdict = rules.judge(trace_id(), &facts, false);
    verdict.map(|keeper| keeper.is_some())
}

fn call(operation: &'static str, input: i64, output: i64, cost: f64) -> SpanData {
    span(0).with([
        KeyValue::new(attribute::GEN_AI_OPERATION_NAME, operation),
        KeyValue::new(attribute::GEN_AI_USAGE_INPUT_TOKENS, input),
        KeyValue::new(attribute::GEN_AI_USAGE_OUTPUT_TOKENS, output),
        KeyValue::new(glassbox::COST_TOTAL, cost),
    ])
}

#[test]
fn what_an_agent_repeats_is_not_counted() {
    let spans = [
        call("chat", 600, 30, 0.1),
        call("embeddings", 300, 0, 0.2),
        call("invoke_agent", 900, 30, 0.3),
        call("invoke_workflow", 900, 30, 0.3),
    ];
    assert_eq!(verdict("tokens>=930", &spans), Some(true));
    assert_eq!(verdict("tokens>=931", &spans), None);
    // In floating-point numbers, 0.1 and 0.2 are more than 0.3, and 0.3 is less than three times 0.1.
    assert_eq!(verdict("cost>=0.3", &spans), Some(true));
    assert_eq!(verdict("cost>=0.300000001", &spans), None);
}

#[test]
fn numbers_that_make_no_sense_are_harmless() {
    let spans = [
        call("chat", i64::MAX, i64::MAX, f64::MAX),
        call("chat", i64::MAX, i64::MAX, f64::INFINITY),
        call("chat", -5, -5, f64::NAN),
        call("chat", 0, 0, -1.0),
    ];
    assert_eq!(verdict("tokens>=18446744073709551615", &spans), Some(true));
    assert_eq!(verdict("cost>=1000000", &spans), Some(true));
    assert_eq!(verdict("tokens>=1", &spans[2..]), None);
    assert_eq!(verdict("cost>=0.000001", &spans[2..]), None);
}

#[test]
fn a_failure_is_a_status_or_a_type() {
    let failed = span(0).failed("");
    let typed = span(0).with([KeyValue::new(attribute::ERROR_TYPE, "timeout")]);
    assert_eq!(verdict("error", &[span(0), failed]), Some(true));
    assert_eq!(verdict("error", &[span(0), typed]), Some(true));
    assert_eq!(verdict("error", &[span(0)]), None);
}

#[test]
fn latency_is_that_of_all_spans() {
    let spans = [
        span(0).during(50, 60),
        span(1).during(10, 20),
        span(2).during(30, 110),
    ];
    assert_eq!(verdict("latency>=100ms", &spans), Some(true));
    assert_eq!(verdict("latency>=101ms", &spans), None);
    // Ends before it starts: clocks are set.
    assert_eq!(verdict("latency>=1ms", &[span(0).during(20, 10)]), None);
}

#[test]
fn a_tool_is_one_that_was_called() {
    let tool = |operation| {
        span(0).with([
            KeyValue::new(attribute::GEN_AI_OPERATION_NAME, operation),
            KeyValue::new(attribute::GEN_AI_TOOL_NAME, "search"),
        ])
    };
    assert_eq!(verdict("tool=search", &[tool("execute_tool")]), Some(true));
    assert_eq!(verdict("tool=search", &[tool("chat")]), None);
    assert_eq!(verdict("tool=sear", &[tool("execute_tool")]), None);
}

#[test]
fn attributes_have_values_of_all_kinds() {
    let list = |texts: &[&'static str]| {
        let texts: Vec<StringValue> = texts.iter().map(|text| (*text).into()).collect();
        Value::Array(texts.into())
    };
    let table: [(Value, &str, bool); 17] = [
        ("alice".into(), "attribute:a", true),
        ("alice".into(), "attribute:b", false),
        ("alice".into(), "attribute:a=alice", true),
        ("alice".into(), "attribute:a=al", false),
        ("alice".into(), "attribute:a=al*", true),
        ("7".into(), "attribute:a>=5", false),
        (7.into(), "attribute:a=7", true),
        (7.into(), "attribute:a>=7", true),
        (7.into(), "attribute:a>=7.5", false),
        (7.5.into(), "attribute:a>=7.5", true),
        (7.5.into(), "attribute:a=7.5", true),
        (true.into(), "attribute:a=true", true),
        (list(&["stop", "length"]), "attribute:a=length", true),
        (list(&["stop", "length"]), "attribute:a=tool*", false),
        (list(&[]), "attribute:a", true),
        (list(&[]), "attribute:a=\"\"", false),
        (Value::Array(vec![1_i64, 9].into()), "attribute:a>=5", true),
    ];
    for (value, policy, holds) in table {
        let told = span(0).with([KeyValue::new("a", value.clone())]);
        assert_eq!(
            verdict(policy, &[told]),
            holds.then_some(true),
            "{policy} {value:?}"
        );
    }
}

#[test]
fn the_later_of_two_values_counts() {
    let twice = span(0).with([KeyValue::new("a", "first"), KeyValue::new("a", "last")]);
    assert_eq!(
        verdict("attribute:a=last", std::slice::from_ref(&twice)),
        Some(true)
    );
    assert_eq!(verdict("attribute:a=first", &[twice]), None);
}

#[test]
fn what_is_known_is_known_early() {
    let failed = [span(0).failed("no luck")];
    let table = [
        ("always", Some(true)),
        ("!always", Some(false)),
        ("ratio=0", Some(false)),
        ("ratio=1", Some(true)),
        ("error", Some(true)),
        ("!error", Some(false)),
        ("!tokens>=5", None),
        ("tokens>=5,error", Some(true)),
        ("tokens>=5&error", None),
        ("tokens>=5&!error", Some(false)),
        ("tokens>=5,!error", None),
        ("tokens>=5&ratio=0", Some(false)),
    ];
    for (policy, expected) in table {
        assert_eq!(verdict(policy, &failed), expected, "{policy}");
    }
}

#[test]
fn the_first_alternative_that_holds_has_the_name() {
    let spans = [call("chat", 9, 0, 0.0).failed("no luck")];
    let keeper = |policy: Policy| {
        let rules = Rules::new(&policy);
        let mut facts = rules.nothing(&spans[0]);
        rules.learn(&mut facts, &spans[0]);
        rules.judge(trace_id(), &facts, true).flatten().unwrap()
    };
    let policy = |text: &str| text.parse::<Policy>().unwrap();
    assert_eq!(&*keeper(policy("tokens>=99,error,tokens>=5")), "error");
    assert_eq!(
        &*keeper(policy("tokens>=99,(latency>=1s,tokens>=5)")),
        "tokens>=5"
    );
    assert_eq!(&*keeper(policy("tokens>=5&error")), "tokens>=5&error");
    assert_eq!(&*keeper(policy("tokens>=5,error").named("odd")), "odd");
    let named = policy("tokens>=99").or(policy("error").named("failed"));
    assert_eq!(&*keeper(named), "failed");
}
