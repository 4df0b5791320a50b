//! The chat model.

use std::fmt;

use async_trait::async_trait;
use glassbox_core::{
    CompletionModel, Delivery, ErrorKind, EventStream, ModelInfo, Request, Result, Secret,
};
use glassbox_http::{Call, Framing};

use crate::config::{CohereBuilder, Endpoint};
use crate::decode::CohereDecoder;
use crate::encode::{Encoded, encode};

/// `docs.cohere.com/reference/errors`: 498 is an answer that was blocked.
const STATUSES: &[(u16, ErrorKind)] = &[(498, ErrorKind::ContentFilter)];

/// A chat model of Cohere's. Cheap to clone.
///
/// ```no_run
/// use glassbox_cohere::Cohere;
///
/// let model = Cohere::builder("command-a-03-2025").api_key("...").build()?;
/// # Ok::<(), glassbox_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Cohere {
    endpoint: Endpoint,
}

impl Cohere {
    /// A model with a key.
    ///
    /// # Errors
    ///
    /// As [`CohereBuilder::build`].
    pub fn new(model: impl Into<String>, api_key: impl Into<Secret>) -> Result<Self> {
        Self::builder(model).api_key(api_key).build()
    }

    /// Sets a model up.
    pub fn builder(model: impl Into<String>) -> CohereBuilder {
        CohereBuilder::new(model)
    }

    /// A model with the key and the base URL that the environment names: `CO_API_KEY` and `CO_API_URL`.
    ///
    /// # Errors
    ///
    /// As [`CohereBuilder::build`].
    pub fn from_env(model: impl Into<String>) -> Result<Self> {
        CohereBuilder::from_env(model).build()
    }

    pub(crate) const fn at(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }

    /// What to send for a request, and which of its options are left out.
    fn call(&self, request: &Request) -> Result<(Call, Vec<String>)> {
        let Endpoint { info, call, .. } = &self.endpoint;
        let Encoded { body, dropped } = encode(request, &info.model)?;
        let mut call = call.clone().with_headers(&request.headers)?;
        call.body = body;
        call.statuses = STATUSES;
        Ok((call, dropped))
    }
}

impl fmt::Debug for Cohere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cohere")
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl CompletionModel for Cohere {
    fn info(&self) -> &ModelInfo {
        &self.endpoint.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let request = request.repaired();
        let framing = match request.delivery {
            Delivery::Incremental => Framing::ServerSentEvents,
            _ => Framing::Whole,
        };
        let (call, dropped) = self.call(&request)?;
        // Nobody needs it while the model thinks.
        drop(request);
        let mut reply = self.endpoint.http.send(call).await?;
        reply.start.dropped = dropped;
        Ok(reply.events(framing, CohereDecoder::new()))
    }
}
