//! A long day in a minute: 50,000 runs of an agent through the whole pipeline, over OTLP on loopback.
//!
//! `cargo bench -p glassbox-e2e --bench soak` runs them once without telemetry and once with it, on two threads, and
//! prints how many runs a second that makes, how many spans arrived, and the most memory the process held meanwhile.
//! After `--` a number says how many runs. It fails where a span is lost, or memory grows with the runs.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark may unwrap, and prints"
)]

mod collector;

use std::sync::Arc;
use std::time::{Duration, Instant};

use glassbox::tool::{JsonSchema, Toolbox, schemars, tool};
use glassbox::{Agent, CompletionModel, Telemetry};
use glassbox_export::{Batching, Guard, Otlp};
use glassbox_test::{ScriptedModel, Turn};
use serde::Deserialize;
use tokio::task::JoinSet;

use collector::Collector;

const RUNS: usize = 50_000;
/// Runs under way at the same time.
const AT_ONCE: usize = 16;
/// A run, two calls of the model, and a call of a tool.
const SPANS_A_RUN: usize = 4;
/// After so many runs a task sees to it that what there is has left, so that no queue overflows: this machine's cores
/// make spans faster than they can send them.
const BETWEEN_FLUSHES: usize = 250;
/// What memory may grow by beyond that of the first tenth of the runs, in MiB.
const MOST_GROWTH: usize = 64;

#[derive(Deserialize, JsonSchema)]
struct City {
    name: String,
}

fn tools() -> Toolbox {
    let weather = tool(
        "weather",
        "The weather of a city.",
        |city: City| async move { format!("{}: fine", city.name) },
    );
    Toolbox::new().with_tool(weather).unwrap()
}

fn agent(tools: &Toolbox) -> Agent {
    let arguments = r#"{"name":"Utrecht"}"#;
    let model = ScriptedModel::new([
        Turn::tool_call("call_1", "weather", arguments),
        Turn::text("Fine, then. ".repeat(20)),
    ]);
    let model: Arc<dyn CompletionModel> = Arc::new(model);
    Agent::new(model, tools.clone())
}

/// Where the spans go, where there are any.
#[derive(Clone)]
struct Traced {
    telemetry: Telemetry,
    guard: Arc<Guard>,
}

/// So many runs; how long they took, deliveries included.
async fn soak(runs: usize, traced: Option<Traced>) -> Duration {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for task in 0..AT_ONCE {
        let own = runs / AT_ONCE + usize::from(task < runs % AT_ONCE);
        let traced = traced.clone();
        tasks.spawn(async move {
            let tools = tools();
            for run in 0..own {
                let agent = agent(&tools);
                let agent = match &traced {
                    Some(traced) => traced.telemetry.agent(agent),
                    None => agent,
                };
                let answer = agent.run("What is the weather in Utrecht?").await.unwrap();
                assert!(answer.answer.starts_with("Fine"));
                if let (Some(traced), 0) = (&traced, run % BETWEEN_FLUSHES) {
                    let report = traced.guard.flush_async(Duration::from_secs(60)).await;
                    assert!(report.is_complete(), "{report}");
                }
            }
        });
    }
    tasks.join_all().await;
    if let Some(traced) = &traced {
        let report = traced.guard.flush_async(Duration::from_secs(60)).await;
        assert!(report.is_complete(), "{report}");
    }
    began.elapsed()
}

/// The most memory this process has held, in MiB.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.map_or(0, |number| number.trim().parse::<usize>().unwrap() / 1024)
}

fn main() {
    let wanted = std::env::args().find_map(|argument| argument.parse().ok());
    let runs = wanted.unwrap_or(RUNS);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let rate = |took: Duration| runs as f64 / took.as_secs_f64();

    let bare = runtime.block_on(soak(runs, None));
    println!(
        "without telemetry: {:.0} runs a second, {} MiB",
        rate(bare),
        peak()
    );

    let collector = Collector::new();
    let batching = Batching::default().with_max_queue_size(AT_ONCE * BETWEEN_FLUSHES * SPANS_A_RUN);
    let guard = glassbox_export::builder()
        .with_batching(batching)
        .with_otlp(Otlp::http(&collector.url()).unwrap())
        .build()
        .unwrap();
    let telemetry = Telemetry::builder()
        .tracer_provider(guard.tracer_provider())
        .build();
    let guard = Arc::new(guard);
    let traced = Traced {
        telemetry,
        guard: Arc::clone(&guard),
    };
    runtime.block_on(soak(runs / 10, Some(traced.clone())));
    let early = peak();
    let took = runtime.block_on(soak(runs, Some(traced)));
    let late = peak();

    let report = guard.shutdown(Duration::from_secs(60));
    assert!(report.is_complete(), "{report}");
    let ended = (runs + runs / 10) * SPANS_A_RUN;
    assert_eq!(report.sinks[0].exported, ended as u64, "{report}");
    assert_eq!(collector.spans(), ended, "none is lost, none comes twice");
    println!(
        "with telemetry: {:.0} runs a second, {late} MiB ({early} after a tenth); {ended} spans arrived, none lost",
        rate(took),
    );
    println!("ratio: {:.2}", took.as_secs_f64() / bare.as_secs_f64());
    assert!(late <= early + MOST_GROWTH, "memory grows with the runs");
}
