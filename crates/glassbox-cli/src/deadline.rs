//! A limit on the time of one call.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use glassbox::{
    CompletionModel, EmbeddingModel, EmbeddingRequest, EmbeddingResponse, Error, ErrorKind,
    EventStream, ModelInfo, Request, Result,
};
use tokio::time::{Instant, timeout_at};

/// A model whose calls end with an error of the kind [`ErrorKind::Timeout`] when their time is up.
///
/// It goes below telemetry, so that the span of the call says why it ended.
#[derive(Debug)]
pub(crate) struct Deadline<M: ?Sized> {
    limit: Option<Duration>,
    model: Arc<M>,
}

impl<M: ?Sized> Deadline<M> {
    /// Without a limit, the model as it is.
    pub(crate) fn new(model: Arc<M>, limit: Option<Duration>) -> Self {
        Self { limit, model }
    }

    /// When a call that begins now has to be done, and what it fails with otherwise.
    fn end_of_call(&self, info: &ModelInfo) -> Option<(Instant, Error)> {
        let limit = self.limit?;
        let message = format!("no complete answer within {} s", limit.as_secs_f64());
        let error = Error::new(ErrorKind::Timeout, message).with_provider(info.provider.clone());
        Some((Instant::now().checked_add(limit)?, error))
    }
}

#[async_trait]
impl CompletionModel for Deadline<dyn CompletionModel> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let call = self.model.stream(request);
        let Some((end, late)) = self.end_of_call(self.info()) else {
            return call.await;
        };
        let events = timeout_at(end, call).await.map_err(|_| late.clone())??;
        let limited = stream::unfold(Some(events), move |events| {
            let late = late.clone();
            async move {
                let mut events = events?;
                match timeout_at(end, events.next()).await {
                    Ok(event) => Some((event?, Some(events))),
                    Err(_) => Some((Err(late), None)),
                }
            }
        });
        Ok(Box::pin(limited))
    }
}

#[async_trait]
impl EmbeddingModel for Deadline<dyn EmbeddingModel> {
    fn info(&self) -> &ModelInfo {
        self.model.info()
    }

    async fn embed(&self, request: EmbeddingRequest) -> Result<EmbeddingResponse> {
        let call = self.model.embed(request);
        match self.end_of_call(self.info()) {
            Some((end, late)) => timeout_at(end, call).await.map_err(|_| late)?,
            None => call.await,
        }
    }
}
