//! Setting a model up: builder, environment, endpoint.

use std::borrow::Cow;
use std::fmt;

use glassbox_core::{Capabilities, Error, ErrorKind, ModelInfo, Result, Secret};
use glassbox_http::{BaseUrl, Call, HttpClient, Transport};
use serde_json::Value;

use crate::errors::read_error;
use crate::{Ollama, OllamaEmbeddings, PROVIDER};

mod host;

/// Sets up an [`Ollama`] or an [`OllamaEmbeddings`].
///
/// Nothing is sent, read from the environment or checked with the server before the first request, unless it was
/// made by [`OllamaBuilder::from_env`], which reads the environment.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct OllamaBuilder {
    model: String,
    api_key: Option<Secret>,
    base_url: Option<String>,
    settings: Settings,
    http: Option<HttpClient>,
    reads_env: bool,
}

/// What is the same in every request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) num_ctx: Option<u32>,
    pub(crate) keep_alive: Option<Value>,
}

impl OllamaBuilder {
    /// A model by its name, as in `qwen3:4b`.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            api_key: None,
            base_url: None,
            settings: Settings::default(),
            http: None,
            reads_env: false,
        }
    }

    /// A model by its name, with what the environment says: where the server is in `OLLAMA_HOST`, in every form that
    /// Ollama itself understands (a host, a port, both, a URL), and a key of the cloud in `OLLAMA_API_KEY`. A
    /// variable that is blank counts as unset. Proxies are taken from the environment too.
    pub fn from_env(model: impl Into<String>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is `from_env`")]
        Self::from_variables(model, |name| std::env::var(name).ok())
    }

    fn from_variables(model: impl Into<String>, read: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| read(name).filter(|value| !value.trim().is_empty());
        Self {
            api_key: variable("OLLAMA_API_KEY").map(Secret::new),
            base_url: variable("OLLAMA_HOST"),
            reads_env: true,
            ..Self::new(model)
        }
    }

    /// Sets the key. Only the cloud (`https://ollama.com`) and gateways want one.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets where the server is, in any form of `OLLAMA_HOST`: `gpu-1`, `gpu-1:8080`, `:8080`,
    /// `https://host/path`. `http://127.0.0.1:11434` unless set.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets how many tokens the context has, in every request that does not say so itself. Unless set, the server
    /// decides, and cuts a longer prompt off in silence.
    pub fn num_ctx(mut self, tokens: u32) -> Self {
        self.settings.num_ctx = Some(tokens);
        self
    }

    /// Sets how long the model, and with it the cache of its prompts, stays in memory after a request: a duration
    /// (`"10m"`), or seconds, of which a negative number is for ever. 5 minutes unless set.
    pub fn keep_alive(mut self, duration: impl Into<Value>) -> Self {
        self.settings.keep_alive = Some(duration.into());
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
    /// [`Configuration`](ErrorKind::Configuration), with the setting and its variable named, where the base URL or
    /// the key is unusable.
    pub fn build(self) -> Result<Ollama> {
        let mut endpoint = self.endpoint("api/chat")?;
        let mut capabilities = Capabilities::all();
        capabilities.choices = false;
        endpoint.info.capabilities = capabilities;
        Ok(Ollama::at(endpoint))
    }

    /// The embedding model.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_embeddings(self) -> Result<OllamaEmbeddings> {
        self.endpoint("api/embed").map(OllamaEmbeddings::at)
    }

    fn endpoint(&self, operation: &str) -> Result<Endpoint> {
        let base = self.base()?;
        let mut call = Call::post(PROVIDER, base.join(operation)?, "").with_read_error(read_error);
        if let Some(key) = self.api_key.as_ref().and_then(Secret::trimmed) {
            call = call.with_bearer(key)?;
        }
        Ok(Endpoint {
            info: ModelInfo::new(PROVIDER, &self.model)
                .with_server(base.address(), Some(base.port())),
            call,
            http: self.client()?,
            settings: self.settings.clone(),
        })
    }

    fn base(&self) -> Result<BaseUrl> {
        let host = self.base_url.as_deref().unwrap_or_default();
        host::base_url(host).map_err(|message| self.wrong(message))
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

impl fmt::Debug for OllamaBuilder {
    // A base URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OllamaBuilder")
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
    pub(crate) settings: Settings,
}

#[cfg(test)]
mod tests;
