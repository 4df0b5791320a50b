//! Setting a model up: builder, environment, endpoint.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;

use glassbox_core::{Capabilities, Error, ErrorKind, ModelInfo, Operation, Result, Secret};
use glassbox_http::{Call, HttpClient, Transport};
use http::{HeaderName, Uri};

pub(crate) use self::endpoint::{Endpoint, Tokens};
use crate::error::read_error;
use crate::{Gemini, GeminiEmbeddings};

mod endpoint;
#[cfg(test)]
mod tests;
mod uri;

/// Where the models are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    /// The Gemini API (`generativelanguage.googleapis.com`).
    Gemini,
    /// Vertex AI, in a project of Google Cloud.
    Vertex,
}

impl Platform {
    /// The value of `gen_ai.provider.name`.
    pub(crate) const fn provider(self) -> &'static str {
        match self {
            Self::Gemini => "gcp.gemini",
            Self::Vertex => "gcp.vertex_ai",
        }
    }
}

/// In which form JSON Schemas are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchemaForm {
    /// Each in Google's subset (`parameters`, `responseSchema`) where that says the same, else as JSON Schema.
    #[default]
    Auto,
    /// As they are, as JSON Schema (`parametersJsonSchema`, `responseJsonSchema`).
    JsonSchema,
    /// In Google's subset of OpenAPI's schemas, which knows no references, no maps and no enums but of texts: for
    /// hosts that have nothing else. What it cannot say is left out.
    OpenApi,
}

/// Sets up a [`Gemini`] or a [`GeminiEmbeddings`], at the Gemini API or at Vertex AI.
///
/// Nothing is sent, read from the environment or checked with the host before the first request, unless it was made
/// by [`GeminiBuilder::from_env`] or [`GeminiBuilder::vertex_from_env`], which read the environment.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct GeminiBuilder {
    pub(crate) model: String,
    pub(crate) platform: Platform,
    api_key: Option<Secret>,
    tokens: Option<Tokens>,
    project: Option<String>,
    location: Option<String>,
    needs_key: bool,
    base_url: Option<String>,
    schema_form: SchemaForm,
    include_thoughts: Option<bool>,
    task_type: Option<String>,
    http: Option<HttpClient>,
    reads_env: bool,
}

