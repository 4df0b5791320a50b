//! OTLP over HTTP.

use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::Url;

use super::answer::taken;
use super::failure::{Explain, said};
use super::letter::{Answer, Courier, Posting};
use super::request::{Requests, Unreadable};
use super::retry::{is_retryable, retry_after};
use super::{Otlp, Protocol};
use crate::error::Error;
use crate::signal::Signal;
use crate::sink::Later;

/// An OTLP answer is a few bytes; no more than this is read of one.
const MOST_READ: usize = 64 * 1024;

/// As the specification has it: the exporter, its language, its version.
pub(super) const AGENT: &str = concat!(
    "OTel-OTLP-Exporter-Rust/",
    env!("CARGO_PKG_VERSION"),
    " (",
    env!("CARGO_PKG_NAME"),
    ")"
);

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

pub(super) struct HttpCourier {
    http: reqwest::Client,
    url: Url,
    headers: HeaderMap,
    /// The program's headers, which no message may repeat.
    own: HeaderMap,
    explain: Explain,
    signal: Signal,
    json: Option<fn(Bytes) -> Result<Bytes, Unreadable>>,
    gzip: bool,
    timeout: Duration,
}

impl HttpCourier {
    /// Must be called inside the runtime that will send.
    pub(super) fn new<R: Requests>(otlp: &Otlp) -> Result<Self, Error> {
        Ok(Self {
            http: client(otlp)?,
            url: otlp.endpoint.url().clone(),
            explain: Explain::new(otlp),
            headers: headers(otlp),
            own: otlp.headers.clone(),
            signal: R::SIGNAL,
            json: (otlp.protocol == Protocol::HttpJson).then_some(R::json),
            gzip: otlp.gzip,
            timeout: otlp.timeout,
        })
    }

    /// The request as it travels.
    fn body(&self, request: Bytes) -> Result<Bytes, String> {
        let mut body = request;
        if let Some(json) = self.json {
            body = json(body).map_err(|error| format!("cannot write JSON: {error}"))?;
        }
        if self.gzip {
            body = gzip(&body).map_err(|error| format!("cannot compress: {error}"))?;
        }
        Ok(body)
    }

    async fn answer(&self, body: Bytes, limit: Duration) -> Answer {
        let (status, headers, body) = match self.send(body, limit.min(self.timeout)).await {
            Ok(answer) => answer,
            Err(error) => {
                let later = Later {
                    answered: false,
                    asked: None,
                };
                return Answer::Later(later, self.explain.transport(&error));
            }
        };
        if status.is_success() {
            return taken(self.signal, &headers, &body, &self.own);
        }
        let said = said(&headers, &body, &self.own);
        let reason = self.explain.status(status, said.as_deref());
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Answer::TooLarge(reason),
            status if is_retryable(status) => {
                let later = Later {
                    answered: true,
                    asked: retry_after(&headers),
                };
                Answer::Later(later, reason)
            }
            _ => Answer::Refused(reason),
        }
    }

    async fn send(
        &self,
        body: Bytes,
        timeout: Duration,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), reqwest::Error> {
        let mut answer = self
            .http
            // This takes user and password out of the URL and into a header.
            .post(self.url.clone())
            .headers(self.headers.clone())
            .timeout(timeout)
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

impl Courier for HttpCourier {
    fn post(&self, request: Bytes, limit: Duration) -> Posting<'_> {
        Box::pin(async move {
            match self.body(request) {
                Ok(body) => self.answer(body, limit).await,
                Err(reason) => Answer::Refused(reason),
            }
        })
    }
}

fn gzip(body: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    Ok(encoder.finish()?.into())
}

#[cfg(test)]
mod tests;
