use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use futures_core::Stream;
use glassbox_core::{
    CompletionModel, DecisionKind, EmbeddingModel, EmbeddingRequest, EmbeddingResponse, Error,
    ErrorKind, Event, EventStream, ModelInfo, Request, Result,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout_at};

use crate::journal::Journal;

mod bucket;

use bucket::{Bucket, Buckets};

/// A limit that the models inside of [`RateLimited`] keep: so many requests, so many tokens, so many at once.
///
/// Clones are one limit, so what an account may do can be shared among all models of it. The setters make a new limit
/// each: set first, then share.
///
/// Requests go in the order in which they came, and wait as long as [`with_max_wait`](RateLimit::with_max_wait) says.
/// How many tokens a request will take is known when it has been answered. So a request goes as soon as there are tokens
/// at all, what it took is taken off afterwards, and the next ones wait for it: on average the limit holds, and what is
/// under way at once may exceed it by what that takes.
#[derive(Clone, Debug)]
pub struct RateLimit {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    in_flight: Option<usize>,
    max_wait: Duration,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    /// Who comes first holds it until it goes.
    queue: tokio::sync::Mutex<()>,
    in_flight: Option<Arc<Semaphore>>,
    buckets: Mutex<Buckets>,
}

impl RateLimit {
    /// No limit yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            requests: None,
            tokens: None,
            in_flight: None,
            max_wait: Duration::from_secs(60),
            state: Arc::new(State::new(None, None, None)),
        }
    }

    /// At most so many requests in this time. They may all come at its beginning.
    #[must_use]
    pub fn with_requests(mut self, requests: u32, per: Duration) -> Self {
        self.requests = Some(Bucket::new(f64::from(requests), per));
        self.renewed()
    }

    /// At most so many tokens in this time, input and output together, as the provider counts them.
    #[must_use]
    pub fn with_tokens(mut self, tokens: u64, per: Duration) -> Self {
        // No count of tokens comes near what a float cannot tell apart.
        self.tokens = Some(Bucket::new(tokens as f64, per));
        self.renewed()
    }

    /// At most so many requests at once, each until its answer has ended or was dropped.
    #[must_use]
    pub fn with_max_in_flight(mut self, requests: usize) -> Self {
        self.in_flight = Some(requests.min(Semaphore::MAX_PERMITS));
        self.renewed()
    }

    /// How long a request may wait before it is refused as [`RateLimited`](ErrorKind::RateLimited), with nothing sent.
    /// One minute unless set.
    #[must_use]
    pub fn with_max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self.renewed()
    }

    fn renewed(mut self) -> Self {
        let (requests, tokens) = (self.requests.clone(), self.tokens.clone());
        self.state = Arc::new(State::new(requests, tokens, self.in_flight));
        self
    }

    /// Waits until the request may go.
    async fn pass(&self) -> Result<Pass> {
        let began = Instant::now();
        // What no clock can hold is no bound.
        let within = began.checked_add(self.max_wait);
        let permit = match &self.state.in_flight {
            None => None,
            Some(slots) => {
                let slot = by(within, Arc::clone(slots).acquire_owned()).await;
                let slot = slot.ok_or_else(|| self.refused("requests at once", None))?;
                Some(slot.expect("nobody closes it"))
            }
        };
        let turn = by(within, self.state.queue.lock()).await;
        let _turn = turn.ok_or_else(|| self.refused("requests before this one", None))?;
        loop {
            let taken = self.state.buckets().take(Instant::now());
            let Err((what, wait)) = taken else { break };
            let in_time = within.is_none_or(|within| {
                let ready = Instant::now().checked_add(wait);
                ready.is_some_and(|ready| ready <= within)
            });
            if !in_time {
                return Err(self.refused(what, Some(wait)));
            }
            sleep(wait).await;
        }
        Ok(Pass {
            state: Arc::clone(&self.state),
            _permit: permit,
            tokens: 0,
        })
    }

    fn refused(&self, what: &str, wait: Option<Duration>) -> Error {
        let most = self.max_wait.as_secs_f64();
        let message =
            format!("the limit of {what} that is set here leaves no room within {most} s");
        let error = Error::new(ErrorKind::RateLimited, message);
        match wait {
            Some(wait) => error.with_retry_after(wait),
            None => error,
        }
    }
}

