//! What goes in at standard input, and what comes out at standard output.

use std::io::Write as _;
use std::process::Stdio;

use glassbox_core::{FinishKind, ToolCall};
use glassbox_test::{Server, Turn};

use crate::binary::{Run, command};

/// Runs with this on standard input.
fn fed(arguments: &[&str], input: Vec<u8>) -> Run {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Whoever refuses the input may close it before its end.
    let feeder = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let run = Run::of(child.wait_with_output().unwrap());
    feeder.join().unwrap();
    run
}

#[test]
fn a_prompt_that_is_too_long_is_refused_and_not_cut() {
    let run = fed(&["chat", "--trace", "none"], vec![b'a'; (64 << 20) + 1]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.complaint().contains("64 MiB"), "{}", run.stderr);
}

#[test]
fn a_prompt_that_is_no_text_is_refused() {
    let run = fed(&["chat", "--trace", "none"], b"a\xff".to_vec());
    assert_eq!(run.code, 2);
    assert!(run.complaint().contains("UTF-8"), "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_prompt_is_sent_as_it_is() {
    for (argument, input, sent) in [
        ("-", "  def f():\n    pass\n\n", "  def f():\n    pass\n"),
        ("-", "hi\r\n", "hi"),
        (" hi\n", "", " hi\n"),
    ] {
        let server = Server::chat_completions([Turn::text("yes")]);
        let url = format!("{}/v1", server.url());
        let run = tokio::task::spawn_blocking(move || {
            let arguments = ["chat", "--model", "openai/m", "--base-url", &url, argument];
            fed(&arguments, input.into())
        });
        let run = run.await.unwrap();
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(server.requests()[0].json()["messages"][0]["content"], sent);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_in_pieces_has_the_same_tail() {
    for stream in [false, true] {
        for text in ["Let me see", "Let me see\n", ""] {
            let call = ToolCall::new("call_a", "calculate", r#"{"expression":"6*7"}"#);
            let mut turn = Turn::text(text).with_finish(FinishKind::Length);
            turn.tool_calls = vec![call];
            let server = Server::chat_completions([turn]);
            let url = format!("{}/v1", server.url());
            let mut arguments = vec!["chat", "--model", "openai/m", "--base-url", &url];
            arguments.extend(["--trace", "none", "hi"]);
            arguments.extend(stream.then_some("--stream"));
            let mut command = command(&arguments);
            let run = tokio::task::spawn_blocking(move || Run::of(command.output().unwrap()))
                .await
                .unwrap();
            assert_eq!(run.code, 0);
            let mut lines = run.stdout.lines().filter(|line| !line.is_empty());
            if !text.is_empty() {
                assert_eq!(lines.next(), Some("Let me see"));
            }
            assert_eq!(lines.next(), Some(r#"calculate({"expression":"6*7"})"#));
            assert!(run.complaint().contains("not complete"), "{}", run.stderr);
            if stream {
                let breaks = 1 + usize::from(!text.is_empty());
                assert_eq!(run.stdout.matches('\n').count(), breaks, "{:?}", run.stdout);
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    for arguments in [
        vec!["run", "--trace", "none", "1+1?"],
        vec!["run", "--trace", "none", "--stream", "1+1?"],
        vec!["run", "--trace", "none", "--output", "json", "1+1?"],
        vec!["chat", "--trace", "none", "1+1?"],
        vec!["chat", "--trace", "none", "--stream", "1+1?"],
        vec!["chat", "--trace", "none", "--output", "json", "1+1?"],
        vec!["models"],
        vec!["models", "--output", "json"],
    ] {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let run = Run::of(command(&arguments).stdout(full).output().unwrap());
        assert_eq!(run.code, 1, "{arguments:?}: {}", run.stderr);
        assert!(
            run.complaint().contains("standard output"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn whoever_closes_standard_output_has_seen_enough() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command(&["run", "--trace", "none", "1+1?"])
        .stdout(writer)
        .output()
        .unwrap();
    let run = Run::of(output);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}
