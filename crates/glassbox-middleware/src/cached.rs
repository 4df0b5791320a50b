use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use futures_core::Stream;
use futures_util::stream;
use glassbox_core::{
    CompletionModel, DecisionKind, EmbeddingModel, EmbeddingRequest, EmbeddingResponse, Event,
    EventStream, ModelInfo, Request, Result, Start, Usage,
};

use crate::cache::{Answer, Cache, Found, Key, Stored, of_completion, of_embedding};
use crate::journal::Journal;

/// A model that is asked once: the same request again is answered from a [`Cache`].
///
/// # The same request
///
/// is one to the same model (provider, name, host, API) with the same messages, tools, parameters, form of output and
/// further fields, for the same user, to the last byte. A temperature above zero makes no difference: who wants another
/// answer asks past the cache. Conversations, templates, headers and the delivery are no part of it. Where a header makes
/// the answer another one, or tenants must not see each other's, each gets a cache or a
/// [scope](Cached::with_scope) of its own.
///
/// # What is kept
///
/// A complete answer that said something and ended by itself or in tool calls. One that failed, was dropped, was cut by a
/// limit or was filtered is not kept, nor is one larger than all the memory of the cache. It is in its file, where there
/// is one, before `End` is passed on.
///
/// # A hit
///
/// gives the same events, with pieces of text that follow each other joined, and consumes nothing: its
/// [`Usage`] is zero, its cost is zero from a [cache](glassbox_core::CostSource::Cache), and
/// [`Usage::saved`] is what the answer consumed when it was made.
/// [`Start::decisions`] says where it was and since when.
#[derive(Clone, Debug)]
pub struct Cached<M> {
    model: M,
    cache: Cache,
    scope: Arc<str>,
}

impl<M> Cached<M> {
    /// Keeps the answers of a model.
    pub fn new(model: M, cache: Cache) -> Self {
        Self {
            model,
            cache,
            scope: Arc::from(""),
        }
    }

    /// Shares answers only with what has the same scope: a tenant's name, say.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<Arc<str>>) -> Self {
        self.scope = scope.into();
        self
    }
}

#[async_trait]
impl<M: CompletionModel> CompletionModel for Cached<M> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let Some(key) = of_completion(&self.scope, self.model.info(), &request) else {
            return self.model.stream(request).await;
        };
        let mut journal = Journal::new();
        match self.cache.find(key).await {
            Found::Hit { stored, store, age } if matches!(*stored, Stored::Answer(_)) => {
                journal.decide(DecisionKind::cache_hit(store, age));
                Ok(replay(&stored, journal))
            }
            found => {
                journal.decide(DecisionKind::cache_miss(is_damaged(&found)));
                let at = journal.elapsed();
                match self.model.stream(request).await {
                    Ok(events) => Ok(Box::pin(Kept {
                        events,
                        journal: Some((journal, at)),
                        answer: Some(Answer::default()),
                        cache: self.cache.clone(),
                        key,
                        writing: None,
                    })),
                    Err(error) => Err(journal.fail(error, at)),
                }
            }
        }
    }
}

#[async_trait]
impl<M: EmbeddingModel> EmbeddingModel for Cached<M> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let Some(key) = of_embedding(&self.scope, self.model.info(), &request) else {
            return self.model.embed(request).await;
        };
        let mut journal = Journal::new();
        let found = self.cache.find(key).await;
        if let Found::Hit { stored, store, age } = &found
            && let Stored::Embeddings(response) = &**stored
        {
            journal.decide(DecisionKind::cache_hit(*store, *age));
            let mut response = EmbeddingResponse::clone(response);
            journal.tell(&mut response.start, Duration::ZERO);
            return Ok(response);
        }
        journal.decide(DecisionKind::cache_miss(is_damaged(&found)));
        let at = journal.elapsed();
        match self.model.embed(request).await {
            Ok(mut response) => {
                let mut kept = response.clone();
                kept.usage = saved(kept.usage);
                kept.start = again(&kept.start);
                self.cache
                    .keep(key, Stored::Embeddings(Box::new(kept)))
                    .await;
                journal.tell(&mut response.start, at);
                Ok(response)
            }
            Err(error) => Err(journal.fail(error, at)),
        }
    }
}

fn is_damaged(found: &Found) -> bool {
    matches!(found, Found::Miss { damaged: true })
}

/// The usage of an answer that is given again.
fn saved(usage: Usage) -> Usage {
    match usage.saved {
        // It came from another cache already.
        Some(saved) => Usage::cached(*saved),
        None => Usage::cached(usage),
    }
}

/// What is true of an answer also when it is given again.
fn again(start: &Start) -> Start {
    let mut again = Start::new();
    again.dropped.clone_from(&start.dropped);
    again.answered_by.clone_from(&start.answered_by);
    again
}

/// The events of an answer that was kept.
fn replay(stored: &Stored, journal: Journal) -> EventStream {
    let Stored::Answer(answer) = stored else {
        return Box::pin(stream::empty());
    };
    let mut start = Start::new();
    start.dropped.clone_from(&answer.dropped);
    start.answered_by.clone_from(&answer.answered_by);
    journal.tell(&mut start, Duration::ZERO);
    let usage = saved(answer.usage.clone());
    let first = [Event::Start(Box::new(start))];
    let last = [Event::Usage(Box::new(usage)), Event::End];
    let events = answer.events.iter().cloned();
    let events: Vec<Event> = first.into_iter().chain(events).chain(last).collect();
    Box::pin(stream::iter(events.into_iter().map(Ok)))
}

/// The events of an answer, unchanged but for the first, that is kept at its end.
struct Kept {
    events: EventStream,
    /// What is to be told in the first event, and when the model was asked.
    journal: Option<(Journal, Duration)>,
    /// None where it is too large, or kept already.
    answer: Option<Answer>,
    cache: Cache,
    key: Key,
    /// The answer on its way into the cache.
    writing: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Stream for Kept {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.writing.is_none() {
            let mut item = ready!(this.events.as_mut().poll_next(cx));
            if !matches!(item, Some(Ok(Event::End))) {
                this.passed(&mut item);
                return Poll::Ready(item);
            }
            let Some(answer) = this.answer.take().filter(Answer::is_whole) else {
                return Poll::Ready(item);
            };
            let (cache, key) = (this.cache.clone(), this.key);
            let keep = async move { cache.keep(key, Stored::Answer(Box::new(answer))).await };
            this.writing = Some(Box::pin(keep));
        }
        if let Some(writing) = &mut this.writing {
            ready!(writing.as_mut().poll(cx));
            this.writing = None;
        }
        Poll::Ready(Some(Ok(Event::End)))
    }
}

impl Kept {
    fn passed(&mut self, item: &mut Option<Result<Event>>) {
        let Some(Ok(event)) = item else {
            self.answer = None;
            return;
        };
        if let Some(answer) = &mut self.answer {
            match &*event {
                Event::Start(start) => answer.started(start),
                event => answer.push(event),
            }
            if answer.bytes() > self.cache.largest() {
                self.answer = None;
            }
        }
        if let Event::Start(start) = event
            && let Some((journal, at)) = self.journal.take()
        {
            journal.tell(start, at);
        }
    }
}

#[cfg(test)]
mod tests;
