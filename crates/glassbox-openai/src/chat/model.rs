use std::fmt;

use async_trait::async_trait;
use glassbox_core::{CompletionModel, Delivery, EventStream, ModelInfo, Request, Result, Secret};
use glassbox_http::{Call, Framing};

use super::{ChatDecoder, Encoded, encode};
use crate::config::{Endpoint, OpenAiBuilder};
use crate::dialect::Dialect;

/// A chat model of OpenAI, or of a host that speaks Chat Completions. Cheap to clone.
///
/// ```no_run
/// use glassbox_openai::{GROQ, OpenAi};
///
/// let model = OpenAi::builder("llama-3.3-70b-versatile")
///     .dialect(GROQ)
///     .api_key("gsk-...")
///     .build()?;
/// # Ok::<(), glassbox_core::Error>(())
/// ```
#[derive(Clone)]
pub struct OpenAi {
    endpoint: Endpoint,
    dialect: Dialect,
}

impl OpenAi {
    /// A model of OpenAI's, with a key.
    ///
    /// # Errors
    ///
    /// As [`OpenAiBuilder::build`].
    pub fn new(model: impl Into<String>, api_key: impl Into<Secret>) -> Result<Self> {
        Self::builder(model).api_key(api_key).build()
    }

    /// Sets a model up.
    pub fn builder(model: impl Into<String>) -> OpenAiBuilder {
        OpenAiBuilder::new(model)
    }

    /// A model of a host, with the key and the base URL that the environment names: `OPENAI_API_KEY` and
    /// `OPENAI_BASE_URL` for [`OPENAI`](crate::OPENAI), and so on.
    ///
    /// # Errors
    ///
    /// As [`OpenAiBuilder::build`]; the message names the variable that is missing.
    pub fn from_env(dialect: &Dialect, model: impl Into<String>) -> Result<Self> {
        OpenAiBuilder::from_env(dialect, model).build()
    }

    pub(crate) const fn at(endpoint: Endpoint, dialect: Dialect) -> Self {
        Self { endpoint, dialect }
    }

    /// What to send for a request, and which of its options are left out.
    fn call(&self, request: &Request) -> Result<(Call, Vec<String>)> {
        let Endpoint { info, call, .. } = &self.endpoint;
        let Encoded { body, dropped } = encode(request, &info.model, &self.dialect)?;
        let mut call = call.clone().with_headers(&request.headers)?;
        call.body = body;
        call.statuses = self.dialect.statuses;
        Ok((call, dropped))
    }
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi")
            .field("dialect", &self.dialect.name)
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl CompletionModel for OpenAi {
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
        Ok(reply.events(framing, ChatDecoder::new(&self.dialect)))
    }
}
