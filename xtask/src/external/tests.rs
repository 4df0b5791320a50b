use std::process::Command;
use std::time::{Duration, Instant};

use super::receiver::seen::{logged, written};
use super::{Installation, Running, install, output};

const WRITTEN: &str = r#"The answer.
{"name": "chat offline", "context": {"trace_id": "0x0a", "span_id": "0x01"}, "kind": "SpanKind.INTERNAL",
 "parent_id": null, "status": {"status_code": "UNSET"},
 "attributes": {"a": "x: y", "b": 3, "c": 0.0, "d": true, "e": ["stop"]},
 "events": [{"name": "limit", "attributes": {"f": 1.5}}],
 "resource": {"attributes": {"service.name": "glassbox"}}}
{"name": "b", "context": {"trace_id": "0x0a", "span_id": "0x02"}, "kind": "SpanKind.CLIENT", "parent_id": "0x01",
 "status": {"status_code": "ERROR"}, "attributes": {}, "events": [], "resource": {"attributes": {}}}"#;

const LOGGED: &str = "INFO Starting
ResourceSpans #0
Resource attributes:
     -> service.name: Str(glassbox)
ScopeSpans #0
Span #0
    Trace ID       : 0a
    Parent ID      :\x20
    ID             : 01
    Name           : chat offline
    Kind           : SPAN_KIND_INTERNAL
Start time: 1
    Status code    : STATUS_CODE_UNSET
Attributes:
     -> a: Str(x: y)
     -> b: Int(3)
     -> c: Double(0)
     -> d: Bool(true)
     -> e: Slice(Str(stop))
Events:
SpanEvent #0
     -> Name: limit
     -> Timestamp: 1
     -> Attributes::
          -> f: Double(1.5)
ResourceSpans #0
Resource attributes:
Span #0
    Trace ID       : 0a
    Parent ID      : 01
    ID             : 02
    Name           : b
    Kind           : SPAN_KIND_CLIENT
    Status code    : STATUS_CODE_ERROR
Attributes:
";

#[test]
fn what_is_written_and_what_is_logged_come_to_the_same() {
    let written = written(WRITTEN).expect("it is JSON");
    assert_eq!(written.len(), 2);
    assert_eq!(written["01"].attributes.len(), 5);
    assert_eq!(written, logged(LOGGED));
}

#[test]
fn another_type_is_another_span() {
    let written = written(WRITTEN).expect("it is JSON");
    for (right, wrong) in [
        ("Int(3)", "Str(3)"),
        ("Double(0)", "Int(0)"),
        ("-> f", "-> g"),
    ] {
        assert_ne!(written, logged(&LOGGED.replace(right, wrong)), "{wrong}");
    }
}

#[test]
fn what_takes_too_long_is_ended() {
    let start = Instant::now();
    let error =
        output(Command::new("sleep").arg("60"), Duration::from_millis(50)).expect_err("it sleeps");
    assert!(error.to_string().contains("did not end within"), "{error}");
    let child = Command::new("sleep")
        .arg("60")
        .spawn()
        .expect("there is a sleep");
    assert_eq!(
        Running(child)
            .wait(Duration::ZERO)
            .expect("it can be asked"),
        None
    );
    assert!(start.elapsed() < Duration::from_secs(50));
}

#[test]
fn what_cannot_be_installed_is_said_and_not_an_error() {
    let root = tempfile::tempdir().expect("a folder");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    let mut installation = Installation {
        name: "a",
        what: "a==1",
        lines: vec![words("no-such-installer-at-all a")],
    };
    let why = install(root.path(), &installation)
        .expect("no error")
        .expect_err("there is none");
    assert_eq!(why, "there is no no-such-installer-at-all");
    installation.lines = vec![words("false")];
    let why = install(root.path(), &installation)
        .expect("no error")
        .expect_err("it fails");
    assert!(why.starts_with("a==1 is not to be had"), "{why}");
    installation.lines = vec![words("true")];
    assert!(
        install(root.path(), &installation)
            .expect("no error")
            .is_ok()
    );
    installation.lines = vec![words("false")];
    assert!(
        install(root.path(), &installation)
            .expect("no error")
            .is_ok(),
        "it is there already"
    );
}
