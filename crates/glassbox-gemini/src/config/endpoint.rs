//! What a model needs to send a request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use glassbox_core::{Headers, ModelInfo, Result, Secret};
use glassbox_http::{Call, HttpClient};

/// All that a model needs to send a request.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) info: ModelInfo,
    /// The request without its body.
    pub(crate) call: Call,
    pub(crate) tokens: Option<Tokens>,
    pub(crate) http: HttpClient,
}

impl Endpoint {
    /// The request without its body, with an access token that is good now.
    pub(crate) async fn authorised(&self, headers: &Headers) -> Result<Call> {
        let mut call = self.call.clone();
        if let Some(tokens) = &self.tokens {
            let token = (tokens.0)().await.map_err(|error| {
                let named = error.provider().is_some();
                let provider = self.info.provider.clone();
                if named {
                    error
                } else {
                    error.with_provider(provider)
                }
            })?;
            call = call.with_bearer(Secret::new(token.expose().trim()))?;
        }
        call.with_headers(headers)
    }
}

type Source = dyn Fn() -> Pin<Box<dyn Future<Output = Result<Secret>> + Send>> + Send + Sync;

/// Where access tokens come from.
#[derive(Clone)]
pub(crate) struct Tokens(Arc<Source>);

impl Tokens {
    pub(crate) fn new<F, R>(source: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<Secret>> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(source())))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(..)")
    }
}
