use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use futures_core::Stream;
use glassbox_core::{
    CompletionModel, Error, ErrorKind, Event, EventStream, ModelInfo, Request, Result,
};
use opentelemetry::{Context, KeyValue};

use crate::Telemetry;
use crate::facts::{Identity, Inference, Tariff};
use crate::metrics;
use crate::propagation;
use crate::recording::{Ending, Recording};
use crate::scope::{Operation, Scope};

/// A model whose calls are recorded.
#[derive(Debug)]
pub(crate) struct TracedModel {
    telemetry: Telemetry,
    who: Arc<Identity>,
    tariff: Arc<Tariff>,
    inner: Arc<dyn CompletionModel>,
}

impl TracedModel {
    pub(crate) fn new(telemetry: Telemetry, inner: Arc<dyn CompletionModel>) -> Self {
        let info = inner.info();
        let who = Arc::new(Identity::of(info.operation.as_str(), info));
        Self {
            telemetry,
            who,
            tariff: Arc::default(),
            inner,
        }
    }
}

#[async_trait]
impl CompletionModel for TracedModel {
    fn info(&self) -> &ModelInfo {
        self.inner.info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let around = Scope::current();
        if around
            .inference()
            .is_some_and(|above| above.is(&self.who, &request.messages))
        {
            return self.inner.stream(request).await;
        }
        let settings = self.telemetry.settings();
        let facts = Inference::new(
            Arc::clone(&self.who),
            Arc::clone(&self.tariff),
            request.clone(),
            &around,
            settings.policy().is_wanted(),
        );
        let scope = Scope {
            operation: Operation::Inference(Arc::clone(&facts.ongoing)),
            ..around.serving(request.conversation.as_ref(), request.user.as_ref())
        };
        // Where it will stay, because it is large.
        let mut traced = Box::new(TracedStream {
            events: None,
            recording: Recording::open(&self.telemetry, facts, scope, &Context::current()),
            chunks: Chunks::default(),
        });
        let recording = &mut traced.recording;
        let mut request = request;
        if settings.propagate_to_models {
            request
                .headers
                .extend(propagation::inject(recording.context()));
        }
        match recording.drive(self.inner.stream(request)).await {
            Ok(events) => {
                traced.events = Some(events);
                Ok(Box::into_pin(traced))
            }
            Err(error) => {
                failed(recording, &error);
                Err(error)
            }
        }
    }
}

/// The events of a recorded call, unchanged. The span ends with the stream: at its end, at an error, or when it is
/// dropped.
struct TracedStream {
    /// None until the provider has accepted the request. They go before the recording does: what they wrap may be
    /// recorded too, and ends first.
    events: Option<EventStream>,
    recording: Recording<Inference>,
    chunks: Chunks,
}

/// When the last chunk came, and what its metric is told by.
#[derive(Default)]
struct Chunks {
    last: Option<Duration>,
    attributes: Vec<KeyValue>,
}

impl Stream for TracedStream {
    type Item = Result<Event>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(events) = &mut this.events else {
            return Poll::Ready(None);
        };
        let polled = this.recording.enter(|| events.as_mut().poll_next(cx));
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(event))) => this.passed(event),
            Poll::Ready(Some(Err(error))) => {
                failed(&mut this.recording, error);
            }
            // After its end this does nothing; before it, the model broke its contract.
            Poll::Ready(None) => this.recording.close(&Ending::failed(&Error::new(
                ErrorKind::Protocol,
                "the stream ended before the answer was complete",
            ))),
        }
        polled
    }
}

impl TracedStream {
    fn passed(&mut self, event: &Event) {
        match event {
            Event::Start(start) => {
                self.recording.started(start);
                self.recording.facts.started(start);
            }
            Event::End => self.recording.close(&Ending::Done),
            _ => {
                if self.recording.facts.observe(event) {
                    self.chunk(event);
                }
            }
        }
    }

    /// The first thing that the provider sends ends the wait, whatever is in it; from then on pieces of the answer
    /// count.
    fn chunk(&mut self, event: &Event) {
        let Chunks { last, attributes } = &mut self.chunks;
        let counts = event.is_output() && self.recording.facts.route.asks();
        if last.is_some() && !counts {
            return;
        }
        let now = self.recording.elapsed();
        let facts = &mut self.recording.facts;
        match last.replace(now) {
            None => facts.first_chunk = Some(now),
            Some(before) => {
                if attributes.is_empty() {
                    *attributes = metrics::of_model(facts.by(), facts.said.model.as_ref());
                }
                let since = now.saturating_sub(before);
                self.recording.instruments().chunk(since, attributes);
            }
        }
    }
}

fn failed(recording: &mut Recording<Inference>, error: &Error) {
    recording.on_the_way(error.retries(), error.decisions());
    recording.facts.route.decided(error.decisions());
    recording.facts.failure = error.detail().map(str::to_owned);
    recording.close(&Ending::failed(error));
}
