use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_trait::async_trait;
use futures_core::Stream;
use glassbox_core::{
    CompletionModel, Cost, EmbeddingModel, EmbeddingRequest, EmbeddingResponse, Event, EventStream,
    Meta, ModelInfo, Request, Result, Start, Usage,
};

use crate::{Call, Prices};

/// A model whose usage says what the call cost, by a list of prices, where the provider does not say so itself.
///
/// Nothing else is changed. What the provider says wins, and so does what a `Priced` inside says, so wrapping twice is
/// harmless. A model without a price gives usage without a cost.
///
/// A cost comes with the usage it is for. Where usage comes before the response has named its model, it follows in one
/// more [`Event::Usage`] at the end. Telemetry goes outside, to see it.
#[derive(Clone, Debug)]
pub struct Priced<M> {
    model: M,
    prices: Prices,
}

impl<M> Priced<M> {
    /// Prices the calls of `model` by the embedded list.
    pub fn new(model: M) -> Self {
        Self {
            model,
            prices: Prices::embedded(),
        }
    }

    /// Sets the list of prices.
    #[must_use]
    pub fn with_prices(mut self, prices: Prices) -> Self {
        self.prices = prices;
        self
    }
}

#[async_trait]
impl<M: CompletionModel> CompletionModel for Priced<M> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let info = self.model.info();
        let bill = Bill {
            prices: self.prices.clone(),
            provider: info.provider.to_string(),
            requested: info.model.clone(),
            tier: request.parameters.service_tier.clone(),
            meta: Meta::default(),
            usage: Usage::default(),
            said: false,
            due: false,
        };
        let events = self.model.stream(request).await?;
        Ok(Box::pin(PricedStream {
            events,
            bill,
            last: None,
        }))
    }
}

#[async_trait]
impl<M: EmbeddingModel> EmbeddingModel for Priced<M> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let mut response = self.model.embed(request).await?;
        if response.usage.cost.is_none() {
            let answerer = response.start.answered_by.as_deref();
            let info = answerer.unwrap_or_else(|| self.model.info());
            let call = Call::new(&info.provider, &info.model)
                .with_answered(response.meta.model.as_deref())
                .with_service_tier(response.meta.service_tier.as_deref());
            response.usage.cost = self.prices.cost(&call, &response.usage);
        }
        Ok(response)
    }
}

struct PricedStream {
    events: EventStream,
    bill: Bill,
    /// The last item, held back for the usage before it.
    last: Option<Result<Event>>,
}

impl Stream for PricedStream {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(last) = self.last.take() {
            return Poll::Ready(Some(last));
        }
        let mut item = ready!(self.events.as_mut().poll_next(cx));
        match &mut item {
            Some(Ok(Event::Start(start))) => self.bill.begin(start),
            Some(Ok(Event::Meta(meta))) => self.bill.note(meta),
            Some(Ok(Event::Usage(usage))) => self.bill.add(usage),
            Some(Ok(Event::End) | Err(_)) => {
                if let Some(usage) = self.bill.close() {
                    self.last = item;
                    return Poll::Ready(Some(Ok(Event::Usage(Box::new(usage)))));
                }
            }
            _ => {}
        }
        Poll::Ready(item)
    }
}

/// What is known of a call's cost so far.
struct Bill {
    prices: Prices,
    provider: String,
    requested: String,
    /// The tier that was asked for.
    tier: Option<String>,
    meta: Meta,
    /// As it was passed on: the last cost is ours, unless it was said.
    usage: Usage,
    /// Whether somebody else named a cost.
    said: bool,
    /// Whether what was passed on is not the last word.
    due: bool,
}

impl Bill {
    /// Whoever answers sends the bill.
    fn begin(&mut self, start: &Start) {
        if let Some(info) = &start.answered_by {
            self.provider = info.provider.to_string();
            self.requested.clone_from(&info.model);
        }
    }

    fn note(&mut self, meta: &Meta) {
        let mut news = Meta::new(None, meta.model.clone());
        news.service_tier.clone_from(&meta.service_tier);
        let before = self.meta.clone();
        self.meta.update(news);
        self.due |= !self.usage.is_empty() && self.meta != before;
    }

    fn add(&mut self, usage: &mut Usage) {
        self.said |= usage.cost.is_some();
        self.usage.update(usage);
        self.due = !self.said && self.meta.model.is_none();
        if !self.said && !self.due {
            self.usage.cost = self.cost();
            usage.cost = self.usage.cost;
        }
    }

    /// The usage that is still to be passed on.
    fn close(&mut self) -> Option<Usage> {
        if self.said || !std::mem::take(&mut self.due) {
            return None;
        }
        let cost = self.cost();
        (cost != self.usage.cost).then(|| {
            self.usage.cost = cost;
            self.usage.clone()
        })
    }

    fn cost(&self) -> Option<Cost> {
        let call = Call::new(&self.provider, &self.requested)
            .with_answered(self.meta.model.as_deref())
            .with_service_tier(self.meta.service_tier.as_deref().or(self.tier.as_deref()));
        self.prices.cost(&call, &self.usage).or_else(|| {
            // What was said cannot be taken back, but it is not the whole.
            self.usage.cost.map(|mut cost| {
                cost.partial = true;
                cost
            })
        })
    }
}
