//! Spans that wait on the disk.

mod drain;
mod kill;
mod settings;

use std::fs;
use std::path::Path;

use glassbox_export::{Builder, Guard, Otlp, Report, Spool, builder};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tempfile::TempDir;

use crate::support::exporter::Keep;
use crate::support::http::{Answer, Collector};
use crate::support::{LONG, counts, end_spans, patient, refused_port, service_name, span_names};

fn otlp(collector: &Collector) -> Otlp {
    Otlp::http(&format!("{}/v1/traces", collector.url())).unwrap()
}

/// Where nobody listens.
fn nowhere() -> Otlp {
    Otlp::http(&format!("http://127.0.0.1:{}/v1/traces", refused_port())).unwrap()
}

/// A process of the service `weather` with this spool.
fn process(folder: &TempDir) -> Builder {
    builder()
        .with_service_name("weather")
        .with_batching(patient())
        .with_spool(Spool::new(folder.path()))
}

fn start(folder: &TempDir, otlp: Otlp) -> Guard {
    process(folder).with_otlp(otlp).build().unwrap()
}

/// What a process leaves behind that ends so many spans and finds no collector.
fn leave(folder: &TempDir, count: usize) -> Report {
    let guard = start(folder, nowhere());
    end_spans(&guard, count);
    guard.shutdown(LONG)
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(files(&path)),
            false => all.push(path.file_name().unwrap().to_string_lossy().into_owned()),
        }
    }
    all
}

#[test]
fn spans_arrive_and_leave_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let collector = Collector::new([]);
    let guard = start(&folder, otlp(&collector));
    end_spans(&guard, 600);
    let report = guard.flush(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!(counts(&report.sinks[0]), (600, 0, 0, 0));
    end_spans(&guard, 1);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(collector.names().len(), 601);
    assert_eq!(files(folder.path()), Vec::<String>::new());
    for request in collector.at::<ExportTraceServiceRequest>("/v1/traces") {
        assert_eq!(request.resource_spans.len(), 1, "one resource, once");
        assert_eq!(request.resource_spans[0].scope_spans.len(), 1);
    }
}

#[test]
fn a_full_batch_leaves_by_itself() {
    let folder = TempDir::new().unwrap();
    let collector = Collector::new([]);
    let guard = process(&folder)
        .with_batching(patient().with_max_batch_size(10))
        .with_otlp(otlp(&collector))
        .build()
        .unwrap();
    end_spans(&guard, 25);
    while collector.names().len() < 20 {
        std::thread::yield_now();
    }
    assert_eq!(counts(&guard.shutdown(LONG).sinks[0]).0, 25);
}

