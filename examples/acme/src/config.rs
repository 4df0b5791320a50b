//! Setting a model up: builder, environment, endpoint.

use std::fmt;

use glassbox_core::{Capabilities, Error, ErrorKind, ModelInfo, Result, Secret};
use glassbox_http::{Call, HttpClient, ReqwestTransport};
use http::Uri;

use crate::{Acme, PROVIDER};

/// Sets up an [`Acme`]. Nothing is sent or checked with the host before the first request.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct AcmeBuilder {
    model: String,
    api_key: Option<Secret>,
    base_url: String,
    http: Option<HttpClient>,
}

impl AcmeBuilder {
    /// A model by its name, as in `anvil-2`.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            api_key: None,
            base_url: "https://api.acme.example".to_owned(),
            http: None,
        }
    }

    /// A model by its name, with the key that `ACME_API_KEY` holds.
    pub fn from_env(model: impl Into<String>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is `from_env`")]
        let key = std::env::var("ACME_API_KEY").ok();
        Self {
            api_key: key.map(Secret::new),
            ..Self::new(model)
        }
    }

    /// Sets the key.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets where the host is, without a path. `https://api.acme.example` unless set.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets the HTTP client, with its retries, timeouts and limits. Models may share one.
    pub fn http(mut self, http: HttpClient) -> Self {
        self.http = Some(http);
        self
    }

    /// The model.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration), with the setting named, where the key is missing, or the key or
    /// the base URL is unusable.
    pub fn build(self) -> Result<Acme> {
        let uri: Uri = format!("{}/v1/generate", self.base_url.trim_end_matches('/'))
            .parse()
            .map_err(|_| {
                wrong("the base URL is no URL: write it as in https://api.acme.example")
            })?;
        let (Some(host), Some(scheme)) = (uri.host(), uri.scheme_str()) else {
            return Err(wrong(
                "the base URL has no scheme or no host: https://api.acme.example",
            ));
        };
        let port = uri
            .port_u16()
            .unwrap_or(if scheme == "http" { 80 } else { 443 });
        let mut capabilities = Capabilities::default();
        capabilities.incremental = true;
        capabilities.tools = true;
        capabilities.parallel_tool_calls = true;
        let info = ModelInfo::new(PROVIDER, &self.model)
            .with_server(host.trim_matches(['[', ']']), Some(port))
            .with_capabilities(capabilities);
        let key = self.api_key.filter(|key| !key.is_blank());
        let key = key.ok_or_else(|| wrong("no API key: set ACME_API_KEY, or call `api_key`"))?;
        let http = match self.http {
            Some(http) => http,
            None => HttpClient::new(ReqwestTransport::new()?),
        };
        let call = Call::post(PROVIDER, uri, "").with_bearer(key)?;
        Ok(Acme { info, call, http })
    }
}

impl fmt::Debug for AcmeBuilder {
    // A base URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcmeBuilder")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

fn wrong(message: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, message).with_provider(PROVIDER)
}
