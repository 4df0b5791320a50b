//! OTLP over gRPC: one call for each request, with the bytes as they are.

use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes};
use http::HeaderMap;
use http::header::USER_AGENT;
use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder as Encode};
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::Otlp;
use super::answer::taken;
use super::failure::Explain;
use super::http::AGENT;
use super::letter::{Answer, Courier, Posting};
use super::request::Requests;
use super::retry::{is_retryable_status, is_too_large};
use crate::error::Error;
use crate::signal::Signal;
use crate::sink::Later;

pub(super) struct GrpcCourier {
    client: Grpc<Channel>,
    method: PathAndQuery,
    metadata: MetadataMap,
    /// The program's headers, which no message may repeat.
    own: HeaderMap,
    explain: Explain,
    signal: Signal,
    timeout: Duration,
}

impl GrpcCourier {
    /// Must be called inside the runtime that will send: the connection is set up there.
    pub(super) fn new<R: Requests>(otlp: &Otlp) -> Result<Self, Error> {
        let not_built = |error| Error::caused("cannot set up the OTLP client", error);
        let mut endpoint =
            Endpoint::from_shared(otlp.endpoint.shown().to_owned()).map_err(not_built)?;
        if otlp.endpoint.is_https() {
            endpoint = endpoint.tls_config(otlp.tls.grpc()?).map_err(not_built)?;
        }
        let mut client = Grpc::new(endpoint.connect_lazy());
        if otlp.gzip {
            client = client
                .send_compressed(CompressionEncoding::Gzip)
                .accept_compressed(CompressionEncoding::Gzip);
        }
        let mut headers = otlp.headers.clone();
        headers
            .entry(USER_AGENT)
            .or_insert(http::HeaderValue::from_static(AGENT));
        Ok(Self {
            client,
            method: PathAndQuery::from_static(R::METHOD),
            metadata: MetadataMap::from_headers(headers),
            own: otlp.headers.clone(),
            explain: Explain::new(otlp),
            signal: R::SIGNAL,
            timeout: otlp.timeout,
        })
    }

    async fn call(&self, request: Bytes) -> Result<Bytes, Status> {
        let mut client = self.client.clone();
        // It says no more than the call itself would.
        client
            .ready()
            .await
            .map_err(|error| Status::from_error(error.into()))?;
        let mut call = Request::new(request);
        *call.metadata_mut() = self.metadata.clone();
        let answer = client.unary(call, self.method.clone(), Raw).await?;
        Ok(answer.into_inner())
    }

    fn failure(&self, status: &Status) -> Answer {
        let reason = self.explain.grpc(status, &self.own);
        // A status with a cause is of our own making: the call went wrong on its way.
        let answered = std::error::Error::source(status).is_none();
        let (is_retryable, asked) = is_retryable_status(status);
        if answered && is_too_large(status) {
            Answer::TooLarge(reason)
        } else if is_retryable || !answered {
            Answer::Later(Later { answered, asked }, reason)
        } else {
            Answer::Refused(reason)
        }
    }
}

impl Courier for GrpcCourier {
    fn post(&self, request: Bytes, limit: Duration) -> Posting<'_> {
        Box::pin(async move {
            let limit = limit.min(self.timeout);
            match tokio::time::timeout(limit, self.call(request)).await {
                Ok(Ok(answer)) => taken(self.signal, &HeaderMap::new(), &answer, &self.own),
                Ok(Err(status)) => self.failure(&status),
                Err(_) => {
                    let later = Later {
                        answered: false,
                        asked: None,
                    };
                    Answer::Later(later, self.explain.late())
                }
            }
        })
    }
}

/// Messages are bytes: what they say is written and read elsewhere.
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encode for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(message.copy_to_bytes(message.remaining())))
    }
}
