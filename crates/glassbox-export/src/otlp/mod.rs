//! Telemetry to a collector over the OpenTelemetry protocol.

mod answer;
mod config;
mod encode;
mod endpoint;
mod failure;
mod grpc;
mod http;
mod letter;
mod request;
mod retry;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::http::{HeaderMap, HeaderName, HeaderValue};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::Temporality;

use crate::environment::Environment;
use crate::error::Error;
use crate::signal::Signal;
use crate::sink::{Logs, Points, Sink, SinkSpec, Spans};
pub(crate) use encode::Encoder;
pub(crate) use request::{LogRequests, MetricRequests, Requests};

use endpoint::Endpoint;
use failure::Hints;
use grpc::GrpcCourier;
use http::HttpCourier;
use letter::{Courier, Post};
use tls::Tls;

/// How OTLP travels (`OTEL_EXPORTER_OTLP_PROTOCOL`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Protocol {
    /// `http/protobuf`, the default.
    #[default]
    HttpProtobuf,
    /// `http/json`.
    HttpJson,
    /// `grpc`.
    Grpc,
}

/// Where and how to send spans, metrics or log records over OTLP: the specification's
/// [exporter configuration](https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
///
/// [`from_env`](Self::from_env) reads the standard variables; the constructors are for programs
/// that know better. Where the protocol allows it (429, 502, 503, 504, what gRPC calls the same, and a
/// connection that fails) an attempt is followed by others, with growing pauses of up to 30 s or as long
/// as the collector asks for, until one succeeds or the program ends. A request that the collector calls
/// too large is halved.
///
/// A value of a header is never shown, not even by `Debug`.
#[derive(Clone)]
pub struct Otlp {
    protocol: Protocol,
    endpoint: Endpoint,
    headers: HeaderMap,
    timeout: Duration,
    gzip: bool,
    tls: Tls,
    temporality: Temporality,
    hints: Hints,
}

