//! The stories of what is around a model, which every vocabulary tells, and what telemetry makes of them when it is
//! inside, outside, or both.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use glassbox::middleware::{Balance, Cache, Cached, Fallback, RateLimit, RateLimited, Timeout};
use glassbox::{
    Agent, Capabilities, CompletionModel, CompletionModelExt as _, Cost, CostSource,
    EmbeddingModel as _, EmbeddingRequest, Error, ErrorKind, EventStream, Limits, ModelInfo,
    Outcome, Priced, Request, Result, Retry, Start, Telemetry, Toolbox, Usage,
};
use glassbox_test::{CapturedSpan, ScriptedEmbeddings, ScriptedModel, Turn};
use opentelemetry::Value;

use crate::host::{prices, telemetry};

const SECOND: Duration = Duration::from_secs(1);

fn openai(turns: impl IntoIterator<Item = Turn>) -> ScriptedModel {
    let info = ModelInfo::new("openai", "gpt-4o-mini")
        .with_server("api.openai.com", Some(443))
        .with_capabilities(Capabilities::all());
    ScriptedModel::new(turns).with_info(info)
}

fn anthropic(turns: impl IntoIterator<Item = Turn>) -> ScriptedModel {
    let info = ModelInfo::new("anthropic", "claude-sonnet-4-5")
        .with_server("api.anthropic.com", Some(443))
        .with_capabilities(Capabilities::all());
    ScriptedModel::new(turns).with_info(info)
}

fn overloaded(attempt: u32, after: Duration) -> Retry {
    Retry::new(attempt, ErrorKind::Overloaded, Some(503), after, SECOND / 2)
}

/// A model that takes its time before it answers or refuses.
#[derive(Debug)]
struct Late(ScriptedModel);

#[async_trait]
impl CompletionModel for Late {
    fn info(&self) -> &ModelInfo {
        self.0.info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        tokio::time::sleep(SECOND).await;
        self.0.stream(request).await
    }
}

/// Refused twice, with a retry between.
fn refused() -> Turn {
    let error = Error::new(ErrorKind::Overloaded, "the provider is at its capacity")
        .with_provider("openai")
        .with_status(503)
        .with_retries(vec![overloaded(1, SECOND / 10)]);
    Turn::refused(error)
}

fn answer() -> Turn {
    Turn::text("It is 3.")
        .with_id("r1")
        .with_model("claude-sonnet-4-5-20250929")
        .with_usage(Usage::new(40, 5))
}

/// The same, of the first model's own.
fn own_answer() -> Turn {
    answer().with_model("gpt-4o-mini-2024-07-18")
}

pub(crate) async fn fallback(telemetry: &Telemetry) {
    let mut start = Start::new();
    start.retries = vec![overloaded(1, SECOND / 5)];
    let second = anthropic([answer().with_start(start)]);
    let model = telemetry.model(Fallback::new(Late(openai([refused()]))).or(second));
    model.complete("What is 1 + 2?").await.unwrap();
}

pub(crate) async fn fallback_of_all(telemetry: &Telemetry) {
    let wrong = Error::new(ErrorKind::Unauthenticated, "the API key was refused")
        .with_provider("anthropic")
        .with_status(401);
    let second = anthropic([Turn::refused(wrong)]);
    let model = telemetry.model(Fallback::new(Late(openai([refused()]))).or(second));
    model.complete("What is 1 + 2?").await.unwrap_err();
}

/// Each model is recorded, and what is around them too.
pub(crate) async fn fallback_with_spans_inside(telemetry: &Telemetry) {
    let first = telemetry.model(Late(openai([refused()])));
    let second = telemetry.model(anthropic([answer()]));
    let named = ModelInfo::new("example", "router").with_capabilities(Capabilities::all());
    let model = Fallback::new(first).or(second).with_info(named);
    let model = telemetry.model(model);
    model.complete("What is 1 + 2?").await.unwrap();
}

pub(crate) async fn balance(telemetry: &Telemetry) {
    let models = Balance::new(Late(openai([refused()])), 1).and(anthropic([answer(), answer()]), 0);
    let model = telemetry.model(models);
    for _ in 0..2 {
        model.complete("What is 1 + 2?").await.unwrap();
    }
}

