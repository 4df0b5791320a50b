//! What is measured under the names of that time.
use glassbox_core::{
    CompletionModelExt as _, EmbeddingModel as _, EmbeddingRequest, Error, ErrorKind, FinishKind,
    FinishReason, Usage,
};
use glassbox_otel::{Telemetry, Vocabulary};
use glassbox_test::{
    Capture, CapturedMetric, ScriptedEmbeddings, ScriptedModel, Turn, assert_telemetry_snapshot,
};

use super::builder;
use crate::common::remote;

/// A capture of one call under these vocabularies.
async fn measured(vocabularies: &[Vocabulary], turn: Turn) -> Capture {
    let capture = Capture::new();
    let telemetry = Telemetry::builder()
        .tracer_provider(capture.provider())
        .meter_provider(capture.meter_provider())
        .vocabularies(vocabularies.iter().copied())
        .build();
    let model = telemetry.model(ScriptedModel::new([turn]).with_info(remote()));
    let _ = model.complete("hello").await;
    capture
}

fn counted(metric: &CapturedMetric) -> Vec<u64> {
    metric
        .points()
        .iter()
        .filter_map(|point| point.count())
        .collect()
}

fn turn() -> Turn {
    Turn::text("hi").with_usage(Usage::new(10, 5))
}

#[tokio::test]
async fn metrics_have_the_names_of_that_time() {
    let capture = Capture::new();
    let telemetry = builder(&capture)
        .meter_provider(capture.meter_provider())
        .build();
    let stop = FinishReason::new(FinishKind::Stop, "end_turn");
    let turn = Turn::text("hi")
        .with_finish(stop)
        .with_usage(Usage::new(10, 5));
    let model = telemetry.model(ScriptedModel::new([turn]).with_info(remote()));
    model.complete("hello").await.unwrap();
    capture.clear();
    assert_telemetry_snapshot!(capture, @r#"
    metrics
      gen_ai.client.generation.choices [counter, choice]
        value 1
          gen_ai.operation.name = "chat"
          gen_ai.provider.name = "openai"
          gen_ai.request.model = "gpt-4o-mini"
          gen_ai.response.finish_reason = "stop"
          gen_ai.response.model = "gpt-4o-mini"
          gen_ai.system = "openai"
          llm.response.finish_reason = "end_turn"
          server.address = "api.openai.com"
          server.port = 443
          stream = false
      gen_ai.client.operation.duration [histogram, s]
        count 1
          gen_ai.operation.name = "chat"
          gen_ai.provider.name = "openai"
          gen_ai.request.model = "gpt-4o-mini"
          gen_ai.response.model = "gpt-4o-mini"
          gen_ai.system = "openai"
          server.address = "api.openai.com"
          server.port = 443
          stream = false
      gen_ai.client.token.usage [histogram, {token}]
        count 1, sum 10
          gen_ai.operation.name = "chat"
          gen_ai.provider.name = "openai"
          gen_ai.request.model = "gpt-4o-mini"
          gen_ai.response.model = "gpt-4o-mini"
          gen_ai.system = "openai"
          gen_ai.token.type = "input"
          server.address = "api.openai.com"
          server.port = 443
          stream = false
        count 1, sum 5
          gen_ai.operation.name = "chat"
          gen_ai.provider.name = "openai"
          gen_ai.request.model = "gpt-4o-mini"
          gen_ai.response.model = "gpt-4o-mini"
          gen_ai.system = "openai"
          gen_ai.token.type = "output"
          server.address = "api.openai.com"
          server.port = 443
          stream = false
      glassbox.client.cost [counter, {USD}]
        value 4.5e-6
          gen_ai.operation.name = "chat"
          gen_ai.provider.name = "openai"
          gen_ai.request.model = "gpt-4o-mini"
          gen_ai.response.model = "gpt-4o-mini"
          server.address = "api.openai.com"
          server.port = 443
    "#);
}

#[tokio::test]
async fn what_two_vocabularies_share_is_measured_once() {
    let both = [Vocabulary::GenAi1_41, Vocabulary::OpenLlmetry];
    let capture = measured(&both, turn()).await;
    let duration = capture.metric("gen_ai.client.operation.duration");
    assert_eq!(counted(&duration), [1]);
    let point = &duration.points()[0];
    assert_eq!(point.text("gen_ai.system").unwrap(), "\"openai\"");
    assert_eq!(point.text("gen_ai.provider.name").unwrap(), "\"openai\"");
    assert_eq!(
        counted(&capture.metric("gen_ai.client.token.usage")),
        [1, 1]
    );
    let names: Vec<String> = capture
        .metrics()
        .iter()
        .map(|metric| metric.name().to_owned())
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.starts_with("gen_ai.client.inference.")),
        "{names:?}"
    );
}

#[tokio::test]
async fn todays_instruments_stay_where_todays_conventions_are_on() {
    let both = [Vocabulary::OpenLlmetry, Vocabulary::GenAi];
    let capture = measured(&both, turn()).await;
    let today = capture.metric("gen_ai.client.inference.duration");
    assert_eq!(counted(&today), [1]);
    assert_eq!(today.points()[0].text("gen_ai.system"), None);
    assert_eq!(
        counted(&capture.metric("gen_ai.client.operation.duration")),
        [1]
    );
}

#[tokio::test]
async fn a_call_that_fails_has_its_error_and_no_answer() {
    let refused = Turn::refused(Error::new(ErrorKind::Overloaded, "too much to do"));
    let capture = measured(&[Vocabulary::OpenLlmetry], refused).await;
    let duration = capture.metric("gen_ai.client.operation.duration");
    assert_eq!(
        duration.points()[0].text("error.type").unwrap(),
        "\"overloaded\""
    );
    let metrics = capture.metrics();
    let choices = metrics
        .iter()
        .find(|metric| metric.name() == "gen_ai.client.generation.choices");
    assert!(choices.is_none_or(|choices| choices.points().is_empty()));
}

#[tokio::test]
async fn embeddings_count_their_tokens() {
    let capture = Capture::new();
    let telemetry = builder(&capture)
        .meter_provider(capture.meter_provider())
        .build();
    let model = telemetry.embeddings(ScriptedEmbeddings::new().with_info(remote()));
    model
        .embed(EmbeddingRequest::new(["one two three"]))
        .await
        .unwrap();
    let tokens = capture.metric("gen_ai.client.token.usage");
    assert_eq!(tokens.points()[0].sum(), Some(3.0));
    assert_eq!(
        tokens.points()[0].text("gen_ai.system").unwrap(),
        "\"openai\""
    );
}
