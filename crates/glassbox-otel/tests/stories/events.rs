//! Events: where they go, what they hold, and whose they are.

use glassbox_core::{CompletionModelExt as _, Error, ErrorKind, Usage};
use glassbox_otel::{Content, Evaluation, Events};
use glassbox_test::{Capture, ScriptedModel, Turn};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;

use crate::common::remote;
use crate::content::recorder;

fn refused() -> Turn {
    Turn::refused(Error::new(ErrorKind::RateLimited, "too many requests").with_status(429))
}

fn names(capture: &Capture) -> Vec<String> {
    let logs = capture.logs();
    let names = logs.iter().filter_map(|log| log.event_name());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_failure_is_told_as_a_warning() {
    let (telemetry, capture) = recorder(|builder| builder);
    let model = telemetry.model(ScriptedModel::new([refused()]).with_info(remote()));
    model.complete("hello").await.unwrap_err();
    let logs = capture.logs();
    assert_eq!(names(&capture), ["gen_ai.client.operation.exception"]);
    assert_eq!(logs[0].text("exception.type").unwrap(), "\"rate_limited\"");
    assert_eq!(
        logs[0].text("exception.message").unwrap(),
        "\"too many requests (HTTP 429)\""
    );
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(logs[0].span_id(), Some(span.context().span_id()));
    assert!(span.events().is_empty());
}

#[tokio::test]
async fn the_user_chooses_where_events_go() {
    for (events, logs, on_span) in [
        (Events::Logs, 2, 0),
        (Events::Spans, 0, 2),
        (Events::Both, 2, 2),
    ] {
        let (telemetry, capture) = recorder(|builder| {
            builder
                .events(events)
                .operation_details(true)
                .content(Content::Event)
        });
        let model = telemetry.model(ScriptedModel::new([refused()]).with_info(remote()));
        model.complete("hello").await.unwrap_err();
        assert_eq!(capture.logs().len(), logs, "{events:?}");
        let span = capture.span("chat gpt-4o-mini");
        assert_eq!(span.events().len(), on_span, "{events:?}");
        assert!(
            capture.render_all().contains("hello"),
            "content goes to events"
        );
        assert_eq!(span.attribute("gen_ai.input.messages"), None);
    }
}

#[tokio::test]
async fn details_can_be_told_without_content() {
    let (telemetry, capture) = recorder(|builder| builder.operation_details(true));
    let turn = Turn::text("hi").with_usage(Usage::new(3, 1));
    let model = telemetry.model(ScriptedModel::new([turn]).with_info(remote()));
    model.complete("hello").await.unwrap();
    let logs = capture.logs();
    let [details] = &logs[..] else {
        panic!("{}", capture.render_logs());
    };
    assert_eq!(details.text("gen_ai.usage.input_tokens").unwrap(), "3");
    assert_eq!(details.attribute("gen_ai.input.messages"), None);
}

#[tokio::test]
async fn a_score_belongs_to_what_it_is_of() {
    let (telemetry, capture) = recorder(|builder| builder.content(Content::Event));
    let mut current = None;
    let step = telemetry.workflow("support").run(async {
        current = Some(Context::current().span().span_context().clone());
        let relevance = Evaluation::new("relevance")
            .with_score(0.75)
            .with_label("relevant")
            .with_explanation("it answers the question");
        telemetry.evaluation(&relevance);
    });
    step.await;
    let span = current.unwrap();
    let later = Evaluation::new("tone")
        .with_response_id("r1")
        .of_span(span.clone());
    telemetry.evaluation(&later);
    let logs = capture.logs();
    assert_eq!(names(&capture), ["gen_ai.evaluation.result"; 2]);
    for log in &logs {
        assert_eq!(log.span_id(), Some(span.span_id()));
        assert_eq!(log.trace_id(), Some(span.trace_id()));
    }
    assert_eq!(
        logs[0].text("gen_ai.evaluation.score.value").unwrap(),
        "0.75"
    );
    assert!(logs[0].attribute("gen_ai.evaluation.explanation").is_some());
    assert_eq!(logs[1].text("gen_ai.response.id").unwrap(), "\"r1\"");
}

#[tokio::test]
async fn a_program_adds_its_own_events_to_what_is_current() {
    let (telemetry, capture) = recorder(|builder| builder);
    telemetry.event("lost", [("key", 1)]);
    let step = telemetry.workflow("support");
    step.run(async { telemetry.event("cache hit", [("cache.layer", "memory")]) })
        .await;
    let span = capture.span("invoke_workflow support");
    assert_eq!(span.events(), ["cache hit"]);
}
