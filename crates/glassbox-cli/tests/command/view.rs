//! A trace in a file, and what is shown of it later.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use crate::binary::{Run, command, glassbox};

const QUESTION: &str = "What is 42 * 7, and convert that many km to miles?";

#[test]
fn a_trace_is_written_to_a_file_and_shown_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("traces.jsonl");
    let kind = format!("file:{}", file.display());
    let first = glassbox(&["run", "--trace", &kind, "--trace", "tree", QUESTION]);
    let second = glassbox(&["chat", "--trace", &kind, "hello"]);
    assert_eq!((first.code, second.code), (0, 0), "{}", second.stderr);
    assert!(second.stderr.is_empty(), "{}", second.stderr);
    let file = file.display().to_string();

    let shown = glassbox(&["view", &file]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    // The same as when it ran.
    assert!(shown.stdout.starts_with(&first.stderr), "{}", shown.stdout);
    assert_eq!(shown.stdout.matches("\ntrace ").count(), 1);

    let list = glassbox(&["view", "--list", &file]).stdout;
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines.len(), 2, "{list}");
    assert!(lines[0].contains("invoke_agent") && lines[0].contains("3 model calls"));
    assert!(lines[1].contains("chat offline") && lines[1].contains("1 model call"));

    let id = &lines[1][..8];
    let json = glassbox(&["view", "--json", "--trace-id", id, &file]);
    let spans = json.objects();
    assert_eq!((spans.len(), json.stdout.lines().count()), (1, 1));
    assert_eq!(spans[0]["name"], "chat offline");
    assert_eq!(
        spans[0]["resource"]["attributes"]["service.name"],
        "glassbox"
    );
    assert_eq!(
        spans[0]["attributes"]["gen_ai.operation.name"], "chat",
        "{}",
        json.stdout
    );
}

#[test]
fn a_damaged_file_shows_what_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("traces.jsonl");
    glassbox(&[
        "chat",
        "--trace",
        &format!("file:{}", file.display()),
        "hello",
    ]);
    let mut text = fs::read(&file).unwrap();
    let half = text[..text.len() / 2].to_vec();
    text.extend_from_slice(b"\x1b[31mred\n");
    text.extend(half);
    let mut view = command(&["view", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    view.stdin.take().unwrap().write_all(&text).unwrap();
    let view = Run::of(view.wait_with_output().unwrap());
    assert_eq!(view.code, 0);
    assert!(view.stdout.contains("chat offline"), "{}", view.stdout);
    assert!(view.stderr.contains("line 2: not JSON"), "{}", view.stderr);
    assert!(view.stderr.contains("line 3: not JSON: it breaks off"));
    assert!(!view.stderr.contains('\x1b') && !view.stdout.contains('\x1b'));
}

#[test]
fn what_is_not_there_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("empty"), "").unwrap();
    fs::write(at("nonsense"), "nonsense\n".repeat(30)).unwrap();
    let empty = glassbox(&["view", &at("empty")]);
    assert_eq!(empty.code, 1);
    assert!(empty.complaint().contains("there is no span"));
    let nonsense = glassbox(&["view", &at("nonsense")]);
    assert_eq!((nonsense.code, nonsense.stderr.lines().count()), (1, 12));
    assert_eq!(glassbox(&["view", &at("missing")]).code, 2);
    assert_eq!(
        glassbox(&["view", "--trace-id", "xyz", &at("empty")]).code,
        2
    );
    let folder = at("");
    let run = glassbox(&["chat", "--trace", &format!("file:{folder}"), "hello"]);
    assert_eq!(run.code, 2);
    assert!(
        run.complaint().contains(folder.trim_end_matches('/')),
        "{}",
        run.stderr
    );
    let wrong = glassbox(&["chat", "--trace", "flie:x", "hello"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("file:PATH"), "{}", wrong.stderr);
}
