use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt as _;

use crate::{Delivery, EventStream, Fold, ModelInfo, Request, Response, Result};

/// A model that turns a request into a stream of events: what a provider's adapter, or a wrapper around another
/// model, implements.
///
/// # Contract
///
/// [`stream`](CompletionModel::stream) sends one request. It fails where the provider refused it or could not be
/// reached; once it has given a stream, failures are items of the stream. Options that the model cannot honour are
/// treated as [`Request::unsupported`] says, before anything is sent. Nothing is done until the future is polled.
///
/// # Events
///
/// The stream obeys the grammar of [`Event`](crate::Event): it begins with `Start`, ends in exactly one `End` or
/// one error, and nothing follows. Usage is always asked for. A request for [`Delivery::Whole`] gives the same
/// events, at once.
///
/// # Errors
///
/// Every failure is an [`Error`](crate::Error) whose kind says what a caller can do. A stream that breaks off is an
/// error, never a silent end.
///
/// # Cancellation
///
/// Dropping the future or the stream cancels the request and frees the connection. There is no cancel token.
///
/// # Wrapping
///
/// Middleware is a struct that holds an `Arc<dyn CompletionModel>` and is a `CompletionModel`. It passes the
/// request on, and looks at the events as they pass.
#[async_trait]
pub trait CompletionModel: fmt::Debug + Send + Sync + 'static {
    /// Who answers, where, and what it can do. Cheap: telemetry asks at every call.
    fn info(&self) -> &ModelInfo;

    /// Sends one request and gives its events, in order.
    async fn stream(&self, request: Request) -> Result<EventStream>;
}

#[async_trait]
impl<M: CompletionModel + ?Sized> CompletionModel for Arc<M> {
    fn info(&self) -> &ModelInfo {
        (**self).info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        (**self).stream(request).await
    }
}

#[async_trait]
impl<M: CompletionModel + ?Sized> CompletionModel for Box<M> {
    fn info(&self) -> &ModelInfo {
        (**self).info()
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        (**self).stream(request).await
    }
}

/// Short forms over [`CompletionModel`]. Every model has them; nobody implements them.
#[async_trait]
pub trait CompletionModelExt: CompletionModel {
    /// Sends a request and waits for the complete response.
    ///
    /// # Errors
    ///
    /// As [`CompletionModel::stream`], and the first error of the stream.
    async fn complete(&self, request: impl Into<Request> + Send) -> Result<Response> {
        let mut events = self.stream(request.into()).await?;
        let mut fold = Fold::new();
        while let Some(event) = events.next().await {
            fold.push(event?);
        }
        fold.finish()
    }

    /// Sends a request and gives the answer's events as they are made.
    ///
    /// # Errors
    ///
    /// As [`CompletionModel::stream`].
    async fn events(&self, request: impl Into<Request> + Send) -> Result<EventStream> {
        self.stream(request.into().with_delivery(Delivery::Incremental))
            .await
    }

    /// Sends a request and gives the answer's text.
    ///
    /// # Errors
    ///
    /// As [`complete`](CompletionModelExt::complete).
    async fn text(&self, request: impl Into<Request> + Send) -> Result<String> {
        Ok(self.complete(request).await?.text())
    }
}

impl<M: CompletionModel + ?Sized> CompletionModelExt for M {}
