//! The chat model.

use std::fmt;

use async_trait::async_trait;
use glassbox_core::{CompletionModel, Delivery, EventStream, ModelInfo, Request, Result};
use glassbox_http::{Call, Framing};

use crate::config::{Endpoint, OllamaBuilder};
use crate::decode::OllamaDecoder;
use crate::encode::{Encoded, encode};

/// A chat model that Ollama runs, on this machine, elsewhere, or in its cloud. Cheap to clone.
///
/// ```no_run
/// use glassbox_ollama::Ollama;
///
/// let model = Ollama::builder("qwen3:4b").num_ctx(32_768).build()?;
/// # Ok::<(), glassbox_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Ollama {
    endpoint: Endpoint,
}

impl Ollama {
    /// A model of the server on this machine, at `http://127.0.0.1:11434`.
    ///
    /// # Errors
    ///
    /// As [`OllamaBuilder::build`].
    pub fn new(model: impl Into<String>) -> Result<Self> {
        Self::builder(model).build()
    }

    /// Sets a model up.
    pub fn builder(model: impl Into<String>) -> OllamaBuilder {
        OllamaBuilder::new(model)
    }

    /// A model of the server that the environment names: `OLLAMA_HOST`, and `OLLAMA_API_KEY` for the cloud.
    ///
    /// # Errors
    ///
    /// As [`OllamaBuilder::build`].
    pub fn from_env(model: impl Into<String>) -> Result<Self> {
        OllamaBuilder::from_env(model).build()
    }

    pub(crate) const fn at(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }

    /// What to send for a request, and which of its options are left out.
    fn call(&self, request: &Request) -> Result<(Call, Vec<String>)> {
        let Endpoint {
            info,
            call,
            settings,
            ..
        } = &self.endpoint;
        let Encoded { body, dropped } = encode(request, &info.model, settings)?;
        let mut call = call.clone().with_headers(&request.headers)?;
        call.body = body;
        Ok((call, dropped))
    }
}

impl fmt::Debug for Ollama {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ollama")
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl CompletionModel for Ollama {
    fn info(&self) -> &ModelInfo {
        &self.endpoint.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let request = request.repaired();
        let framing = match request.delivery {
            Delivery::Incremental => Framing::Ndjson,
            _ => Framing::Whole,
        };
        let (call, dropped) = self.call(&request)?;
        // Nobody needs it while the model thinks.
        drop(request);
        let mut reply = self.endpoint.http.send(call).await?;
        reply.start.dropped = dropped;
        Ok(reply.events(framing, OllamaDecoder::new()))
    }
}
