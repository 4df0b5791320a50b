//! Tail sampling, from the span that ends to the exporter that gets it or does not.

mod waiting;

use std::sync::{Arc, Mutex};

use glassbox_export::{ConsoleExporter, Environment, Guard, Policy, TailSampling, builder};
use glassbox_semconv::{attribute, glassbox};
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use crate::support::exporter::Keep;
use crate::support::{LONG, counts, patient, tracer};

fn policy(text: &str) -> Policy {
    text.parse().unwrap()
}

/// A run of one model call that takes so many tokens.
fn run(guard: &Guard, tokens: i64) -> TraceId {
    let context = begin(guard, "run");
    call(guard, &context, tokens);
    let trace = context.span().span_context().trace_id();
    context.span().end();
    trace
}

fn begin(guard: &Guard, name: &'static str) -> Context {
    Context::new().with_span(tracer(guard).start_with_context(name, &Context::new()))
}

fn call(guard: &Guard, context: &Context, tokens: i64) {
    let tracer = tracer(guard);
    let span = tracer.span_builder("chat").with_attributes([
        KeyValue::new(attribute::GEN_AI_OPERATION_NAME, "chat"),
        KeyValue::new(attribute::GEN_AI_USAGE_INPUT_TOKENS, tokens),
    ]);
    drop(span.start_with_context(&tracer, context));
}

/// Keeps the spans themselves.
#[derive(Debug, Clone, Default)]
struct Spans(Arc<Mutex<Vec<SpanData>>>);

impl Spans {
    /// Name and policy of each span of a trace.
    fn of(&self, trace: TraceId) -> Vec<(String, Option<String>)> {
        let spans = self.0.lock().unwrap();
        let policy = |span: &SpanData| {
            let mut attributes = span.attributes.iter();
            let attribute =
                attributes.find(|attribute| attribute.key.as_str() == glassbox::SAMPLING_POLICY);
            attribute.map(|attribute| attribute.value.to_string())
        };
        spans
            .iter()
            .filter(|span| span.span_context.trace_id() == trace)
            .map(|span| (span.name.to_string(), policy(span)))
            .collect()
    }
}

impl SpanExporter for Spans {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

fn told(policy: &str) -> Vec<(String, Option<String>)> {
    let names = ["chat", "run"].map(str::to_owned).into_iter();
    names.map(|name| (name, Some(policy.to_owned()))).collect()
}

#[test]
fn traces_above_so_many_tokens_are_kept_and_a_part_of_the_rest() {
    let spans = Spans::default();
    let guard = builder()
        .with_exporter("keep", "memory", spans.clone())
        .with_tail_sampling(policy("tokens>1000, ratio=0.1"))
        .build()
        .unwrap();
    let runs: Vec<_> = (0..300)
        .map(|index| {
            (
                index,
                run(&guard, if index % 10 == 0 { 1_001 } else { 1_000 }),
            )
        })
        .collect();
    let report = guard.shutdown(LONG);
    let mut kept = 0;
    for (index, trace) in runs {
        let low = u128::from_be_bytes(trace.to_bytes()) as u64 >> 1;
        let lucky = low < (0.1 * (1_u64 << 63) as f64) as u64;
        let expected = match (lucky, index % 10) {
            (true, _) => told("ratio=0.1"),
            (false, 0) => told("tokens>=1001"),
            (false, _) => vec![],
        };
        // The part of all is known first, so it is what keeps an expensive trace of that part.
        assert_eq!(spans.of(trace).len(), expected.len(), "{index}");
        if index % 10 != 0 {
            assert_eq!(spans.of(trace), expected, "{index}");
        }
        kept += expected.len() as u64;
    }
    assert!((60..240).contains(&kept), "{kept}");
    let sink = &report.sinks[0];
    assert_eq!(counts(sink), (kept, 0, 0, 0));
    assert_eq!(sink.sampled_out, 600 - kept);
    assert!(report.is_complete(), "{report}");
    let sampling = report.sampling.unwrap();
    assert_eq!(
        (sampling.kept, sampling.sampled_out),
        (kept / 2, 300 - kept / 2)
    );
}

#[test]
fn the_environment_says_it_too() {
    let environment = Environment::from_iter([("GLASSBOX_TAIL_SAMPLING", "tokens>1000")]);
    let keep = Keep::default();
    let guard = glassbox_export::Builder::settings_from_environment(&environment)
        .with_exporter("keep", "memory", keep.clone())
        .build()
        .unwrap();
    run(&guard, 2_000);
    run(&guard, 20);
    assert_eq!(guard.shutdown(LONG).sinks[0].sampled_out, 2);
    assert_eq!(keep.names(), ["chat", "run"]);
}

#[test]
fn a_value_that_makes_no_sense_keeps_everything() {
    let environment = Environment::from_iter([("GLASSBOX_TAIL_SAMPLING", "expensive")]);
    let keep = Keep::default();
    let guard = glassbox_export::Builder::settings_from_environment(&environment)
        .with_exporter("keep", "memory", keep.clone())
        .build()
        .unwrap();
    let [warning] = guard.warnings() else {
        panic!("{:?}", guard.warnings())
    };
    assert!(warning.contains("GLASSBOX_TAIL_SAMPLING"), "{warning}");
    assert!(warning.ends_with("every trace is kept"), "{warning}");
    run(&guard, 20);
    let report = guard.shutdown(LONG);
    assert_eq!(report.sampling, None);
    assert_eq!(keep.names(), ["chat", "run"]);
}

#[derive(Clone, Default)]
struct Screen(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_somebody_watches_shows_every_trace_unless_asked() {
    for watched in [false, true] {
        let screen = Screen::default();
        let keep = Keep::default();
        let guard = builder()
            .with_console(ConsoleExporter::new(screen.clone()).with_compact(true))
            .with_exporter("keep", "memory", keep.clone())
            .with_exporter("keep", "elsewhere", keep.clone())
            .with_tail_sampling(TailSampling::new(policy("tokens>1000")).with_watched(watched))
            .build()
            .unwrap();
        run(&guard, 20);
        run(&guard, 2_000);
        let report = guard.shutdown(LONG);
        let [console, kept, elsewhere] = &report.sinks[..] else {
            panic!("{report:?}")
        };
        let shown = if watched { 2 } else { 4 };
        let text = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), shown);
        // What is not sampled does not say that a policy kept it.
        assert_eq!(text.contains(glassbox::SAMPLING_POLICY), watched);
        assert_eq!(counts(console), (shown as u64, 0, 0, 0));
        assert_eq!(console.sampled_out, 4 - shown as u64);
        for sink in [kept, elsewhere] {
            assert_eq!(counts(sink), (2, 0, 0, 0));
            assert_eq!(sink.sampled_out, 2);
        }
        assert_eq!(keep.names().len(), 4);
    }
}

