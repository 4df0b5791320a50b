//! The same binary with a model behind a real HTTP server.

use std::process::Command;

use glassbox_core::{ToolCall, Usage};
use glassbox_test::{Reply, Server, Turn};
use serde_json::json;

use crate::binary::{Run, command, span};

fn turns() -> [Turn; 2] {
    let mut usage = Usage::new(120, 30);
    usage.cache_read_input_tokens = Some(64);
    let calls = [
        ToolCall::new("call_a", "calculate", r#"{"expression":"6*7"}"#),
        ToolCall::new(
            "call_b",
            "convert_units",
            r#"{"value":1,"from_unit":"km","to_unit":"m"}"#,
        ),
    ];
    [
        Turn::tool_calls(calls)
            .with_id("chatcmpl-1")
            .with_model("served-2026")
            .with_usage(usage),
        Turn::text("42, and 1000 metres")
            .with_id("chatcmpl-2")
            .with_model("served-2026")
            .with_usage(Usage::new(200, 8)),
    ]
}

/// The binary, pointed at a server.
fn pointed(server: &Server, arguments: &[&str]) -> Command {
    let url = format!("{}/v1", server.url());
    let mut command = command(&[]);
    command
        .args(&arguments[..1])
        .args(["--model", "openai/served", "--base-url", &url])
        .args(&arguments[1..]);
    command.env("OPENAI_API_KEY", "sk-canary-7f3a");
    command
}

/// Runs it on a thread of its own, so that the server can answer.
async fn glassbox(mut command: Command) -> Run {
    tokio::task::spawn_blocking(move || Run::of(command.output().unwrap()))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_with_tools_whole_and_in_pieces() {
    for stream in [false, true] {
        let server = Server::chat_completions(turns());
        let mut arguments = vec![
            "run",
            "--trace",
            "console",
            "--temperature",
            "0.5",
            "6*7 and 1 km in metres?",
        ];
        if stream {
            arguments.insert(1, "--stream");
        }
        let run = glassbox(pointed(&server, &arguments)).await;
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.contains("42, and 1000 metres"));
        let spans = run.objects();
        assert_eq!(spans.len(), 5);
        let chats: Vec<_> = spans
            .iter()
            .filter(|span| span["name"] == "chat served")
            .collect();
        assert_eq!(chats.len(), 2);
        let first = &chats[0]["attributes"];
        assert_eq!(chats[0]["kind"], "SpanKind.CLIENT");
        assert_eq!(first["gen_ai.usage.input_tokens"], 120);
        assert_eq!(first["gen_ai.usage.output_tokens"], 30);
        assert_eq!(first["gen_ai.usage.cache_read.input_tokens"], 64);
        assert_eq!(first["gen_ai.response.model"], "served-2026");
        assert_eq!(first["gen_ai.response.id"], "chatcmpl-1");
        assert_eq!(
            first["gen_ai.response.finish_reasons"],
            json!(["tool_call"])
        );
        assert_eq!(first["gen_ai.request.temperature"], 0.5);
        assert_eq!(first["server.address"], "127.0.0.1");
        assert_eq!(first["server.port"], server.address().port());
        assert_eq!(
            first["gen_ai.request.stream"].as_bool(),
            stream.then_some(true)
        );
        assert_eq!(
            first["gen_ai.response.time_to_first_chunk"].is_number(),
            stream
        );
        assert_eq!(
            span(&spans, "invoke_agent")["attributes"]["gen_ai.usage.input_tokens"],
            320
        );
        let requests = server.requests();
        assert_eq!(
            requests[0].header("authorization"),
            Some("Bearer sk-canary-7f3a")
        );
        let history = requests[1].json()["messages"].clone();
        assert_eq!(
            history[2],
            json!({"role": "tool", "tool_call_id": "call_a", "content": "42"})
        );
        assert!(!run.stdout.contains("canary") && !run.stderr.contains("canary"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_flags_reach_the_host() {
    let server = Server::chat_completions(turns());
    let schema = tempfile::Builder::new()
        .prefix("answer")
        .suffix(".json")
        .tempfile()
        .unwrap();
    std::fs::write(
        schema.path(),
        r#"{"type":"object","properties":{"n":{"type":"integer"}}}"#,
    )
    .unwrap();
    let picture = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(picture.path(), b"\x89PNG\r\n\x1a\n").unwrap();
    let arguments = [
        "chat",
        "--output",
        "json",
        "--trace",
        "none",
        "--system",
        "Be brief.",
        "--top-p",
        "0.9",
        "--max-tokens",
        "50",
        "--stop",
        "END",
        "--seed",
        "-3",
        "--frequency-penalty",
        "-0.5",
        "--presence-penalty",
        "0.5",
        "--choices",
        "2",
        "--reasoning-effort",
        "low",
        "--user",
        "ann",
        "--tool",
        "calculate",
        "--schema",
        schema.path().to_str().unwrap(),
        "--image",
        picture.path().to_str().unwrap(),
        "--image",
        "https://example.com/a.png",
        "What is this?",
    ];
    let run = glassbox(pointed(&server, &arguments)).await;
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.object()["tool_calls"][0]["name"], "calculate");
    assert_eq!(run.object()["finish_reason_raw"], "tool_calls");
    let body = server.requests()[0].json();
    for (field, value) in [
        ("top_p", json!(0.9)),
        ("seed", json!(-3)),
        ("frequency_penalty", json!(-0.5)),
        ("presence_penalty", json!(0.5)),
        ("n", json!(2)),
        ("reasoning_effort", json!("low")),
        ("user", json!("ann")),
    ] {
        assert_eq!(body[field], value, "{field}");
    }
    assert_eq!(body["messages"][0]["content"], "Be brief.");
    assert!(
        body["messages"][1]["content"][1]["image_url"]["url"]
            .as_str()
            .unwrap()
            .starts_with("data:image/png;base64,")
    );
    assert_eq!(
        body["messages"][1]["content"][2]["image_url"]["url"],
        "https://example.com/a.png"
    );
    assert_eq!(body["response_format"]["type"], "json_schema");
    assert_eq!(body["tools"][0]["function"]["name"], "calculate");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embeddings() {
    let server = Server::new(|_| {
        Reply::json(&json!({
            "object": "list", "model": "embedder-1",
            "data": [{"index": 1, "embedding": [0.5]}, {"index": 0, "embedding": [0.1]}],
            "usage": {"prompt_tokens": 4, "total_tokens": 4}
        }))
    });
    let arguments = [
        "embed",
        "--encoding-format",
        "float",
        "--output",
        "json",
        "a",
        "b",
    ];
    let run = glassbox(pointed(&server, &arguments)).await;
    assert_eq!(run.code, 0, "{}", run.stderr);
    let object = run.object();
    assert_eq!(
        (&object["embeddings"], &object["model"]),
        (&json!([[0.1], [0.5]]), &json!("embedder-1"))
    );
    assert_eq!(object["usage"]["input_tokens"], 4);
    assert!(run.stderr.contains("embeddings served"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trace_reaches_a_collector() {
    let host = Server::chat_completions(turns());
    let collector = Server::new(|_| Reply::new(200));
    let mut command = pointed(&host, &["run", "--trace", "otlp", "6*7?"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url());
    let run = glassbox(command).await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let received = collector.requests();
    assert!(received.iter().all(|request| request.path == "/v1/traces"));
    let bytes: Vec<u8> = received
        .iter()
        .flat_map(|request| request.body.to_vec())
        .collect();
    for name in [
        "invoke_agent",
        "execute_tool calculate",
        "execute_tool convert_units",
        "chat served",
    ] {
        assert!(
            bytes
                .windows(name.len())
                .any(|window| window == name.as_bytes()),
            "{name} did not arrive"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_that_its_policy_leaves_out_shows_in_the_tree_and_in_metrics_alone() {
    // The two calls take 358 tokens together.
    for (policy, delivered) in [("tokens>=358", true), ("tokens>358", false)] {
        let host = Server::chat_completions(turns());
        let collector = Server::new(|_| Reply::new(200));
        let mut command = pointed(&host, &["run", "--trace", "otlp,tree", "6*7?"]);
        command
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url())
            .env("OTEL_METRICS_EXPORTER", "console")
            .env("GLASSBOX_TAIL_SAMPLING", policy);
        let run = glassbox(command).await;
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stderr.contains("320 in, 38 out"), "{}", run.stderr);
        assert!(
            run.stdout
                .contains("gen_ai.client.inference.usage.input_tokens")
        );
        let bytes = collector.requests().into_iter();
        let bytes: Vec<u8> = bytes.flat_map(|request| request.body.to_vec()).collect();
        let contains = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert_eq!(contains("invoke_agent"), delivered, "{policy}");
        assert_eq!(contains("glassbox.sampling.policy"), delivered, "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_is_said_and_changes_nothing() {
    let host = Server::chat_completions(turns());
    let mut command = pointed(&host, &["run", "--trace", "otlp", "6*7?"]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    let run = glassbox(command).await;
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("42, and"));
    assert!(
        run.stderr.contains("5 spans") && run.stderr.contains("OTEL_EXPORTER_OTLP_ENDPOINT"),
        "{}",
        run.stderr
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_streamed_answer_is_not_torn_apart_by_its_trace() {
    for _ in 0..5 {
        let server =
            Server::chat_completions([Turn::text("one two three").with_usage(Usage::new(3, 3))]);
        let run = glassbox(pointed(
            &server,
            &["chat", "--stream", "--trace", "console", "count"],
        ))
        .await;
        assert!(run.stdout.starts_with("one two three\n{"), "{}", run.stdout);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_shown() {
    let server = Server::new(|_| {
        Reply::json(&json!({
            "choices": [{"index": 0, "finish_reason": "stop",
                "message": {"role": "assistant", "content": null, "refusal": "I would rather not."}}]
        }))
    });
    let run = glassbox(pointed(&server, &["chat", "--trace", "none", "hi"])).await;
    assert_eq!(run.stdout, "I would rather not.\n");
    let run = glassbox(pointed(
        &server,
        &["chat", "--trace", "none", "--output", "json", "hi"],
    ))
    .await;
    assert_eq!(run.object()["refusal"], "I would rather not.");
}
