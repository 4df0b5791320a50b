//! Being interrupted.

#![cfg(unix)]

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use glassbox_test::{Reply, Server};

use crate::binary::{Run, command, span};

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
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
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
