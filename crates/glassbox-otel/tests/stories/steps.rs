//! A program's own steps, and whom everything serves.

use std::io;

use glassbox_agent::Agent;
use glassbox_core::{CompletionModelExt as _, Error, ErrorKind, Request};
use glassbox_otel::{Content, MemoryOperation};
use glassbox_test::conformance::Conformance;
use glassbox_test::{Capture, assert_trace_snapshot};
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::FutureExt as _;
use opentelemetry::{Context, KeyValue};

use crate::agent::scripted;
use crate::common::tools;
use crate::content::recorder;

fn conforms(capture: &Capture) {
    let conformance = Conformance::new().with_names(["app.*", "tenant"]);
    let findings: Vec<String> = capture
        .spans()
        .iter()
        .flat_map(|span| conformance.span(span))
        .collect();
    assert!(findings.is_empty(), "{findings:#?}");
    for metric in capture.metrics() {
        for point in metric.points() {
            let findings = conformance.metric(metric.name(), point.attributes());
            assert!(findings.is_empty(), "{findings:#?}");
        }
    }
}

#[tokio::test]
async fn steps_of_every_kind() {
    let (telemetry, capture) = recorder(|builder| builder.content(Content::Span));
    let workflow = telemetry
        .workflow("support")
        .with_input("Where is my parcel?")
        .with_conversation("c1")
        .with_user("u1");
    let mut workflow = workflow.start();
    workflow
        .drive(async {
            let mut search = telemetry
                .retrieval("handbook")
                .with_query("parcels")
                .with_top_k(3)
                .with_attribute("app.index", "v2")
                .start();
            search.document("d1", Some(0.5));
            search.document("d2", None);
            search.finish();
            let mut recall = telemetry
                .memory(MemoryOperation::Search)
                .with_store("facts")
                .with_query("parcel")
                .start();
            recall.record("m1", "likes blue");
            recall.finish();
            telemetry.plan().with_agent("clerk").run(async {}).await;
            let created = telemetry.create_agent("openai", "clerk");
            let created = created
                .with_id("asst_1")
                .with_model("gpt-4o-mini")
                .with_version("2")
                .with_description("Finds parcels.")
                .with_instructions("Be kind.")
                .with_server("api.openai.com", 443);
            created.run(async {}).await;
        })
        .await;
    workflow.output("On its way.");
    workflow.finish();
    assert_trace_snapshot!(capture);
    conforms(&capture);
    let metrics = capture.render_metrics();
    assert!(
        metrics.contains("gen_ai.invoke_workflow.duration"),
        "{metrics}"
    );
    assert!(
        metrics.contains("gen_ai.client.operation.duration"),
        "{metrics}"
    );
}

#[tokio::test]
async fn a_step_that_fails_says_how_and_not_what() {
    let (telemetry, capture) = recorder(|builder| builder);
    let failed = || async { Err::<(), _>(io::Error::other("the canary said no")) };
    telemetry
        .retrieval("a")
        .try_run(failed())
        .await
        .unwrap_err();
    let ours = async { Err::<(), _>(Error::new(ErrorKind::Timeout, "took too long")) };
    telemetry.retrieval("b").try_run(ours).await.unwrap_err();
    let _ = telemetry.retrieval("c").start();
    let kind = |name: &str| capture.span(name).text("error.type");
    assert_eq!(kind("retrieval a").unwrap(), "\"std::io::error::Error\"");
    assert_eq!(kind("retrieval b").unwrap(), "\"timeout\"");
    assert_eq!(
        capture
            .span("retrieval c")
            .text("glassbox.outcome")
            .unwrap(),
        "\"cancelled\""
    );
    assert!(!capture.render_all().contains("canary"));
    conforms(&capture);
}

#[tokio::test]
async fn whom_it_serves_is_on_every_span() {
    let (telemetry, capture) = recorder(|builder| builder.baggage_keys(["tenant", "absent"]));
    let agent = Agent::new(scripted(), tools())
        .with_name("adder")
        .with_request(Request::default().with_conversation("c1").with_user("u1"));
    let baggage = [
        KeyValue::new("tenant", "acme"),
        KeyValue::new("secret", "canary"),
    ];
    let context = Context::current().with_baggage(baggage);
    let run = telemetry.agent(agent);
    run.run("1+2, 3+4?").with_context(context).await.unwrap();
    assert_eq!(capture.spans().len(), 5);
    for span in capture.spans() {
        for (key, value) in [
            ("gen_ai.conversation.id", "\"c1\""),
            ("user.id", "\"u1\""),
            ("tenant", "\"acme\""),
        ] {
            assert_eq!(
                span.text(key).as_deref(),
                Some(value),
                "{key} on {}",
                span.name()
            );
        }
    }
    assert!(
        !capture.render_all().contains("canary"),
        "what is not listed is not recorded"
    );
    conforms(&capture);
}

#[tokio::test]
async fn spend_is_told_by_user_only_where_that_is_wanted() {
    for (wanted, user) in [(false, None), (true, Some("\"u1\""))] {
        let (telemetry, capture) = recorder(|builder| builder.cost_by_user(wanted));
        let request = Request::new("hello").with_user("u1");
        telemetry.model(scripted()).complete(request).await.unwrap();
        let metric = capture.metric("glassbox.client.cost");
        assert_eq!(metric.points()[0].text("user.id").as_deref(), user);
        let tokens = capture.metric("gen_ai.client.inference.usage.input_tokens");
        assert_eq!(tokens.points()[0].text("user.id"), None);
        conforms(&capture);
    }
}

#[tokio::test]
async fn a_callers_trace_goes_on() {
    let (telemetry, capture) = recorder(|builder| builder);
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let model = telemetry.model(scripted());
    let work = async {
        model.text("hello").await.unwrap();
        telemetry.trace_headers()
    };
    let headers = telemetry
        .continue_trace([("Traceparent", parent)], work)
        .await;
    assert!(headers.contains(&("traceparent".to_owned(), parent.to_owned())));
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(
        span.context().trace_id().to_string(),
        "0af7651916cd43dd8448eb211c80319c"
    );
    assert_eq!(span.parent().unwrap().to_string(), "b7ad6b7169203331");
    let plain = telemetry.continue_trace([("traceparent", "nonsense")], async {
        telemetry.trace_headers()
    });
    assert!(plain.await.is_empty());
}

#[tokio::test]
async fn a_model_host_gets_the_traces_headers_only_where_that_is_wanted() {
    for (wanted, count) in [(false, 0), (true, 1)] {
        let (telemetry, capture) = recorder(|builder| builder.propagate_to_models(wanted));
        let scripted = scripted();
        telemetry
            .model(scripted.clone())
            .text("hello")
            .await
            .unwrap();
        let request = scripted.requests().remove(0);
        assert_eq!(request.headers.iter().count(), count);
        if let Some((name, value)) = request.headers.iter().next() {
            let span = capture.span("chat gpt-4o-mini");
            assert_eq!(name, "traceparent");
            assert!(value.contains(&span.context().span_id().to_string()));
            assert!(!format!("{request:?}").contains(value));
        }
    }
}
