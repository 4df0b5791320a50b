use std::fmt;

use async_trait::async_trait;
use glassbox_core::{CompletionModel, Delivery, EventStream, ModelInfo, Request, Result};
use glassbox_http::{Call, Framing, HttpClient};
use http::Uri;

use crate::config::BedrockBuilder;
use crate::decode::ConverseDecoder;
use crate::encode::{Encoded, Setup, encode};
use crate::failure::read_error;
use crate::sign::{Auth, Clock, SigV4};

/// A model behind Bedrock's Converse API. Cheap to clone.
///
/// ```no_run
/// use glassbox_bedrock::{Bedrock, Credentials};
///
/// let model = Bedrock::builder("eu.amazon.nova-lite-v1:0")
///     .region("eu-central-1")
///     .credentials(Credentials::new("AKIA...", "..."))
///     .build()?;
/// # Ok::<(), glassbox_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Bedrock {
    endpoint: Endpoint,
}

/// All that a model needs to send a request.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) info: ModelInfo,
    pub(crate) whole: Uri,
    pub(crate) incremental: Uri,
    pub(crate) auth: Auth,
    pub(crate) region: String,
    pub(crate) clock: Clock,
    pub(crate) setup: Setup,
    pub(crate) http: HttpClient,
}

impl Bedrock {
    /// Sets a model up.
    pub fn builder(model: impl Into<String>) -> BedrockBuilder {
        BedrockBuilder::new(model)
    }

    /// A model, with the key and the region that the environment names, as [`BedrockBuilder::from_env`] reads it.
    ///
    /// # Errors
    ///
    /// As [`BedrockBuilder::build`]; the message names the variable that is missing.
    pub fn from_env(model: impl Into<String>) -> Result<Self> {
        BedrockBuilder::from_env(model).build()
    }

    pub(crate) const fn at(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }

    /// What to send for a request, and which of its options are left out.
    fn call(&self, request: &Request) -> Result<(Call, Vec<String>)> {
        let endpoint = &self.endpoint;
        let Encoded { body, dropped } = encode(request, &endpoint.setup)?;
        let uri = match request.delivery {
            Delivery::Incremental => &endpoint.incremental,
            _ => &endpoint.whole,
        };
        let call = Call::post(crate::PROVIDER, uri.clone(), body)
            .with_headers(&request.headers)?
            .with_read_error(read_error);
        let call = match &endpoint.auth {
            Auth::Nothing => call,
            Auth::Bearer(key) => call.with_bearer(key.clone())?,
            Auth::Signature(source) => {
                let credentials = (source.0)()?;
                let call = credentials.secrets().fold(call, Call::with_secret);
                call.with_signer(SigV4 {
                    credentials,
                    region: endpoint.region.clone(),
                    clock: endpoint.clock.clone(),
                })
            }
        };
        Ok((call, dropped))
    }
}

impl fmt::Debug for Bedrock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bedrock")
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl CompletionModel for Bedrock {
    fn info(&self) -> &ModelInfo {
        &self.endpoint.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let request = request.repaired();
        let framing = match request.delivery {
            Delivery::Incremental => Framing::EventStream,
            _ => Framing::Whole,
        };
        let (call, dropped) = self.call(&request)?;
        // Nobody needs it while the model thinks.
        drop(request);
        let mut reply = self.endpoint.http.send(call).await?;
        reply.start.dropped = dropped;
        Ok(reply.events(framing, ConverseDecoder::new()))
    }
}
