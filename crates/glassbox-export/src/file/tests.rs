use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use serde_json::Value;
use tempfile::TempDir;

use super::rotating::{Rotating, with_age};
use super::*;
use crate::OtlpReader;
use crate::testing::{SpanDataExt as _, span};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn resource() -> Resource {
    Resource::builder_empty()
        .with_attribute(KeyValue::new("service.name", "weather"))
        .build()
}

fn sink(file: OtlpFile) -> Arc<dyn Sink<Spans>> {
    (file.into_span_spec().build)(&resource()).unwrap()
}

fn export(sink: &Arc<dyn Sink<Spans>>, spans: Spans) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let parcel = Arc::clone(sink).parcel(spans);
    let outcome = runtime.block_on(parcel.attempt(Duration::from_secs(60)));
    assert!(outcome.rest.is_none());
    outcome.reason.map_or(Ok(()), Err)
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn names(path: &Path) -> Vec<String> {
    let file = fs::read(path).unwrap();
    let spans = OtlpReader::new(&file[..]).filter_map(Result::ok);
    spans.map(|read| read.span.name.into_owned()).collect()
}

#[test]
fn a_batch_is_a_line_in_the_protocols_json() {
    let folder = folder();
    let path = folder.path().join("deep/er/traces.jsonl");
    let sink = sink(OtlpFile::new(&path));
    let first = span(0).named("chat").with([
        KeyValue::new("count", i64::MAX),
        KeyValue::new("share", 0.5),
        KeyValue::new("none", f64::NAN),
    ]);
    export(&sink, vec![first, span(1).under(0)]).unwrap();
    export(&sink, vec![span(2)]).unwrap();
    let lines = lines(&path);
    assert_eq!(lines.len(), 2);
    let resource = &lines[0]["resourceSpans"][0];
    assert_eq!(
        resource["resource"]["attributes"][0]["value"]["stringValue"],
        "weather"
    );
    let spans = &resource["scopeSpans"][0]["spans"];
    assert_eq!(spans[0]["traceId"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(spans[0]["spanId"], "0000000000000001");
    assert_eq!(spans[1]["parentSpanId"], "0000000000000001");
    assert_eq!(spans[0]["kind"], 1);
    assert_eq!(spans[0]["startTimeUnixNano"], "1720660440000000000");
    let attributes = &spans[0]["attributes"];
    assert_eq!(
        attributes[0]["value"]["intValue"],
        i64::MAX.to_string().as_str()
    );
    assert_eq!(attributes[1]["value"]["doubleValue"], 0.5);
    assert_eq!(attributes[2]["value"]["stringValue"], "NaN");
}

#[test]
fn a_torn_line_stays_a_line_of_its_own() {
    let folder = folder();
    let path = folder.path().join("traces.jsonl");
    fs::write(&path, "{\"resourceSpans\":[{\"sco").unwrap();
    export(&sink(OtlpFile::new(&path)), vec![span(7)]).unwrap();
    assert_eq!(names(&path), ["span 7"]);
    let file = fs::read(&path).unwrap();
    let problems: Vec<_> = OtlpReader::new(&file[..]).filter_map(Result::err).collect();
    assert_eq!(problems[0].to_string(), "line 1: not JSON: it breaks off");
}

#[test]
fn a_file_gives_way_before_it_is_too_large() {
    let folder = folder();
    let path = folder.path().join("traces.jsonl");
    export(&sink(OtlpFile::new(&path)), vec![span(0)]).unwrap();
    let one = fs::metadata(&path).unwrap().len();
    let sink = sink(
        OtlpFile::new(&path)
            .with_max_bytes(one * 2)
            .with_old_files(2),
    );
    for id in 1..9 {
        export(&sink, vec![span(id)]).unwrap();
    }
    let mut files: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|other| *other != path)
        .collect();
    files.sort();
    assert_eq!(files.len(), 2, "{files:?}");
    let kept: Vec<_> = files.iter().map(|file| names(file)).collect();
    assert_eq!(kept, [["span 4", "span 5"], ["span 6", "span 7"]]);
    assert_eq!(names(&path), ["span 8"]);
}

#[test]
fn other_files_of_the_folder_are_let_be() {
    let folder = folder();
    let path = folder.path().join("traces.jsonl");
    let others = [
        "traces-mine.jsonl",
        "traces-20240711.jsonl",
        "other-20240711T011400.000000000Z.jsonl",
    ];
    for other in others {
        fs::write(folder.path().join(other), "").unwrap();
    }
    let sink = sink(OtlpFile::new(&path).with_max_bytes(1).with_old_files(0));
    for id in 0..3 {
        export(&sink, vec![span(id)]).unwrap();
    }
    for other in others {
        assert!(folder.path().join(other).exists(), "{other}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    assert_eq!(names(&path), ["span 2"]);
}

#[test]
fn a_file_gives_way_when_it_is_old() {
    let folder = folder();
    let path = folder.path().join("lines");
    let settings = OtlpFile::new(&path).with_max_age(Duration::from_secs(60));
    let mut file = Rotating::open(settings).unwrap();
    file.append(b"one\n").unwrap();
    file.append(b"two\n").unwrap();
    with_age(&mut file, Duration::from_secs(60));
    file.append(b"three\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"three\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn a_file_that_was_moved_away_is_begun_anew() {
    let folder = folder();
    let path = folder.path().join("traces.jsonl");
    let sink = sink(OtlpFile::new(&path));
    export(&sink, vec![span(0)]).unwrap();
    fs::rename(&path, folder.path().join("elsewhere")).unwrap();
    export(&sink, vec![span(1)]).unwrap();
    fs::remove_file(&path).unwrap();
    export(&sink, vec![span(2)]).unwrap();
    assert_eq!(names(&path), ["span 2"]);
    assert_eq!(names(&folder.path().join("elsewhere")), ["span 0"]);
}

#[test]
fn two_writers_do_not_tear_each_others_lines() {
    let folder = folder();
    let path = folder.path().join("traces.jsonl");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let sink = sink(OtlpFile::new(&path).with_max_bytes(20_000));
            scope.spawn(move || {
                for id in 0..50 {
                    export(&sink, vec![span(writer * 100 + id)]).unwrap();
                }
            });
        }
    });
    let all = fs::read_dir(folder.path())
        .unwrap()
        .flat_map(|entry| names(&entry.unwrap().path()));
    let mut all: Vec<_> = all.collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 200);
}

#[test]
fn what_cannot_be_opened_is_an_error_that_names_the_file() {
    let folder = folder();
    let build = OtlpFile::new(folder.path()).into_span_spec().build;
    let error = build(&resource()).unwrap_err().to_string();
    assert!(error.contains("cannot write the trace"), "{error}");
    assert!(
        error.contains(&folder.path().display().to_string()),
        "{error}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failed_delivery() {
    let sink = sink(OtlpFile::new("/dev/full"));
    let error = export(&sink, vec![span(0)]).unwrap_err();
    assert!(error.starts_with("/dev/full: "), "{error}");
}
