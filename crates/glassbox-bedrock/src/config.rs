//! Setting a model up: builder, environment, endpoint.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use glassbox_core::{Capabilities, Error, ErrorKind, ModelInfo, Result, Secret};
use glassbox_http::{BaseUrl, HttpClient, Transport, percent_encoded};

use crate::encode::Setup;
use crate::model::Endpoint;
use crate::sign::{Auth, Clock, Credentials, Source};
use crate::{Bedrock, PROVIDER};

mod place;

const BASE_URL: &str = "AWS_ENDPOINT_URL_BEDROCK_RUNTIME";

/// Sets up a [`Bedrock`].
///
/// Nothing is sent, read from the environment or checked with the host before the first request, unless it was made
/// by [`BedrockBuilder::from_env`], which reads the environment.
#[derive(Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct BedrockBuilder {
    model: String,
    region: Option<String>,
    needs_key: bool,
    base_url: Option<String>,
    auth: Option<Auth>,
    clock: Clock,
    prompt_cache: bool,
    http: Option<HttpClient>,
    reads_env: bool,
}

impl BedrockBuilder {
    /// A model by its id (`amazon.nova-lite-v1:0`), by an inference profile's (`us.amazon.nova-lite-v1:0`), or by the
    /// ARN of either.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            region: None,
            needs_key: true,
            base_url: None,
            auth: None,
            clock: Clock::default(),
            prompt_cache: false,
            http: None,
            reads_env: false,
        }
    }

    /// A model, with what the environment says: the token in `AWS_BEARER_TOKEN_BEDROCK`, or else the key in
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`; the region in `AWS_REGION` or
    /// `AWS_DEFAULT_REGION`; the host in `AWS_ENDPOINT_URL_BEDROCK_RUNTIME` or `AWS_ENDPOINT_URL`, if any. A variable
    /// that is blank counts as unset. Proxies are taken from the environment too. Profiles and files are not read.
    ///
    /// What is missing is an error of [`build`](Self::build), so it can still be given.
    pub fn from_env(model: impl Into<String>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is `from_env`")]
        Self::from_variables(model, |name| std::env::var(name).ok())
    }

    fn from_variables(model: impl Into<String>, read: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| {
            let value = read(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let mut builder = Self {
            region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
            base_url: variable(BASE_URL).or_else(|| variable("AWS_ENDPOINT_URL")),
            reads_env: true,
            ..Self::new(model)
        };
        if let Some(token) = variable("AWS_BEARER_TOKEN_BEDROCK") {
            return builder.api_key(token);
        }
        let key = variable("AWS_ACCESS_KEY_ID").zip(variable("AWS_SECRET_ACCESS_KEY"));
        if let Some((id, secret)) = key {
            let mut credentials = Credentials::new(id, secret);
            credentials.session_token = variable("AWS_SESSION_TOKEN").map(Secret::new);
            builder = builder.credentials(credentials);
        }
        builder
    }

    /// Sets a key of Bedrock's own, which is sent as a bearer token. It replaces the credentials.
    pub fn api_key(mut self, key: impl Into<Secret>) -> Self {
        self.auth = Some(Auth::Bearer(key.into()));
        self
    }

    /// Sets the access key that requests are signed with. It replaces a key of Bedrock's own.
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.credentials_from(move || Ok(credentials.clone()))
    }

    /// Sets where the access key comes from. `source` is asked before every request, so it should answer from memory
    /// and have replaced temporary credentials before they expire.
    pub fn credentials_from(
        mut self,
        source: impl Fn() -> Result<Credentials> + Send + Sync + 'static,
    ) -> Self {
        self.auth = Some(Auth::Signature(Source(Arc::new(source))));
        self
    }

    /// Says whether the host wants a key. It does unless set: without one, building fails. A host of one's own may do
    /// without: where none is given then, requests go unsigned.
    pub fn needs_key(mut self, needs_key: bool) -> Self {
        self.needs_key = needs_key;
        self
    }

    /// Sets the region, as in `eu-central-1`. Without one, that of the model's ARN or of the base URL is taken.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets where the host is, without a path: `http://localhost:8080`, or
    /// `https://vpce-....bedrock-runtime.eu-central-1.vpce.amazonaws.com`. The region's own host unless set.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets whether the prompt is to be cached: a cache point is put after the tools (of Anthropic's models), after
    /// the instructions, and after the last message of the user. Not unless set: not every model can.
    /// [`cache_point`](crate::cache_point) puts one elsewhere.
    pub fn prompt_cache(mut self, cache: bool) -> Self {
        self.prompt_cache = cache;
        self
    }

    /// Sets the clock that signatures are made with. The system's unless set.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock(Arc::new(clock));
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
    /// [`Configuration`](ErrorKind::Configuration), with the setting and its variable named, where the key or the
    /// region is missing, or the base URL is unusable.
    pub fn build(self) -> Result<Bedrock> {
        let model = self.model.trim();
        if model.is_empty() {
            return Err(wrong("no model: name one, as in `amazon.nova-lite-v1:0`"));
        }
        let region = self.known_region()?;
        let base = self.base(region.as_deref())?;
        let at =
            |operation: &str| base.join(&format!("model/{}/{operation}", percent_encoded(model)));
        let auth = self.usable_auth()?;
        if region.is_none() && matches!(auth, Auth::Signature(_)) {
            return Err(no_region());
        }
        let info = ModelInfo::new(PROVIDER, model)
            .with_server(base.address(), Some(base.port()))
            .with_capabilities(capabilities());
        let setup = Setup::new(model, self.prompt_cache);
        Ok(Bedrock::at(Endpoint {
            info,
            incremental: at("converse-stream")?,
            whole: at("converse")?,
            auth,
            region: region.unwrap_or_default(),
            clock: self.clock.clone(),
            setup,
            http: self.client()?,
        }))
    }

    fn base(&self, region: Option<&str>) -> Result<BaseUrl> {
        let url = match &self.base_url {
            Some(url) => url.clone(),
            None => place::of_region(region.ok_or_else(no_region)?),
        };
        let base = BaseUrl::parse(PROVIDER, BASE_URL, &url)?;
        if !base.query().is_empty() {
            return Err(wrong(format!(
                "the base URL ({BASE_URL}) has a query: leave it out"
            )));
        }
        Ok(base)
    }

    /// The region that is given, or that the model or the host names.
    fn known_region(&self) -> Result<Option<String>> {
        let given = self.region.as_deref().map(str::trim);
        let given = given.filter(|region| !region.is_empty());
        let region = given
            .or_else(|| place::region_of_arn(&self.model))
            .or_else(|| place::region_of_url(self.base_url.as_deref()?));
        match region {
            Some(region) if !place::is_region(region) => Err(wrong(
                "the region is not valid: it must look like eu-central-1",
            )),
            region => Ok(region.map(str::to_owned)),
        }
    }

    fn usable_auth(&self) -> Result<Auth> {
        let auth = match &self.auth {
            Some(Auth::Bearer(key)) => key.trimmed().map(Auth::Bearer),
            signature => signature.clone(),
        };
        let auth = auth.or_else(|| (!self.needs_key).then_some(Auth::Nothing));
        auth.ok_or_else(|| {
            wrong(
                "no key: set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, or hand one to the builder",
            )
        })
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

/// What Converse can do. What one model cannot, it says itself.
fn capabilities() -> Capabilities {
    let mut capabilities = Capabilities::all();
    capabilities.choices = false;
    capabilities
}

fn no_region() -> Error {
    wrong("no region: set AWS_REGION, or hand one to the builder")
}

fn wrong(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Configuration, message).with_provider(PROVIDER)
}

impl fmt::Debug for BedrockBuilder {
    // A base URL may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BedrockBuilder")
            .field("model", &self.model)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
