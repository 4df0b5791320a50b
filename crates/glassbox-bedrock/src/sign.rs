//! Who asks, and the signature that proves it: AWS Signature Version 4, or a bearer token.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SigningParams, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use glassbox_core::{Error, ErrorKind, Result, Secret};
use glassbox_http::Signer;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Request};

use crate::PROVIDER;

/// The name under which AWS checks signatures for Bedrock.
const SERVICE: &str = "bedrock";

/// An access key of AWS. `Debug` shows nothing of the secret parts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The public part: `AKIA...`, or `ASIA...` where there is a session token.
    pub access_key_id: String,
    /// The secret part. It is never sent.
    pub secret_access_key: Secret,
    /// The token of temporary credentials.
    pub session_token: Option<Secret>,
}

impl Credentials {
    /// A key that lasts.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<Secret>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }

    /// Makes it temporary.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<Secret>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    /// What no error may show.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        let both = [
            Some(self.secret_access_key.clone()),
            self.session_token.clone(),
        ];
        both.into_iter().flatten()
    }
}

/// What time it is.
#[derive(Clone)]
pub(crate) struct Clock(pub(crate) Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Default for Clock {
    fn default() -> Self {
        Self(Arc::new(SystemTime::now))
    }
}

/// Where credentials come from. Asked for every request, so that temporary ones can be replaced in time.
#[derive(Clone)]
pub(crate) struct Source(pub(crate) Arc<dyn Fn() -> Result<Credentials> + Send + Sync>);

/// How a request proves who sends it.
#[derive(Clone)]
pub(crate) enum Auth {
    /// To a host that asks for no proof.
    Nothing,
    Bearer(Secret),
    Signature(Source),
}

/// Signs for one region with one key.
pub(crate) struct SigV4 {
    pub(crate) credentials: Credentials,
    pub(crate) region: String,
    pub(crate) clock: Clock,
}

impl fmt::Debug for SigV4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigV4")
            .field("credentials", &self.credentials)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl Signer for SigV4 {
    fn sign(&self, request: &mut Request<Bytes>) -> Result<()> {
        let Credentials {
            access_key_id,
            secret_access_key,
            session_token,
        } = &self.credentials;
        let identity = aws_credential_types::Credentials::new(
            access_key_id,
            secret_access_key.expose(),
            session_token
                .as_ref()
                .map(|token| token.expose().to_owned()),
            None,
            "glassbox",
        )
        .into();
        let params: SigningParams<'_> = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time((self.clock.0)())
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| unsigned())?
            .into();
        let uri = request.uri().to_string();
        let signed = {
            let method = request.method().as_str();
            let body = SignableBody::Bytes(request.body());
            let headers = signed_headers(request);
            let request =
                SignableRequest::new(method, uri, headers, body).map_err(|_| unsigned())?;
            sign(request, &params).map_err(|_| unsigned())?
        };
        let (instructions, _) = signed.into_parts();
        for (name, value) in instructions.headers() {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsigned())?;
            let mut value = HeaderValue::from_str(value).map_err(|_| unsigned())?;
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        Ok(())
    }
}

/// The headers that nothing on the way may change. `Host` is added by the signature; the rest is free.
fn signed_headers(request: &Request<Bytes>) -> impl Iterator<Item = (&str, &str)> {
    request
        .headers()
        .iter()
        .filter(|(name, _)| *name == CONTENT_TYPE || name.as_str().starts_with("x-amz-"))
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
}

/// What AWS's own words are may quote the request, so ours stand for them.
fn unsigned() -> Error {
    Error::new(
        ErrorKind::Configuration,
        "the request cannot be signed: the access key, the session token or the region holds a \
         character that no HTTP header may hold",
    )
    .with_provider(PROVIDER)
}

#[cfg(test)]
mod tests;
