//! What a call of a model leaves behind, however it ends.
use std::time::Duration;

use crate::common::{remote, telemetry};
use futures_util::StreamExt as _;
use glassbox_core::{
    CompletionModel, CompletionModelExt as _, EmbeddingModel as _, EmbeddingRequest,
    EncodingFormat, Error, ErrorKind, Event, EventStream, FinishKind, ModelInfo, OutputFormat,
    Parameters, PromptTemplate, Request, Result, Retry, Start, Usage,
};
use glassbox_test::{ScriptedEmbeddings, ScriptedModel, Turn, assert_trace_snapshot};

/// A request that sets everything.
fn request() -> Request {
    let parameters = Parameters::new()
        .with_temperature(0.5)
        .with_top_p(0.9)
        .with_top_k(40)
        .with_max_tokens(100)
        .with_stop_sequence("END")
        .with_seed(7)
        .with_frequency_penalty(0.1)
        .with_presence_penalty(0.2)
        .with_choice_count(1)
        .with_reasoning_effort("low")
        .with_service_tier("flex");
    Request::new("the secret prompt")
        .with_parameters(parameters)
        .with_output(OutputFormat::Json)
        .with_conversation("conversation-1")
        .with_previous_response("response-0")
        .with_prompt(
            PromptTemplate::new("greeting")
                .with_version("3")
                .with_variable("name", "secret"),
        )
}

fn turn() -> Turn {
    let mut usage = Usage::new(20, 8);
    usage.cache_read_input_tokens = Some(16);
    usage.reasoning_output_tokens = Some(0);
    Turn::text("the secret answer")
        .with_id("response-1")
        .with_model("gpt-4o-mini-2024-07-18")
        .with_usage(usage)
}

#[tokio::test]
async fn a_whole_answer() {
    let (telemetry, capture) = telemetry();
    let model = telemetry.model(ScriptedModel::new([turn()]).with_info(remote()));
    assert_eq!(
        model.complete(request()).await.unwrap().text(),
        "the secret answer"
    );
    assert_trace_snapshot!(capture);
    assert!(
        !capture.render().contains("secret"),
        "content is not recorded"
    );
}

#[tokio::test]
async fn an_incremental_answer_records_the_same_and_the_first_chunk() {
    let (telemetry, capture) = telemetry();
    let model = telemetry.model(ScriptedModel::new([turn()]).with_info(remote()));
    let mut events = model.events(request()).await.unwrap();
    assert_eq!(
        capture.spans().len(),
        0,
        "the span lasts as long as the stream"
    );
    while let Some(event) = events.next().await {
        event.unwrap();
    }
    assert_trace_snapshot!(capture);
}

