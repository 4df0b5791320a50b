//! What waits on the disk, told and delivered.

use std::process::Command;

use glassbox_test::{Reply, Server};
use serde_json::json;
use tempfile::TempDir;

use crate::binary::{Run, command, glassbox};

/// The binary with this spool, and an endpoint where the collector is, or nobody.
fn with(folder: &TempDir, endpoint: &str, arguments: &[&str]) -> Command {
    let mut command = command(arguments);
    command
        .env("GLASSBOX_SPOOL_DIR", folder.path())
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    command
}

fn run(folder: &TempDir, endpoint: &str, arguments: &[&str]) -> Run {
    Run::of(with(folder, endpoint, arguments).output().unwrap())
}

/// An address where nobody listens.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

const ASK: [&str; 5] = ["run", "--trace", "otlp", "--no-tools", "a question"];

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_delivered_waits_and_is_drained() {
    let folder = TempDir::new().unwrap();
    let asked = run(&folder, &nowhere(), &ASK);
    assert_eq!(asked.code, 0, "{}", asked.stderr);
    assert!(
        asked
            .complaint()
            .contains("`glassbox spool drain` delivers them"),
        "{}",
        asked.stderr
    );

    let told = run(&folder, &nowhere(), &["spool"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(
        told.stdout.contains("glassbox  traces         2"),
        "{}",
        told.stdout
    );
    let told = run(&folder, &nowhere(), &["spool", "--output", "json"]).object();
    let service = &told["services"][0];
    assert_eq!(service["service"], "glassbox");
    assert_eq!(
        (&service["waiting"], &service["processes_left"]),
        (&json!(2), &json!(1))
    );

    let failed = run(&folder, &nowhere(), &["spool", "drain", "--output", "json"]);
    assert_eq!(failed.code, 1);
    assert!(
        failed.stderr.contains("connection refused"),
        "{}",
        failed.stderr
    );
    assert!(
        failed.stderr.ends_with("glassbox: 2 spans still wait\n"),
        "{}",
        failed.stderr
    );
    assert_eq!(failed.object()["waiting"], 2);

    let collector = Server::new(|_| Reply::new(200));
    let drained = run(
        &folder,
        &collector.url(),
        &["spool", "drain", "--timeout", "60"],
    );
    assert_eq!((drained.code, &*drained.stderr), (0, ""));
    assert!(
        drained
            .stdout
            .starts_with("delivered 2 spans to http://127.0.0.1"),
        "{}",
        drained.stdout
    );
    assert_eq!(collector.requests().len(), 1);
    let told = run(&folder, &nowhere(), &["spool"]);
    assert_eq!((told.code, &*told.stdout), (0, "nothing waits\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_run_delivers_what_waits() {
    let folder = TempDir::new().unwrap();
    run(&folder, &nowhere(), &ASK);
    let collector = Server::new(|_| Reply::new(200));
    let asked = run(&folder, &collector.url(), &ASK);
    assert_eq!((asked.code, &*asked.stderr), (0, ""));
    let told = run(&folder, &nowhere(), &["spool"]);
    assert_eq!(told.stdout, "nothing waits\n");
}

#[test]
fn a_spool_has_a_directory() {
    let run = glassbox(&["spool"]);
    assert_eq!(run.code, 2);
    assert!(run.complaint().contains("--dir DIR"), "{}", run.stderr);
    let folder = TempDir::new().unwrap();
    let run = glassbox(&["spool", "drain", "--dir", folder.path().to_str().unwrap()]);
    assert_eq!((run.code, &*run.stderr), (0, ""));
    assert_eq!(glassbox(&["spool", "drain", "--timeout", "0"]).code, 2);
}

#[test]
fn a_directory_that_is_none_is_said() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let run = glassbox(&["spool", "--output", "json", "--dir", file.to_str().unwrap()]);
    assert_eq!(run.code, 1);
    assert!(
        run.complaint().contains("cannot read the spool"),
        "{}",
        run.stderr
    );
    assert_eq!(run.object()["error"]["kind"], "spool");
}
