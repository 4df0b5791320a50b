use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use glassbox_core::{Error, ErrorKind, Result, Retry};
use http::{HeaderMap, Request, Response};
use tokio::time::{Instant, sleep, timeout};

use crate::classify::{Failed, status_error};
use crate::reporter::Reporter;
use crate::{Body, Call, Limits, Reply, RetryPolicy, Timeouts, Transport};

/// A [`Transport`] with a policy: when to try again, how long to wait, how much to read, and what is an error.
///
/// Cheap to clone: clones share the transport.
#[derive(Clone, Debug)]
pub struct HttpClient {
    transport: Arc<dyn Transport>,
    retry: RetryPolicy,
    timeouts: Timeouts,
    limits: Limits,
}

/// An attempt that failed, and what `x-should-retry` says of it.
struct Failure {
    error: Error,
    should_retry: Option<bool>,
}

impl HttpClient {
    /// A client with the default policy.
    pub fn new(transport: impl Transport) -> Self {
        Self::from_arc(Arc::new(transport))
    }

    /// A client with the default policy, over a transport that is shared.
    #[must_use]
    pub fn from_arc(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport,
            retry: RetryPolicy::new(),
            timeouts: Timeouts::new(),
            limits: Limits::new(),
        }
    }

    /// A client with the default policy over the default transport, which is `ReqwestTransport`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](ErrorKind::Configuration) where the feature `reqwest` is off, or the transport cannot be made.
    pub fn standard() -> Result<Self> {
        #[cfg(feature = "reqwest")]
        return crate::ReqwestTransport::new().map(Self::new);
        #[cfg(not(feature = "reqwest"))]
        Err(no_transport())
    }

    /// As [`standard`](Self::standard), with the proxies that the environment names.
    ///
    /// # Errors
    ///
    /// As [`standard`](Self::standard).
    pub fn from_env() -> Result<Self> {
        #[cfg(feature = "reqwest")]
        return crate::ReqwestTransport::from_env().map(Self::new);
        #[cfg(not(feature = "reqwest"))]
        Err(no_transport())
    }

    /// Sets when a failed request is sent again.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Sets how long to wait for what.
    #[must_use]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets how much to read.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sends a request, again where the policy says so, and returns as soon as a successful response has begun.
    ///
    /// Needs a tokio runtime with a timer, unless there are neither retries nor timeouts.
    ///
    /// # Errors
    ///
    /// The failure of the last attempt, with the attempts before it: what the transport said, a timeout, or what
    /// the status and the body of the response mean. No text of it holds a secret of the call.
    pub async fn send(&self, call: Call) -> Result<Reply> {
        let signer = call.signer.clone();
        let (request, reporter) = call.into_parts();
        let begun = Instant::now();
        let mut retries = Vec::new();
        let mut waited = Duration::ZERO;
        let mut attempt = 1;
        loop {
            let mut request = request.clone();
            if let Some(signer) = &signer {
                let signed = signer.sign(&mut request);
                signed.map_err(|error| reporter.complete(error.with_retries(retries.clone())))?;
            }
            let failure = match self.attempt(request, &reporter).await {
                Ok(response) => return Ok(Reply::new(response, reporter, retries, self.limits)),
                Err(failure) => failure,
            };
            let Failure {
                error,
                should_retry,
            } = failure;
            let Some(wait) = self.retry.wait(attempt, &error, should_retry, waited) else {
                return Err(error.with_retries(retries));
            };
            retries.push(Retry::new(
                attempt,
                error.kind(),
                error.status(),
                begun.elapsed(),
                wait,
            ));
            attempt += 1;
            waited += wait;
            if !wait.is_zero() {
                sleep(wait).await;
            }
        }
    }

    async fn attempt(
        &self,
        request: Request<Bytes>,
        reporter: &Reporter,
    ) -> Result<Response<Body>, Failure> {
        // Past the `Arc`, which is a transport too, and would box the future again.
        let sending = (*self.transport).send(request);
        let sent = within(self.timeouts.headers, sending).await;
        let error = match sent {
            Some(Ok(response)) if response.status().is_success() => {
                return Ok(response.map(|body| body.guarded(self.limits.body, self.timeouts.idle)));
            }
            // Boxed, because it is rare, and every call would carry room for it.
            Some(Ok(response)) => return Err(Box::pin(self.refused(response, reporter)).await),
            Some(Err(error)) => error,
            None => Error::new(
                ErrorKind::Timeout,
                format!(
                    "no answer within {:?}",
                    self.timeouts.headers.unwrap_or_default()
                ),
            ),
        };
        Err(Failure {
            error: reporter.complete(error),
            should_retry: None,
        })
    }

    /// Reads what the provider says of a request that it did not accept.
    async fn refused(&self, response: Response<Body>, reporter: &Reporter) -> Failure {
        let (head, rest) = response.into_parts();
        let mut body = Vec::new();
        // Whether it was in time does not matter: the status alone says enough.
        let _ = within(
            self.timeouts.idle,
            read_start(rest, self.limits.error_body, &mut body),
        )
        .await;
        let error = status_error(
            &Failed {
                status: head.status,
                headers: &head.headers,
                body: &body,
            },
            reporter,
        );
        Failure {
            error,
            should_retry: should_retry(&head.headers),
        }
    }
}

/// The output of a future, or `None` where it takes longer than `limit`.
async fn within<F: Future>(limit: Option<Duration>, future: F) -> Option<F::Output> {
    match limit {
        Some(limit) => timeout(limit, future).await.ok(),
        None => Some(future.await),
    }
}

/// Reads the first `limit` bytes of a body, or as many as arrive.
async fn read_start(mut body: Body, limit: usize, start: &mut Vec<u8>) {
    while let Some(Ok(chunk)) = body.next().await {
        let left = limit - start.len();
        start.extend_from_slice(&chunk[..chunk.len().min(left)]);
        if start.len() == limit {
            break;
        }
    }
}

fn should_retry(headers: &HeaderMap) -> Option<bool> {
    match headers.get("x-should-retry")?.as_bytes() {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

#[cfg(not(feature = "reqwest"))]
fn no_transport() -> Error {
    Error::new(
        ErrorKind::Configuration,
        "no HTTP client: hand a transport to the builder, or switch the feature `reqwest` on",
    )
}
