//! A priced model says what a call cost, and changes nothing else.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]

use std::sync::Arc;

use async_trait::async_trait;
use futures_executor::block_on;
use futures_util::{StreamExt as _, stream};
use glassbox_core::{
    CompletionModel, CompletionModelExt as _, Cost, CostSource, Delivery, EmbeddingModel,
    EmbeddingRequest, EmbeddingResponse, Error, ErrorKind, Event, EventStream, FinishKind, Meta,
    ModelInfo, Parameters, Request, Result, Start, Usage,
};
use glassbox_price::{Band, Priced, Prices, Rates, ServiceTier, TokenRates};

/// Gives these events, whatever it is asked.
#[derive(Clone, Debug)]
struct Fixed {
    info: ModelInfo,
    events: Vec<Result<Event>>,
}

impl Fixed {
    fn new(events: impl IntoIterator<Item = Event>) -> Self {
        let start = Event::Start(Box::new(Start::new()));
        let events = [start].into_iter().chain(events).chain([Event::End]);
        Self {
            info: ModelInfo::new("acme", "asked"),
            events: events.map(Ok).collect(),
        }
    }
}

#[async_trait]
impl CompletionModel for Fixed {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, _: Request) -> Result<EventStream> {
        Ok(Box::pin(stream::iter(self.events.clone())))
    }
}

#[async_trait]
impl EmbeddingModel for Fixed {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn embed(&self, _: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let mut response = EmbeddingResponse::new(vec![vec![1.0]]);
        for event in self.events.iter().flatten() {
            match event {
                Event::Meta(meta) => response.meta.update((**meta).clone()),
                Event::Usage(usage) => response.usage.update(usage),
                _ => {}
            }
        }
        Ok(response)
    }
}

fn prices() -> Prices {
    let flex = Band::new(ServiceTier::Flex, 0, TokenRates::new(0.5, 0.5));
    Prices::empty()
        .with_model("acme", "asked", Rates::new(1.0, 1.0).with_band(flex))
        .with_model("acme", "answers", Rates::new(2.0, 2.0))
}

fn priced(events: impl IntoIterator<Item = Event>) -> Priced<Fixed> {
    Priced::new(Fixed::new(events)).with_prices(prices())
}

fn meta(model: &str) -> Event {
    Event::Meta(Box::new(Meta::new(
        Some("id".to_owned()),
        Some(model.to_owned()),
    )))
}

fn tier(word: &str) -> Event {
    let mut meta = Meta::default();
    meta.service_tier = Some(word.to_owned());
    Event::Meta(Box::new(meta))
}

fn usage(input: u64, output: u64) -> Event {
    Event::Usage(Box::new(Usage::new(input, output)))
}

fn said(total: f64) -> Event {
    let mut usage = Usage::new(10, 10);
    usage.cost = Some(Cost::new(total, CostSource::Provider));
    Event::Usage(Box::new(usage))
}

fn events<M: CompletionModel>(model: &M) -> Vec<Result<Event>> {
    block_on(async {
        model
            .stream(Request::new("?"))
            .await
            .unwrap()
            .collect()
            .await
    })
}

/// The same, to be compared.
fn words<M: CompletionModel>(model: &M) -> Vec<String> {
    let words = events(model).into_iter().map(|event| format!("{event:?}"));
    words.collect()
}

/// What the usage events say of the cost, and the cost of the response.
fn costs<M: CompletionModel>(model: &M) -> (Vec<Option<f64>>, Option<f64>) {
    let total = |cost: Option<Cost>| cost.map(|cost| cost.total);
    let steps = events(model)
        .into_iter()
        .filter_map(|event| match event.unwrap() {
            Event::Usage(usage) => Some(total(usage.cost)),
            _ => None,
        });
    let response = block_on(model.complete("?")).unwrap();
    (steps.collect(), total(response.usage.cost))
}

#[test]
fn every_usage_has_its_cost_whole_and_in_pieces() {
    let model = priced([
        meta("answers"),
        usage(10, 1),
        Event::text("a"),
        usage(10, 5),
    ]);
    assert_eq!(costs(&model), (vec![Some(22.0), Some(30.0)], Some(30.0)));
    for delivery in [Delivery::Whole, Delivery::Incremental] {
        let request = Request::new("?").with_delivery(delivery);
        let response = block_on(model.complete(request)).unwrap();
        let cost = response.usage.cost.unwrap();
        assert_eq!((cost.total, cost.source), (30.0, CostSource::PriceList));
        assert_eq!((cost.input, cost.output), (Some(20.0), Some(10.0)));
    }
}

#[test]
fn a_running_total_is_priced_as_a_whole() {
    let mut input = Usage::default();
    input.input_tokens = Some(10);
    let mut output = Usage::default();
    output.output_tokens = Some(5);
    let [input, output] = [input, output].map(|usage| Event::Usage(Box::new(usage)));
    let model = priced([meta("answers"), input, output]);
    assert_eq!(costs(&model), (vec![None, Some(30.0)], Some(30.0)));
}

#[test]
fn a_cost_waits_for_the_model_that_answered() {
    let model = priced([usage(10, 5), meta("answers")]);
    assert_eq!(costs(&model), (vec![None, Some(30.0)], Some(30.0)));
    let never = priced([usage(10, 5)]);
    assert_eq!(costs(&never), (vec![None, Some(15.0)], Some(15.0)));
    let last = events(&never).pop().unwrap().unwrap();
    assert_eq!(last, Event::End);
}

