use std::fmt;

use async_trait::async_trait;
use glassbox_core::{CompletionModel, Delivery, EventStream, ModelInfo, Request, Result, Secret};
use glassbox_http::Framing;

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
        let Endpoint { info, call, http } = &self.endpoint;
        let Encoded { body, dropped } = encode(&request, &info.model, &self.dialect)?;
        let framing = match request.delivery {
            Delivery::Incremental => Framing::ServerSentEvents,
            _ => Framing::Whole,
        };
        let mut call = call.clone();
        call.body = body;
        let mut reply = http.send(call).await?;
        reply.start.dropped = dropped;
        Ok(reply.events(framing, ChatDecoder::new(&self.dialect)))
    }
}
