//! Collectors that misbehave in every way there is, over HTTP and over gRPC: nothing hangs, what the
//! program does is not touched, and each span that ended arrives or is counted.

use std::collections::BTreeSet;
use std::time::Duration;

use glassbox_export::{Builder, Otlp, Report, SinkReport, builder};
use opentelemetry::Context;
use opentelemetry::trace::{FutureExt as _, TraceContextExt as _, Tracer as _};

use crate::support::{LONG, counts, patient, tracer};

mod bounds;
mod comeback;
mod grpc;
mod http;
mod metrics;
mod wire;

/// How many spans each test ends.
const SPANS: usize = 10;

/// How long a collector that does not answer is waited for.
const TIMEOUT: Duration = Duration::from_millis(50);

/// What is to become of the spans.
#[derive(Debug, Clone, Copy)]
struct Fate {
    exported: u64,
    failed: u64,
    rejected: u64,
    /// What the report says.
    reason: &'static str,
    /// How many requests that takes, where that is certain.
    requests: Option<usize>,
}

const ALL: u64 = SPANS as u64;

fn arrives(requests: usize) -> Fate {
    Fate {
        exported: ALL,
        failed: 0,
        rejected: 0,
        reason: "",
        requests: Some(requests),
    }
}

/// After so many requests, and for this reason.
fn fails(requests: usize, reason: &'static str) -> Fate {
    Fate {
        exported: 0,
        failed: ALL,
        rejected: 0,
        reason,
        requests: Some(requests),
    }
}

/// For this reason, after as many requests as it takes.
fn fails_in_the_end(reason: &'static str) -> Fate {
    Fate {
        requests: None,
        ..fails(0, reason)
    }
}

fn is_cut(rejected: u64, requests: usize, reason: &'static str) -> Fate {
    Fate {
        exported: ALL - rejected,
        failed: rejected,
        rejected,
        reason,
        requests: Some(requests),
    }
}

fn to(otlp: Otlp) -> Builder {
    builder().with_batching(patient()).with_otlp(otlp)
}

/// What a program does that is observed: an answer, and a span for each of its steps. It has one thread.
fn work(builder: Builder, patience: Duration) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.build().unwrap();
    let guard = builder.build().unwrap();
    let tracer = tracer(&guard);
    let answer = runtime.block_on(async {
        let mut sum = 0;
        for step in 0..SPANS {
            let span = tracer.start(format!("span {step}"));
            let context = Context::new().with_span(span);
            sum += async { step }.with_context(context.clone()).await;
            context.span().end();
            if step == SPANS / 2 {
                // Somebody is impatient.
                drop(guard.flush(Duration::ZERO));
            }
        }
        let report = guard.shutdown(patience);
        (sum, report)
    });
    assert_eq!(answer.0, (0..SPANS).sum::<usize>());
    answer.1
}

/// That the report says what became of them, and that it is so: `taken` are the names of the spans that
/// the collector answered with success, `requests` how many there were.
fn assert_fate(report: &Report, fate: Fate, taken: &[String], requests: usize) {
    let [sink] = &report.sinks[..] else {
        panic!("{report:?}");
    };
    let said = report.to_string();
    let counted = (sink.exported, sink.dropped, sink.failed, sink.rejected);
    let expected = (fate.exported, 0, fate.failed, fate.rejected);
    assert_eq!(counted, expected, "{said}");
    assert!(said.contains(fate.reason), "{said}");
    assert_eq!(report.is_complete(), fate.failed == 0, "{said}");
    if let Some(expected) = fate.requests {
        assert_eq!(requests, expected, "{said}");
    }
    assert_sum(sink, SPANS, taken);
}

/// The sum: each span that ended is counted once, and what is missing is counted as lost.
fn assert_sum(sink: &SinkReport, ended: usize, taken: &[String]) {
    let (exported, dropped, failed, pending) = counts(sink);
    assert_eq!(pending, 0, "{sink:?}");
    assert_eq!(exported + dropped + failed, ended as u64, "{sink:?}");
    let arrived: BTreeSet<_> = taken.iter().collect();
    let kept = arrived.len() as u64 - sink.rejected;
    assert!(exported <= kept, "{exported} of {kept}: {sink:?}");
    let missing = ended as u64 - kept;
    assert!(missing <= dropped + failed, "{missing}: {sink:?}");
}
