//! Real sockets: what is answered, and what is recorded.

use std::time::Duration;

use futures_util::StreamExt as _;
use glassbox::{CompletionModelExt as _, Delivery, Error, ErrorKind, Event, Usage};
use glassbox_test::{Server, Turn, assert_trace_snapshot};

use crate::host::{agent, model, telemetry, turns};

const QUESTION: &str = "What is 42 * 7, and convert that many km to miles?";

#[tokio::test]
async fn a_whole_run() {
    let (telemetry, capture) = telemetry();
    let server = Server::chat_completions(turns());
    let result = telemetry.agent(agent(&server)).run(QUESTION).await.unwrap();
    assert_eq!(result.answer, "294 km is 182.68 miles.");
    assert_trace_snapshot!(capture);
}

#[tokio::test]
async fn an_incremental_run() {
    let (telemetry, capture) = telemetry();
    let server = Server::chat_completions(turns());
    let agent = agent(&server).with_delivery(Delivery::Incremental);
    let result = telemetry.agent(agent).run(QUESTION).await.unwrap();
    assert_eq!(result.answer, "294 km is 182.68 miles.");
    assert_eq!(result.usage.total_tokens(), Some(495));
    assert_trace_snapshot!(capture);
}

#[tokio::test]
async fn retries_are_seen() {
    let (telemetry, capture) = telemetry();
    let busy = Error::new(ErrorKind::Overloaded, "busy")
        .with_status(503)
        .with_retry_after(Duration::from_millis(1));
    let server = Server::chat_completions([
        Turn::refused(busy.clone()),
        Turn::refused(busy),
        Turn::text("at last")
            .with_id("r1")
            .with_usage(Usage::new(3, 2)),
    ]);
    let model = telemetry.model(model(&server));
    assert_eq!(model.text("hello").await.unwrap(), "at last");
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(span.events(), ["glassbox.retry", "glassbox.retry"]);
    assert_eq!(
        *span.status(),
        opentelemetry::trace::Status::Unset,
        "what was recovered from is no error"
    );
}

#[tokio::test]
async fn a_stream_that_is_dropped_hangs_up_and_ends_its_span() {
    let (telemetry, capture) = telemetry();
    let server = Server::chat_completions([Turn::text("one two three").with_id("r1").hanging()]);
    let model = telemetry.model(model(&server));
    let mut events = model.events("count").await.unwrap();
    let mut heard = String::new();
    while heard.is_empty() {
        if let Event::Text { delta, .. } = events.next().await.unwrap().unwrap() {
            heard.push_str(&delta);
        }
    }
    assert_eq!(capture.open(), 1);
    drop(events);
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(span.text("glassbox.outcome").unwrap(), "\"cancelled\"");
    assert_eq!(span.text("gen_ai.response.id").unwrap(), "\"r1\"");
}

#[tokio::test]
async fn the_key_is_told_to_the_host_alone() {
    let (telemetry, capture) = telemetry();
    let echo = Error::new(ErrorKind::Unauthenticated, "no")
        .with_status(401)
        .with_detail("bad key: sk-canary-7f3a");
    let server = Server::chat_completions([Turn::refused(echo)]);
    let model = telemetry.model(model(&server));
    let error = model.text("hello").await.unwrap_err();
    assert_eq!(
        server.requests()[0].header("authorization"),
        Some("Bearer sk-canary-7f3a")
    );
    let told = format!(
        "{error} {error:?} {:?} {model:?} {}",
        error.detail(),
        capture.render()
    );
    assert!(!told.contains("canary"), "{told}");
    assert!(error.detail().unwrap().contains("bad key"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_runs_at_once_keep_their_trees() {
    let (telemetry, capture) = telemetry();
    let server = Server::chat_completions_with(|request| {
        let answered = request.json()["messages"].as_array().map_or(0, Vec::len) / 2;
        turns()[answered.min(2)].clone()
    });
    let agent = telemetry.agent(agent(&server).with_delivery(Delivery::Incremental));
    let runs: Vec<_> = (0..32)
        .map(|_| {
            let agent = agent.clone();
            tokio::spawn(async move { agent.run(QUESTION).await.map(|result| result.answer) })
        })
        .collect();
    for run in runs {
        assert_eq!(run.await.unwrap().unwrap(), "294 km is 182.68 miles.");
    }
    let spans = capture.spans();
    assert_eq!((spans.len(), capture.open()), (32 * 6, 0));
    for root in spans.iter().filter(|span| span.parent().is_none()) {
        assert_eq!(root.name(), "invoke_agent converter");
        let below = spans
            .iter()
            .filter(|span| span.parent() == Some(root.context().span_id()));
        assert_eq!(below.count(), 5);
    }
}
