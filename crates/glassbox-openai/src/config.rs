//! Setting a model up: builder, environment, endpoint.

use std::borrow::{Borrow, Cow};
use std::fmt;

use glassbox_core::{Api, Error, ErrorKind, ModelInfo, Result, Secret};
use glassbox_http::{BaseUrl, Call, HttpClient, Transport, percent_encoded};
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
        let base = self.base()?;
        let info = ModelInfo::new(self.dialect.provider, &self.model)
            .with_server(base.address(), Some(base.port()))
            .with_api(Api::ChatCompletions)
            .with_capabilities(self.dialect.capabilities());
        Ok(Endpoint {
            info,
            call: self.call(self.uri(base, operation)?)?,
            http: self.client()?,
        })
    }

    fn base(&self) -> Result<BaseUrl> {
        let Dialect {
            provider,
            variables,
            ..
        } = self.dialect;
        let base = self.base_url.as_deref().unwrap_or(self.dialect.base_url);
        if base.trim().is_empty() {
            return Err(self.missing("base URL", variables.base_url));
        }
        BaseUrl::parse(provider, variables.base_url, base)
    }

    /// The place of an operation.
    fn uri(&self, base: BaseUrl, operation: &str) -> Result<Uri> {
        match self.dialect.paths {
            Paths::Plain => base.join(operation),
            // The newer API needs no version, and the model is named in the body.
            Paths::Azure if base.path().ends_with("/openai/v1") => base.join(operation),
            Paths::Azure => self.azure_uri(base, operation),
        }
    }

    fn azure_uri(&self, base: BaseUrl, operation: &str) -> Result<Uri> {
        let is_versioned = base.query().contains("api-version=");
        let base = match &self.api_version {
            Some(version) if !is_versioned => {
                base.with_query(&format!("api-version={}", percent_encoded(version)))
            }
            None if !is_versioned && operation == RESPONSES => {
                let base = base.without_end("/openai");
                return base.join(&format!("openai/v1/{operation}"));
            }
            None if !is_versioned => {
                return Err(self.missing("API version", self.dialect.variables.api_version));
            }
            _ => base,
        };
        let path = base.path();
        if operation == RESPONSES {
            let base = base.without_end("/openai");
            return base.join(&format!("openai/{operation}"));
        }
        if path.ends_with("/models") || path.contains("/deployments/") {
            return base.join(operation);
        }
        let deployment = percent_encoded(&self.model);
        let base = base.without_end("/openai");
        base.join(&format!("openai/deployments/{deployment}/{operation}"))
    }

    fn call(&self, uri: Uri) -> Result<Call> {
        let dialect = &self.dialect;
        let mut call = Call::post(dialect.provider, uri, "");
        match self.api_key.as_ref().and_then(Secret::trimmed) {
            None if dialect.needs_key => {
                return Err(self.missing("API key", dialect.variables.key));
            }
            None => {}
            Some(key) => {
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

    fn client(&self) -> Result<HttpClient> {
        let client = match &self.http {
            Some(http) => Ok(http.clone()),
            None if self.reads_env => HttpClient::from_env(),
            None => HttpClient::standard(),
        };
        client.map_err(|error| error.with_provider(self.dialect.provider))
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

#[cfg(test)]
mod tests;
