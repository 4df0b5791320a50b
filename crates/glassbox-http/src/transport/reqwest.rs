mod error;
mod target;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use glassbox_core::{Error, ErrorKind, Result};
use http::{Request, Response};
use reqwest::Client;
use reqwest::redirect::Policy;

use self::error::{body_error, send_error};
use self::target::Targets;
use super::Transport;
use crate::Body;

/// HTTP/1.1 and HTTP/2 through [reqwest], with TLS by rustls and *ring* and the platform's certificates.
///
/// Clones share their connections, so make one and clone it. Connections belong to the tokio runtime in which they
/// were opened: do not share one between runtimes. Nothing is installed for the whole process, and the certificates
/// are read at the first `https` request, not before.
///
/// Redirects are not followed: no model provider uses them, and they would carry the key elsewhere.
#[derive(Clone)]
pub struct ReqwestTransport {
    client: Client,
    targets: Arc<Targets>,
}

impl ReqwestTransport {
    /// A transport with the defaults of [`builder`](Self::builder).
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where the HTTP client cannot be made.
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// A transport that uses the proxies of the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
    /// `NO_PROXY`, in capital or small letters.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn from_env() -> Result<Self> {
        Self::builder().with_env_proxy(true).build()
    }

    /// A transport to be set up.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::new()
    }
}

impl From<Client> for ReqwestTransport {
    /// Takes a client as it is: its redirects, proxies and time limits are yours.
    fn from(client: Client) -> Self {
        Self {
            client,
            targets: Arc::default(),
        }
    }
}

impl fmt::Debug for ReqwestTransport {
    // The client's own form lists default headers and proxies, which may hold keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").finish_non_exhaustive()
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>> {
        let target = self.targets.find(request.uri())?;
        let (head, body) = request.into_parts();
        let mut request = reqwest::Request::new(head.method, target.url.clone());
        *request.version_mut() = head.version;
        *request.headers_mut() = head.headers;
        *request.body_mut() = Some(body.into());
        let mut response = match self.client.execute(request).await {
            Ok(response) => response,
            Err(error) => return Err(send_error(error, &target.peer)),
        };
        let mut head = Response::new(());
        *head.status_mut() = response.status();
        *head.version_mut() = response.version();
        std::mem::swap(head.headers_mut(), response.headers_mut());
        let chunks = response
            .bytes_stream()
            .map_err(move |error| body_error(error, &target.peer));
        Ok(head.map(|()| Body::new(chunks)))
    }
}

/// Sets up a [`ReqwestTransport`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ReqwestTransportBuilder {
    connect_timeout: Option<Duration>,
    env_proxy: bool,
    http1_only: bool,
}

impl ReqwestTransportBuilder {
    fn new() -> Self {
        Self {
            connect_timeout: Some(Duration::from_secs(10)),
            env_proxy: false,
            http1_only: false,
        }
    }

    /// How long a connection may take, name lookup and TLS included. 10 seconds unless set; `None` waits as long as
    /// the system does.
    pub fn with_connect_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Whether the proxies of the environment are used (`HTTPS_PROXY` and its kin). Off unless set.
    pub fn with_env_proxy(mut self, on: bool) -> Self {
        self.env_proxy = on;
        self
    }

    /// Whether HTTP/2 is left alone: many streams then take a connection each. Off unless set.
    pub fn with_http1_only(mut self, on: bool) -> Self {
        self.http1_only = on;
        self
    }

    /// Makes the transport. Opens no connection.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where the HTTP client cannot be made.
    pub fn build(self) -> Result<ReqwestTransport> {
        let mut builder = Client::builder()
            .user_agent(concat!("glassbox/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            .tls_backend_preconfigured(tls::config(!self.http1_only)?);
        if let Some(timeout) = self.connect_timeout {
            builder = builder.connect_timeout(timeout);
        }
        if !self.env_proxy {
            builder = builder.no_proxy();
        }
        if self.http1_only {
            builder = builder.http1_only();
        }
        match builder.build() {
            Ok(client) => Ok(client.into()),
            Err(error) => Err(Error::new(
                ErrorKind::Configuration,
                "the HTTP client cannot be made",
            )
            .with_source(error.without_url())),
        }
    }
}
