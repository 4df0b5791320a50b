use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use futures_core::Stream;
use glassbox_core::{
    CompletionModel, Error, ErrorKind, Event, EventStream, ModelInfo, Request, Result,
};
use opentelemetry::Context;

use crate::Telemetry;
use crate::facts::{Identity, Inference};
use crate::recording::{Ending, Recording};
use crate::scope::{Operation, Scope};

/// A model whose calls are recorded.
#[derive(Debug)]
pub(crate) struct TracedModel {
    telemetry: Telemetry,
    who: Arc<Identity>,
    inner: Arc<dyn CompletionModel>,
}

impl TracedModel {
    pub(crate) fn new(telemetry: Telemetry, inner: Arc<dyn CompletionModel>) -> Self {
        let info = inner.info();
        let who = Arc::new(Identity::of(info.operation.as_str(), info));
        Self {
            telemetry,
            who,
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
        let above = around.inference().cloned();
        if above
            .as_ref()
            .is_some_and(|above| above.is(&self.who, &request.messages))
        {
            return self.inner.stream(request).await;
        }
        let conversation = request
            .conversation
            .clone()
            .or_else(|| around.conversation.clone());
        let facts = Inference::new(
            Arc::clone(&self.who),
            request.clone(),
            conversation.clone(),
            above,
        );
        let scope = Scope {
            operation: Operation::Inference(Arc::clone(&facts.ongoing)),
            conversation,
            ..around
        };
        let mut recording = Recording::open(&self.telemetry, facts, scope, &Context::current());
        match recording.drive(self.inner.stream(request)).await {
            Ok(events) => Ok(Box::pin(TracedStream { events, recording })),
            Err(error) => {
                recording.retries(error.retries());
                recording.close(Ending::failed(&error));
                Err(error)
            }
        }
    }
}

/// The events of a recorded call, unchanged. The span ends with the stream: at its end, at an error, or when it is
/// dropped.
struct TracedStream {
    events: EventStream,
    recording: Recording<Inference>,
}

impl Stream for TracedStream {
    type Item = Result<Event>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let events = &mut this.events;
        let polled = this.recording.enter(|| events.as_mut().poll_next(cx));
        match &polled {
            Poll::Pending => {}
            Poll::Ready(Some(Ok(event))) => this.passed(event),
            Poll::Ready(Some(Err(error))) => {
                this.recording.retries(error.retries());
                this.recording.close(Ending::failed(error));
            }
            // After its end this does nothing; before it, the model broke its contract.
            Poll::Ready(None) => this.recording.close(Ending::failed(&Error::new(
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
            Event::Start(start) => self.recording.started(start),
            Event::End => self.recording.close(Ending::Done),
            _ => {
                if self.recording.facts.observe(event) {
                    self.recording.facts.first_chunk = Some(self.recording.elapsed());
                }
            }
        }
    }
}
