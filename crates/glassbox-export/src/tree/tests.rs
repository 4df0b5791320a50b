//! Which span hangs where, and what the spans add up to.

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, TraceFlags, TraceState};

use super::*;
use crate::testing::{SpanDataExt, span, trace_id};

pub(super) fn tree(spans: Vec<SpanData>) -> SpanTree {
    SpanTree::new(trace_id(), spans)
}

pub(super) fn rendered(spans: Vec<SpanData>) -> String {
    tree(spans).render(&TreeStyle::default())
}

/// The lines below the header, each up to its bar.
pub(super) fn names(spans: Vec<SpanData>) -> Vec<String> {
    let name = |line: &str| {
        let name = line.trim_start_matches([' ', '│', '⋯']);
        let rails = line.len() - name.len();
        let end = name.find("  ").unwrap_or(name.len());
        line[..rails + end].to_owned()
    };
    rendered(spans).lines().skip(1).map(name).collect()
}

pub(super) fn operation(name: &'static str) -> KeyValue {
    KeyValue::new("gen_ai.operation.name", name)
}

/// Two model calls around two parallel tools, one of which fails.
pub(super) fn run() -> Vec<SpanData> {
    vec![
        span(2)
            .named("execute_tool get_weather")
            .under(0)
            .during(520, 900)
            .with([
                operation("execute_tool"),
                KeyValue::new("gen_ai.tool.name", "get_weather"),
            ]),
        span(1)
            .named("chat gpt-4o-mini")
            .under(0)
            .during(4, 512)
            .with([
                operation("chat"),
                KeyValue::new("gen_ai.request.model", "gpt-4o-mini"),
                KeyValue::new("gen_ai.usage.input_tokens", 1812),
                KeyValue::new("gen_ai.usage.cache_read.input_tokens", 1024),
                KeyValue::new("gen_ai.usage.output_tokens", 34),
                KeyValue::new("gen_ai.usage.reasoning.output_tokens", 12),
            ])
            .event(
                "glassbox.retry",
                124,
                vec![
                    KeyValue::new("glassbox.retry.attempt", 1),
                    KeyValue::new("glassbox.retry.wait", 0.263_733_723),
                    KeyValue::new("error.type", "network"),
                ],
            ),
        span(3)
            .named("execute_tool convert_units")
            .under(0)
            .during(520, 640)
            .with([
                operation("execute_tool"),
                KeyValue::new("error.type", "timeout"),
            ])
            .failed("no answer within 100 ms"),
        span(4)
            .named("chat gpt-4o-mini")
            .under(0)
            .during(905, 1840)
            .with([
                operation("chat"),
                KeyValue::new("gen_ai.response.model", "gpt-4o"),
                KeyValue::new("gen_ai.usage.input_tokens", 900),
                KeyValue::new("gen_ai.usage.output_tokens", 53),
            ]),
        span(0).named("invoke_agent weather").during(0, 1842).with([
            operation("invoke_agent"),
            KeyValue::new("gen_ai.usage.input_tokens", 2712),
            KeyValue::new("gen_ai.usage.output_tokens", 87),
        ]),
    ]
}

#[test]
fn only_calls_are_summed() {
    assert_eq!(
        tree(run()).totals(),
        TreeTotals {
            input_tokens: Some(2712),
            output_tokens: Some(87),
            cost: None,
            model_calls: 2,
            tool_calls: 2,
            errors: 1,
        }
    );
    assert_eq!(tree(vec![span(0)]).totals().input_tokens, None);
}

#[test]
fn other_vocabularies_are_understood() {
    let spans = vec![
        span(0).named("agent.run"),
        span(1).named("tool.get_weather").under(0),
        span(2).named("a").under(0).with([
            KeyValue::new("openinference.span.kind", "LLM"),
            KeyValue::new("llm.token_count.prompt", 7),
            KeyValue::new("llm.token_count.completion", 3),
            KeyValue::new("llm.cost.total", 0.5),
        ]),
        span(3).named("b").under(0).with([
            KeyValue::new("llm.request.type", "chat"),
            KeyValue::new("gen_ai.usage.prompt_tokens", "10"),
            KeyValue::new("gen_ai.usage.completion_tokens", 2.0),
        ]),
    ];
    assert_eq!(
        tree(spans).totals(),
        TreeTotals {
            input_tokens: Some(17),
            output_tokens: Some(5),
            cost: Some(0.5),
            model_calls: 2,
            tool_calls: 1,
            errors: 0,
        }
    );
}

#[test]
fn of_an_attribute_set_twice_the_last_value_counts() {
    let spans = vec![span(0).with([
        operation("chat"),
        KeyValue::new("gen_ai.usage.input_tokens", 1),
        KeyValue::new("gen_ai.usage.input_tokens", 5),
    ])];
    assert_eq!(tree(spans).totals().input_tokens, Some(5));
}

#[test]
fn spans_without_their_parent_stand_apart() {
    let mut remote = span(5).named("server").under(70).during(1, 9);
    remote.parent_span_is_remote = true;
    let spans = vec![
        span(0).named("root").during(0, 10),
        span(1).named("child").under(0).during(1, 2),
        span(2).named("lost").under(99).during(3, 4),
        span(3).named("its child").under(2).during(3, 4),
        remote,
    ];
    assert_eq!(
        names(spans),
        [
            "root",
            "└─ child",
            "(remote parent)",
            "├─ server",
            "└─ lost",
            "   └─ its child"
        ]
    );
}

#[test]
fn circles_and_twins_are_survived() {
    let spans = vec![
        span(0).named("own parent").under(0),
        span(1).named("a").under(2).during(1, 2),
        span(2).named("b").under(1).during(2, 3),
        span(3).named("c").under(2).during(3, 4),
        span(4).named("twin").during(5, 6),
        span(4).named("twin").during(5, 6),
        span(6).named("of a twin").under(4).during(5, 6),
    ];
    assert_eq!(
        names(spans),
        [
            "twin",
            "└─ of a twin",
            "twin",
            "(remote parent)",
            "├─ own parent",
            "└─ a",
            "   └─ b",
            "      └─ c"
        ]
    );
}

#[test]
fn traces_are_told_apart() {
    let mut other = span(0);
    other.span_context = SpanContext::new(
        TraceId::from(7),
        SpanId::from(1),
        TraceFlags::SAMPLED,
        false,
        TraceState::default(),
    );
    let trees = SpanTree::per_trace([span(0), other, span(1)]);
    let sizes: Vec<_> = trees
        .iter()
        .map(|tree| (tree.trace_id(), tree.spans().len()))
        .collect();
    assert_eq!(sizes, [(trace_id(), 2), (TraceId::from(7), 1)]);
}

#[test]
fn nothing_is_a_tree_too() {
    assert_eq!(SpanTree::per_trace([]), []);
    assert_eq!(
        rendered(Vec::new()),
        "trace 0af7651916cd43dd8448eb211c80319c  0\n"
    );
}
