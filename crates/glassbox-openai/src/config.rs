//! Setting a model up: builder, environment, endpoint.

use std::borrow::{Borrow, Cow};
use std::fmt;

use glassbox_core::{Api, Error, ErrorKind, ModelInfo, Result, Secret};
#[cfg(feature = "reqwest")]
use glassbox_http::ReqwestTransport;
use glassbox_http::{Call, HttpClient, Transport};
use http::{HeaderName, HeaderValue, Uri};

use crate::dialect::{Auth, Dialect, OPENAI, Paths};
use crate::responses::Settings;
use crate::{OpenAi, OpenAiEmbeddings, OpenAiResponses};

/// The path of the Responses API.
const RESPONSES: &str = "responses";

/// Sets up an [`OpenAi`], an [`OpenAiResponses`] or an [`OpenAiEmbeddings`].
///
/// Nothing is sent, read from the environment or checked with the host before the first request, unless it was made
/// by [`OpenAiBuilder::from_env`], which reads the environment.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct OpenAiBuilder {
    model: String,
    dialect: Dialect,
    api_key: Option<Secret>,
    base_url: Option<String>,
    organization: Option<String>,
    project: Option<String>,
    api_version: Option<String>,
    responses: Settings,
    http: Option<HttpClient>,
    reads_env: bool,
}

