use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use futures_core::Stream;
use glassbox_core::{
    CompletionModel, DecisionKind, Error, ErrorKind, Event, EventStream, ModelInfo, ModelName,
    Request, Result,
};
use tokio::time::Instant;

use crate::begun::{Replayed, begin};
use crate::identity;
use crate::journal::Journal;
use crate::when::{When, is_outage};

mod pool;

use pool::{Choice, Pool};

/// Models that are as good as each other: every request goes to one of them, by chance and by weight.
///
/// One that fails is left alone for a while ([`with_cool_down`](Balance::with_cool_down)), and the request goes on to
/// another, as long as nothing of the answer has been seen; no model is asked twice for one request. After that while one
/// request tries whether it is well again, and only then do others follow. Where all are left alone, the one that comes
/// back first is asked all the same.
///
/// By default a model fails where its provider does, or what stands between: every error but a
/// [`Configuration`](ErrorKind::Configuration), a [`ContentFilter`](ErrorKind::ContentFilter), a
/// [`ContextLength`](ErrorKind::ContextLength), an [`InvalidRequest`](ErrorKind::InvalidRequest) and an
/// [`Unsupported`](ErrorKind::Unsupported), which the others would give as well and are the caller's at once. An error in
/// the middle of an answer is the caller's too; the model is left alone after it.
///
/// Who answers, and how that is told, is as with a [`Fallback`](crate::Fallback). Clones share what they know of the
/// models.
#[derive(Clone, Debug)]
pub struct Balance {
    info: ModelInfo,
    models: Vec<Arc<dyn CompletionModel>>,
    weights: Vec<u32>,
    when: When,
    cool_down: Duration,
    seed: Option<u64>,
    pool: Arc<Mutex<Pool>>,
}

impl Balance {
    /// A model and its weight. One of weight 0 is asked where no other is left.
    pub fn new(model: impl CompletionModel, weight: u32) -> Self {
        Self {
            info: model.info().clone(),
            models: vec![Arc::new(model)],
            weights: vec![weight],
            when: When::new(|error| is_outage(error.kind())),
            cool_down: Duration::from_secs(30),
            seed: None,
            pool: Arc::new(Mutex::new(Pool::new(&[weight], None))),
        }
    }

    /// One more model and its weight.
    #[must_use]
    pub fn and(mut self, model: impl CompletionModel, weight: u32) -> Self {
        self.info = identity::shared(self.info, model.info());
        self.models.push(Arc::new(model));
        self.weights.push(weight);
        self.renew();
        self
    }

    /// How long a model is left alone that has failed, or longer where its provider asks for it. 30 seconds unless set.
    #[must_use]
    pub fn with_cool_down(mut self, time: Duration) -> Self {
        self.cool_down = time;
        self
    }

    /// Makes the same choices again every time, for tests.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self.renew();
        self
    }

    /// Takes errors of these kinds alone for a failure of the model.
    #[must_use]
    pub fn on(mut self, kinds: impl IntoIterator<Item = ErrorKind>) -> Self {
        self.when = When::one_of(kinds);
        self
    }

    /// Takes the errors for which `holds` for a failure of the model.
    #[must_use]
    pub fn when(mut self, holds: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.when = When::new(holds);
        self
    }

    /// Replaces what is said of all of them together: a name of one's own, say, for the span.
    #[must_use]
    pub fn with_info(mut self, info: ModelInfo) -> Self {
        self.info = info;
        self
    }

    fn renew(&mut self) {
        self.pool = Arc::new(Mutex::new(Pool::new(&self.weights, self.seed)));
    }

    fn choose(&self, tried: &[usize]) -> Option<(Ticket, Vec<ModelName>)> {
        let choice = lock(&self.pool).choose(tried, Instant::now())?;
        let cooling = choice.cooling.iter().map(|at| self.name(*at)).collect();
        let ticket = Ticket {
            pool: Arc::clone(&self.pool),
            when: self.when.clone(),
            cool_down: self.cool_down,
            choice,
        };
        Some((ticket, cooling))
    }

    fn name(&self, at: usize) -> ModelName {
        ModelName::from(self.models[at].info())
    }
}

#[async_trait]
impl CompletionModel for Balance {
    fn info(&self) -> &ModelInfo {
        &self.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let mut journal = Journal::new();
        let mut tried = Vec::new();
        let (mut ticket, cooling) = self
            .choose(&tried)
            .expect("there is a model, and none is tried");
        journal.decide(DecisionKind::balance(self.name(ticket.choice.at), cooling));
        loop {
            let model = &self.models[ticket.choice.at];
            let began = journal.elapsed();
            let mut failed = match begin(model, request.clone()).await {
                Ok(mut begun) => {
                    ticket.well();
                    if let Some(start) = begun.start_mut() {
                        journal.tell(start, began);
                        identity::name(start, &self.info, model.info());
                    }
                    let events = begun.into_events();
                    return Ok(Box::pin(Watched { events, ticket }));
                }
                Err(failed) => failed,
            };
            let at = ticket.choice.at;
            tried.push(at);
            let is_failure = ticket.failed(&failed.error);
            match self.choose(&tried).filter(|_| is_failure) {
                Some((next, _)) => {
                    journal.keep(&failed, began);
                    journal.decide(DecisionKind::fallback(
                        self.name(at),
                        self.name(next.choice.at),
                        failed.error.kind(),
                        failed.error.status(),
                    ));
                    ticket = next;
                }
                None => {
                    let Some(start) = failed.start_mut() else {
                        return Err(journal.fail(failed.error, began));
                    };
                    journal.tell(start, began);
                    identity::name(start, &self.info, model.info());
                    return Ok(Box::pin(failed.into_events()));
                }
            }
        }
    }
}

/// A request that goes to one of the models. Dropping it says nothing of the model.
#[derive(Debug)]
struct Ticket {
    pool: Arc<Mutex<Pool>>,
    when: When,
    cool_down: Duration,
    choice: Choice,
}

impl Ticket {
    /// It answers.
    fn well(&mut self) {
        lock(&self.pool).well(&mut self.choice);
    }

    /// It gave this error. Says whether that is a failure of the model.
    fn failed(&mut self, error: &Error) -> bool {
        let is_failure = self.when.holds(error);
        if is_failure {
            let wait = error.retry_after().unwrap_or_default().max(self.cool_down);
            lock(&self.pool).failed(&mut self.choice, Instant::now(), wait);
        }
        is_failure
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.choice.is_trial {
            lock(&self.pool).given_up(&mut self.choice);
        }
    }
}

/// Nothing that is done under the lock leaves the pool in pieces.
fn lock(pool: &Mutex<Pool>) -> std::sync::MutexGuard<'_, Pool> {
    pool.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The events of an answer, unchanged, whose model is left alone where they break off.
struct Watched {
    events: Replayed,
    ticket: Ticket,
}

impl Stream for Watched {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let item = ready!(Pin::new(&mut this.events).poll_next(cx));
        if let Some(Err(error)) = &item {
            this.ticket.failed(error);
        }
        Poll::Ready(item)
    }
}

#[cfg(test)]
mod tests;
