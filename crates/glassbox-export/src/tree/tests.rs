use opentelemetry::trace::{SpanContext, TraceFlags, TraceState};
use opentelemetry::{Array, KeyValue, Value};
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::testing::{SpanDataExt, span, trace_id};

fn tree(spans: Vec<SpanData>) -> SpanTree {
    SpanTree::new(trace_id(), spans)
}

fn rendered(spans: Vec<SpanData>) -> String {
    tree(spans).render(&TreeStyle::default())
}

/// The lines below the header, each up to its bar.
fn names(spans: Vec<SpanData>) -> Vec<String> {
    let name = |line: &str| {
        let name = line.trim_start_matches([' ', '│', '⋯']);
        let rails = line.len() - name.len();
        let end = name.find("  ").unwrap_or(name.len());
        line[..rails + end].to_owned()
    };
    rendered(spans).lines().skip(1).map(name).collect()
}

fn operation(name: &'static str) -> KeyValue {
    KeyValue::new("gen_ai.operation.name", name)
}

/// Two model calls around two parallel tools, one of which fails.
fn run() -> Vec<SpanData> {
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
                "retry",
                124,
                vec![
                    KeyValue::new("attempt", 2),
                    KeyValue::new("reason", "rate_limited"),
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
fn a_run_is_a_waterfall() {
    let expected = "\
trace 0af7651916cd43dd8448eb211c80319c
  1.84s  2,712 in, 87 out  2 model calls  2 tool calls  1 error
invoke_agent weather           ████████████████████   1.84s  2,712 in, 87 out
├─ chat gpt-4o-mini            █████▌                 508ms
│       1,812 in (1,024 cached), 34 out (12 reasoning)
│       · retry +120ms attempt=2 reason=rate_limited
├─ execute_tool get_weather         ▐███▊             380ms
├─ execute_tool convert_units       ▐▉                120ms  ✗ timeout: no answer within 100 ms
└─ chat gpt-4o-mini                     ▐█████████▉   935ms  900 in, 53 out  gpt-4o
";
    assert_eq!(rendered(run()), expected);
}

#[test]
fn ascii_says_the_same() {
    let expected = "\
trace 0af7651916cd43dd8448eb211c80319c
  1.84s  2,712 in, 87 out  2 model calls  2 tool calls  1 error
invoke_agent weather           ====================   1.84s  2,712 in, 87 out
|- chat gpt-4o-mini            =====                  508ms
|       1,812 in (1,024 cached), 34 out (12 reasoning)
|       - retry +120ms attempt=2 reason=rate_limited
|- execute_tool get_weather         ====              380ms
|- execute_tool convert_units       =                 120ms  ! timeout: no answer within 100 ms
`- chat gpt-4o-mini                     ==========    935ms  900 in, 53 out  gpt-4o
";
    let text = tree(run()).render(&TreeStyle::default().with_ascii(true));
    assert_eq!(text, expected);
}

#[test]
fn no_line_is_wider_than_asked_for() {
    for width in [60, 75, 100, 160] {
        for ascii in [false, true] {
            let style = TreeStyle::default().with_width(width).with_ascii(ascii);
            let text = tree(run()).render(&style);
            let is_header = |line: &&str| !line.starts_with("invoke_agent");
            for line in text.lines().skip_while(is_header) {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn a_width_out_of_bounds_is_brought_within() {
    for (width, shown) in [(0, 60), (1000, 160)] {
        let style = TreeStyle {
            width,
            ..TreeStyle::default()
        };
        let expected = tree(run()).render(&TreeStyle::default().with_width(shown));
        assert_eq!(tree(run()).render(&style), expected);
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let plain = rendered(run());
    let colored = tree(run()).render(&TreeStyle::default().with_color(true));
    let red = "\u{1b}[31m✗ timeout: no answer within 100 ms\u{1b}[0m";
    assert!(colored.contains(red), "{colored}");
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
}

#[test]
fn only_calls_are_summed() {
    assert_eq!(
        tree(run()).totals(),
        TreeTotals {
            input_tokens: Some(2712),
            output_tokens: Some(87),
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
fn an_odd_clock_is_told_and_drawn() {
    let text = rendered(vec![
        span(0).named("root").during(0, 100),
        span(1).named("back").under(0).during(50, 20),
        span(2).named("late").under(0).during(90, 400),
    ]);
    assert!(text.contains("ended 30.0ms before it started"), "{text}");
    assert!(
        text.lines()
            .next()
            .is_some_and(|header| header.ends_with("400ms"))
    );
    assert_eq!(
        names(vec![span(0).during(0, 0)]),
        ["span 0"],
        "no time at all"
    );
}

#[test]
fn text_from_outside_cannot_steer_the_terminal() {
    let hostile = "x\u{1b}[2J\n\r\u{9b}1A\u{202e}y";
    let spans = vec![
        span(0)
            .named("x\u{1b}[2J\n\r\u{9b}1A\u{202e}y")
            .with([
                operation("chat"),
                KeyValue::new("gen_ai.response.model", hostile),
                KeyValue::new("error.type", hostile),
            ])
            .event("e\u{1b}[31m\n", 0, vec![KeyValue::new(hostile, hostile)]),
    ];
    let text = rendered(spans);
    for c in text.chars().filter(|c| *c != '\n') {
        assert!(!c.is_control() && c != '\u{202e}', "{text:?}");
    }
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn long_names_and_errors_are_cut() {
    let long: &'static str = Box::leak("天気 ".repeat(100_000).into_boxed_str());
    let spans =
        vec![
            span(0)
                .named(long)
                .failed(long)
                .event(long, 0, vec![KeyValue::new(long, long); 100]),
        ];
    for line in rendered(spans).lines() {
        assert!(line.width() <= 100, "{line}");
    }
}

#[test]
fn a_trace_of_thousands_of_spans_is_drawn_in_time() {
    // Deep: each the child of the one before. Quadratic work would not come to an end.
    let deep: Vec<_> = (0..20_000)
        .map(|id| match id {
            0 => span(0),
            _ => span(id).under(id - 1).during(id, 20_000),
        })
        .collect();
    let text = rendered(deep);
    assert_eq!(text.lines().count(), 20_001);
    let last = text.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("⋯                          └─ span 19999"),
        "{last}"
    );

    let wide: Vec<_> = (0..20_000)
        .map(|id| match id {
            0 => span(0),
            _ => span(id).under(0).during(id, id + 1),
        })
        .collect();
    assert_eq!(rendered(wide).lines().count(), 20_001);
}

#[test]
fn deep_levels_keep_their_rails() {
    let mut spans: Vec<_> = (0..14)
        .map(|id| match id {
            0 => span(0),
            _ => span(id).under(id - 1),
        })
        .collect();
    // A second child at the eleventh level, so that a rail passes by what is below the first.
    spans.push(span(20).named("other").under(10).during(5, 5));
    let names = names(spans);
    assert!(
        names.contains(&"⋯                          ├─ span 11".to_owned()),
        "{names:#?}"
    );
    assert!(
        names.contains(&"⋯                       │  └─ span 12".to_owned()),
        "{names:#?}"
    );
    assert!(
        names.contains(&"⋯                    │     └─ span 13".to_owned()),
        "{names:#?}"
    );
    assert!(
        names.contains(&"⋯                          └─ other".to_owned()),
        "{names:#?}"
    );
}

#[test]
fn many_events_are_summed_up() {
    let mut busy = span(0);
    for index in 0..40 {
        busy = busy.event("chunk", index, Vec::new());
    }
    let text = rendered(vec![busy]);
    assert_eq!(text.lines().count(), 2 + 32 + 1);
    assert!(text.ends_with("     8 more events\n"), "{text}");
}

#[test]
fn an_exception_shows_without_its_stack() {
    let text = rendered(vec![span(0).event(
        "exception",
        3,
        vec![
            KeyValue::new("exception.type", "Timeout"),
            KeyValue::new("exception.stacktrace", "at main"),
            KeyValue::new("tags", Value::Array(Array::I64(vec![1, 2]))),
        ],
    )]);
    assert!(
        text.contains("· exception +3.0ms exception.type=Timeout tags=[1,2]\n"),
        "{text}"
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