/// What is awaited, by then. `None` where that was too late.
async fn by<T>(then: Option<Instant>, what: impl Future<Output = T> + Send) -> Option<T> {
    match then {
        None => Some(what.await),
        Some(then) => timeout_at(then, what).await.ok(),
    }
}

impl Default for RateLimit {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    fn new(requests: Option<Bucket>, tokens: Option<Bucket>, in_flight: Option<usize>) -> Self {
        Self {
            queue: tokio::sync::Mutex::default(),
            in_flight: in_flight.map(|most| Arc::new(Semaphore::new(most))),
            buckets: Mutex::new(Buckets { requests, tokens }),
        }
    }

    /// Nothing that is done under the lock leaves them in pieces.
    fn buckets(&self) -> std::sync::MutexGuard<'_, Buckets> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that has gone. Dropping it makes room for the next, and takes off what it took.
#[derive(Debug)]
struct Pass {
    state: Arc<State>,
    _permit: Option<OwnedSemaphorePermit>,
    tokens: u64,
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.state.buckets().settle(self.tokens, Instant::now());
    }
}

/// A model that keeps a limit of one's own: requests wait until they may go.
///
/// How long one waited is in [`Start::decisions`](glassbox_core::Start::decisions). Dropping a request that waits, or its
/// stream, makes room for the next. It needs a runtime of tokio with its time.
#[derive(Clone, Debug)]
pub struct RateLimited<M> {
    model: M,
    limit: RateLimit,
}

impl<M> RateLimited<M> {
    /// Makes a model keep a limit.
    pub fn new(model: M, limit: RateLimit) -> Self {
        Self { model, limit }
    }
}

/// Waits shorter than this are the clock's.
const NO_WAIT: Duration = Duration::from_millis(1);

impl RateLimit {
    /// Waits, and writes down how long.
    async fn enter(&self, journal: &mut Journal) -> Result<Pass> {
        let pass = self.pass().await?;
        let wait = journal.elapsed();
        if wait >= NO_WAIT {
            journal.decide(DecisionKind::rate_limit_wait(wait));
        }
        Ok(pass)
    }
}

#[async_trait]
impl<M: CompletionModel> CompletionModel for RateLimited<M> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let mut journal = Journal::new();
        let pass = self.limit.enter(&mut journal).await?;
        let at = journal.elapsed();
        match self.model.stream(request).await {
            Ok(events) => Ok(Box::pin(LimitedStream {
                events,
                journal: Some((journal, at)),
                pass: Some(pass),
            })),
            Err(error) => Err(journal.fail(error, at)),
        }
    }
}

#[async_trait]
impl<M: EmbeddingModel> EmbeddingModel for RateLimited<M> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let mut journal = Journal::new();
        let mut pass = self.limit.enter(&mut journal).await?;
        let at = journal.elapsed();
        match self.model.embed(request).await {
            Ok(mut response) => {
                pass.tokens = response.usage.total_tokens().unwrap_or(0);
                journal.tell(&mut response.start, at);
                Ok(response)
            }
            Err(error) => Err(journal.fail(error, at)),
        }
    }
}

/// The events of an answer, unchanged but for the first.
struct LimitedStream {
    events: EventStream,
    /// What is to be told in the first event, and when the model was asked.
    journal: Option<(Journal, Duration)>,
    pass: Option<Pass>,
}

impl Stream for LimitedStream {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut item = ready!(self.events.as_mut().poll_next(cx));
        match &mut item {
            Some(Ok(Event::Start(start))) => {
                if let Some((journal, at)) = self.journal.take() {
                    journal.tell(start, at);
                }
            }
            Some(Ok(Event::Usage(usage))) => {
                if let (Some(pass), Some(tokens)) = (&mut self.pass, usage.total_tokens()) {
                    pass.tokens = tokens;
                }
            }
            Some(Ok(Event::End) | Err(_)) | None => self.pass = None,
            Some(Ok(_)) => {}
        }
        Poll::Ready(item)
    }
}

#[cfg(test)]
mod tests;
