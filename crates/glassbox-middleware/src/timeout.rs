use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use futures_core::Stream;
use glassbox_core::{
    CompletionModel, Decision, DecisionKind, EmbeddingModel, EmbeddingRequest, EmbeddingResponse,
    Error, ErrorKind, Event, EventStream, ModelInfo, Request, Result, TimeLimit,
};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

/// A model that is given up where it takes too long: a [`Timeout`](ErrorKind::Timeout) that says which limit it was, and
/// the request is cancelled.
///
/// There is no limit unless one is set. They are for what is seen of the model, with all that it does inside: a wrapper's
/// waits, an adapter's retries. An embedding model has the limit of the whole and the limit until the first output, which
/// is all of it.
///
/// It needs a runtime of tokio with its time.
#[derive(Clone, Debug)]
pub struct Timeout<M> {
    model: M,
    limits: Limits,
}

#[derive(Clone, Copy, Debug, Default)]
struct Limits {
    total: Option<Duration>,
    first_output: Option<Duration>,
    idle: Option<Duration>,
}

impl<M> Timeout<M> {
    /// Puts a model under limits of time, of which there is none yet.
    pub fn new(model: M) -> Self {
        Self {
            model,
            limits: Limits::default(),
        }
    }

    /// Limits the time until the end of the answer.
    #[must_use]
    pub fn with_total(mut self, limit: Duration) -> Self {
        self.limits.total = Some(limit);
        self
    }

    /// Limits the time until the first piece of the answer. What a whole answer takes is until then.
    #[must_use]
    pub fn with_first_output(mut self, limit: Duration) -> Self {
        self.limits.first_output = Some(limit);
        self
    }

    /// Limits the time from one event to the next, from the first one on.
    #[must_use]
    pub fn with_idle(mut self, limit: Duration) -> Self {
        self.limits.idle = Some(limit);
        self
    }
}

#[async_trait]
impl<M: CompletionModel> CompletionModel for Timeout<M> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let mut watch = Watch::new(self.limits, self.model.info());
        let events = watch.over(self.model.stream(request)).await?;
        watch.last = watch.limits.idle.map(|_| Instant::now());
        Ok(Box::pin(TimedStream {
            events: Some(events),
            watch,
            alarm: None,
        }))
    }
}

#[async_trait]
impl<M: EmbeddingModel> EmbeddingModel for Timeout<M> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let watch = Watch::new(self.limits, self.model.info());
        watch.over(self.model.embed(request)).await
    }
}

/// What time it is, for one call.
#[derive(Debug)]
struct Watch {
    limits: Limits,
    began: Instant,
    /// Whether a piece of the answer was there.
    output: bool,
    /// When the last event came, where that matters.
    last: Option<Instant>,
    /// Who is given up.
    provider: Cow<'static, str>,
}

impl Watch {
    fn new(limits: Limits, info: &ModelInfo) -> Self {
        Self {
            provider: info.provider.clone(),
            limits,
            began: Instant::now(),
            output: false,
            last: None,
        }
    }

    /// The limit that is reached first, as things are, and when.
    fn next(&self) -> Option<(Instant, TimeLimit, Duration)> {
        let first_output = self.limits.first_output.filter(|_| !self.output);
        let limits = [
            (Some(self.began), self.limits.total, TimeLimit::Total),
            (Some(self.began), first_output, TimeLimit::FirstOutput),
            (self.last, self.limits.idle, TimeLimit::Idle),
        ];
        let due = limits.into_iter().filter_map(|(from, limit, reached)| {
            // What no clock can hold is no limit.
            Some((from?.checked_add(limit?)?, reached, limit?))
        });
        due.min_by_key(|(at, ..)| *at)
    }

    /// Waits for what comes before there is a stream.
    async fn over<T>(&self, work: impl Future<Output = Result<T>> + Send) -> Result<T> {
        match self.next() {
            None => work.await,
            Some((at, reached, limit)) => match timeout_at(at, work).await {
                Ok(result) => result,
                Err(_) => Err(self.late(reached, limit)),
            },
        }
    }

    fn saw(&mut self, event: &Event) {
        self.output |= event.is_output();
        if let Some(last) = &mut self.last {
            *last = Instant::now();
        }
    }

    fn late(&self, reached: TimeLimit, limit: Duration) -> Error {
        let seconds = limit.as_secs_f64();
        let message = match reached {
            TimeLimit::FirstOutput => format!("no output within {seconds} s"),
            TimeLimit::Idle => format!("nothing came for {seconds} s"),
            _ => format!("no complete answer within {seconds} s"),
        };
        let kind = DecisionKind::time_limit(reached, limit);
        Error::new(ErrorKind::Timeout, message)
            .with_provider(self.provider.clone())
            .with_decisions(vec![Decision::new(self.began.elapsed(), kind)])
    }
}

/// The events of an answer, unchanged, until a limit is reached.
struct TimedStream {
    /// None when it was given up.
    events: Option<EventStream>,
    watch: Watch,
    /// Set when there is something to wait for, and moved only then.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Stream for TimedStream {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(events) = &mut this.events else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(item) = events.as_mut().poll_next(cx) {
            if let Some(Ok(event)) = &item {
                this.watch.saw(event);
            }
            return Poll::Ready(item);
        }
        let Some((at, reached, limit)) = this.watch.next() else {
            return Poll::Pending;
        };
        let alarm = this.alarm.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if alarm.deadline() != at {
            alarm.as_mut().reset(at);
        }
        if alarm.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        // Dropping them cancels the request.
        this.events = None;
        Poll::Ready(Some(Err(this.watch.late(reached, limit))))
    }
}

#[cfg(test)]
mod tests;