impl OpenAiBuilder {
    /// A model of OpenAI, by its name; of Azure, by the deployment's.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            dialect: OPENAI,
            api_key: None,
            base_url: None,
            organization: None,
            project: None,
            api_version: None,
            responses: Settings::default(),
            http: None,
            reads_env: false,
        }
    }

    /// A model of a host, with what the environment says of it: the key, the base URL and whatever else the
    /// [`variables`](Dialect::variables) of the dialect name. A variable that is blank counts as unset. Proxies are
    /// taken from the environment too.
    ///
    /// What is missing is an error of [`build`](Self::build), so it can still be given.
    pub fn from_env(dialect: &Dialect, model: impl Into<String>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is `from_env`")]
        Self::from_variables(dialect, model, |name| std::env::var(name).ok())
    }

    fn from_variables(
        dialect: &Dialect,
        model: impl Into<String>,
        read: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let names = dialect.variables;
        let variable = |name: &str| {
            let value = (!name.is_empty()).then(|| read(name))??;
            (!value.trim().is_empty()).then_some(value)
        };
        Self {
            dialect: *dialect,
            api_key: variable(names.key).map(Secret::new),
            base_url: variable(names.base_url),
            organization: variable(names.organization),
            project: variable(names.project),
            api_version: variable(names.api_version),
            reads_env: true,
            ..Self::new(model)
        }
    }

    /// Says what kind of host it is. [`OPENAI`] unless set.
    pub fn dialect(mut self, dialect: impl Borrow<Dialect>) -> Self {
        self.dialect = *dialect.borrow();
        self
    }

    /// Sets the key.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets where the host is, as its own SDK takes it: `http://localhost:8000/v1`; for Azure
    /// `https://NAME.openai.azure.com` or `https://NAME.openai.azure.com/openai/v1`. A query is kept.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Bills an organisation of OpenAI's.
    pub fn organization(mut self, id: impl Into<String>) -> Self {
        self.organization = Some(id.into());
        self
    }

    /// Bills a project of OpenAI's.
    pub fn project(mut self, id: impl Into<String>) -> Self {
        self.project = Some(id.into());
        self
    }

    /// Sets the version of Azure's API, as in `2024-10-21`. Its newer API (`/openai/v1`) has none.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = Some(version.into());
        self
    }

    /// Says whether the provider is to keep responses ([`build_responses`](Self::build_responses) alone), so that a
    /// later request can continue one by its id.
    ///
    /// Unless set, nothing is kept: a request sends `store: false`, and the reasoning of earlier turns comes and goes
    /// encrypted. A request that continues an earlier response leaves the choice to the provider.
    pub fn store(mut self, store: bool) -> Self {
        self.responses.store = Some(store);
        self
    }

    /// Asks for a summary of the reasoning ([`build_responses`](Self::build_responses) alone): `auto`, `concise` or
    /// `detailed`. OpenAI gives it to verified organisations only, so it is not asked for unless set.
    pub fn reasoning_summary(mut self, detail: impl Into<String>) -> Self {
        self.responses.reasoning_summary = Some(detail.into());
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
    /// [`Configuration`](ErrorKind::Configuration), with the setting and its variable named, where the key, the base
    /// URL or the API version is missing or unusable.
    pub fn build(self) -> Result<OpenAi> {
        let endpoint = self.endpoint("chat/completions")?;
        Ok(OpenAi::at(endpoint, self.dialect))
    }

    /// The model over the Responses API.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build). Azure needs no API version for it.
    pub fn build_responses(self) -> Result<OpenAiResponses> {
        let mut endpoint = self.endpoint(RESPONSES)?;
        endpoint.info.api = Some(Api::Responses);
        endpoint.info.capabilities = self.dialect.capabilities_of_responses();
        endpoint.info.capabilities.reasoning |= self.responses.reasoning_summary.is_some();
        Ok(OpenAiResponses::at(endpoint, self.dialect, self.responses))
    }

    /// The embedding model.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_embeddings(self) -> Result<OpenAiEmbeddings> {
        let mut endpoint = self.endpoint(self.dialect.embeddings.path)?;
        endpoint.info.api = None;
        Ok(OpenAiEmbeddings::at(endpoint, self.dialect))
    }

    fn endpoint(&self, operation: &str) -> Result<Endpoint> {
        let uri = self.uri(operation)?;
        let address = uri.host().unwrap_or_default();
        let address = address.trim_matches(['[', ']']).to_owned();
        let default_port = if uri.scheme_str() == Some("http") {
            80
        } else {
            443
        };
        let port = uri.port_u16().unwrap_or(default_port);
        let info = ModelInfo::new(self.dialect.provider, &self.model)
            .with_server(address, Some(port))
            .with_api(Api::ChatCompletions)
            .with_capabilities(self.dialect.capabilities());
        Ok(Endpoint {
            info,
            call: self.call(uri)?,
            http: self.client()?,
        })
    }

    fn uri(&self, operation: &str) -> Result<Uri> {
        let names = self.dialect.variables;
        let base = self.base_url.as_deref().unwrap_or(self.dialect.base_url);
        let base = base.trim();
        if base.is_empty() {
            return Err(self.missing("base URL", names.base_url));
        }
        let invalid = || {
            self.wrong(
                "the base URL is not valid: it must look like https://host/path, in which \
                 anything unusual is percent-encoded",
            )
        };
        let base: Uri = base.parse().map_err(|_| invalid())?;
        let (Some(scheme), Some(authority)) = (base.scheme_str(), base.authority()) else {
            return Err(invalid());
        };
        if !matches!(scheme, "http" | "https") || authority.host().is_empty() {
            return Err(invalid());
        }
        let path = base.path().trim_end_matches('/');
        let mut query = base.query().unwrap_or_default().to_owned();
        let path = match self.dialect.paths {
            Paths::Plain => format!("{path}/{operation}"),
            Paths::Azure if path.ends_with("/openai/v1") => format!("{path}/{operation}"),
            // The model is named in the body, and the newer API needs no version.
            Paths::Azure if operation == RESPONSES => {
                let path = path.trim_end_matches("/openai");
                match &self.api_version {
                    None if !query.contains("api-version=") => {
                        format!("{path}/openai/v1/{operation}")
                    }
                    Some(version) if !query.contains("api-version=") => {
                        let and = if query.is_empty() { "" } else { "&" };
                        query = format!("{query}{and}api-version={}", escaped(version));
                        format!("{path}/openai/{operation}")
                    }
                    _ => format!("{path}/openai/{operation}"),
                }
            }
            Paths::Azure => {
                if !query.contains("api-version=") {
                    let Some(version) = &self.api_version else {
                        return Err(self.missing("API version", names.api_version));
                    };
                    let and = if query.is_empty() { "" } else { "&" };
                    query = format!("{query}{and}api-version={}", escaped(version));
                }
                if path.ends_with("/models") || path.contains("/deployments/") {
                    format!("{path}/{operation}")
                } else {
                    let path = path.trim_end_matches("/openai");
                    let deployment = escaped(&self.model);
                    format!("{path}/openai/deployments/{deployment}/{operation}")
                }
            }
        };
        let question = if query.is_empty() { "" } else { "?" };
        format!("{scheme}://{authority}{path}{question}{query}")
            .parse()
            .map_err(|_| invalid())
    }

    fn call(&self, uri: Uri) -> Result<Call> {
        let dialect = &self.dialect;
        let mut call = Call::post(dialect.provider, uri, "");
        match self.api_key.as_ref().filter(|key| !key.is_blank()) {
            None if dialect.needs_key => {
                return Err(self.missing("API key", dialect.variables.key));
            }
            None => {}
            Some(key) => {
                // A key that was read from a file often ends in a line break.
                let key = Secret::new(key.expose().trim());
                call = match dialect.auth {
                    Auth::Bearer => call.with_bearer(key)?,
                    Auth::Header(name) => call.with_key(HeaderName::from_static(name), key)?,
                };
            }
        }
        let accounts = [
            ("openai-organization", "organisation", &self.organization),
            ("openai-project", "project", &self.project),
        ];
        for (header, what, value) in accounts {
            if let Some(value) = value {
                let value = HeaderValue::from_str(value).map_err(|_| {
                    self.wrong(format!(
                        "the {what} holds a character that no HTTP header may hold"
                    ))
                })?;
                call = call.with_header(HeaderName::from_static(header), value);
            }
        }
        Ok(call)
    }

    #[cfg(feature = "reqwest")]
    fn client(&self) -> Result<HttpClient> {
        match &self.http {
            Some(http) => Ok(http.clone()),
            None if self.reads_env => ReqwestTransport::from_env().map(HttpClient::new),
            None => ReqwestTransport::new().map(HttpClient::new),
        }
    }

    #[cfg(not(feature = "reqwest"))]
    fn client(&self) -> Result<HttpClient> {
        let _ = self.reads_env;
        self.http.clone().ok_or_else(|| {
            self.wrong(
                "no HTTP client: hand a transport to the builder, or switch the feature \
                 `reqwest` of glassbox-openai on",
            )
        })
    }

    fn missing(&self, what: &str, variable: &str) -> Error {
        if variable.is_empty() {
            return self.wrong(format!("no {what}: hand one to the builder"));
        }
        self.wrong(format!(
            "no {what}: set {variable}, or hand one to the builder"
        ))
    }

    fn wrong(&self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(ErrorKind::Configuration, message).with_provider(self.dialect.provider)
    }
}

impl fmt::Debug for OpenAiBuilder {
    // A base URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAiBuilder")
            .field("model", &self.model)
            .field("dialect", &self.dialect.name)
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

/// `text` as a part of a path or a query: everything but RFC 3986's unreserved characters is percent-encoded.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
