//! Being interrupted.

#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use glassbox_test::{Reply, Server};

use crate::binary::{self, Run, span};

/// The binary with no signal ignored, whatever this process was started with: a job in the background of a script has
/// Ctrl-C ignored, and passes that on.
fn command(arguments: &[&str]) -> Command {
    const DEFAULTS: &str = "--default-signal=HUP,INT,TERM";
    let bare = binary::command(arguments);
    let probe = Command::new("/usr/bin/env")
        .args([DEFAULTS, "true"])
        .output();
    if !probe.is_ok_and(|output| output.status.success()) {
        return bare;
    }
    let mut command = Command::new("/usr/bin/env");
    command
        .arg(DEFAULTS)
        .arg(bare.get_program())
        .args(bare.get_args());
    command.env_clear().envs(
        bare.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    command.stdin(Stdio::null());
    command
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Waits until this is so.
fn until(mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "it never was");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What it did, once it has ended. It is killed where it does not end.
fn ended(mut child: Child) -> Run {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() && began.elapsed() < Duration::from_secs(7) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let late = child.try_wait().unwrap().is_none();
    if late {
        child.kill().unwrap();
    }
    let run = Run::of(child.wait_with_output().unwrap());
    assert!(!late, "it did not end: {}", run.stderr);
    run
}

fn spawned(mut command: Command) -> Child {
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

async fn interrupted(signal: &'static str) -> Run {
    let piece = "data: {\"id\":\"r1\",\"choices\":[{\"delta\":{\"content\":\"hello \"}}]}\n\n";
    let server = Server::new(move |_| Reply::events().with_chunk(piece).with_hang());
    let url = format!("{}/v1", server.url());
    let arguments = [
        "run",
        "--model",
        "openai/m",
        "--base-url",
        &url,
        "--stream",
        "--trace",
        "console",
        "hi",
    ];
    let mut child = command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let waiting = tokio::task::spawn_blocking(move || {
        // It has begun to answer when its first words are here.
        let mut first = [0; 6];
        let stdout = child.stdout.as_mut().unwrap();
        stdout.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"hello ");
        Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        Run::of(child.wait_with_output().unwrap())
    });
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect("it ends soon")
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_spans_are_ended_and_delivered() {
    for (signal, code) in [("-HUP", 129), ("-INT", 130), ("-TERM", 143)] {
        let run = interrupted(signal).await;
        assert_eq!(run.code, code, "{}", run.stderr);
        let spans = run.objects();
        assert_eq!(spans.len(), 2, "{}", run.stdout);
        for name in ["invoke_agent", "chat m"] {
            assert_eq!(
                span(&spans, name)["attributes"]["glassbox.outcome"],
                "cancelled"
            );
        }
        assert_eq!(
            span(&spans, "chat m")["attributes"]["gen_ai.response.id"],
            "r1"
        );
        assert!(run.complaint().contains("interrupted"));
    }
}

#[test]
fn reading_the_prompt_can_be_interrupted() {
    let mut command = command(&["run", "--trace", "none"]);
    command.stdin(Stdio::piped());
    let mut child = spawned(command);
    // More than a pipe holds: when it is written, most of it has been read.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&vec![b'a'; 1 << 20]).unwrap();
    send("-INT", &child);
    until(|| child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().signal(), Some(2));
    drop(stdin);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_gives_up_the_delivery() {
    let host = Server::new(|_| Reply::hanging());
    let collector = Server::new(|_| Reply::hanging());
    let url = format!("{}/v1", host.url());
    let arguments = ["run", "--model", "openai/m", "--base-url", &url, "hi"];
    let mut command = command(&arguments);
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url())
        .env("OTEL_TRACES_EXPORTER", "otlp");
    let run = tokio::task::spawn_blocking(move || {
        let child = spawned(command);
        until(|| !host.requests().is_empty());
        send("-INT", &child);
        until(|| !collector.requests().is_empty());
        send("-INT", &child);
        ended(child)
    });
    let run = run.await.unwrap();
    assert_eq!(run.code, 130);
    assert_eq!(run.stderr, "glassbox: interrupted\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_during_the_delivery_leaves_the_answer_alone() {
    let collector = Server::new(|_| Reply::hanging());
    let arguments = ["run", "--trace", "otlp", "--output", "json", "2 + 2?"];
    let mut command = command(&arguments);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
    let run = tokio::task::spawn_blocking(move || {
        let child = spawned(command);
        until(|| !collector.requests().is_empty());
        send("-INT", &child);
        ended(child)
    });
    let run = run.await.unwrap();
    assert_eq!(run.code, 130, "{}", run.stderr);
    assert_eq!(run.object()["answer"], "2 + 2 = 4.");
    assert!(run.complaint().contains("delivered"), "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_is_an_object_where_json_is_wanted() {
    for verb in ["run", "chat", "embed"] {
        let host = Server::new(|_| Reply::hanging());
        let url = format!("{}/v1", host.url());
        let arguments = [verb, "--model", "openai/m", "--base-url", &url];
        let mut command = command(&arguments);
        command.args(["--output", "json", "hi"]);
        let run = tokio::task::spawn_blocking(move || {
            let child = spawned(command);
            until(|| !host.requests().is_empty());
            send("-INT", &child);
            ended(child)
        });
        let run = run.await.unwrap();
        assert_eq!(run.code, 130, "{}", run.stderr);
        assert_eq!(run.object()["error"]["kind"], "interrupted");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_that_was_ignored_stays_ignored() {
    let host = Server::new(|_| Reply::hanging());
    let url = format!("{}/v1", host.url());
    let arguments = ["run", "--model", "openai/m", "--base-url", &url, "hi"];
    let inner = binary::command(&arguments);
    // As `nohup` does.
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(inner.get_program())
        .args(inner.get_args())
        .env_clear()
        .stdin(Stdio::null());
    let run = tokio::task::spawn_blocking(move || {
        let child = spawned(command);
        until(|| !host.requests().is_empty());
        send("-HUP", &child);
        send("-TERM", &child);
        ended(child)
    });
    assert_eq!(run.await.unwrap().code, 143);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pipe_that_nobody_reads_does_not_keep_it_alive() {
    let piece = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n",
        "x".repeat(4096)
    );
    let server = Server::new(move |_| Reply::events().with_endless(piece.clone()));
    let url = format!("{}/v1", server.url());
    let arguments = [
        "run",
        "--model",
        "openai/m",
        "--base-url",
        &url,
        "--stream",
        "--trace",
        "none",
        "hi",
    ];
    let mut child = spawned(command(&arguments));
    let waiting = tokio::task::spawn_blocking(move || {
        // A pipe holds 64 KiB: with its first byte read, it is soon full.
        child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        send("-INT", &child);
        std::thread::sleep(Duration::from_millis(100));
        send("-INT", &child);
        until(|| child.try_wait().unwrap().is_some());
        child.wait().unwrap().code()
    });
    assert_eq!(waiting.await.unwrap(), Some(130));
}
