use std::fmt;

use async_trait::async_trait;
use glassbox_core::{CompletionModel, Delivery, EventStream, ModelInfo, Request, Result, Secret};
use glassbox_http::Framing;
use http::Uri;

use crate::config::{Endpoint, Platform};
use crate::encode::{Encoded, Target, encode};
use crate::{GeminiBuilder, GeminiDecoder, SchemaForm};

/// A model of Google's, at the Gemini API or at Vertex AI. Cheap to clone.
///
/// ```no_run
/// use glassbox_gemini::Gemini;
///
/// let model = Gemini::new("gemini-2.5-flash", "AIza...")?;
/// # Ok::<(), glassbox_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Gemini {
    endpoint: Endpoint,
    /// Where answers come in pieces: another method of the same model.
    streamed: Uri,
    platform: Platform,
    schema_form: SchemaForm,
    include_thoughts: Option<bool>,
}

impl Gemini {
    /// A model of the Gemini API, with a key.
    ///
    /// # Errors
    ///
    /// As [`GeminiBuilder::build`].
    pub fn new(model: impl Into<String>, api_key: impl Into<Secret>) -> Result<Self> {
        Self::builder(model).api_key(api_key).build()
    }

    /// Sets a model of the Gemini API up.
    pub fn builder(model: impl Into<String>) -> GeminiBuilder {
        GeminiBuilder::new(model)
    }

    /// Sets a model at Vertex AI up.
    pub fn vertex(model: impl Into<String>) -> GeminiBuilder {
        GeminiBuilder::vertex(model)
    }

    /// A model of the Gemini API, with what the environment says of it: [`GeminiBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// As [`GeminiBuilder::build`]; the message names the variable that is missing.
    pub fn from_env(model: impl Into<String>) -> Result<Self> {
        GeminiBuilder::from_env(model).build()
    }

    /// A model at Vertex AI, with what the environment says of it: [`GeminiBuilder::vertex_from_env`].
    ///
    /// # Errors
    ///
    /// As [`GeminiBuilder::build`]; the message names the variable that is missing.
    pub fn vertex_from_env(model: impl Into<String>) -> Result<Self> {
        GeminiBuilder::vertex_from_env(model).build()
    }

    pub(crate) const fn at(
        endpoint: Endpoint,
        streamed: Uri,
        platform: Platform,
        schema_form: SchemaForm,
        include_thoughts: Option<bool>,
    ) -> Self {
        Self {
            endpoint,
            streamed,
            platform,
            schema_form,
            include_thoughts,
        }
    }

    fn encode(&self, request: &Request) -> Result<Encoded> {
        let target = Target {
            platform: self.platform,
            model: &self.endpoint.info.model,
            schema_form: self.schema_form,
            include_thoughts: self.include_thoughts,
        };
        encode(request, target)
    }
}

impl fmt::Debug for Gemini {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gemini")
            .field("info", &self.endpoint.info)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl CompletionModel for Gemini {
    fn info(&self) -> &ModelInfo {
        &self.endpoint.info
    }

    async fn stream(&self, request: Request) -> Result<EventStream> {
        let request = request.repaired();
        let Encoded {
            body,
            dropped,
            headers,
        } = self.encode(&request)?;
        let mut call = self.endpoint.authorised(&request.headers).await?;
        for (name, value) in headers {
            call = call.with_header(name, value);
        }
        call.body = body.into();
        let framing = match request.delivery {
            Delivery::Incremental => {
                call.uri = self.streamed.clone();
                Framing::ServerSentEvents
            }
            _ => Framing::Whole,
        };
        // Nobody needs it while the model thinks.
        drop(request);
        let mut reply = self.endpoint.http.send(call).await?;
        reply.start.dropped = dropped;
        Ok(reply.events(framing, GeminiDecoder::new(self.platform.provider())))
    }
}
