//! Setting a model up: builder, environment, endpoint.

use std::borrow::Cow;
use std::fmt;

use glassbox_core::{Capabilities, Error, ErrorKind, ModelInfo, Result, Secret};
use glassbox_http::{BaseUrl, Call, HttpClient, Transport};
use http::{HeaderName, HeaderValue, Uri};
use serde::Serialize;
use serde_json::Value;

use crate::rules::{Rules, Thinking};
use crate::{Anthropic, PROVIDER};

/// Where Anthropic is.
const BASE_URL: &str = "https://api.anthropic.com";

/// The version of the API that this crate speaks.
const VERSION: &str = "2023-06-01";

/// How long the provider is to keep the beginning of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PromptCache {
    /// For 5 minutes after it was last used.
    FiveMinutes,
    /// For an hour after it was last used, at a higher price.
    OneHour,
}

impl Serialize for PromptCache {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct CacheControl {
            r#type: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            ttl: Option<&'static str>,
        }
        let control = CacheControl {
            r#type: "ephemeral",
            ttl: match self {
                Self::FiveMinutes => None,
                Self::OneHour => Some("1h"),
            },
        };
        control.serialize(serializer)
    }
}

/// Sets up an [`Anthropic`].
///
/// Nothing is sent, read from the environment or checked with the host before the first request, unless it was made
/// by [`AnthropicBuilder::from_env`], which reads the environment.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct AnthropicBuilder {
    api_key: Option<Secret>,
    auth_token: Option<Secret>,
    needs_key: bool,
    base_url: Option<String>,
    version: String,
    http: Option<HttpClient>,
    reads_env: bool,
    settings: Settings,
}

/// What a request's body depends on beside the request.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) model: String,
    pub(crate) rules: Rules,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) prompt_cache: Option<PromptCache>,
    pub(crate) server_tools: Vec<Value>,
    pub(crate) betas: Vec<String>,
}

impl Settings {
    pub(crate) fn new(model: impl Into<String>) -> Self {
        let model = model.into();
        Self {
            rules: Rules::of(&model),
            model,
            max_tokens: None,
            prompt_cache: None,
            server_tools: Vec::new(),
            betas: Vec::new(),
        }
    }
}

