//! OTLP over gRPC.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;

use opentelemetry_otlp::tonic_types::metadata::MetadataMap;
use opentelemetry_otlp::{Compression, SpanExporter, WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;
use opentelemetry_sdk::trace::{SpanData, SpanExporter as _};
use tonic::Request;

use super::Otlp;
use super::failure::Explain;
use crate::error::Error;
use crate::sink::{Delivered, Delivery, Sink};

const AGENT: &str = "user-agent";

/// Must be called inside the runtime that will send: the connection is set up there.
pub(super) fn sink(otlp: &Otlp, resource: &Resource) -> Result<Arc<dyn Sink>, Error> {
    let metadata = MetadataMap::from_headers(otlp.headers.clone());
    let mut builder = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(otlp.endpoint.shown())
        .with_timeout(otlp.timeout)
        // Last in line, after the headers that opentelemetry-otlp reads from the environment by
        // itself: ours replace them all.
        .with_interceptor(move |mut request: Request<()>| {
            let theirs = mem::replace(request.metadata_mut(), metadata.clone());
            if let (false, Some(agent)) = (metadata.contains_key(AGENT), theirs.get(AGENT)) {
                request.metadata_mut().insert(AGENT, agent.clone());
            }
            Ok(request)
        });
    if otlp.gzip {
        builder = builder.with_compression(Compression::Gzip);
    }
    if otlp.endpoint.is_https() {
        builder = builder.with_tls_config(otlp.tls.grpc()?);
    }
    let mut exporter = builder
        .build()
        .map_err(|error| Error::caused("cannot set up the OTLP exporter", error))?;
    exporter.set_resource(resource);
    Ok(Arc::new(GrpcSink {
        exporter,
        explain: Explain::new(otlp),
    }))
}

#[derive(Debug)]
struct GrpcSink {
    exporter: SpanExporter,
    explain: Explain,
}

impl Sink for GrpcSink {
    fn export(
        self: Arc<Self>,
        batch: Vec<SpanData>,
    ) -> Pin<Box<dyn Future<Output = Delivery> + Send>> {
        Box::pin(async move {
            match self.exporter.export(batch).await {
                Ok(()) => Ok(Delivered::default()),
                Err(OTelSdkError::InternalFailure(message)) => Err(self.explain.grpc(&message)),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}
