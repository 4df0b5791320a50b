//! Setting a model up: builder, environment, endpoint.

use std::borrow::Cow;
use std::fmt;

use glassbox_core::{Capabilities, Error, ErrorKind, ModelInfo, Result, Secret};
use glassbox_http::{BaseUrl, Call, HttpClient, Transport};

use crate::embeddings::{EmbeddingType, Settings};
use crate::errors::read_error;
use crate::{Cohere, CohereEmbeddings, PROVIDER};

/// The variables of Cohere's own SDK.
const KEY: &str = "CO_API_KEY";
const BASE_URL: &str = "CO_API_URL";

/// Sets up an [`Cohere`] or an [`CohereEmbeddings`].
///
/// Nothing is sent, read from the environment or checked with the server before the first request, unless it was
/// made by [`CohereBuilder::from_env`], which reads the environment.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct CohereBuilder {
    model: String,
    api_key: Option<Secret>,
    needs_key: bool,
    base_url: Option<String>,
    embedding: Settings,
    http: Option<HttpClient>,
    reads_env: bool,
}

impl CohereBuilder {
    /// A model by its name, as in `command-a-03-2025`.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            api_key: None,
            needs_key: true,
            base_url: None,
            embedding: Settings::default(),
            http: None,
            reads_env: false,
        }
    }

    /// A model by its name, with the key in `CO_API_KEY` and the base URL in `CO_API_URL`. A variable that is blank
    /// counts as unset. Proxies are taken from the environment too.
    ///
    /// A missing key is an error of [`build`](Self::build), so it can still be given.
    pub fn from_env(model: impl Into<String>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is `from_env`")]
        Self::from_variables(model, |name| std::env::var(name).ok())
    }

    fn from_variables(model: impl Into<String>, read: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| read(name).filter(|value| !value.trim().is_empty());
        Self {
            api_key: variable(KEY).map(Secret::new),
            base_url: variable(BASE_URL),
            reads_env: true,
            ..Self::new(model)
        }
    }

    /// Sets the key.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Says whether the host wants a key. It does unless set: without one, building fails. A host of one's own may do
    /// without: where none is given then, no header of a request holds one.
    pub fn needs_key(mut self, needs_key: bool) -> Self {
        self.needs_key = needs_key;
        self
    }

    /// Sets where the API is: `https://api.cohere.com` unless set. A version at its end (`/v1`, `/v2`) is left out.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Says what embeddings are for: `search_document` unless set, `search_query`, `classification`, `clustering`.
    pub fn input_type(mut self, input_type: impl Into<String>) -> Self {
        self.embedding.input_type = input_type.into();
        self
    }

    /// Sets the numbers of embeddings: [`EmbeddingType::Float`] unless set.
    pub fn embedding_type(mut self, embedding_type: EmbeddingType) -> Self {
        self.embedding.embedding_type = embedding_type;
        self
    }

    /// Says which end of a text that is too long is cut off: `END`, `START`, or `NONE`, which makes it an error.
    /// Unless set, the provider decides: the end.
    pub fn truncate(mut self, end: impl Into<String>) -> Self {
        self.embedding.truncate = Some(end.into());
        self
    }

    /// Sets the HTTP client, with its retries, timeouts and limits. Models may share one.
    pub fn http(mut self, http: HttpClient) -> Self {
        self.http = Some(http);
        self
    }

    /// Sends requests through `transport`, with the default retries, timeouts and limits.
    pub fn transport(self, transport: impl Transport) -> Self {
        self.http(HttpClient::new(transport))
    }

    /// The chat model.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration), with the setting and its variable named, where the key is missing
    /// or the base URL is unusable.
    pub fn build(self) -> Result<Cohere> {
        let mut endpoint = self.endpoint("v2/chat")?;
        let mut capabilities = Capabilities::all();
        capabilities.choices = false;
        endpoint.info.capabilities = capabilities;
        Ok(Cohere::at(endpoint))
    }

    /// The embedding model.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_embeddings(self) -> Result<CohereEmbeddings> {
        let endpoint = self.endpoint("v2/embed")?;
        Ok(CohereEmbeddings::at(endpoint, self.embedding))
    }

    fn endpoint(&self, operation: &str) -> Result<Endpoint> {
        let base = self.base()?;
        let mut call = Call::post(PROVIDER, base.join(operation)?, "").with_read_error(read_error);
        match self.api_key.as_ref().and_then(Secret::trimmed) {
            Some(key) => call = call.with_bearer(key)?,
            None if self.needs_key => {
                let message = format!("no API key: set {KEY}, or hand one to the builder");
                return Err(self.wrong(message));
            }
            None => {}
        }
        Ok(Endpoint {
            info: ModelInfo::new(PROVIDER, &self.model)
                .with_server(base.address(), Some(base.port())),
            call,
            http: self.client()?,
        })
    }

    fn base(&self) -> Result<BaseUrl> {
        let base = self.base_url.as_deref().unwrap_or("https://api.cohere.com");
        let base = BaseUrl::parse(PROVIDER, BASE_URL, base)?;
        // The SDK's older base URLs name the version.
        Ok(base.without_end("/v1").without_end("/v2"))
    }

    fn client(&self) -> Result<HttpClient> {
        let client = match &self.http {
            Some(http) => Ok(http.clone()),
            None if self.reads_env => HttpClient::from_env(),
            None => HttpClient::standard(),
        };
        client.map_err(|error| error.with_provider(PROVIDER))
    }

    fn wrong(&self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(ErrorKind::Configuration, message).with_provider(PROVIDER)
    }
}

impl fmt::Debug for CohereBuilder {
    // A base URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CohereBuilder")
            .field("model", &self.model)
            .field("api_key", &self.api_key)
            .finish_non_exhaustive()
    }
}

/// All that a model needs to send a request.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) info: ModelInfo,
    /// The request without its body.
    pub(crate) call: Call,
    pub(crate) http: HttpClient,
}

#[cfg(test)]
mod tests;