impl GeminiBuilder {
    /// A model of the Gemini API, by its name (`gemini-2.5-flash`) or its resource (`tunedModels/mine`).
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            platform: Platform::Gemini,
            api_key: None,
            tokens: None,
            project: None,
            location: None,
            needs_key: true,
            base_url: None,
            schema_form: SchemaForm::Auto,
            include_thoughts: None,
            task_type: None,
            http: None,
            reads_env: false,
        }
    }

    /// A model at Vertex AI, by its name (`gemini-2.5-flash`), with its publisher (`google/gemini-2.5-flash`), or its
    /// resource (`endpoints/123`).
    pub fn vertex(model: impl Into<String>) -> Self {
        Self {
            platform: Platform::Vertex,
            ..Self::new(model)
        }
    }

    /// A model of the Gemini API, with the key in `GOOGLE_API_KEY` or `GEMINI_API_KEY`, of which the first goes
    /// before, and the base URL in `GOOGLE_GEMINI_BASE_URL`. A variable that is blank counts as unset. Proxies are
    /// taken from the environment too.
    ///
    /// What is missing is an error of [`build`](Self::build), so it can still be given.
    pub fn from_env(model: impl Into<String>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is `from_env`")]
        Self::new(model).with_variables(|name| std::env::var(name).ok())
    }

    /// A model at Vertex AI, with the project in `GOOGLE_CLOUD_PROJECT`, the location in `GOOGLE_CLOUD_LOCATION`, the
    /// base URL in `GOOGLE_VERTEX_BASE_URL`, and, where there is no project, the key in `GOOGLE_API_KEY`. Google's
    /// own SDK finds an access token by itself; here it is taken from `GOOGLE_OAUTH_ACCESS_TOKEN`, or handed in with
    /// [`access_tokens`](Self::access_tokens).
    ///
    /// As for [`from_env`](Self::from_env), what is missing is an error of [`build`](Self::build).
    pub fn vertex_from_env(model: impl Into<String>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is a `from_env`")]
        Self::vertex(model).with_variables(|name| std::env::var(name).ok())
    }

    fn with_variables(mut self, read: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| read(name).filter(|value| !value.trim().is_empty());
        self.reads_env = true;
        let key = variable("GOOGLE_API_KEY");
        match self.platform {
            Platform::Gemini => {
                self.api_key = key.or_else(|| variable("GEMINI_API_KEY")).map(Secret::new);
                self.base_url = variable("GOOGLE_GEMINI_BASE_URL");
            }
            Platform::Vertex => {
                self.project = variable("GOOGLE_CLOUD_PROJECT");
                self.location = variable("GOOGLE_CLOUD_LOCATION");
                self.base_url = variable("GOOGLE_VERTEX_BASE_URL");
                self.api_key = key.filter(|_| self.project.is_none()).map(Secret::new);
                if let Some(token) = variable("GOOGLE_OAUTH_ACCESS_TOKEN") {
                    self = self.access_token(token);
                }
            }
        }
        self
    }

    /// Sets the key. It travels in a header, never in a URL. Vertex AI takes one in place of an access token.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets an access token, as `gcloud auth print-access-token` prints it. It is good for an hour or less.
    pub fn access_token(self, token: impl Into<Secret>) -> Self {
        let token = token.into();
        self.access_tokens(move || std::future::ready(Ok(token.clone())))
    }

    /// Sets where access tokens come from. It is asked once before every request, so it should keep a token until
    /// shortly before it expires. Its errors become those of the request.
    pub fn access_tokens<F, R>(mut self, source: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<Secret>> + Send + 'static,
    {
        self.tokens = Some(Tokens::new(source));
        self
    }

    /// Says whether the host wants a key or an access token. It does unless set: without one, building fails. A host of one's own may do
    /// without: where none is given then, no header of a request holds one.
    pub fn needs_key(mut self, needs_key: bool) -> Self {
        self.needs_key = needs_key;
        self
    }

    /// Sets the project of Google Cloud, by its id. For Vertex AI.
    pub fn project(mut self, id: impl Into<String>) -> Self {
        self.project = Some(id.into());
        self
    }

    /// Sets the location, as in `us-central1`. `global` unless set. For Vertex AI.
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// Sets where the host is, as Google's own SDK takes it: `https://host`, without the version of the API. One that
    /// ends in a version (`/v1`, `/v1beta`, `/v1beta1`) keeps it. A query is kept.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets in which form JSON Schemas are sent.
    pub fn schema_form(mut self, form: SchemaForm) -> Self {
        self.schema_form = form;
        self
    }

    /// Asks for summaries of the model's thoughts, or for none. Unless set, they are asked for where a request says
    /// how hard to think.
    pub fn include_thoughts(mut self, include: bool) -> Self {
        self.include_thoughts = Some(include);
        self
    }

    /// Says what embeddings are for, as in `RETRIEVAL_QUERY`.
    pub fn task_type(mut self, task_type: impl Into<String>) -> Self {
        self.task_type = Some(task_type.into());
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
    /// [`Configuration`](ErrorKind::Configuration), with the setting and its variable named, where the key, the
    /// access token, the project or the base URL is missing or unusable.
    pub fn build(self) -> Result<Gemini> {
        let whole = self.endpoint("generateContent")?;
        let base = self.base()?.with_query("alt=sse");
        let streamed = self.method(&base, "streamGenerateContent")?;
        Ok(Gemini::at(
            whole,
            streamed,
            self.platform,
            self.schema_form,
            self.include_thoughts,
        ))
    }

    /// The embedding model.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_embeddings(mut self) -> Result<GeminiEmbeddings> {
        let method = match self.platform {
            Platform::Gemini => "batchEmbedContents",
            Platform::Vertex => "predict",
        };
        let endpoint = self.endpoint(method)?;
        let task_type = self.task_type.take();
        Ok(GeminiEmbeddings::at(endpoint, self.platform, task_type))
    }

    fn endpoint(&self, method: &str) -> Result<Endpoint> {
        let base = self.base()?;
        let info = ModelInfo::new(self.platform.provider(), &self.model)
            .with_server(base.address(), Some(base.port()))
            .with_operation(Operation::GenerateContent)
            .with_capabilities(Capabilities::all());
        Ok(Endpoint {
            info,
            call: self.call(self.method(&base, method)?)?,
            tokens: self.tokens.clone(),
            http: self.client()?,
        })
    }

    fn call(&self, uri: Uri) -> Result<Call> {
        let call = Call::post(self.platform.provider(), uri, "").with_read_error(read_error);
        let key = self.api_key.as_ref().and_then(Secret::trimmed);
        match (key, &self.tokens, self.platform) {
            (_, Some(_), _) => Ok(call),
            (Some(key), None, _) => call.with_key(HeaderName::from_static("x-goog-api-key"), key),
            (None, None, _) if !self.needs_key => Ok(call),
            (None, None, Platform::Gemini) => Err(self.missing("API key", "GEMINI_API_KEY")),
            (None, None, Platform::Vertex) => {
                Err(self.missing("access token", "GOOGLE_OAUTH_ACCESS_TOKEN"))
            }
        }
    }

    fn client(&self) -> Result<HttpClient> {
        let client = match &self.http {
            Some(http) => Ok(http.clone()),
            None if self.reads_env => HttpClient::from_env(),
            None => HttpClient::standard(),
        };
        client.map_err(|error| error.with_provider(self.platform.provider()))
    }

    fn missing(&self, what: &str, variable: &str) -> Error {
        self.wrong(format!(
            "no {what}: set {variable}, or hand one to the builder"
        ))
    }

    fn wrong(&self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(ErrorKind::Configuration, message).with_provider(self.platform.provider())
    }
}

impl fmt::Debug for GeminiBuilder {
    // A base URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeminiBuilder")
            .field("model", &self.model)
            .field("provider", &self.platform.provider())
            .field("api_key", &self.api_key)
            .finish_non_exhaustive()
    }
}