#[tokio::test]
async fn a_stream_that_is_dropped_ends_with_what_was_received() {
    let (telemetry, capture) = telemetry();
    let model = telemetry.model(ScriptedModel::new([turn()]).with_info(remote()));
    let mut events = model.events("hello").await.unwrap();
    for _ in 0..3 {
        events.next().await.unwrap().unwrap();
    }
    assert_eq!(capture.open(), 1);
    drop(events);
    assert_trace_snapshot!(capture, @r#"
    chat gpt-4o-mini [client]
      gen_ai.operation.name = "chat"
      gen_ai.provider.name = "openai"
      gen_ai.request.model = "gpt-4o-mini"
      gen_ai.request.stream = true
      gen_ai.response.id = "response-1"
      gen_ai.response.model = "gpt-4o-mini-2024-07-18"
      gen_ai.response.time_to_first_chunk = [seconds]
      glassbox.outcome = "cancelled"
      openai.api.type = "chat_completions"
      server.address = "api.openai.com"
      server.port = 443
    "#);
}

#[tokio::test]
async fn a_call_that_is_dropped_before_it_answers_ends() {
    #[derive(Debug)]
    struct Silent(ModelInfo);

    #[async_trait::async_trait]
    impl CompletionModel for Silent {
        fn info(&self) -> &ModelInfo {
            &self.0
        }

        async fn stream(&self, _request: Request) -> Result<EventStream> {
            std::future::pending().await
        }
    }

    let (telemetry, capture) = telemetry();
    let model = telemetry.model(Silent(remote()));
    let call = tokio::spawn(async move {
        model
            .complete("hello")
            .await
            .map(|response| response.text())
    });
    tokio::task::yield_now().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(
        span.text("glassbox.outcome").as_deref(),
        Some("\"cancelled\"")
    );
    assert_eq!(capture.open(), 0);
}

#[tokio::test]
async fn an_error_is_an_error_with_its_kind_and_no_content() {
    let (telemetry, capture) = telemetry();
    let second = Duration::from_secs(1);
    let error = Error::new(ErrorKind::RateLimited, "too many requests")
        .with_provider("openai")
        .with_status(429)
        .with_detail("the secret prompt was too much")
        .with_retries(vec![Retry::new(
            1,
            ErrorKind::RateLimited,
            Some(429),
            Duration::ZERO,
            second,
        )]);
    let model = telemetry.model(ScriptedModel::new([Turn::refused(error)]).with_info(remote()));
    assert_eq!(
        model.complete("hello").await.unwrap_err().kind(),
        ErrorKind::RateLimited
    );
    assert_trace_snapshot!(capture, @r#"
    chat gpt-4o-mini [client] ERROR "openai: too many requests (HTTP 429)"
      error.type = "rate_limited"
      gen_ai.operation.name = "chat"
      gen_ai.provider.name = "openai"
      gen_ai.request.model = "gpt-4o-mini"
      openai.api.type = "chat_completions"
      server.address = "api.openai.com"
      server.port = 443
      * glassbox.retry {error.type = "rate_limited", glassbox.retry.attempt = 1, glassbox.retry.wait = [seconds], http.response.status_code = 429}
    "#);
}

#[tokio::test]
async fn a_stream_that_breaks_keeps_what_was_received() {
    let (telemetry, capture) = telemetry();
    let broken = turn().broken(Error::new(ErrorKind::Network, "the connection was reset"));
    let model = telemetry.model(ScriptedModel::new([broken]).with_info(remote()));
    assert!(model.complete(Request::new("hello")).await.is_err());
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(span.text("error.type").unwrap(), "\"network\"");
    assert_eq!(span.text("gen_ai.response.id").unwrap(), "\"response-1\"");
    assert_eq!(
        span.text("gen_ai.response.finish_reasons").unwrap(),
        "[\"error\"]"
    );
}

#[tokio::test]
async fn a_stream_that_ends_in_silence_is_a_failure() {
    let (telemetry, capture) = telemetry();
    let model = telemetry.model(ScriptedModel::new([turn().cut()]).with_info(remote()));
    assert_eq!(
        model.complete("hello").await.unwrap_err().kind(),
        ErrorKind::Protocol
    );
    assert_eq!(
        capture.span("chat gpt-4o-mini").text("error.type").unwrap(),
        "\"protocol\""
    );
}

#[tokio::test]
async fn a_model_that_panics_leaves_a_closed_span() {
    let (telemetry, capture) = telemetry();
    let model = telemetry.model(ScriptedModel::from_fn(|_| panic!("a defect")).with_info(remote()));
    let call = tokio::spawn(async move { model.complete("hello").await.is_ok() });
    assert!(call.await.unwrap_err().is_panic());
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(span.text("error.type").unwrap(), "\"panic\"");
    assert_eq!(capture.open(), 0);
}

#[tokio::test]
async fn retries_are_events_at_their_times() {
    let (telemetry, capture) = telemetry();
    let mut start = Start::new();
    let (after, wait) = (Duration::from_millis(250), Duration::from_millis(500));
    start
        .retries
        .push(Retry::new(1, ErrorKind::Overloaded, Some(503), after, wait));
    start.dropped.push("top_k".into());
    let model = telemetry.model(ScriptedModel::new([turn().with_start(start)]).with_info(remote()));
    model.complete("hello").await.unwrap();
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(
        span.events(),
        ["glassbox.retry", "glassbox.options_dropped"]
    );
    let at = span.data().events[0]
        .timestamp
        .duration_since(span.data().start_time)
        .unwrap();
    assert_eq!(at, after);
}

#[tokio::test]
async fn each_answer_of_several_has_its_finish_reason() {
    #[derive(Debug)]
    struct Twice(ModelInfo);

    #[async_trait::async_trait]
    impl CompletionModel for Twice {
        fn info(&self) -> &ModelInfo {
            &self.0
        }

        async fn stream(&self, _request: Request) -> Result<EventStream> {
            let events = [
                Event::Start(Box::default()),
                Event::text_of(1, "b"),
                Event::text_of(0, "a"),
                Event::text_of(2, "c"),
                Event::finish(1, FinishKind::Length),
                Event::finish(0, FinishKind::Stop),
                Event::End,
            ];
            Ok(Box::pin(futures_util::stream::iter(events.map(Ok))))
        }
    }

    let (telemetry, capture) = telemetry();
    let parameters = Parameters::new().with_choice_count(3);
    let request = Request::new("hello").with_parameters(parameters);
    telemetry
        .model(Twice(remote()))
        .complete(request)
        .await
        .unwrap();
    let span = capture.span("chat gpt-4o-mini");
    assert_eq!(
        span.text("gen_ai.response.finish_reasons").unwrap(),
        r#"["stop", "length", "error"]"#
    );
    assert_eq!(span.text("gen_ai.request.choice.count").unwrap(), "3");
}

#[tokio::test]
async fn wrapping_twice_records_once() {
    let (telemetry, capture) = telemetry();
    let once = telemetry.model(ScriptedModel::new([turn(), turn()]).with_info(remote()));
    let twice = telemetry.model(telemetry.model(once));
    twice.complete("hello").await.unwrap();
    let mut events = twice.events("hello").await.unwrap();
    while events.next().await.is_some() {}
    assert_eq!(capture.spans().len(), 2, "one for each call");
}

#[tokio::test]
async fn a_stream_polled_by_another_task_is_the_same_call() {
    let (telemetry, capture) = telemetry();
    let model = telemetry.model(ScriptedModel::new([turn()]).with_info(remote()));
    let mut events = model.events("hello").await.unwrap();
    let other = tokio::spawn(async move { while events.next().await.is_some() {} });
    other.await.unwrap();
    assert_eq!(capture.spans().len(), 1);
    assert!(
        capture
            .span("chat gpt-4o-mini")
            .attribute("gen_ai.usage.input_tokens")
            .is_some()
    );
}

#[tokio::test]
async fn a_model_in_this_process_is_internal_and_has_no_server() {
    let (telemetry, capture) = telemetry();
    let model = telemetry.model(ScriptedModel::new([Turn::text("hi")]));
    model.complete("hello").await.unwrap();
    assert_trace_snapshot!(capture, @r#"
    chat script [internal]
      gen_ai.operation.name = "chat"
      gen_ai.provider.name = "scripted"
      gen_ai.request.model = "script"
      gen_ai.response.finish_reasons = ["stop"]
      gen_ai.response.model = "script"
    "#);
}

#[tokio::test]
async fn embeddings() {
    let (telemetry, capture) = telemetry();
    let info =
        ModelInfo::new("openai", "text-embedding-3-small").with_server("api.openai.com", Some(443));
    let model = telemetry.embeddings(ScriptedEmbeddings::new().with_info(info));
    let request = EmbeddingRequest::new(["a secret text"])
        .with_dimensions(8)
        .with_encoding_format(EncodingFormat::Base64);
    assert_eq!(model.embed(request).await.unwrap().embeddings[0].len(), 8);
    assert_trace_snapshot!(capture, @r#"
    embeddings text-embedding-3-small [client]
      gen_ai.embeddings.dimension.count = 8
      gen_ai.operation.name = "embeddings"
      gen_ai.provider.name = "openai"
      gen_ai.request.encoding_formats = ["base64"]
      gen_ai.request.model = "text-embedding-3-small"
      gen_ai.response.model = "text-embedding-3-small"
      gen_ai.usage.input_tokens = 3
      glassbox.cost.input = 1.5
      glassbox.cost.source = "price_list"
      glassbox.cost.total = 1.5
      server.address = "api.openai.com"
      server.port = 443
    "#);
}

#[tokio::test]
async fn embeddings_that_fail() {
    let (telemetry, capture) = telemetry();
    let refusing = ScriptedEmbeddings::new().refusing(Error::new(
        ErrorKind::Unauthenticated,
        "the key was refused",
    ));
    let model = telemetry.embeddings(telemetry.embeddings(refusing));
    assert!(model.embed(EmbeddingRequest::new(["a"])).await.is_err());
    assert_eq!(
        capture
            .span("embeddings script-embedding")
            .text("error.type")
            .unwrap(),
        "\"unauthenticated\""
    );
}
