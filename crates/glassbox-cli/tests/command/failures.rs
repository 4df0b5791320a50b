//! Bad input and bad hosts: one sentence, the right exit code, and a trace that says why.

use std::time::Duration;

use glassbox_core::{Error, ErrorKind};
use glassbox_test::{Reply, Server, Turn};
use serde_json::Value;

use crate::binary::{Run, command, glassbox, span};

#[test]
fn wrong_use_is_exit_code_2_and_names_the_fix() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("list.json"), "[]").unwrap();
    std::fs::write(path("broken.json"), "{").unwrap();
    std::fs::write(path("text.png"), "no image").unwrap();
    let (list, broken, image) = (path("list.json"), path("broken.json"), path("text.png"));
    for (arguments, word) in [
        (vec!["run", "--model", "opnai/x", "hi"], "opnai"),
        (vec!["run", "--model", "gpt-4o", "hi"], "PROVIDER/NAME"),
        (
            vec!["run", "--model", "openai/gpt-4o-mini", "hi"],
            "OPENAI_API_KEY",
        ),
        (
            vec!["run", "--model", "openai-compatible/x", "hi"],
            "base URL",
        ),
        (
            vec![
                "run",
                "--model",
                "openai/x",
                "--base-url",
                "localhost:80",
                "hi",
            ],
            "https://host/path",
        ),
        (
            vec!["run", "--schema", "/nonexistent.json", "hi"],
            "/nonexistent.json",
        ),
        (vec!["run", "--schema", &list, "hi"], "JSON object"),
        (vec!["run", "--schema", &broken, "hi"], "not JSON"),
        (vec!["run", "--image", &image, "hi"], "PNG"),
        (vec!["run", "--tool", "nonsuch", "hi"], "calculate"),
        (vec!["run", "--model", "demo/nonsuch", "hi"], "demo/offline"),
        (
            vec!["embed", "--model", "demo/offline", "hi"],
            "no embeddings",
        ),
        (vec!["chat", "--choices", "2", "hi"], "choice_count"),
        (vec!["run", "--trace", "none,tree", "hi"], "--trace tree"),
        (
            vec!["run", "--trace", "otlp", "--trace", "none", "hi"],
            "--trace otlp",
        ),
        (vec!["run", "  "], "empty"),
        (vec!["run"], "empty"),
        (vec!["chat", "--api", "responses", "hi"], "Responses API"),
    ] {
        let run = glassbox(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(
            run.complaint().contains(word),
            "{arguments:?}: {}",
            run.stderr
        );
        assert_eq!(run.stdout, "");
    }
    for arguments in [
        vec!["run", "--nonsense", "hi"],
        vec!["run", "--timeout", "0", "hi"],
        vec!["run", "--max-steps", "many", "hi"],
        vec![
            "run",
            "--prompt-variable",
            "novalue",
            "--prompt-name",
            "a",
            "hi",
        ],
        vec!["run", "--timeout", "NaN", "hi"],
        vec!["run", "--trace", "smoke", "hi"],
        vec!["nonsense"],
        vec![],
    ] {
        let run = glassbox(&arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(!run.stderr.is_empty());
    }
}

/// Runs against a server and gives the failed span with the rest.
async fn failing(server: &Server, more: &[&str]) -> (Run, Value) {
    let url = format!("{}/v1", server.url());
    let mut arguments = vec![
        "run",
        "--model",
        "openai/m",
        "--base-url",
        &url,
        "--trace",
        "console",
    ];
    arguments.extend_from_slice(more);
    arguments.push("hi");
    let mut command = command(&arguments);
    command.env("OPENAI_API_KEY", "sk-canary-7f3a");
    let run = tokio::task::spawn_blocking(move || Run::of(command.output().unwrap()))
        .await
        .unwrap();
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    assert!(
        !run.stdout.contains("canary") && !run.stderr.contains("canary"),
        "the key is told to nobody"
    );
    let spans = run.objects();
    let root = span(&spans, "invoke_agent");
    let failed = span(&spans, "chat m").clone();
    for span in [root, &failed] {
        assert_eq!(span["status"]["status_code"], "ERROR", "{span:#}");
        assert_eq!(
            span["attributes"]["error.type"],
            failed["attributes"]["error.type"]
        );
    }
    (run, failed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_of_the_host_are_told_and_traced() {
    for (status, kind, word) in [
        (401, "unauthenticated", "API key"),
        (403, "forbidden", "may use"),
        (404, "not_found", "model's name"),
        (400, "invalid_request", "parameter"),
        (500, "server_error", "try again"),
        (529, "overloaded", "try again"),
    ] {
        let refused = Error::new(ErrorKind::ServerError, "refused")
            .with_status(status)
            .with_detail("you sent sk-canary-7f3a");
        let server = Server::chat_completions_with(move |_| {
            Turn::refused(refused.clone().with_retry_after(Duration::from_millis(1)))
        });
        let (run, span) = failing(&server, &[]).await;
        assert_eq!(span["attributes"]["error.type"], kind);
        assert!(
            run.complaint().contains(&status.to_string()) && run.complaint().contains(word),
            "{}",
            run.stderr
        );
        let attempts = if status >= 500 { 3 } else { 1 };
        assert_eq!(server.requests().len(), attempts, "{status}");
        assert_eq!(
            span["events"].as_array().unwrap().len(),
            attempts - 1,
            "{status}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_busy_for_ever_ends() {
    let refused = Error::new(ErrorKind::RateLimited, "slow down").with_status(429);
    let refused = refused.with_retry_after(Duration::from_millis(5));
    let server = Server::chat_completions_with(move |_| Turn::refused(refused.clone()));
    let (run, span) = failing(&server, &["--stream"]).await;
    assert_eq!(span["attributes"]["error.type"], "rate_limited");
    assert_eq!(
        span["events"][0]["attributes"]["http.response.status_code"],
        429
    );
    assert!(run.complaint().contains("429"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_none() {
    let page = "<!doctype html><html><title>Welcome</title></html>";
    for (reply, stream, word) in [
        (
            Reply::new(200)
                .with_header("content-type", "text/html")
                .with_body(page),
            false,
            "HTML",
        ),
        (
            Reply::new(200)
                .with_header("content-type", "text/html")
                .with_body(page),
            true,
            "HTML",
        ),
        (
            Reply::new(200)
                .with_header("content-type", "application/json")
                .with_body("{\"choices\":"),
            false,
            "",
        ),
        (
            Reply::events()
                .with_chunk("data: {\"choices\":[{\"delta\":{\"content\":\"ha\"}}]}\n\n"),
            true,
            "",
        ),
        (Reply::events().with_chunk("data: not json\n\n"), true, ""),
    ] {
        let server = Server::new(move |_| reply.clone());
        let (run, span) = failing(&server, if stream { &["--stream"] } else { &[] }).await;
        assert_eq!(
            span["attributes"]["error.type"], "protocol",
            "{}",
            run.stderr
        );
        assert!(run.complaint().contains(word), "{}", run.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_line_is_cut() {
    let server = Server::new(|_| {
        Reply::events()
            .with_chunk("data: ")
            .with_endless("x".repeat(1 << 16))
    });
    let (run, span) = failing(&server, &["--stream"]).await;
    assert_eq!(span["attributes"]["error.type"], "protocol");
    assert!(run.complaint().contains("line"), "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_connections() {
    for reply in [
        Reply::resetting(),
        Reply::closing(),
        Reply::events()
            .with_chunk("data: {\"choices\":[{\"delta\":{\"content\":\"ha\"}}]}\n\n")
            .with_reset(),
        Reply::events()
            .with_chunk("data: {\"choices\":[{\"delta\":{\"content\":\"ha\"}}]}\n\n")
            .with_close(),
    ] {
        let server = Server::new(move |_| reply.clone());
        let (run, span) = failing(&server, &["--stream"]).await;
        assert_eq!(
            span["attributes"]["error.type"], "network",
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_refused_connection_names_the_host() {
    let run = glassbox(&[
        "run",
        "--model",
        "openai/m",
        "--base-url",
        "http://127.0.0.1:1/v1",
        "hi",
    ]);
    assert_eq!(run.code, 1);
    assert!(run.complaint().contains("127.0.0.1:1"), "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_limit_ends_a_silent_host() {
    let server = Server::new(|_| Reply::hanging());
    let url = format!("{}/v1", server.url());
    let arguments = [
        "run",
        "--model",
        "openai/m",
        "--base-url",
        &url,
        "--timeout",
        "0.3",
        "--trace",
        "console",
        "hi",
    ];
    let mut command = command(&arguments);
    let run = tokio::task::spawn_blocking(move || Run::of(command.output().unwrap()))
        .await
        .unwrap();
    assert_eq!(run.code, 1);
    assert!(run.complaint().contains("--timeout"), "{}", run.stderr);
    let spans = run.objects();
    assert_eq!(
        span(&spans, "invoke_agent")["attributes"]["glassbox.outcome"],
        "time_limit"
    );
    assert_eq!(
        span(&spans, "chat m")["attributes"]["glassbox.outcome"],
        "cancelled"
    );
}

#[test]
fn a_time_beyond_every_clock_is_too_long() {
    for time in ["1e30", "1.8e19", "inf"] {
        let run = glassbox(&["run", "--timeout", time, "hi"]);
        assert_eq!(run.code, 2, "{time}");
        assert!(run.stderr.contains("too long"), "{time}: {}", run.stderr);
    }
    let run = glassbox(&["run", "--timeout", "1e15", "hi"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_takes_too_long_says_so_in_its_span() {
    let piece = "data: {\"id\":\"r1\",\"choices\":[{\"delta\":{\"content\":\"ha\"}}]}\n\n";
    for (command, more, name, reply) in [
        ("chat", None, "chat m", Reply::hanging()),
        (
            "chat",
            Some("--stream"),
            "chat m",
            Reply::events().with_chunk(piece).with_hang(),
        ),
        ("embed", None, "embeddings m", Reply::hanging()),
    ] {
        let server = Server::new(move |_| reply.clone());
        let url = format!("{}/v1", server.url());
        let mut arguments = vec![command, "--model", "openai/m", "--base-url", &url];
        // Long enough for the piece to arrive, also on a machine that is busy.
        let limit = if more.is_some() { "3.5" } else { "0.5" };
        arguments.extend(["--timeout", limit, "--trace", "console", "hi"]);
        arguments.extend(more);
        let mut command = crate::binary::command(&arguments);
        let run = tokio::task::spawn_blocking(move || Run::of(command.output().unwrap()))
            .await
            .unwrap();
        assert_eq!(run.code, 1);
        assert!(
            run.complaint().contains(&format!("within {limit} s")),
            "{}",
            run.stderr
        );
        let spans = run.objects();
        let span = span(&spans, name);
        assert_eq!(span["status"]["status_code"], "ERROR", "{span:#}");
        assert_eq!(span["attributes"]["error.type"], "timeout");
        if more.is_some() {
            assert!(run.stdout.starts_with("ha\n"), "{}", run.stdout);
            assert_eq!(span["attributes"]["gen_ai.response.id"], "r1");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_an_object_where_json_is_wanted() {
    let refused = Error::new(ErrorKind::Unauthenticated, "no")
        .with_status(401)
        .with_detail("who are you?");
    let server = Server::chat_completions_with(move |_| Turn::refused(refused.clone()));
    let url = format!("{}/v1", server.url());
    let mut command = command(&[
        "chat",
        "--model",
        "openai/m",
        "--base-url",
        &url,
        "--output",
        "json",
        "hi",
    ]);
    let run = tokio::task::spawn_blocking(move || Run::of(command.output().unwrap()))
        .await
        .unwrap();
    let error = run.object()["error"].clone();
    assert_eq!(
        (&error["kind"], &error["status"]),
        (&"unauthenticated".into(), &401.into())
    );
    assert_eq!(error["provider"], "openai");
    assert!(error["message"].as_str().unwrap().contains("who are you?"));
    let usage = glassbox(&["run", "--output", "json", "--tool", "nonsuch", "hi"]);
    assert_eq!(usage.object()["error"]["kind"], "configuration");
}
