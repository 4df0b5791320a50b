//! OTLP over HTTP: one request a batch, tried again where the protocol allows it.

mod answer;
pub(super) mod request;
mod retry;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};
use opentelemetry_sdk::Resource;
use reqwest::Url;
use tokio::time::Instant;

use super::encode::Encoder;
use super::failure::{Explain, said};
use super::{Otlp, Protocol};
use crate::error::Error;
use crate::sink::{Delivered, Delivering, Delivery, Logs, Points, Sink, Spans};
use answer::delivered;
use request::{LogRequests, MetricRequests, Requests};
use retry::{Backoff, is_retryable, retry_after};

/// An OTLP answer is a few bytes; no more than this is read of one.
const MOST_READ: usize = 64 * 1024;

/// The most that is sent at once, before it is compressed. Collectors take less: 20 MiB by default.
const MOST_SENT: usize = 64 * 1024 * 1024;

/// As the specification has it: the exporter, its language, its version.
const AGENT: &str = concat!(
    "OTel-OTLP-Exporter-Rust/",
    env!("CARGO_PKG_VERSION"),
    " (",
    env!("CARGO_PKG_NAME"),
    ")"
);

// All of these must be called inside the runtime that will send.

pub(super) fn span_sink(otlp: &Otlp, resource: &Resource) -> Result<Arc<dyn Sink<Spans>>, Error> {
    let encoder = Encoder::new(resource);
    Ok(Arc::new(HttpSink::new(client(otlp)?, otlp, encoder)))
}

pub(super) fn metric_sink(otlp: &Otlp, _: &Resource) -> Result<Arc<dyn Sink<Points>>, Error> {
    Ok(Arc::new(HttpSink::new(client(otlp)?, otlp, MetricRequests)))
}

pub(super) fn log_sink(otlp: &Otlp, resource: &Resource) -> Result<Arc<dyn Sink<Logs>>, Error> {
    let requests = LogRequests::new(resource);
    Ok(Arc::new(HttpSink::new(client(otlp)?, otlp, requests)))
}

fn client(otlp: &Otlp) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(otlp.tls.http(otlp.endpoint.is_https())?)
        // A redirect would carry the headers, and so the key, somewhere else.
        .redirect(reqwest::redirect::Policy::none());
    if otlp.endpoint.is_local() {
        builder = builder.no_proxy();
    }
    builder
        .build()
        .map_err(|error| Error::caused("cannot set up the OTLP client", error))
}

/// What each request carries: what describes its body, and of the rest what the program says.
fn headers(otlp: &Otlp) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(otlp.headers.len() + 3);
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.extend(otlp.headers.clone());
    let kind = match otlp.protocol {
        Protocol::HttpJson => "application/json",
        _ => "application/x-protobuf",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.remove(CONTENT_ENCODING);
    if otlp.gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers
}

struct HttpSink<R> {
    http: reqwest::Client,
    url: Url,
    headers: HeaderMap,
    /// The program's headers, which no message may repeat.
    own: HeaderMap,
    explain: Explain,
    requests: R,
    json: bool,
    gzip: bool,
    timeout: Duration,
}

/// Without the URL and the headers: either may hold a key.
impl<R> std::fmt::Debug for HttpSink<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpSink").finish_non_exhaustive()
    }
}

impl<R: Requests> Sink<R::Batch> for HttpSink<R> {
    fn export(self: Arc<Self>, batch: R::Batch) -> Delivering {
        Box::pin(async move {
            let body = self.body(&batch)?;
            // What waits for an answer are bytes.
            drop(batch);
            self.deliver(body).await
        })
    }
}

/// An attempt that did not deliver.
struct Failure {
    reason: String,
    retry: Retry,
}

/// Whether another attempt may do better.
enum Retry {
    Never,
    /// The server may say for how long it wants to be left alone.
    After(Option<Duration>),
}

impl<R: Requests> HttpSink<R> {
    fn new(http: reqwest::Client, otlp: &Otlp, requests: R) -> Self {
        Self {
            http,
            url: otlp.endpoint.url().clone(),
            explain: Explain::new(otlp),
            headers: headers(otlp),
            own: otlp.headers.clone(),
            requests,
            json: otlp.protocol == Protocol::HttpJson,
            gzip: otlp.gzip,
            timeout: otlp.timeout,
        }
    }

    fn body(&self, batch: &R::Batch) -> Result<Bytes, String> {
        let mut body = self.requests.protobuf(batch);
        if body.len() > MOST_SENT {
            let variable = R::SIGNAL.batch_variable();
            return Err(format!(
                "a batch of {} bytes, and {MOST_SENT} is the most that is sent{}",
                body.len(),
                variable.map_or_else(String::new, |name| format!(" ({name})")),
            ));
        }
        if self.json {
            body = R::json(body).map_err(|error| format!("cannot write JSON: {error}"))?;
        }
        if self.gzip {
            body = gzip(&body).map_err(|error| format!("cannot compress: {error}"))?;
        }
        Ok(body)
    }

    /// Attempts and the pauses between them, all within the timeout.
    async fn deliver(&self, body: Bytes) -> Delivery {
        let deadline = Instant::now() + self.timeout;
        let mut backoff = Backoff::new();
        loop {
            let failure = match self.attempt(body.clone(), deadline).await {
                Ok(delivered) => return Ok(delivered),
                Err(failure) => failure,
            };
            let pause = match failure.retry {
                Retry::Never => None,
                Retry::After(asked) => backoff.pause(asked),
            };
            // A pause longer than what is left would end in a failure that says less.
            let left = deadline.saturating_duration_since(Instant::now());
            match pause {
                Some(pause) if pause < left => tokio::time::sleep(pause).await,
                _ => return Err(failure.reason),
            }
        }
    }

    async fn attempt(&self, body: Bytes, deadline: Instant) -> Result<Delivered, Failure> {
        let (status, headers, body) = self.send(body, deadline).await.map_err(|error| Failure {
            reason: self.explain.transport(&error),
            retry: Retry::After(None),
        })?;
        if status.is_success() {
            return Ok(delivered(R::SIGNAL, &headers, &body));
        }
        let said = said(&headers, &body, &self.own);
        Err(Failure {
            reason: self.explain.status(status, said.as_deref()),
            retry: match is_retryable(status) {
                true => Retry::After(retry_after(&headers)),
                false => Retry::Never,
            },
        })
    }

    async fn send(
        &self,
        body: Bytes,
        deadline: Instant,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), reqwest::Error> {
        let mut answer = self
            .http
            // This takes user and password out of the URL and into a header.
            .post(self.url.clone())
            .headers(self.headers.clone())
            .timeout(deadline.saturating_duration_since(Instant::now()))
            .body(body)
            .send()
            .await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > MOST_READ {
                body.truncate(MOST_READ);
                break;
            }
        }
        let headers = std::mem::take(answer.headers_mut());
        Ok((answer.status(), headers, body))
    }
}

fn gzip(body: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}

#[cfg(test)]
mod tests;
