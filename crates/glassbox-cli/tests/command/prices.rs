//! What calls cost, what they may cost, and what is charged.

use std::io::Write as _;

use glassbox_core::{ToolCall, Usage};
use glassbox_test::{Reply, Server, Turn};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::binary::{Run, command, glassbox};

/// Two calls of the model: 100 in and 10 out, then 200 in and 20 out.
fn turns() -> [Turn; 2] {
    let call = ToolCall::new("call_a", "calculate", r#"{"expression":"6*7"}"#);
    [
        Turn::tool_calls([call])
            .with_model("served-2026")
            .with_usage(Usage::new(100, 10)),
        Turn::text("42")
            .with_model("served-2026")
            .with_usage(Usage::new(200, 20)),
    ]
}

/// A model at a server, asked with these arguments.
async fn ask(server: &Server, model: &str, arguments: &[&str]) -> Run {
    let url = format!("{}/v1", server.url());
    let mut command = command(arguments);
    command
        .args(["--model", model, "--base-url", &url, "--trace", "none"])
        .args(["--output", "json", "6*7?"]);
    tokio::task::spawn_blocking(move || Run::of(command.output().unwrap()))
        .await
        .unwrap()
}

fn list(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// One cent for a hundred tokens of input, and one for ten of output.
fn cents() -> NamedTempFile {
    list(
        r#"{"openai/served-2026": {"input_cost_per_token": 1e-4, "output_cost_per_token": 1e-3},
             "openai/served": {"input_cost_per_token": 1, "output_cost_per_token": 1}}"#,
    )
}

fn close(value: &serde_json::Value, cost: f64) -> bool {
    value
        .as_f64()
        .is_some_and(|value| (value - cost).abs() < 1e-9)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_costs_what_its_calls_cost() {
    let file = cents();
    let path = file.path().to_str().unwrap();
    for arguments in [
        vec!["run", "--prices", path],
        vec!["run", "--stream", "--prices", path],
        vec!["run", "--prices", path, "--max-cost", "0.05"],
    ] {
        let server = Server::chat_completions(turns());
        let run = ask(&server, "openai/served", &arguments).await;
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(close(&run.object()["cost"], 0.06), "{}", run.stdout);
    }
    let server = Server::chat_completions(turns());
    let run = ask(&server, "openai/served", &["chat", "--prices", path]).await;
    assert!(close(&run.object()["cost"], 0.02), "{}", run.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_built_in_list_prices_what_answered() {
    let answer = Turn::text("42")
        .with_model("gpt-4o-mini-2024-07-18")
        .with_usage(Usage::new(82, 43));
    let server = Server::chat_completions([answer]);
    let run = ask(&server, "openai/gpt-4o-mini", &["chat"]).await;
    assert!(close(&run.object()["cost"], 3.81e-5), "{}", run.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_in_dollars_ends_the_run_before_the_next_call() {
    let file = cents();
    let path = file.path().to_str().unwrap();
    let server = Server::chat_completions(turns());
    let arguments = ["run", "--prices", path, "--max-cost", "0.02"];
    let run = ask(&server, "openai/served", &arguments).await;
    assert_eq!(run.code, 1);
    assert!(run.complaint().contains("--max-cost"), "{}", run.stderr);
    let object = run.object();
    assert_eq!(object["outcome"], "cost_limit");
    assert!(close(&object["cost"], 0.02), "{object}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_that_could_not_be_kept_is_refused_before_any_call() {
    let file = cents();
    let path = file.path().to_str().unwrap();
    for (model, more) in [
        ("openai/served", &[][..]),
        ("openai-compatible/gpt-4o-mini", &[]),
        ("vllm/gpt-4o-mini", &[]),
        ("openai/gpt-4o-mini", &["--prices", path]),
    ] {
        let server = Server::chat_completions(turns());
        let arguments = [&["run", "--max-cost", "1"], more].concat();
        let run = ask(&server, model, &arguments).await;
        assert_eq!(run.code, 2, "{model}: {}", run.stderr);
        let complaint = run.complaint();
        let named = ["--max-cost", "--prices FILE", model];
        assert!(
            named.iter().all(|word| complaint.contains(word)),
            "{complaint}"
        );
        assert_eq!(run.object()["error"]["kind"], "configuration");
        assert_eq!(server.requests().len(), 0, "{model}");
    }
}

fn said(cost: Option<f64>) -> Reply {
    let mut usage = json!({"prompt_tokens": 1, "completion_tokens": 1});
    if let Some(cost) = cost {
        usage["cost"] = json!(cost);
    }
    Reply::json(&json!({
        "model": "some/model",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "role": "assistant", "content": null, "tool_calls": [{
                "id": "call_a", "type": "function",
                "function": {"name": "calculate", "arguments": "{\"expression\":\"6*7\"}"}
            }]
        }}],
        "usage": usage,
    }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_says_what_a_call_cost_needs_no_price() {
    let limited = ["run", "--max-cost", "1"];
    let server = Server::new(|_| said(Some(0.5)));
    let run = ask(&server, "openrouter/some/model", &limited).await;
    assert_eq!(
        (run.code, server.requests().len()),
        (1, 2),
        "{}",
        run.stderr
    );
    let object = run.object();
    assert_eq!(
        (&object["outcome"], &object["cost"]),
        (&json!("cost_limit"), &json!(1.0))
    );

    let server = Server::new(|_| said(None));
    let run = ask(&server, "openrouter/some/model", &limited).await;
    assert_eq!(
        (run.code, server.requests().len()),
        (1, 1),
        "{}",
        run.stderr
    );
    let object = run.object();
    assert_eq!(
        (&object["outcome"], &object["cost"]),
        (&json!("cost_unknown"), &json!(null))
    );
    assert!(run.complaint().contains("--prices"), "{}", run.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cost_that_is_not_known_is_null() {
    let server = Server::chat_completions(turns());
    let run = ask(&server, "openai/served", &["run"]).await;
    assert_eq!((run.code, &run.object()["cost"]), (0, &json!(null)));
}

#[test]
fn the_embedded_model_costs_nothing() {
    let arguments = [
        "run",
        "--trace",
        "none",
        "--output",
        "json",
        "--max-cost",
        "1e-9",
        "2+2?",
    ];
    let run = glassbox(&arguments);
    assert_eq!(
        (run.code, &run.object()["cost"]),
        (0, &json!(0.0)),
        "{}",
        run.stderr
    );
}

#[test]
fn a_limit_that_is_none_is_wrong_use() {
    for limit in ["0", "-1", "NaN", "inf", "1$", ""] {
        let run = glassbox(&["run", &format!("--max-cost={limit}"), "hi"]);
        assert_eq!(run.code, 2, "{limit}");
        assert!(run.stderr.contains("US dollars"), "{}", run.stderr);
    }
}

#[test]
fn a_list_that_cannot_be_used_is_named_with_its_mistake() {
    let file = list(r#"{"openai/served": {"input_cost_per_token": "cheap"}}"#);
    let path = file.path().to_str().unwrap();
    let run = glassbox(&["run", "--prices", path, "hi"]);
    assert_eq!(run.code, 2);
    let words = [path, "`openai/served`", "`input_cost_per_token`"];
    assert!(
        words.iter().all(|word| run.complaint().contains(word)),
        "{}",
        run.stderr
    );
    let run = glassbox(&["models", "--prices", "/nonexistent/list.json"]);
    assert_eq!(run.code, 2);
    assert!(
        run.complaint().contains("/nonexistent/list.json"),
        "{}",
        run.stderr
    );

    let mut command = command(&["models", "openai"]);
    let run = Run::of(command.env("GLASSBOX_PRICES", path).output().unwrap());
    assert_eq!(run.code, 2, "the variable counts");
    let run = Run::of(command.env("GLASSBOX_PRICES", "").output().unwrap());
    assert_eq!(run.code, 0, "an empty one does not");
    let file = cents();
    let flag = ["--prices", file.path().to_str().unwrap()];
    let run = Run::of(
        command
            .env("GLASSBOX_PRICES", path)
            .args(flag)
            .output()
            .unwrap(),
    );
    assert_eq!(run.code, 0, "the flag wins");
}

#[test]
fn the_prices_of_a_provider_can_be_listed() {
    let run = glassbox(&["models", "openai"]);
    let row = run
        .stdout
        .lines()
        .find(|line| line.starts_with("gpt-4o-mini "));
    let words: Vec<&str> = row.unwrap().split_whitespace().collect();
    assert_eq!(words, ["gpt-4o-mini", "0.15", "0.6", "0.075"]);
    let last = run.stdout.lines().last().unwrap();
    assert_eq!(
        last,
        "US dollars per million tokens, list prices of 2026-11-22"
    );

    let object = glassbox(&["models", "xai", "--output", "json"]).object();
    assert_eq!(object["unit"], "USD per million tokens");
    let models = object["models"].as_array().unwrap();
    let grok = models
        .iter()
        .find(|model| model["name"] == "grok-4.20")
        .unwrap();
    assert_eq!(
        grok["prices"],
        json!({"input": 1.25, "output": 2.5, "cache_read_input": 0.2})
    );
    assert_eq!(grok["bands"][0]["service_tier"], "standard");
    assert_eq!(grok["bands"][0]["above_input_tokens"], 200_000);

    let run = glassbox(&["models", "vllm"]);
    assert_eq!(
        (run.stdout.as_str(), run.code),
        ("no model of vllm has a known price\n", 0)
    );
    let run = glassbox(&["models", "nonsuch"]);
    assert_eq!(run.code, 2);
    assert!(run.complaint().contains("openai"), "{}", run.stderr);
}

#[test]
fn the_list_of_providers_tells_where_prices_come_from() {
    let run = glassbox(&["models", "--output", "json"]);
    let providers: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let of = |name: &str| {
        let mut all = providers.as_array().unwrap().iter();
        all.find(|provider| provider["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(of("openrouter")["reports_cost"], true);
    assert_eq!(of("openrouter")["priced_models"], 0);
    assert_eq!(of("openai")["reports_cost"], false);
    assert!(of("openai")["priced_models"].as_u64() > Some(100));
    assert_eq!(of("demo")["priced_models"], 2);
}
