//! An OTLP/gRPC server on its own thread.

use std::net::SocketAddr;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

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
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
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
    /// The requests that were answered with success.
    taken: Log,
    others: Others,
}

struct Service {
    log: Log,
    taken: Log,
    /// Answers to give before the last one, which is for all that follow; the last one first.
    answers: Mutex<Vec<Answer>>,
    then: Answer,
}

/// What to answer.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Success,
    Status(Status),
    /// A success that took all but so many.
    Partial(i64, &'static str),
    /// Nothing, ever.
    Silence,
    /// Success, after a while.
    Slow(Duration),
    /// What gRPC in Go says of more spans than these, and success for others.
    Most(usize),
}

impl Answer {
    /// The answer to so many spans; nothing where there is none.
    async fn give(self, spans: usize) -> Result<ExportTraceServiceResponse, Status> {
        match self {
            Self::Status(status) => return Err(status),
            Self::Most(most) if spans > most => {
                let message = "grpc: received message larger than max (2 vs. 1)";
                return Err(Status::resource_exhausted(message));
            }
            Self::Partial(rejected_spans, message) => {
                return Ok(ExportTraceServiceResponse {
                    partial_success: Some(ExportTracePartialSuccess {
                        rejected_spans,
                        error_message: message.to_owned(),
                    }),
                });
            }
            Self::Silence => std::future::pending().await,
            Self::Slow(pause) => tokio::time::sleep(pause).await,
            Self::Success | Self::Most(_) => {}
        }
        Ok(ExportTraceServiceResponse::default())
    }
}

#[async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let request = (request.metadata().clone(), request.into_inner());
        let spans = span_names(&request.1).len();
        self.log.lock().unwrap().push(request.clone());
        let answer = self.answers.lock().unwrap().pop();
        let answer = answer.unwrap_or_else(|| self.then.clone());
        let answer = answer.give(spans).await?;
        self.taken.lock().unwrap().push(request);
        Ok(Response::new(answer))
    }
}

impl Collector {
    /// Answers each request with the next of `answers`, and then with success.
    pub(crate) fn new(answers: impl IntoIterator<Item = Status>) -> Self {
        let answers = answers.into_iter().map(Answer::Status);
        Self::start(answers, Answer::Success, None, 0)
    }

    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::start(answers, Answer::Success, None, 0)
    }

    /// Answers each request with this.
    pub(crate) fn always(answer: Answer) -> Self {
        Self::start([], answer, None, 0)
    }

    /// Takes everything, on this port.
    pub(crate) fn on(port: u16) -> Self {
        Self::start([], Answer::Success, None, port)
    }

    pub(crate) fn silent() -> Self {
        Self::always(Answer::Silence)
    }

    /// With TLS, and only for clients that the authority vouches for.
    pub(crate) fn mutual(authority: &Authority) -> Self {
        let Pair { certificate, key } = authority.vouch_for("127.0.0.1");
        let tls = ServerTlsConfig::new()
            .identity(Identity::from_pem(certificate, key))
            .client_ca_root(Certificate::from_pem(&authority.certificate));
        Self::start([], Answer::Success, Some(tls), 0)
    }

    fn start(
        answers: impl IntoIterator<Item = Answer>,
        then: Answer,
        tls: Option<ServerTlsConfig>,
        port: u16,
    ) -> Self {
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        let (log, taken) = (Log::default(), Log::default());
        let others = Others::default();
        let (metrics, logs) = (others.clone(), others.clone());
        let service = TraceServiceServer::new(Service {
            log: Arc::clone(&log),
            taken: Arc::clone(&taken),
            answers: Mutex::new(answers),
            then,
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
                let incoming = TcpIncoming::bind(([127, 0, 0, 1], port).into()).unwrap();
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
            taken,
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
        names(&self.log)
    }

    /// The names of all spans of the requests that were answered with success, in order.
    pub(crate) fn taken(&self) -> Vec<String> {
        names(&self.taken)
    }
}

fn names(log: &Log) -> Vec<String> {
    let log = log.lock().unwrap();
    log.iter()
        .flat_map(|(_, request)| span_names(request))
        .collect()
}
