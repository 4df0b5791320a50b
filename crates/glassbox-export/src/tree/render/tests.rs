//! The drawing: goldens, widths, and what must not break it.

use opentelemetry::KeyValue;
use unicode_width::UnicodeWidthStr;

use crate::testing::{SpanDataExt, span};
use crate::tree::TreeStyle;
use crate::tree::tests::{names, operation, rendered, run, tree};

#[test]
fn a_run_is_a_waterfall() {
    let expected = "\
trace 0af7651916cd43dd8448eb211c80319c
  1.84s  2,712 in, 87 out  2 model calls  2 tool calls  1 error
invoke_agent weather           ████████████████████   1.84s  2,712 in, 87 out
├─ chat gpt-4o-mini            █████▌                 508ms
│       1,812 in (1,024 cached), 34 out (12 reasoning)
│       · glassbox.retry +120ms attempt=1 wait=0.264 error.type=network
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
|       - glassbox.retry +120ms attempt=1 wait=0.264 error.type=network
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
fn an_end_that_is_neither_good_nor_an_error_is_told() {
    let ended = |outcome: &'static str| {
        let mut spans = run();
        let root = spans
            .iter_mut()
            .find(|span| span.name == "invoke_agent weather")
            .unwrap();
        root.attributes
            .push(KeyValue::new("glassbox.outcome", outcome));
        rendered(spans)
    };
    assert!(ended("step_limit").contains("step_limit"));
    assert_eq!(ended("answer"), rendered(run()));
}
