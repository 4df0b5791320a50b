use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::delay;
use crate::{Decision, Retry};

/// `std::result::Result` with [`Error`] as its error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it was: the word that control flow, metrics and documents share.
///
/// A kind exists only where some caller would act differently. Its [`as_str`](ErrorKind::as_str) is also the
/// `error.type` attribute of the span that failed, so adding a kind is a change of the telemetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The set-up is wrong: an unknown provider, a missing key, an invalid base URL. No request was sent.
    Configuration,
    /// The provider's safety system refused the request or stopped the answer.
    ContentFilter,
    /// The request is longer than the model's context.
    ContextLength,
    /// The key is valid and may not do this (HTTP 403).
    Forbidden,
    /// The provider found the request malformed (HTTP 400, 413, 422).
    InvalidRequest,
    /// No connection, or it broke: name lookup, refused, reset, TLS.
    Network,
    /// No such model, deployment or path (HTTP 404).
    NotFound,
    /// The provider is at its capacity (HTTP 503, 529).
    Overloaded,
    /// The answer could not be understood: not JSON, a truncated stream, a line without end.
    Protocol,
    /// The account has no credit or quota left (HTTP 402, or 429 that waiting does not cure).
    QuotaExhausted,
    /// Too many requests for now (HTTP 429).
    RateLimited,
    /// The provider failed (any other HTTP 5xx).
    ServerError,
    /// Nothing arrived in time: to connect, for the headers, or between two pieces of a stream.
    Timeout,
    /// No key, or a wrong one (HTTP 401).
    Unauthenticated,
    /// The model or its API cannot do what the request asks. Found before anything was sent.
    Unsupported,
}

impl ErrorKind {
    /// Every kind, in alphabetical order.
    pub const ALL: &'static [Self] = &[
        Self::Configuration,
        Self::ContentFilter,
        Self::ContextLength,
        Self::Forbidden,
        Self::InvalidRequest,
        Self::Network,
        Self::NotFound,
        Self::Overloaded,
        Self::Protocol,
        Self::QuotaExhausted,
        Self::RateLimited,
        Self::ServerError,
        Self::Timeout,
        Self::Unauthenticated,
        Self::Unsupported,
    ];

    /// The kind in `snake_case`: the value of the `error.type` attribute.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::ContentFilter => "content_filter",
            Self::ContextLength => "context_length",
            Self::Forbidden => "forbidden",
            Self::InvalidRequest => "invalid_request",
            Self::Network => "network",
            Self::NotFound => "not_found",
            Self::Overloaded => "overloaded",
            Self::Protocol => "protocol",
            Self::QuotaExhausted => "quota_exhausted",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::Timeout => "timeout",
            Self::Unauthenticated => "unauthenticated",
            Self::Unsupported => "unsupported",
        }
    }

    /// Whether the same request may succeed later, unchanged.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Network
                | Self::Overloaded
                | Self::RateLimited
                | Self::ServerError
                | Self::Timeout
        )
    }

    /// What a person can do about it, as half a sentence in the imperative.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Configuration => "correct the setting that is named",
            Self::ContentFilter => "rephrase the request, or review the provider's content policy",
            Self::ContextLength => {
                "shorten the conversation, or choose a model with a longer context"
            }
            Self::Forbidden => "check what the key's account and project may use",
            Self::InvalidRequest => "correct the parameter that the provider names",
            Self::Network => "check the host, the port and the connection",
            Self::NotFound => "check the model's name and the base URL",
            Self::Overloaded | Self::ServerError => "try again later, or another model",
            Self::Protocol => {
                "try again, or check that the base URL is an API of this kind, not a web page or a proxy"
            }
            Self::QuotaExhausted => "check the account's credit and limits",
            Self::RateLimited => "slow down, or ask the provider for a higher limit",
            Self::Timeout => "raise the timeout, or check that the host answers",
            Self::Unauthenticated => "check the API key",
            Self::Unsupported => "leave the option out, or choose a model that has it",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The one error of Glassbox: one word wide, cheap to clone, and safe to print.
///
/// `Display` is one line made of our own words and the HTTP status; it never holds a prompt, a payload or a key.
/// What the provider said is apart, in [`detail`](Error::detail), because providers quote requests.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    provider: Option<Cow<'static, str>>,
    status: Option<u16>,
    code: Option<String>,
    detail: Option<String>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    retries: Vec<Retry>,
    decisions: Vec<Decision>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with a message of one line that holds no payload, prompt or key.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            provider: None,
            status: None,
            code: None,
            detail: None,
            request_id: None,
            retry_after: None,
            retries: Vec::new(),
            decisions: Vec::new(),
            source: None,
        }))
    }

    /// Sets the kind again, for a layer that knows better.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Names the provider that failed, in the words of `gen_ai.provider.name`.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<Cow<'static, str>>) -> Self {
        self.0.provider = Some(provider.into());
        self
    }

    /// Adds the HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Adds the provider's own code, as in `"code": "model_not_found"`.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Adds what the provider said. It may quote the request: treat it as content.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds the provider's id of the failed request, for its support.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Adds the wait that the provider asked for.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Adds the attempts that failed before this one.
    #[must_use]
    pub fn with_retries(mut self, retries: Vec<Retry>) -> Self {
        self.0.retries = retries;
        self
    }

    /// Adds what wrappers decided before this one came of it. An error in the middle of a stream has only what
    /// [`Start`](crate::Start) does not tell.
    #[must_use]
    pub fn with_decisions(mut self, decisions: Vec<Decision>) -> Self {
        self.0.decisions = decisions;
        self
    }

    /// Puts everything in it so much later, for a wrapper that did something else before.
    #[must_use]
    pub fn delayed(mut self, by: Duration) -> Self {
        delay(&mut self.0.retries, &mut self.0.decisions, by);
        self
    }

    /// Adds the cause. Its text appears in `Debug` only.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Our own words, without the provider and the status.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The provider that failed, in the words of `gen_ai.provider.name`.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.0.provider.as_deref()
    }

    /// The HTTP status of the last attempt, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The provider's own code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What the provider said. It may quote the request: treat it as content.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The provider's id of the failed request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The wait that the provider asked for.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The attempts that failed before this one.
    #[must_use]
    pub fn retries(&self) -> &[Retry] {
        &self.0.retries
    }

    /// What wrappers around the model decided before this one came of it, by time.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.0.decisions
    }

    /// Whether the same request may succeed later, unchanged.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.kind.is_retryable()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(provider) = &self.0.provider {
            write!(f, "{provider}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(status) = self.0.status {
            write!(f, " (HTTP {status})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        let mut out = f.debug_struct("Error");
        out.field("kind", &inner.kind)
            .field("message", &inner.message);
        if let Some(provider) = &inner.provider {
            out.field("provider", provider);
        }
        if let Some(status) = inner.status {
            out.field("status", &status);
        }
        if let Some(code) = &inner.code {
            out.field("code", code);
        }
        if let Some(id) = &inner.request_id {
            out.field("request_id", id);
        }
        if let Some(wait) = inner.retry_after {
            out.field("retry_after", &wait);
        }
        if !inner.retries.is_empty() {
            out.field("retries", &inner.retries);
        }
        if !inner.decisions.is_empty() {
            out.field("decisions", &inner.decisions);
        }
        // The provider's words may quote the prompt, so `Debug` says only that there are some.
        if let Some(detail) = &inner.detail {
            out.field("detail", &format_args!("<{} bytes>", detail.len()));
        }
        if let Some(source) = &inner.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