#[test]
fn what_does_not_arrive_waits_for_the_next_process() {
    let folder = TempDir::new().unwrap();
    let report = leave(&folder, 12);
    let sink = &report.sinks[0];
    assert_eq!((counts(sink), sink.spooled), ((0, 0, 0, 0), 12));
    let said = report.to_string();
    let expected = format!(
        "12 spans wait in {} for http://127.0.0.1:",
        folder.path().display()
    );
    assert!(said.starts_with(&expected), "{said}");
    assert!(
        said.ends_with("/v1/traces: connection refused; is a collector listening?; `glassbox spool drain` delivers them, or the next process"),
        "{said}"
    );

    let collector = Collector::new([]);
    let guard = process(&folder)
        .with_resource(
            opentelemetry_sdk::Resource::builder_empty()
                .with_service_name("weather")
                .with_attribute(opentelemetry::KeyValue::new("process", "second"))
                .build(),
        )
        .with_otlp(otlp(&collector))
        .build()
        .unwrap();
    end_spans(&guard, 1);
    let report = guard.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    assert_eq!(counts(&report.sinks[0]), (13, 0, 0, 0));
    let requests = collector.at::<ExportTraceServiceRequest>("/v1/traces");
    let resources: Vec<_> = requests
        .iter()
        .flat_map(|request| &request.resource_spans)
        .collect();
    let attributes = |at: usize| resources[at].resource.as_ref().unwrap().attributes.len();
    assert_eq!(resources.len(), 2, "each process has its own");
    assert_ne!(attributes(0), attributes(1));
    assert_eq!(service_name(&requests[0]).as_deref(), Some("weather"));
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[test]
fn services_do_not_mix() {
    let folder = TempDir::new().unwrap();
    leave(&folder, 2);
    let collector = Collector::new([]);
    let guard = process(&folder)
        .with_service_name("traffic")
        .with_otlp(otlp(&collector))
        .build()
        .unwrap();
    end_spans(&guard, 1);
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!(collector.names(), ["span 0"]);
    assert!(files(folder.path()).contains(&"00000001.seg".to_owned()));
}

#[test]
fn the_slowest_collector_holds_what_it_has_not_got() {
    let folder = TempDir::new().unwrap();
    let collector = Collector::new([]);
    let guard = process(&folder)
        .with_otlp(otlp(&collector))
        .with_otlp(nowhere())
        .build()
        .unwrap();
    end_spans(&guard, 3);
    let report = guard.shutdown(LONG);
    let numbers = |at: usize| (report.sinks[at].exported, report.sinks[at].spooled);
    assert_eq!((numbers(0), numbers(1)), ((3, 0), (0, 3)));

    // The one has them, and does not get them again.
    let late = Collector::new([]);
    let guard = process(&folder)
        .with_otlp(otlp(&collector))
        .with_otlp(otlp(&late))
        .build()
        .unwrap();
    assert!(guard.shutdown(LONG).is_complete());
    assert_eq!((collector.names().len(), late.names().len()), (3, 3));
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[test]
fn what_is_refused_for_good_is_kept_in_a_file() {
    let folder = TempDir::new().unwrap();
    let collector = Collector::new([Answer::status(400)]);
    let guard = start(&folder, otlp(&collector));
    end_spans(&guard, 2);
    let report = guard.flush(LONG);
    assert_eq!(counts(&report.sinks[0]), (0, 0, 2, 0));
    assert!(report.to_string().contains("; kept in "), "{report}");
    end_spans(&guard, 1);
    guard.shutdown(LONG);
    assert_eq!(collector.names().len(), 3, "the next one is not held up");

    assert_eq!(files(folder.path()), ["dead.jsonl"]);
    let path = folder.path().join("weather/traces/dead.jsonl");
    let line = fs::read_to_string(path).unwrap();
    let kept: ExportTraceServiceRequest = serde_json::from_str(&line).unwrap();
    assert_eq!(span_names(&kept), ["span 0", "span 1"]);
}

#[test]
fn a_wrong_key_or_address_loses_nothing() {
    for status in [401, 403, 404] {
        let folder = TempDir::new().unwrap();
        let collector = Collector::new([Answer::status(status)]);
        let guard = start(&folder, otlp(&collector));
        end_spans(&guard, 2);
        let report = guard.shutdown(std::time::Duration::from_secs(5));
        let sink = &report.sinks[0];
        assert_eq!(
            (counts(sink), sink.spooled),
            ((0, 0, 0, 0), 2),
            "{status}: {report}"
        );
        let guard = start(&folder, otlp(&collector));
        assert_eq!(counts(&guard.shutdown(LONG).sinks[0]).0, 2);
    }
}

#[test]
fn a_full_spool_drops_and_says_so() {
    let folder = TempDir::new().unwrap();
    let guard = process(&folder)
        .with_spool(Spool::new(folder.path()).with_max_bytes(2000))
        .with_otlp(nowhere())
        .build()
        .unwrap();
    end_spans(&guard, 50);
    let report = guard.shutdown(LONG);
    let sink = &report.sinks[0];
    assert!(sink.dropped > 30, "{sink:?}");
    assert_eq!(sink.dropped + sink.spooled, 50);
    let said = report.to_string();
    assert!(
        said.contains(": it is full (GLASSBOX_SPOOL_MAX_BYTES)"),
        "{said}"
    );
}

#[test]
fn what_is_open_at_the_end_waits_too() {
    let folder = TempDir::new().unwrap();
    let guard = start(&folder, nowhere());
    let tracer = crate::support::tracer(&guard);
    let mut span = opentelemetry::trace::Tracer::start(&tracer, "late");
    let report = guard.shutdown(LONG);
    assert_eq!((report.unfinished, report.sinks[0].spooled), (1, 1));
    opentelemetry::trace::Span::end(&mut span);
    assert_eq!(guard.shutdown(LONG), report);
}

#[test]
fn who_watches_gets_spans_as_without() {
    let folder = TempDir::new().unwrap();
    let keep = Keep::default();
    let collector = Collector::new([]);
    let guard = process(&folder)
        .with_exporter("keep", "memory", keep.clone())
        .with_otlp(otlp(&collector))
        .build()
        .unwrap();
    end_spans(&guard, 2);
    let report = guard.shutdown(LONG);
    assert!(report.is_complete(), "{report}");
    let names: Vec<_> = report.sinks.iter().map(|sink| &*sink.name).collect();
    assert_eq!(names, ["keep", "otlp"]);
    assert_eq!((keep.names().len(), collector.names().len()), (2, 2));
}
