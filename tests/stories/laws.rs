//! Laws of telemetry over runs made at random: whatever a model answers, however tools behave, wherever a run is
//! polled, and whenever it is dropped.
//!
//! A run that breaks a law is made as small as it can be and printed. `PROPTEST_CASES` asks for more runs,
//! `PROPTEST_RNG_SEED` for others.

mod script;
mod world;

use std::collections::{HashMap, HashSet};

use glassbox::{Content, Telemetry, Usage, Vocabulary};
use glassbox_test::{Capture, CapturedSpan};
use opentelemetry::Value;
use opentelemetry::trace::SpanId;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use proptest::{prop_assert, prop_assert_eq};

use self::script::{Recorder, Script};
use self::world::World;

/// In everything that is said.
const CANARY: &str = "kanari";

type Held = Result<(), TestCaseError>;

#[test]
fn telemetry_keeps_its_laws() {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    config.cases = config.cases.max(2_000);
    if matches!(config.rng_seed, RngSeed::Random) {
        config.rng_seed = RngSeed::Fixed(1);
    }
    let result = TestRunner::new(config).run(&script::script(), |script| held(&script));
    if let Err(broken) = result {
        panic!("{broken}");
    }
}

/// Plays the script bare and recorded, and looks at what was recorded.
fn held(script: &Script) -> Held {
    let capture = Capture::new();
    let telemetry = recorder(&script.recorder, &capture);
    let bare = World::new(script, None);
    let traced = World::new(script, Some(&telemetry));
    let expected = play(&bare, script);
    let seen = play(&traced, script);
    prop_assert_eq!(seen, expected, "telemetry changes no result");
    prop_assert_eq!(capture.open(), 0, "every span ends");
    let spans = capture.spans();
    tree(&spans)?;
    let mut total = Usage::default();
    for usage in traced.reported.lock().unwrap().iter() {
        total.add(usage);
    }
    on_spans(&spans, &total, script.recorder.agent_usage)?;
    in_metrics(&capture, &total, &script.recorder.vocabularies)?;
    if script.recorder.content == Content::Off {
        let (metrics, logs) = (capture.metrics(), capture.logs());
        let told = format!("{spans:?} {metrics:?} {logs:?}");
        prop_assert!(!told.contains(CANARY), "content is off: {told}");
    }
    Ok(())
}

fn recorder(recorder: &Recorder, capture: &Capture) -> Telemetry {
    let mut builder = Telemetry::builder()
        .tracer_provider(capture.provider())
        .meter_provider(capture.meter_provider())
        .logger_provider(capture.logger_provider())
        .content(recorder.content)
        .history(recorder.history)
        .vocabularies(recorder.vocabularies.iter().copied())
        .events(recorder.events)
        .agent_usage(recorder.agent_usage);
    if let Some(details) = recorder.details {
        builder = builder.operation_details(details);
    }
    builder.build()
}

fn play(world: &World, script: &Script) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(world.observe(script))
}

/// One trace with one root, and every parent is in it.
fn tree(spans: &[CapturedSpan]) -> Held {
    let ids: HashSet<SpanId> = spans.iter().map(|span| span.context().span_id()).collect();
    prop_assert_eq!(ids.len(), spans.len(), "every span is exported once");
    let traces: HashSet<_> = spans.iter().map(|span| span.context().trace_id()).collect();
    prop_assert!(traces.len() <= 1, "one run is one trace");
    let roots = spans.iter().filter(|span| span.parent().is_none()).count();
    // A run that nobody polled has not begun.
    prop_assert_eq!(roots, usize::from(!spans.is_empty()), "one root");
    for span in spans {
        let parent = span.parent();
        prop_assert!(
            parent.is_none_or(|parent| ids.contains(&parent)),
            "an orphan: {}",
            span.name()
        );
    }
    Ok(())
}

/// What a model reported, under each name that a vocabulary has for it.
fn counts(usage: &Usage) -> [(u64, &'static str, [&'static str; 3]); 3] {
    [
        (
            usage.input_tokens.unwrap_or(0),
            "gen_ai.client.inference.usage.input_tokens",
            [
                "gen_ai.usage.input_tokens",
                "llm.token_count.prompt",
                "gen_ai.usage.prompt_tokens",
            ],
        ),
        (
            usage.output_tokens.unwrap_or(0),
            "gen_ai.client.inference.usage.output_tokens",
            [
                "gen_ai.usage.output_tokens",
                "llm.token_count.completion",
                "gen_ai.usage.completion_tokens",
            ],
        ),
        (
            usage.cache_read_input_tokens.unwrap_or(0),
            "gen_ai.client.inference.usage.cache_read.input_tokens",
            [
                "gen_ai.usage.cache_read.input_tokens",
                "llm.token_count.prompt_details.cache_read",
                "gen_ai.usage.cache_read_input_tokens",
            ],
        ),
    ]
}

/// The usage on the spans that have nothing below them is the bill. Where runs do not repeat it, that on all spans is.
fn on_spans(spans: &[CapturedSpan], total: &Usage, repeated: bool) -> Held {
    let parents: HashSet<_> = spans.iter().filter_map(CapturedSpan::parent).collect();
    let counted = |span: &&CapturedSpan| !repeated || !parents.contains(&span.context().span_id());
    for (expected, _, names) in counts(total) {
        let sum: i64 = spans
            .iter()
            .filter(counted)
            .filter_map(|span| names.iter().find_map(|name| int(span.attribute(name))))
            .sum();
        prop_assert_eq!(sum, expected as i64, "{} of the spans", names[0]);
    }
    Ok(())
}

fn int(value: Option<&Value>) -> Option<i64> {
    match value {
        Some(Value::I64(count)) => Some(*count),
        _ => None,
    }
}

/// The counters say the same, and so does the histogram that was there before them.
fn in_metrics(capture: &Capture, total: &Usage, vocabularies: &[Vocabulary]) -> Held {
    let mut counted: HashMap<String, f64> = HashMap::new();
    for metric in capture.metrics() {
        for point in metric.points() {
            let of = point.text("gen_ai.token.type").unwrap_or_default();
            let key = format!("{}{of}", metric.name());
            *counted.entry(key).or_default() += point.value().or(point.sum()).unwrap_or(0.0);
        }
    }
    let sum = |name: &str| counted.get(name).copied().unwrap_or(0.0);
    // Two vocabularies have metrics of their own, which are one histogram.
    let older = [Vocabulary::GenAi1_41, Vocabulary::OpenLlmetry];
    let released = older.iter().any(|older| vocabularies.contains(older));
    if !released || vocabularies.contains(&Vocabulary::GenAi) {
        for (expected, name, _) in counts(total) {
            prop_assert_eq!(sum(name), expected as f64, "{}", name);
        }
    }
    if released {
        let [(input, ..), (output, ..), _] = counts(total);
        prop_assert_eq!(sum("gen_ai.client.token.usage\"input\""), input as f64);
        prop_assert_eq!(sum("gen_ai.client.token.usage\"output\""), output as f64);
    }
    Ok(())
}
