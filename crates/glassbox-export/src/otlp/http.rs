//! OTLP over HTTP: opentelemetry-otlp encodes and retries, the client here sends and explains.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, Request, Response};
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use opentelemetry_otlp::{Compression, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};
use prost::Message;
use reqwest::Url;
use serde_json::Value;

use super::failure::{Explain, said};
use super::{Otlp, Protocol, failure};
use crate::error::Error;
use crate::sink::{Delivered, Delivery, Sink};

/// An OTLP answer is a few bytes; no more than this is read of one.
const MOST_READ: usize = 64 * 1024;

/// Must be called inside the runtime that will send.
pub(super) fn sink(otlp: Otlp, resource: &Resource) -> Result<Arc<dyn Sink>, Error> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(otlp.tls.http(otlp.endpoint.is_https())?)
        .timeout(otlp.timeout)
        // A redirect would carry the headers, and so the key, somewhere else.
        .redirect(reqwest::redirect::Policy::none());
    if otlp.endpoint.is_local() {
        builder = builder.no_proxy();
    }
    let http = builder
        .build()
        .map_err(|error| Error::caused("cannot set up the OTLP client", error))?;
    let client = Arc::new(Client {
        http,
        url: otlp.endpoint.url().clone(),
        explain: Explain::new(&otlp),
        headers: otlp.headers,
        outcome: Mutex::default(),
    });
    let mut builder = SpanExporter::builder()
        .with_http()
        .with_protocol(match otlp.protocol {
            Protocol::HttpJson => opentelemetry_otlp::Protocol::HttpJson,
            _ => opentelemetry_otlp::Protocol::HttpBinary,
        })
        .with_endpoint(otlp.endpoint.url().as_str())
        .with_timeout(otlp.timeout)
        .with_shared_http_client(Arc::clone(&client) as Arc<dyn HttpClient>);
    if otlp.gzip {
        builder = builder.with_compression(Compression::Gzip);
    }
    let mut exporter = builder
        .build()
        .map_err(|error| Error::caused("cannot set up the OTLP exporter", error))?;
    exporter.set_resource(resource);
    Ok(Arc::new(HttpSink { exporter, client }))
}

#[derive(Debug)]
struct HttpSink {
    exporter: SpanExporter,
    client: Arc<Client>,
}

impl Sink for HttpSink {
    fn export(
        self: Arc<Self>,
        batch: Vec<SpanData>,
    ) -> Pin<Box<dyn Future<Output = Delivery> + Send>> {
        Box::pin(async move {
            *self.client.outcome() = Outcome::default();
            let sent = self.exporter.export(batch).await;
            let outcome = std::mem::take(&mut *self.client.outcome());
            match sent {
                Ok(()) => Ok(outcome.delivered),
                // Without a request there is no outcome: the batch itself was at fault.
                Err(error) => Err(outcome.failure.unwrap_or_else(|| error.to_string())),
            }
        })
    }
}

/// What the last attempt led to. The exporter's own error says no more than that there was one.
#[derive(Debug, Default)]
struct Outcome {
    delivered: Delivered,
    failure: Option<String>,
}

struct Client {
    http: reqwest::Client,
    url: Url,
    headers: HeaderMap,
    explain: Explain,
    outcome: Mutex<Outcome>,
}

/// Without the URL and the headers: either may hold a key.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl Client {
    fn outcome(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, reqwest::Error> {
        let (parts, body) = request.into_parts();
        let mut answer = self
            .http
            // Our own URL: this takes user and password out of it and into a header.
            .post(self.url.clone())
            .headers(headers(&parts.headers, &self.headers))
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
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = match self.send(request).await {
            Ok(response) => response,
            Err(error) => {
                let failure = self.explain.transport(&error);
                self.outcome().failure = Some(failure.clone());
                return Err(failure.into());
            }
        };
        let outcome = if response.status().is_success() {
            Outcome {
                delivered: delivered(response.headers(), response.body()),
                failure: None,
            }
        } else {
            let said = said(response.headers(), response.body(), &self.headers);
            Outcome {
                delivered: Delivered::default(),
                failure: Some(self.explain.status(response.status(), said.as_deref())),
            }
        };
        *self.outcome() = outcome;
        Ok(response)
    }
}

/// Our own headers over those of the request, and of those only what describes the body:
/// opentelemetry-otlp reads headers from the environment by itself, over what a program says.
fn headers(request: &HeaderMap, own: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(own.len() + 3);
    for name in [CONTENT_TYPE, CONTENT_ENCODING, USER_AGENT] {
        if let Some(value) = request.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers.extend(own.clone());
    headers
}

/// What a success says about spans that were not taken. A body that is something else is a
/// success all the same.
fn delivered(headers: &HeaderMap, body: &[u8]) -> Delivered {
    let is_json = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let (rejected, message) = if is_json {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let partial = &answer["partialSuccess"];
        let message = partial["errorMessage"].as_str().unwrap_or_default();
        (json_count(&partial["rejectedSpans"]), message.to_owned())
    } else {
        let answer = ExportTraceServiceResponse::decode(body).unwrap_or_default();
        let partial = answer.partial_success.unwrap_or_default();
        let rejected = u64::try_from(partial.rejected_spans).unwrap_or(0);
        (rejected, partial.error_message)
    };
    Delivered {
        rejected,
        message: failure::shown(&message),
    }
}

/// Protobuf's JSON writes 64-bit numbers as text, and takes both.
fn json_count(count: &Value) -> u64 {
    let text = count.as_str().and_then(|text| text.parse().ok());
    count.as_u64().or(text).unwrap_or(0)
}

#[cfg(test)]
mod tests;