#[test]
fn the_tier_of_the_response_comes_before_that_of_the_request() {
    let flex = priced([meta("asked"), tier("flex"), usage(10, 10)]);
    assert_eq!(costs(&flex), (vec![Some(10.0)], Some(10.0)));
    let late = priced([meta("asked"), usage(10, 10), tier("flex")]);
    assert_eq!(costs(&late), (vec![Some(20.0), Some(10.0)], Some(10.0)));
    // What was said first cannot be taken back.
    let unknown = priced([meta("asked"), usage(10, 10), tier("provisioned")]);
    let response = block_on(unknown.complete("?")).unwrap();
    assert!(response.usage.cost.unwrap().partial);

    let asked = |model: &Priced<Fixed>| {
        let parameters = Parameters::new().with_service_tier("flex");
        let request = Request::new("?").with_parameters(parameters);
        block_on(model.complete(request))
            .unwrap()
            .usage
            .cost
            .map(|cost| cost.total)
    };
    assert_eq!(asked(&priced([meta("asked"), usage(10, 10)])), Some(10.0));
    assert_eq!(
        asked(&priced([meta("asked"), tier("default"), usage(10, 10)])),
        Some(20.0)
    );
}

#[test]
fn what_the_provider_says_wins() {
    for order in [
        vec![meta("answers"), said(7.0)],
        vec![said(7.0), meta("answers")],
        vec![meta("answers"), usage(10, 1), said(7.0)],
        vec![meta("answers"), said(7.0), usage(10, 12)],
        vec![usage(10, 1), said(7.0), meta("answers")],
    ] {
        let cost = block_on(priced(order.clone()).complete("?"))
            .unwrap()
            .usage
            .cost;
        assert_eq!(
            cost,
            Some(Cost::new(7.0, CostSource::Provider)),
            "{order:?}"
        );
    }
}

#[test]
fn without_a_price_or_usage_nothing_is_added() {
    for order in [
        vec![meta("answers"), usage(1, 1)],
        vec![usage(1, 1)],
        vec![],
        vec![meta("answers")],
    ] {
        let bare = Fixed::new(order);
        let model = Priced::new(bare.clone()).with_prices(Prices::empty());
        assert_eq!(words(&model), words(&bare));
    }
    let bare = Fixed::new([
        meta("answers"),
        Event::text("a"),
        Event::finish(0, FinishKind::Stop),
    ]);
    let model = Priced::new(bare.clone()).with_prices(prices());
    assert_eq!(words(&model), words(&bare));
    assert_eq!(CompletionModel::info(&model), &bare.info);
}

#[test]
fn everything_else_passes_as_it_is() {
    let bare = Fixed::new([
        meta("answers"),
        Event::reasoning(0, "hm"),
        Event::tool_call(0, 0, "call", "tool"),
        Event::arguments(0, 0, "{}"),
        usage(3, 4),
        Event::finish(0, FinishKind::ToolCall),
    ]);
    let model = Priced::new(bare.clone()).with_prices(prices());
    let mut got = block_on(model.complete("?")).unwrap();
    let want = block_on(bare.complete("?")).unwrap();
    assert_ne!(got, want);
    got.usage.cost = None;
    assert_eq!(got, want);
}

#[test]
fn wrapping_twice_is_as_wrapping_once() {
    let dear = Prices::empty().with_model("acme", "answers", Rates::new(9.0, 9.0));
    for order in [
        vec![meta("answers"), usage(10, 1), usage(10, 5)],
        vec![usage(10, 5), meta("answers")],
        vec![meta("answers"), said(7.0)],
    ] {
        let once = priced(order);
        let twice = Priced::new(once.clone()).with_prices(dear.clone());
        assert_eq!(words(&twice), words(&once));
    }
}

#[test]
fn what_was_used_before_a_failure_has_its_cost() {
    let failure = Error::new(ErrorKind::Protocol, "the line is cut");
    let mut bare = Fixed::new([usage(10, 5), Event::text("a")]);
    bare.events.pop();
    bare.events.push(Err(failure.clone()));
    let got = events(&Priced::new(bare).with_prices(prices()));
    let [.., Ok(Event::Usage(usage)), Err(error)] = got.as_slice() else {
        panic!("{got:?}");
    };
    assert_eq!(usage.cost.map(|cost| cost.total), Some(15.0));
    assert_eq!(error.to_string(), failure.to_string());
}

#[test]
fn embeddings_are_priced_too() {
    let embed = |model: &dyn EmbeddingModel| {
        let response = block_on(model.embed(EmbeddingRequest::new(["a"]))).unwrap();
        response.usage.cost.map(|cost| cost.total)
    };
    assert_eq!(embed(&priced([meta("answers"), usage(10, 0)])), Some(20.0));
    assert_eq!(embed(&priced([usage(10, 0)])), Some(10.0));
    assert_eq!(embed(&priced([said(7.0)])), Some(7.0));
    assert_eq!(embed(&priced([])), None);
}

#[test]
fn a_model_behind_a_pointer_is_priced_by_the_embedded_list() {
    let mut bare = Fixed::new([meta("gpt-4o-mini-2024-07-18"), usage(82, 43)]);
    bare.info = ModelInfo::new("openai", "gpt-4o-mini");
    let model: Arc<dyn CompletionModel> = Arc::new(bare);
    let response = block_on(Priced::new(model).complete("?")).unwrap();
    let cost = response.usage.cost.expect("it has a price");
    assert!((cost.total - 3.81e-5).abs() < 1e-15, "{cost:?}");
}
