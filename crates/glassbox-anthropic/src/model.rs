use std::fmt;

use async_trait::async_trait;
use glassbox_core::{CompletionModel, Delivery, EventStream, ModelInfo, Request, Result, Secret};
use glassbox_http::{Call, Framing};
use http::{HeaderName, HeaderValue};

use crate::MessagesDecoder;
use crate::config::{AnthropicBuilder, Endpoint};
use crate::encode::{Encoded, encode};

/// A model of Anthropic's. Cheap to clone.
///
/// ```no_run
/// use glassbox_anthropic::Anthropic;
///
/// let model = Anthropic::builder("claude-sonnet-4-6").api_key("sk-ant-...").build()?;
/// # Ok::<(), glassbox_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Anthropic {
    endpoint: Endpoint,
}

impl Anthropic {
    /// A model, with a key.
    ///
    /// # Errors
    ///
    /// As [`AnthropicBuilder::build`].
    pub fn new(model: impl Into<String>, api_key: impl Into<Secret>) -> Result<Self> {
        Self::builder(model).api_key(api_key).build()
    }

    /// Sets a model up.
    pub fn builder(model: impl Into<String>) -> AnthropicBuilder {
        AnthropicBuilder::new(model)
    }

    /// A model, with the key and the base URL that the environment names: `ANTHROPIC_API_KEY` or
    /// `ANTHROPIC_AUTH_TOKEN`, and `ANTHROPIC_BASE_URL`.
    ///
    /// # Errors
    ///
    /// As [`AnthropicBuilder::build`]; the message names the variable that is missing.
    pub fn from_env(model: impl Into<String>) -> Result<Self> {
        AnthropicBuilder::from_env(model).build()
    }

    pub(crate) const fn at(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }

    /// What to send for a request, and which of its options are left out.
    fn call(&self, request: &Request) -> Result<(Call, Vec<String>)> {
        let Endpoint { call, settings, .. } = &self.endpoint;
        let Encoded {
            body,
            dropped,
            betas,
        } = encode(request, settings)?;
        let mut call = call.clone();
        let given = settings.betas.iter().map(String::as_str);
        let mut all: Vec<&str> = given.collect();
        all.extend(
            betas
                .iter()
                .filter(|beta| !settings.betas.iter().any(|of| of == *beta)),
        );
        if let Ok(value) = HeaderValue::from_str(&all.join(","))
            && !all.is_empty()
        {
            call = call.with_header(HeaderName::from_static("anthropic-beta"), value);
        }
        let mut call = call.with_headers(&request.headers)?;
        call.body = body;
        Ok((call, dropped))
    }
}

impl fmt::Debug for Anthropic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Anthropic")
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl CompletionModel for Anthropic {
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
        Ok(reply.events(framing, MessagesDecoder::new()))
    }
}
