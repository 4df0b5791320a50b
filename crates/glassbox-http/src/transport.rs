pub(crate) mod memory;
#[cfg(feature = "reqwest")]
pub(crate) mod reqwest;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use glassbox_core::Result;
use http::{Request, Response};

use crate::Body;

/// An HTTP client: one request, one response.
///
/// # Contract
///
/// A transport sends what it is given and returns what comes back, whatever the status. It does not retry, follow
/// redirects, decompress, or wait for the body: [`HttpClient`](crate::HttpClient) does what policy asks for. The
/// request's URI is absolute.
///
/// # Errors
///
/// [`Network`](glassbox_core::ErrorKind::Network) where there is no connection or it breaks,
/// [`Timeout`](glassbox_core::ErrorKind::Timeout) where connecting takes too long. A message names the host and the
/// port, never the query or the user information of the URI: keys live there.
///
/// # Cancellation
///
/// Dropping the future or the response's body gives the connection up.
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends a request, and returns as soon as the head of the response is there.
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>>;
}

#[async_trait]
impl<T: Transport + ?Sized> Transport for Arc<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>> {
        (**self).send(request).await
    }
}
