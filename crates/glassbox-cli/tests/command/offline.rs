//! The main job: no key, no network.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use crate::binary::{Run, command, glassbox};

const QUESTION: &str = "What is 42 * 7, and convert that many km to miles?";

#[test]
fn the_first_command_answers_and_shows_the_tree() {
    let run = glassbox(&["run", QUESTION]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("294") && run.stdout.contains("182.68 miles"),
        "{}",
        run.stdout
    );
    let names: Vec<&str> = run
        .stderr
        .lines()
        .skip(1)
        .map(|line| line.split("  ").next().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "invoke_agent",
            "├─ chat offline",
            "├─ execute_tool calculate",
            "├─ chat offline",
            "├─ execute_tool convert_units",
            "└─ chat offline",
        ]
    );
}

#[test]
fn console_spans_are_objects_below_one_root() {
    let run = glassbox(&["run", "--trace", "console", QUESTION]);
    let spans = run.objects();
    assert_eq!(spans.len(), 6, "{}", run.stdout);
    let roots: Vec<_> = spans
        .iter()
        .filter(|span| span["parent_id"].is_null())
        .collect();
    assert_eq!(roots.len(), 1);
    assert_eq!(roots[0]["name"], "invoke_agent");
    for span in &spans {
        let keys: Vec<&str> = span
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys,
            [
                "name",
                "context",
                "kind",
                "parent_id",
                "start_time",
                "end_time",
                "status",
                "attributes",
                "events",
                "links",
                "resource",
            ]
        );
        assert_eq!(span["context"]["trace_id"], roots[0]["context"]["trace_id"]);
        if span["name"] != "invoke_agent" {
            assert_eq!(span["parent_id"], roots[0]["context"]["span_id"]);
        }
    }
    assert_eq!(run.stderr, "");
}

#[test]
fn an_incremental_run_says_and_records_the_same() {
    let whole = glassbox(&["run", "--trace", "console", QUESTION]);
    let pieces = glassbox(&["run", "--stream", "--trace", "console", QUESTION]);
    let line = |run: &Run| {
        run.stdout
            .lines()
            .find(|line| line.contains("182.68"))
            .map(str::to_owned)
    };
    assert_eq!(line(&whole), line(&pieces));
    let usage = |run: &Run| {
        let mut usage: Vec<_> = run
            .objects()
            .iter()
            .map(|span| span["attributes"]["gen_ai.usage.input_tokens"].clone())
            .collect();
        usage.sort_by_key(|value| value.as_i64());
        usage
    };
    assert_eq!(usage(&whole), usage(&pieces));
}

#[test]
fn json_output_is_one_object() {
    let run = glassbox(&["run", "--output", "json", "--trace", "none", QUESTION]);
    let object = run.object();
    assert!(object["answer"].as_str().unwrap().contains("182.68"));
    assert_eq!(
        (&object["outcome"], &object["steps"]),
        (&json!("answer"), &json!(3))
    );
    assert!(object["usage"]["input_tokens"].as_u64().unwrap() > 0);
    assert!(object["usage"]["cache_read_input_tokens"].is_null());
    assert!(object["trace_id"].is_null(), "there is no trace");
    assert_eq!(object["messages"].as_array().unwrap().len(), 6);
    let traced = glassbox(&["run", "--output", "json", QUESTION]);
    let id = traced.object()["trace_id"].as_str().unwrap().to_owned();
    assert!(traced.stderr.contains(&id), "{}", traced.stderr);
}

#[test]
fn the_prompt_may_come_on_standard_input() {
    let mut child = command(&["run", "--trace", "none"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"2 ^ 10?\n").unwrap();
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.stdout.as_str(), run.code), ("2 ^ 10 = 1024.\n", 0));
}

#[test]
fn chat_is_one_completion_without_the_loop() {
    let run = glassbox(&[
        "chat",
        "--output",
        "json",
        "--trace",
        "none",
        "--tool",
        "calculate",
        "3 + 4?",
    ]);
    let object = run.object();
    assert_eq!(
        object["tool_calls"],
        json!([{"id": "call_1", "name": "calculate", "arguments": {"expression": "3 + 4"}}])
    );
    assert_eq!(
        (&object["finish_reason"], &object["provider"]),
        (&json!("tool_call"), &json!("demo"))
    );
    assert_eq!(run.code, 0);
}

#[test]
fn a_limit_is_not_an_answer() {
    let run = glassbox(&["run", "--max-steps", "1", "--output", "json", QUESTION]);
    assert_eq!(run.object()["outcome"], "step_limit");
    assert_eq!(run.code, 1);
    assert!(run.complaint().contains("--max-steps"));
}

#[test]
fn the_environment_chooses_where_there_is_no_flag() {
    let run = Run::of(
        command(&["run", QUESTION])
            .env("OTEL_TRACES_EXPORTER", "console")
            .output()
            .unwrap(),
    );
    assert_eq!(run.objects().len(), 6);
    let run = Run::of(
        command(&["run", QUESTION])
            .env("OTEL_SDK_DISABLED", "true")
            .output()
            .unwrap(),
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let run = Run::of(
        command(&["run", "--trace", "none", QUESTION])
            .env("GLASSBOX_MODEL", "demo/nonsuch")
            .output()
            .unwrap(),
    );
    assert!(run.complaint().contains("demo/offline"));
    assert_eq!(run.code, 2);
    let run = Run::of(
        command(&["run", "--trace", "none", "2 + 2?"])
            .env("GLASSBOX_MODEL", "")
            .output()
            .unwrap(),
    );
    assert_eq!((run.stdout.as_str(), run.code), ("2 + 2 = 4.\n", 0));
}

#[test]
fn the_providers_can_be_listed() {
    let run = glassbox(&["models"]);
    assert!(
        run.stdout
            .lines()
            .any(|line| line.starts_with("openai ") && line.contains("OPENAI_API_KEY"))
    );
    let json = glassbox(&["models", "--output", "json"]);
    assert!(json.stdout.contains("\"demo\""));
}
