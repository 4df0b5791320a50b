//! Processes that are killed: whatever had ended arrives.

use std::collections::HashSet;
use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, SpanId, Tracer as _};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::*;
use crate::support::tracer;

const KILLS: u64 = 200;
/// Spans that each of two threads of a process ends.
const SPANS: usize = 100;
const FOLDER: &str = "GLASSBOX_TEST_SPOOL";
const ENDPOINT: &str = "GLASSBOX_TEST_COLLECTOR";

/// What a span carries, as far as it is whole.
fn content(id: &str) -> String {
    id.repeat(20)
}

/// The process that is killed. It says of each span that it has ended.
#[test]
#[ignore = "the test that kills it starts it"]
fn child() {
    let (Some(folder), Some(endpoint)) = (env::var_os(FOLDER), env::var_os(ENDPOINT)) else {
        return;
    };
    let otlp = Otlp::http(endpoint.to_str().unwrap()).unwrap();
    let guard = builder()
        .with_service_name("killed")
        .with_batching(
            glassbox_export::Batching::default()
                .with_schedule_delay(Duration::from_millis(2))
                .with_max_batch_size(16),
        )
        .with_spool(Spool::new(folder).with_max_bytes(1 << 32))
        .with_otlp(otlp)
        .build()
        .unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..SPANS).for_each(|_| end_one(&guard)));
        }
    });
    // Killed here at the latest.
    thread::sleep(LONG);
}

fn end_one(guard: &Guard) {
    let mut span = tracer(guard).start("work");
    let id = span.span_context().span_id().to_string();
    span.set_attribute(KeyValue::new("content", content(&id)));
    span.end();
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{id}").unwrap();
    stdout.flush().unwrap();
}

/// Starts a process and kills it; returns the spans that had ended.
fn kill_one(folder: &Path, endpoint: &str, delay: Duration, at_start: bool) -> Vec<String> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "spool::kill::child", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(ENDPOINT, endpoint)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let (began, begun) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut ids = Vec::new();
        let mut line = String::new();
        while lines.read_line(&mut line).unwrap_or(0) > 0 {
            // One that is cut short may be anything.
            let id = line.strip_suffix('\n').filter(|id| id.len() == 16);
            if let Some(id) = id.filter(|id| SpanId::from_hex(id).is_ok()) {
                ids.push(id.to_owned());
                let _ = began.send(());
            }
            line.clear();
        }
        ids
    });
    if !at_start {
        begun.recv_timeout(LONG).unwrap();
    }
    thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// The spans that arrived, each looked at: none is torn.
fn arrived(collector: &Collector) -> HashSet<String> {
    let mut ids = HashSet::new();
    for request in collector.at::<ExportTraceServiceRequest>("/v1/traces") {
        assert_eq!(service_name(&request).as_deref(), Some("killed"));
        let resources = request.resource_spans.iter();
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        for span in scopes.flat_map(|scope| &scope.spans) {
            ids.insert(whole(span));
        }
    }
    ids
}

fn whole(span: &Span) -> String {
    let id = SpanId::from_bytes(span.span_id.as_slice().try_into().unwrap()).to_string();
    let value = span.attributes[0].value.clone().unwrap().value.unwrap();
    assert_eq!(value, Value::StringValue(content(&id)));
    id
}

#[test]
fn every_span_that_had_ended_arrives() {
    let folder = TempDir::new().unwrap();
    let collector = Collector::new([]);
    let nowhere = format!("http://127.0.0.1:{}/v1/traces", refused_port());
    let somewhere = format!("{}/v1/traces", collector.url());
    let next = AtomicU64::new(0);
    let ended = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let kill = next.fetch_add(1, Ordering::Relaxed);
                    if kill >= KILLS {
                        return;
                    }
                    // Different each time, and the same in each run, as far as a machine is.
                    let chance = kill.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
                    let delay = Duration::from_micros(chance % 12_000);
                    let endpoint = if kill.is_multiple_of(2) {
                        &nowhere
                    } else {
                        &somewhere
                    };
                    let at_start = kill.is_multiple_of(8);
                    let ids = kill_one(folder.path(), endpoint, delay, at_start);
                    ended.lock().unwrap().extend(ids);
                }
            });
        }
    });
    let ended = ended.into_inner().unwrap();
    assert!(
        ended.len() as u64 > KILLS,
        "they did something: {}",
        ended.len()
    );

    let report = Spool::new(folder.path())
        .drain(&otlp(&collector), LONG)
        .unwrap();
    assert!(report.is_complete(), "{report}");
    let arrived = arrived(&collector);
    let lost: Vec<_> = ended.iter().filter(|id| !arrived.contains(*id)).collect();
    assert!(
        lost.is_empty(),
        "{} of {} lost: {lost:?}",
        lost.len(),
        ended.len()
    );
    assert_eq!(files(folder.path()), Vec::<String>::new());
}
