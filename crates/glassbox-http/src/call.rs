use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use glassbox_core::{Error, ErrorKind, Result, Secret};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use crate::reporter::Reporter;
use crate::{ErrorBody, error_body};

/// Reads the error object of a body; `None` where there is none.
pub type ReadError = fn(&[u8]) -> Option<ErrorBody>;

/// Puts a signature on a request: headers that depend on all of it, its body included, and on the time.
///
/// It is called before every attempt, because a signature ages while a client waits.
pub trait Signer: fmt::Debug + Send + Sync + 'static {
    /// Adds the headers. Those that are a key are to be marked as sensitive, and the key is to be among
    /// [`Call::secrets`].
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where there is nothing to sign with, or it cannot be used. The
    /// request is not sent then.
    fn sign(&self, request: &mut Request<Bytes>) -> Result<()>;
}

/// One request to a provider, with what is needed to report its failure.
#[derive(Clone)]
#[non_exhaustive]
pub struct Call {
    /// The provider, as `gen_ai.provider.name` spells it. It is put into every error.
    pub provider: Cow<'static, str>,
    /// The method.
    pub method: Method,
    /// Where to send it. Absolute.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// What must not appear in any error, even where the provider quotes it.
    pub secrets: Vec<Secret>,
    /// How this provider's errors are read. [`error_body`](crate::error_body()) unless set.
    pub read_error: ReadError,
    /// HTTP statuses that mean something else at this provider than elsewhere. None unless set.
    pub statuses: &'static [(u16, ErrorKind)],
    /// What signs the request, where a key in a header is not enough.
    pub signer: Option<Arc<dyn Signer>>,
}

impl Call {
    /// A `POST` of JSON.
    pub fn post(provider: impl Into<Cow<'static, str>>, uri: Uri, body: impl Into<Bytes>) -> Self {
        let mut call = Self::get(provider, uri);
        call.method = Method::POST;
        call.body = body.into();
        call.with_header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    /// A `GET` without a body.
    pub fn get(provider: impl Into<Cow<'static, str>>, uri: Uri) -> Self {
        Self {
            provider: provider.into(),
            method: Method::GET,
            uri,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            secrets: Vec::new(),
            read_error: error_body,
            statuses: &[],
            signer: None,
        }
    }

    /// Sets a header, in place of one of that name.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the caller's own headers, each in place of one of that name. They are marked as sensitive: nobody knows
    /// what they hold.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration), naming the header, where its name or its value is none.
    pub fn with_headers(mut self, headers: &glassbox_core::Headers) -> Result<Self> {
        for (name, value) in headers.iter() {
            let wrong = |what: &str| {
                let name: String = name.escape_debug().take(64).collect();
                let message = format!(
                    "the {what} of the header `{name}` holds a character that none may hold"
                );
                Error::new(ErrorKind::Configuration, message).with_provider(self.provider.clone())
            };
            let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong("name"))?;
            let mut value = HeaderValue::from_str(value).map_err(|_| wrong("value"))?;
            value.set_sensitive(true);
            self.headers.insert(key, value);
        }
        Ok(self)
    }

    /// Sets `Authorization: Bearer KEY`, marks it as sensitive, and keeps the key out of every error.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where the key holds a character that no header may hold.
    pub fn with_bearer(self, key: Secret) -> Result<Self> {
        let value = format!("Bearer {}", key.expose());
        self.with_sensitive(AUTHORIZATION, &value, key)
    }

    /// Sets a header that is a key, marks it as sensitive, and keeps the key out of every error.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where the key holds a character that no header may hold.
    pub fn with_key(self, name: HeaderName, key: Secret) -> Result<Self> {
        let value = key.expose().to_owned();
        self.with_sensitive(name, &value, key)
    }

    fn with_sensitive(mut self, name: HeaderName, value: &str, key: Secret) -> Result<Self> {
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            Error::new(
                ErrorKind::Configuration,
                "the API key holds a character that no HTTP header may hold, such as a line break",
            )
            .with_provider(self.provider.clone())
        })?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        self.secrets.push(key);
        Ok(self)
    }

    /// Keeps a text out of every error.
    #[must_use]
    pub fn with_secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Sets how this provider's errors are read.
    #[must_use]
    pub fn with_read_error(mut self, read_error: ReadError) -> Self {
        self.read_error = read_error;
        self
    }

    /// Sets which HTTP statuses mean something else at this provider than elsewhere.
    #[must_use]
    pub fn with_statuses(mut self, statuses: &'static [(u16, ErrorKind)]) -> Self {
        self.statuses = statuses;
        self
    }

    /// Signs every attempt.
    #[must_use]
    pub fn with_signer(mut self, signer: impl Signer) -> Self {
        self.signer = Some(Arc::new(signer));
        self
    }

    /// What is sent, and what the errors need.
    pub(crate) fn into_parts(self) -> (Request<Bytes>, Reporter) {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        let reporter = Reporter {
            provider: self.provider,
            secrets: self.secrets,
            read_error: self.read_error,
            statuses: self.statuses,
        };
        (request, reporter)
    }
}

impl fmt::Debug for Call {
    // Headers, query and user information may hold keys, and the body holds the prompt.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("provider", &self.provider)
            .field("method", &self.method)
            .field("host", &self.uri.host())
            .field("path", &self.uri.path())
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish_non_exhaustive()
    }
}