impl Otlp {
    /// The specification's default timeout.
    const TIMEOUT: Duration = Duration::from_secs(10);
    /// What no limit becomes: long enough, and it still fits every clock.
    const NO_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);

    /// Protobuf over HTTP to exactly this URL, such as `http://localhost:4318/v1/traces`, or
    /// `v1/metrics` or `v1/logs` there.
    ///
    /// # Errors
    ///
    /// When the endpoint is not an `http` or `https` URL with a host.
    pub fn http(endpoint: &str) -> Result<Self, Error> {
        Self::new(Protocol::HttpProtobuf, endpoint)
    }

    /// gRPC to this host, such as `http://localhost:4317`.
    ///
    /// # Errors
    ///
    /// When the endpoint is not an `http` or `https` URL with a host.
    pub fn grpc(endpoint: &str) -> Result<Self, Error> {
        Self::new(Protocol::Grpc, endpoint)
    }

    fn new(protocol: Protocol, endpoint: &str) -> Result<Self, Error> {
        let endpoint = Endpoint::parse(endpoint)
            .map_err(|problem| Error::new(format!("the OTLP endpoint {problem}")))?;
        Ok(Self {
            protocol,
            endpoint,
            headers: HeaderMap::new(),
            timeout: Self::TIMEOUT,
            gzip: false,
            tls: Tls::default(),
            temporality: Temporality::default(),
            hints: Hints::default(),
        })
    }

    /// What the `OTEL_EXPORTER_OTLP_*` and `OTEL_EXPORTER_OTLP_TRACES_*` variables of this process
    /// say; see [`from_environment`](Self::from_environment).
    ///
    /// # Errors
    ///
    /// When a certificate or key that is asked for cannot be used.
    pub fn from_env() -> Result<(Self, Vec<String>), Error> {
        Self::from_environment(&Environment::from_env())
    }

    /// What the variables say, and one warning for each that says nonsense: it is passed over as if
    /// it were not set. Variables for traces win over the general ones.
    ///
    /// # Errors
    ///
    /// When a certificate or key that is asked for cannot be used: sending without it would not be
    /// what was asked for.
    pub fn from_environment(environment: &Environment) -> Result<(Self, Vec<String>), Error> {
        config::read(environment, Signal::Traces)
    }

    /// The same for metrics: `OTEL_EXPORTER_OTLP_METRICS_*` wins over `OTEL_EXPORTER_OTLP_*`, and
    /// `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` is the [temporality](Self::with_temporality).
    ///
    /// # Errors
    ///
    /// As [`from_environment`](Self::from_environment).
    pub fn metrics_from_environment(
        environment: &Environment,
    ) -> Result<(Self, Vec<String>), Error> {
        config::read(environment, Signal::Metrics)
    }

    /// The same for log records: `OTEL_EXPORTER_OTLP_LOGS_*` wins over `OTEL_EXPORTER_OTLP_*`.
    ///
    /// # Errors
    ///
    /// As [`from_environment`](Self::from_environment).
    pub fn logs_from_environment(environment: &Environment) -> Result<(Self, Vec<String>), Error> {
        config::read(environment, Signal::Logs)
    }

    /// Sends this header (metadata, for gRPC) with each request. Marked as sensitive.
    ///
    /// # Errors
    ///
    /// When the name or the value cannot be in a header; the value is not repeated.
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        let (name, value) = header(name, value)
            .ok_or_else(|| Error::new(format!("{name:?} cannot be sent as a header")))?;
        self.headers.insert(name, value);
        Ok(self)
    }

    /// How protobuf or JSON travels over HTTP. No effect for gRPC.
    #[must_use]
    pub fn with_json(mut self, json: bool) -> Self {
        self.protocol = match (self.protocol, json) {
            (Protocol::Grpc, _) => Protocol::Grpc,
            (_, true) => Protocol::HttpJson,
            (_, false) => Protocol::HttpProtobuf,
        };
        self
    }

    /// How long one attempt may take. Default 10 s; zero is no limit.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = match timeout {
            Duration::ZERO => Self::NO_LIMIT,
            timeout => timeout.min(Self::NO_LIMIT),
        };
        self
    }

    /// Whether to compress with gzip. Default false.
    #[must_use]
    pub fn with_gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// Trusts the certificates in this PEM text, and no others.
    #[must_use]
    pub fn with_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.authorities = Some(pem.into());
        self
    }

    /// Shows this certificate chain to the server, with its private key; both PEM text.
    #[must_use]
    pub fn with_client_certificate(
        mut self,
        chain: impl Into<Vec<u8>>,
        key: impl Into<Vec<u8>>,
    ) -> Self {
        self.tls.identity = Some((chain.into(), key.into()));
        self
    }

    /// Whether a counter or a histogram of metrics is told as a total since the start, which a lost
    /// delivery does not harm, or as what came since the last delivery. Default cumulative. No effect
    /// for spans and log records.
    #[must_use]
    pub fn with_temporality(mut self, temporality: Temporality) -> Self {
        self.temporality = temporality;
        self
    }

    /// How it travels.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Where it goes, without credentials and query.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.endpoint.shown()
    }

    pub(crate) fn temporality(&self) -> Temporality {
        self.temporality
    }

    pub(crate) fn into_span_spec(self) -> SinkSpec<Spans> {
        self.into_spec(Encoder::new)
    }

    pub(crate) fn into_metric_spec(self) -> SinkSpec<Points> {
        self.into_spec(|_| MetricRequests)
    }

    pub(crate) fn into_log_spec(self) -> SinkSpec<Logs> {
        self.into_spec(LogRequests::new)
    }

    fn into_spec<R: Requests>(self, requests: fn(&Resource) -> R) -> SinkSpec<R::Batch> {
        SinkSpec {
            name: "otlp".to_owned(),
            target: self.endpoint.shown().to_owned(),
            component: self.component().to_owned(),
            eager: false,
            build: Box::new(move |resource| {
                let courier = self.courier::<R>()?;
                let sink: Arc<dyn Sink<R::Batch>> =
                    Arc::new(Post::new(requests(resource), courier));
                Ok(sink)
            }),
        }
    }

    /// The conventions' word for the exporter.
    fn component(&self) -> &'static str {
        match self.protocol {
            Protocol::Grpc => "otlp_grpc",
            Protocol::HttpJson => "otlp_http_json",
            Protocol::HttpProtobuf => "otlp_http",
        }
    }

    fn courier<R: Requests>(&self) -> Result<Arc<dyn Courier>, Error> {
        Ok(match self.protocol {
            Protocol::Grpc => Arc::new(GrpcCourier::new::<R>(self)?),
            _ => Arc::new(HttpCourier::new::<R>(self)?),
        })
    }
}

impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Otlp")
            .field("protocol", &self.protocol)
            .field("endpoint", &self.endpoint.shown())
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("gzip", &self.gzip)
            .finish_non_exhaustive()
    }
}

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some((name, value))
}

#[cfg(test)]
mod tests;
