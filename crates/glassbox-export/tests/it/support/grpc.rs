//! An OTLP/gRPC server on its own thread.

use std::net::SocketAddr;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;

use async_trait::async_trait;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

use super::certificates::{Authority, Pair};
use super::span_names;

type Log = Arc<Mutex<Vec<(MetadataMap, ExportTraceServiceRequest)>>>;

/// Metrics and log records, which are taken as they come.
#[derive(Clone, Default)]
struct Others {
    metrics: Arc<Mutex<Vec<ExportMetricsServiceRequest>>>,
    logs: Arc<Mutex<Vec<ExportLogsServiceRequest>>>,
}

#[async_trait]
impl MetricsService for Others {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.metrics.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[async_trait]
impl LogsService for Others {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        self.logs.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

pub(crate) struct Collector {
    address: SocketAddr,
    scheme: &'static str,
    log: Log,
    others: Others,
}

struct Service {
    log: Log,
    /// Answers to give before success, the last one first.
    answers: Mutex<Vec<Status>>,
    silent: bool,
}

#[async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let metadata = request.metadata().clone();
        self.log
            .lock()
            .unwrap()
            .push((metadata, request.into_inner()));
        if self.silent {
            std::future::pending::<()>().await;
        }
        match self.answers.lock().unwrap().pop() {
            Some(status) => Err(status),
            None => Ok(Response::new(ExportTraceServiceResponse::default())),
        }
    }
}

impl Collector {
    /// Answers each request with the next of `answers`, and then with success.
    pub(crate) fn new(answers: impl IntoIterator<Item = Status>) -> Self {
        Self::start(answers, false, None)
    }

    pub(crate) fn silent() -> Self {
        Self::start([], true, None)
    }

    /// With TLS, and only for clients that the authority vouches for.
    pub(crate) fn mutual(authority: &Authority) -> Self {
        let Pair { certificate, key } = authority.vouch_for("127.0.0.1");
        let tls = ServerTlsConfig::new()
            .identity(Identity::from_pem(certificate, key))
            .client_ca_root(Certificate::from_pem(&authority.certificate));
        Self::start([], false, Some(tls))
    }

    fn start(
        answers: impl IntoIterator<Item = Status>,
        silent: bool,
        tls: Option<ServerTlsConfig>,
    ) -> Self {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        let log = Log::default();
        let others = Others::default();
        let (metrics, logs) = (others.clone(), others.clone());
        let service = TraceServiceServer::new(Service {
            log: Arc::clone(&log),
            answers: Mutex::new(answers),
            silent,
        })
        .accept_compressed(CompressionEncoding::Gzip);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (ready, started) = sync_channel(1);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
                ready.send(incoming.local_addr().unwrap()).unwrap();
                let mut server = Server::builder();
                if let Some(tls) = tls {
                    server = server.tls_config(tls).unwrap();
                }
                let server = server
                    .add_service(service)
                    .add_service(MetricsServiceServer::new(metrics))
                    .add_service(LogsServiceServer::new(logs));
                server.serve_with_incoming(incoming).await.unwrap();
            });
        });
        Self {
            address: started.recv().unwrap(),
            scheme,
            log,
            others,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    pub(crate) fn received(&self) -> Vec<(MetadataMap, ExportTraceServiceRequest)> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn metrics(&self) -> Vec<ExportMetricsServiceRequest> {
        self.others.metrics.lock().unwrap().clone()
    }

    pub(crate) fn logs(&self) -> Vec<ExportLogsServiceRequest> {
        self.others.logs.lock().unwrap().clone()
    }

    /// The names of all spans that came, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let received = self.received();
        received
            .iter()
            .flat_map(|(_, request)| span_names(request))
            .collect()
    }
}
