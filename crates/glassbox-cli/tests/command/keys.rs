//! Which keys go out to a host that the user names.

use glassbox_test::{Received, Reply, Server};
use serde_json::json;

use crate::binary::{Run, command};

/// A model, and the variables that hold its key.
const KEYED: [(&str, &[&str]); 7] = [
    ("anthropic/m", &["ANTHROPIC_API_KEY"]),
    (
        "bedrock/m",
        &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"],
    ),
    ("cohere/m", &["CO_API_KEY"]),
    ("gemini/m", &["GEMINI_API_KEY"]),
    ("ollama/m", &["OLLAMA_API_KEY"]),
    ("openai/m", &["OPENAI_API_KEY"]),
    ("vertex/m", &["GOOGLE_API_KEY"]),
];

/// The one request that a chat with `model` at a host of one's own sends.
async fn asked(model: &'static str, variables: &'static [&str]) -> Received {
    let server = Server::new(|_| Reply::json(&json!({"error": "enough"})).with_status(400));
    let url = server.url();
    let run = tokio::task::spawn_blocking(move || {
        let mut command = command(&["chat", "--trace", "none", "--model", model]);
        command.args(["--base-url", &url, "hi"]);
        command.envs(variables.iter().map(|name| (name, "canary-1")));
        Run::of(command.output().unwrap())
    });
    let run = run.await.unwrap();
    assert_eq!(run.code, 1, "{model}: {}", run.stderr);
    let [request] = &server.requests()[..] else {
        panic!("{model}: {}", run.stderr);
    };
    request.clone()
}

/// The names of the headers that may hold a key.
fn credentials(request: &Received) -> Vec<&str> {
    let names = request.headers.iter().map(|(name, _)| name.as_str());
    let usual = [
        "accept",
        "accept-encoding",
        "anthropic-version",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    ];
    names.filter(|name| !usual.contains(name)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_of_ones_own_gets_no_key_where_there_is_none() {
    for (model, variables) in KEYED {
        let request = asked(model, &[]).await;
        assert_eq!(credentials(&request), [""; 0], "{model}");
        assert!(!request.path.contains("key="), "{}", request.path);
        assert!(
            !credentials(&asked(model, variables).await).is_empty(),
            "{model}: the key of {variables:?} goes out, so the one above would have been seen"
        );
    }
}