pub(crate) async fn cache(telemetry: &Telemetry) {
    let mut usage = Usage::new(2000, 10);
    usage.cache_read_input_tokens = Some(1536);
    let turn = Turn::text("It is 3.").with_id("r1").with_usage(usage);
    let model = telemetry.model(Cached::new(openai([turn]), Cache::new()));
    model.complete("What is 1 + 2?").await.unwrap();
    tokio::time::advance(SECOND * 60).await;
    let again = model.events("What is 1 + 2?").await.unwrap();
    again.collect::<Vec<_>>().await;
}

pub(crate) async fn cached_embeddings(telemetry: &Telemetry) {
    let model = Cached::new(ScriptedEmbeddings::new(), Cache::new());
    let model = telemetry.embeddings(model);
    for _ in 0..2 {
        let request = EmbeddingRequest::new(["one", "two"]);
        model.embed(request).await.unwrap();
    }
}

pub(crate) async fn deadline(telemetry: &Telemetry) {
    let slow = own_answer().with_pieces(4).with_pace(SECOND);
    let model = telemetry.model(Timeout::new(openai([slow])).with_total(SECOND * 5 / 2));
    let mut events = model.events("What is 1 + 2?").await.unwrap();
    while events.next().await.unwrap().is_ok() {}
}

pub(crate) async fn rate_limit_wait(telemetry: &Telemetry) {
    let limit = RateLimit::new().with_requests(1, SECOND * 10);
    let limited = RateLimited::new(openai([own_answer(), own_answer()]), limit);
    let model = telemetry.model(limited);
    for _ in 0..2 {
        model.complete("What is 1 + 2?").await.unwrap();
    }
}

fn sum(spans: &[CapturedSpan], key: &str) -> i64 {
    let counts = spans.iter().filter_map(|span| match span.attribute(key) {
        Some(Value::I64(count)) => Some(*count),
        _ => None,
    });
    counts.sum()
}

fn events(span: &CapturedSpan) -> Vec<String> {
    let events = span.data().events.iter();
    events.map(|event| event.name.to_string()).collect()
}

/// Telemetry in every place where it may be, and what was asked of the models once.
#[tokio::test(start_paused = true)]
async fn tokens_count_once_wherever_telemetry_is() {
    for places in 0..16 {
        let (telemetry, capture) = telemetry();
        let at = |place: u32, model: Arc<dyn CompletionModel>| {
            if places & (1 << place) == 0 {
                model
            } else {
                telemetry.model(model)
            }
        };
        let first = at(0, Arc::new(openai([refused()])));
        let second = at(1, Arc::new(anthropic([answer()])));
        let both = at(2, Arc::new(Fallback::new(first).or(second)));
        let limited = Timeout::new(both).with_total(SECOND * 60);
        let model = at(3, Arc::new(Cached::new(limited, Cache::new())));
        for _ in 0..2 {
            model.complete("What is 1 + 2?").await.unwrap();
        }
        let spans = capture.spans();
        assert_eq!(capture.open(), 0);
        // Who records the first model alone records what failed.
        let expected = if places & 0b1110 == 0 { 0 } else { 40 };
        let input = sum(&spans, "gen_ai.usage.input_tokens");
        assert_eq!(input, expected, "{places:04b}: {}", capture.render());
        let saved = sum(&spans, "glassbox.cache.saved.input_tokens");
        let expected = if places & 0b1000 == 0 { 0 } else { 40 };
        assert_eq!(saved, expected, "{places:04b}: {}", capture.render());
    }
}

#[tokio::test(start_paused = true)]
async fn the_price_is_that_of_the_model_that_answered() {
    let (telemetry, capture) = telemetry();
    // The list has a price for this one alone.
    let ours = Turn::text("3").with_usage(Usage::new(1, 0));
    let down = anthropic([refused(), refused()]);
    let model = Fallback::new(down).or(openai([ours.clone(), ours]));
    let model = telemetry.model(model);
    model.complete("What is 1 + 2?").await.unwrap();
    let agent = Agent::new(model, Toolbox::new());
    telemetry.agent(agent).run("And 2 + 2?").await.unwrap();
    for span in capture.spans() {
        let cost = span.attribute("glassbox.cost.total");
        assert_eq!(cost, Some(&Value::F64(0.5)), "{}", capture.render());
    }
}