impl AnthropicBuilder {
    /// A model by its name.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            api_key: None,
            auth_token: None,
            needs_key: true,
            base_url: None,
            version: VERSION.to_owned(),
            http: None,
            reads_env: false,
            settings: Settings::new(model),
        }
    }

    /// A model, with what the environment says: `ANTHROPIC_API_KEY`, `ANTHROPIC_AUTH_TOKEN` and `ANTHROPIC_BASE_URL`. A
    /// variable that is blank counts as unset. Proxies are taken from the environment too.
    ///
    /// What is missing is an error of [`build`](Self::build), so it can still be given.
    pub fn from_env(model: impl Into<String>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is `from_env`")]
        Self::from_variables(model, |name| std::env::var(name).ok())
    }

    fn from_variables(model: impl Into<String>, read: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| read(name).filter(|value| !value.trim().is_empty());
        Self {
            api_key: variable("ANTHROPIC_API_KEY").map(Secret::new),
            auth_token: variable("ANTHROPIC_AUTH_TOKEN").map(Secret::new),
            base_url: variable("ANTHROPIC_BASE_URL"),
            reads_env: true,
            ..Self::new(model)
        }
    }

    /// Sets the key, which is sent as `x-api-key`.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets a token, which is sent as `Authorization: Bearer`: so gateways want it. It may stand beside a key.
    pub fn auth_token(mut self, token: impl Into<Secret>) -> Self {
        self.auth_token = Some(token.into());
        self
    }

    /// Says whether the host wants a key or a token. It does unless set: without one, building fails. A host of one's own may do
    /// without: where none is given then, no header of a request holds one.
    pub fn needs_key(mut self, needs_key: bool) -> Self {
        self.needs_key = needs_key;
        self
    }

    /// Sets where the host is, without the `/v1`: `https://api.anthropic.com` unless set. A query is kept.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets the version of the API, `2023-06-01` unless set.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Switches a beta feature on, as in `context-1m-2025-08-07`. May be said several times.
    pub fn beta(mut self, beta: impl Into<String>) -> Self {
        self.settings.betas.push(beta.into());
        self
    }

    /// Sets the limit on output tokens for requests that have none. The API wants one; unless set, it is the most that
    /// the model can write, and at most 32,000 for models before Claude 4.5.
    pub fn max_tokens(mut self, max_tokens: u64) -> Self {
        self.settings.max_tokens = Some(max_tokens);
        self
    }

    /// Has the provider keep every prompt, up to its last block. Off unless set. For other places in the prompt, give a
    /// text an opaque part of `anthropic` with a `cache_control`.
    pub fn prompt_cache(mut self, cache: PromptCache) -> Self {
        self.settings.prompt_cache = Some(cache);
        self
    }

    /// Offers a tool that the provider runs, as in `{"type": "web_search_20250305", "name": "web_search"}`, with every
    /// request. May be said several times.
    pub fn server_tool(mut self, tool: Value) -> Self {
        self.settings.server_tools.push(tool);
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

    /// The model.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration), with the setting and its variable named, where the key or the base
    /// URL is missing or unusable.
    pub fn build(self) -> Result<Anthropic> {
        let base = self.base()?;
        let info = ModelInfo::new(PROVIDER, &self.settings.model)
            .with_server(base.address(), Some(base.port()))
            .with_capabilities(self.capabilities());
        Ok(Anthropic::at(Endpoint {
            info,
            call: self.call(base.join("v1/messages")?)?,
            http: self.client()?,
            settings: self.settings,
        }))
    }

    fn capabilities(&self) -> Capabilities {
        let rules = self.settings.rules;
        let mut capabilities = Capabilities::all();
        capabilities.choices = false;
        capabilities.reasoning = rules.thinking != Thinking::Never;
        capabilities.structured_output = rules.structured_output;
        capabilities
    }

    fn base(&self) -> Result<BaseUrl> {
        let base = self.base_url.as_deref().unwrap_or(BASE_URL);
        // Some give it as they would to an SDK of another provider.
        BaseUrl::parse(PROVIDER, "ANTHROPIC_BASE_URL", base).map(|base| base.without_end("/v1"))
    }

    fn call(&self, uri: Uri) -> Result<Call> {
        let key = self.api_key.as_ref().and_then(Secret::trimmed);
        let token = self.auth_token.as_ref().and_then(Secret::trimmed);
        if self.needs_key && key.is_none() && token.is_none() {
            return Err(wrong(
                "no API key: set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN, or hand one to the \
                 builder",
            ));
        }
        let mut call = Call::post(PROVIDER, uri, "");
        if let Some(key) = key {
            call = call.with_key(HeaderName::from_static("x-api-key"), key)?;
        }
        if let Some(token) = token {
            call = call.with_bearer(token)?;
        }
        let header = |what: &str, value: &str| {
            HeaderValue::from_str(value).map_err(|_| {
                wrong(format!(
                    "the {what} holds a character that no HTTP header may hold"
                ))
            })
        };
        for beta in &self.settings.betas {
            header("beta", beta)?;
        }
        let version = header("version", &self.version)?;
        Ok(call.with_header(HeaderName::from_static("anthropic-version"), version))
    }

    fn client(&self) -> Result<HttpClient> {
        let client = match &self.http {
            Some(http) => Ok(http.clone()),
            None if self.reads_env => HttpClient::from_env(),
            None => HttpClient::standard(),
        };
        client.map_err(|error| error.with_provider(PROVIDER))
    }
}

fn wrong(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Configuration, message).with_provider(PROVIDER)
}

impl fmt::Debug for AnthropicBuilder {
    // A base URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnthropicBuilder")
            .field("model", &self.settings.model)
            .field("api_key", &self.api_key)
            .field("auth_token", &self.auth_token)
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
