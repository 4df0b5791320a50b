use std::fmt;

use async_trait::async_trait;
use glassbox_core::{CompletionModel, Delivery, EventStream, ModelInfo, Request, Result, Secret};
use glassbox_http::{Call, Framing};

use super::{Encoded, ResponsesDecoder, Settings, encode};
use crate::config::{Endpoint, OpenAiBuilder};
use crate::dialect::Dialect;

/// A model of OpenAI, or of a compatible host, over the Responses API. Cheap to clone.
///
/// Unless the builder says otherwise the provider keeps nothing: reasoning comes encrypted and goes back with the
/// conversation.
///
/// ```no_run
/// use glassbox_openai::OpenAiResponses;
///
/// let model = OpenAiResponses::builder("gpt-5")
///     .api_key("sk-...")
///     .reasoning_summary("auto")
///     .build_responses()?;
/// # Ok::<(), glassbox_core::Error>(())
/// ```
#[derive(Clone)]
pub struct OpenAiResponses {
    endpoint: Endpoint,
    dialect: Dialect,
    settings: Settings,
}

impl OpenAiResponses {
    /// A model of OpenAI's, with a key.
    ///
    /// # Errors
    ///
    /// As [`OpenAiBuilder::build_responses`].
    pub fn new(model: impl Into<String>, api_key: impl Into<Secret>) -> Result<Self> {
        Self::builder(model).api_key(api_key).build_responses()
    }

    /// Sets a model up; [`build_responses`](OpenAiBuilder::build_responses) makes it.
    pub fn builder(model: impl Into<String>) -> OpenAiBuilder {
        OpenAiBuilder::new(model)
    }

    /// A model of a host, with the key and the base URL that the environment names: `OPENAI_API_KEY` and
    /// `OPENAI_BASE_URL` for [`OPENAI`](crate::OPENAI), and so on.
    ///
    /// # Errors
    ///
    /// As [`OpenAiBuilder::build_responses`]; the message names the variable that is missing.
    pub fn from_env(dialect: &Dialect, model: impl Into<String>) -> Result<Self> {
        OpenAiBuilder::from_env(dialect, model).build_responses()
    }

    pub(crate) const fn at(endpoint: Endpoint, dialect: Dialect, settings: Settings) -> Self {
        Self {
            endpoint,
            dialect,
            settings,
        }
    }

    /// What to send for a request, and which of its options are left out.
    fn call(&self, request: &Request) -> Result<(Call, Vec<String>)> {
        let Endpoint { info, call, .. } = &self.endpoint;
        let Encoded { body, dropped } =
            encode(request, &info.model, &self.dialect, &self.settings)?;
        let mut call = call.clone().with_headers(&request.headers)?;
        call.body = body;
        call.statuses = self.dialect.statuses;
        Ok((call, dropped))
    }
}

impl fmt::Debug for OpenAiResponses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiResponses")
            .field("dialect", &self.dialect.name)
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl CompletionModel for OpenAiResponses {
    fn info(&self) -> &ModelInfo {
        &self.endpoint.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        // What the provider keeps is not in the request, and may be what its results are for.
        let fields = ["conversation", "previous_response_id"];
        let is_kept = fields
            .iter()
            .any(|field| request.extra.contains_key(*field));
        let request = if is_kept { request } else { request.repaired() };
        let framing = match request.delivery {
            Delivery::Incremental => Framing::ServerSentEvents,
            _ if self.dialect.responses.stream_only => Framing::ServerSentEvents,
            _ => Framing::Whole,
        };
        let (call, dropped) = self.call(&request)?;
        // Nobody needs it while the model thinks.
        drop(request);
        let mut reply = self.endpoint.http.send(call).await?;
        reply.start.dropped = dropped;
        Ok(reply.events(framing, ResponsesDecoder::new(&self.dialect)))
    }
}
