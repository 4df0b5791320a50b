//! OTLP over gRPC.

use std::mem;
use std::sync::Arc;

use opentelemetry_otlp::tonic_types::metadata::MetadataMap;
use opentelemetry_otlp::{
    Compression, ExporterBuildError, LogExporter, MetricExporter, SpanExporter, WithExportConfig,
    WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use tonic::Request;

use super::Otlp;
use super::failure::Explain;
use crate::error::Error;
use crate::sink::{self, Batch, Delivering, Logs, Points, Sink, Spans};

const AGENT: &str = "user-agent";

// All of these must be called inside the runtime that will send: the connection is set up there.

pub(super) fn span_sink(otlp: &Otlp, resource: &Resource) -> Result<Arc<dyn Sink<Spans>>, Error> {
    let builder = configured(SpanExporter::builder().with_tonic(), otlp)?;
    let exporter = builder.build().map_err(not_built)?;
    Ok(GrpcSink::around(sink::spans(exporter, resource), otlp))
}

pub(super) fn metric_sink(otlp: &Otlp, _: &Resource) -> Result<Arc<dyn Sink<Points>>, Error> {
    let builder = MetricExporter::builder()
        .with_temporality(otlp.temporality)
        .with_tonic();
    let exporter = configured(builder, otlp)?.build().map_err(not_built)?;
    Ok(GrpcSink::around(sink::metrics(exporter), otlp))
}

pub(super) fn log_sink(otlp: &Otlp, resource: &Resource) -> Result<Arc<dyn Sink<Logs>>, Error> {
    let builder = configured(LogExporter::builder().with_tonic(), otlp)?;
    let exporter = builder.build().map_err(not_built)?;
    Ok(GrpcSink::around(sink::logs(exporter, resource), otlp))
}

fn configured<B: WithExportConfig + WithTonicConfig>(builder: B, otlp: &Otlp) -> Result<B, Error> {
    let metadata = MetadataMap::from_headers(otlp.headers.clone());
    let mut builder = builder
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
    Ok(builder)
}

fn not_built(error: ExporterBuildError) -> Error {
    Error::caused("cannot set up the OTLP exporter", error)
}

/// The library's exporter, with failures in words that help.
#[derive(Debug)]
struct GrpcSink<B> {
    exporter: Arc<dyn Sink<B>>,
    explain: Explain,
}

impl<B: Batch + std::fmt::Debug> GrpcSink<B> {
    fn around(exporter: Arc<dyn Sink<B>>, otlp: &Otlp) -> Arc<dyn Sink<B>> {
        Arc::new(Self {
            exporter,
            explain: Explain::new(otlp),
        })
    }
}

impl<B: Batch + std::fmt::Debug> Sink<B> for GrpcSink<B> {
    fn export(self: Arc<Self>, batch: B) -> Delivering {
        Box::pin(async move {
            let delivery = Arc::clone(&self.exporter).export(batch).await;
            delivery.map_err(|message| self.explain.grpc(&message))
        })
    }

    fn flush(&self) -> Result<(), String> {
        self.exporter.flush()
    }

    fn shutdown(&self) {
        self.exporter.shutdown();
    }
}