#[test]
fn a_trace_from_elsewhere_is_over_when_none_of_its_spans_is_open() {
    let spans = Spans::default();
    let guard = builder()
        .with_batching(patient())
        .with_exporter("keep", "memory", spans.clone())
        .with_tail_sampling(policy("tokens>1000"))
        .build()
        .unwrap();
    let trace = TraceId::from(7);
    let parent = SpanId::from(8);
    let state = TraceState::default();
    let remote = SpanContext::new(trace, parent, TraceFlags::SAMPLED, true, state);
    let remote = Context::new().with_remote_span_context(remote);
    let handler = |name| {
        let span = tracer(&guard).start_with_context(name, &remote);
        Context::new().with_span(span)
    };
    let (first, second) = (handler("first"), handler("second"));
    call(&guard, &first, 600);
    first.span().end();
    assert_eq!(guard.flush(LONG).sampling.unwrap().undecided, 1);
    call(&guard, &second, 600);
    second.span().end();
    let names: Vec<_> = spans_after_shutdown(&guard, &spans, trace);
    assert_eq!(names, ["chat", "first", "chat", "second"]);
}

fn spans_after_shutdown(guard: &Guard, spans: &Spans, trace: TraceId) -> Vec<String> {
    guard.shutdown(LONG);
    spans.of(trace).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn what_a_run_repeats_is_not_counted_again() {
    let guard = builder()
        .with_exporter("keep", "memory", Keep::default())
        .with_tail_sampling(policy("tokens>1000"))
        .build()
        .unwrap();
    let context = begin(&guard, "run");
    call(&guard, &context, 600);
    // The run's span repeats what its calls took.
    context.span().set_attributes([
        KeyValue::new(attribute::GEN_AI_OPERATION_NAME, "invoke_agent"),
        KeyValue::new(attribute::GEN_AI_USAGE_INPUT_TOKENS, 600),
    ]);
    context.span().end();
    let report = guard.shutdown(LONG);
    assert_eq!(report.sinks[0].sampled_out, 2);
    let sampling = report.sampling.unwrap();
    assert_eq!((sampling.kept, sampling.sampled_out), (0, 1));
}