#[tokio::test]
async fn whoever_answers_sends_the_bill() {
    let ours = Turn::text("3").with_usage(Usage::new(1, 0));
    let model = Fallback::new(anthropic([refused()])).or(openai([ours]));
    let model = Priced::new(model).with_prices(prices());
    let response = model.complete("What is 1 + 2?").await.unwrap();
    assert_eq!(response.usage.cost.map(|cost| cost.total), Some(0.5));
}

#[tokio::test(start_paused = true)]
async fn decisions_stand_between_the_retries_in_the_order_of_their_times() {
    let (telemetry, capture) = telemetry();
    fallback(&telemetry).await;
    let spans = capture.spans();
    let expected = ["glassbox.retry", "glassbox.fallback", "glassbox.retry"];
    assert_eq!(events(&spans[0]), expected);
    let times: Vec<_> = spans[0]
        .data()
        .events
        .iter()
        .map(|event| event.timestamp)
        .collect();
    assert!(times.is_sorted(), "{times:?}");
}

/// A run whose answers come from a cache consumes nothing of its limits.
#[tokio::test]
async fn a_cached_run_costs_nothing() {
    let mut usage = Usage::new(90, 10);
    usage.cost = Some(Cost::new(1.0, CostSource::Provider));
    let model = Cached::new(openai([Turn::text("3").with_usage(usage)]), Cache::new());
    let limits = Limits::new().with_tokens(1_000).with_cost(1.5);
    let agent = Agent::new(model, Toolbox::new()).with_limits(limits);
    agent.run("What is 1 + 2?").await.unwrap();
    let again = agent.run("What is 1 + 2?").await.unwrap();
    assert_eq!(again.outcome, Outcome::Answer);
    assert_eq!(again.usage.total_tokens(), Some(0));
    assert_eq!(again.usage.cost.map(|cost| cost.total), Some(0.0));
    assert_eq!(again.usage.saved.unwrap().total_tokens(), Some(100));
}

type Wrap = fn(ScriptedModel) -> Arc<dyn CompletionModel>;

/// No piece of an answer makes work for the heap on its way through what is around the model.
#[tokio::test]
async fn a_piece_passes_without_an_allocation() {
    let count = |wrap: Wrap, pieces: usize| {
        let text = "x".repeat(pieces);
        let model = wrap(openai([Turn::text(text).with_pieces(pieces)]));
        async move {
            let mut events = model.events("hi").await.unwrap();
            // The first piece is there.
            while !events.next().await.unwrap().unwrap().is_output() {}
            let measured = allocation_counter::measure(|| {
                futures_util::future::FutureExt::now_or_never(async {
                    while let Some(event) = events.next().await {
                        event.unwrap();
                    }
                })
                .unwrap();
            });
            measured.count_total
        }
    };
    let wraps: [(&str, Wrap); 5] = [
        ("fallback", |model| Arc::new(Fallback::new(model))),
        ("balance", |model| Arc::new(Balance::new(model, 1))),
        ("cached", |model| Arc::new(Cached::new(model, Cache::new()))),
        ("rate limited", |model| {
            let limit = RateLimit::new().with_max_in_flight(1);
            Arc::new(RateLimited::new(model, limit))
        }),
        ("timeout", |model| {
            let limits = Timeout::new(model).with_total(SECOND * 60);
            Arc::new(limits.with_idle(SECOND * 60))
        }),
    ];
    for (name, wrap) in wraps {
        let bare = count(|model| Arc::new(model), 2_000).await;
        let wrapped = count(wrap, 2_000).await;
        let more = wrapped.saturating_sub(bare);
        assert!(
            more < 100,
            "{name}: {more} more than the {bare} of the model"
        );
    }
}
