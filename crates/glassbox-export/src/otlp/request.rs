//! The request that carries a batch, one kind for each signal.

mod finite;
mod split;

use std::collections::HashSet;
use std::error::Error as StdError;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::logs::tonic::group_logs_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::LogBatch;
use prost::Message;

use crate::otlp::encode::Encoder;
use crate::signal::Signal;
use crate::sink::{Batch, Logs, Points, Spans};

pub(crate) trait Requests: Send + Sync + 'static {
    type Batch: Batch;
    const SIGNAL: Signal;

    fn protobuf(&self, batch: &Self::Batch) -> Bytes;

    /// The same request as JSON: what is in one encoding is in the other.
    fn json(protobuf: Bytes) -> Result<Bytes, Unreadable>;

    /// Two requests with half of the items each, and how many these are.
    fn halve(protobuf: &Bytes) -> Result<[(Bytes, u64); 2], Unreadable>;

    /// Where it goes over gRPC.
    const METHOD: &'static str;
}

/// Bytes that are not the request they are said to be.
pub(crate) type Unreadable = Box<dyn StdError + Send + Sync>;

impl Requests for Encoder {
    type Batch = Spans;
    const SIGNAL: Signal = Signal::Traces;

    fn protobuf(&self, batch: &Spans) -> Bytes {
        self.encode(batch)
    }

    fn json(protobuf: Bytes) -> Result<Bytes, Unreadable> {
        let mut request = ExportTraceServiceRequest::decode(protobuf)?;
        finite::spans(&mut request.resource_spans);
        Ok(serde_json::to_vec(&request)?.into())
    }

    fn halve(protobuf: &Bytes) -> Result<[(Bytes, u64); 2], Unreadable> {
        split::halve::<ExportTraceServiceRequest>(protobuf)
    }

    const METHOD: &'static str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
}

/// Collections of metrics, which bring their resource along.
pub(crate) struct MetricRequests;

impl Requests for MetricRequests {
    type Batch = Points;
    const SIGNAL: Signal = Signal::Metrics;

    fn protobuf(&self, batch: &Points) -> Bytes {
        ExportMetricsServiceRequest::from(batch.metrics())
            .encode_to_vec()
            .into()
    }

    fn json(protobuf: Bytes) -> Result<Bytes, Unreadable> {
        let request = ExportMetricsServiceRequest::decode(protobuf)?;
        Ok(serde_json::to_vec(&request)?.into())
    }

    fn halve(protobuf: &Bytes) -> Result<[(Bytes, u64); 2], Unreadable> {
        split::halve::<ExportMetricsServiceRequest>(protobuf)
    }

    const METHOD: &'static str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
}

pub(crate) struct LogRequests {
    resource: ResourceAttributesWithSchema,
}

impl LogRequests {
    pub(crate) fn new(resource: &Resource) -> Self {
        Self {
            resource: resource.into(),
        }
    }
}

impl Requests for LogRequests {
    type Batch = Logs;
    const SIGNAL: Signal = Signal::Logs;

    fn protobuf(&self, batch: &Logs) -> Bytes {
        let records: Vec<_> = batch
            .iter()
            .map(|(record, scope)| (record, scope))
            .collect();
        let mut resource_logs =
            group_logs_by_resource_and_scope(&LogBatch::new(&records), &self.resource);
        each_record(&mut resource_logs).for_each(last_of_each_key);
        ExportLogsServiceRequest { resource_logs }
            .encode_to_vec()
            .into()
    }

    fn json(protobuf: Bytes) -> Result<Bytes, Unreadable> {
        let mut request = ExportLogsServiceRequest::decode(protobuf)?;
        finite::logs(&mut request.resource_logs);
        Ok(serde_json::to_vec(&request)?.into())
    }

    fn halve(protobuf: &Bytes) -> Result<[(Bytes, u64); 2], Unreadable> {
        split::halve::<ExportLogsServiceRequest>(protobuf)
    }

    const METHOD: &'static str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
}

fn each_record(logs: &mut [ResourceLogs]) -> impl Iterator<Item = &mut LogRecord> {
    logs.iter_mut()
        .flat_map(|resource| &mut resource.scope_logs)
        .flat_map(|scope| &mut scope.log_records)
}

/// Each key once, as the specification asks for: of several the last, which is what adding an
/// attribute again means. The SDK keeps them all.
fn last_of_each_key(record: &mut LogRecord) {
    let mut met = HashSet::with_capacity(record.attributes.len());
    let mut kept: Vec<_> = std::mem::take(&mut record.attributes)
        .into_iter()
        .rev()
        .filter(|attribute| met.insert(attribute.key.clone()))
        .collect();
    kept.reverse();
    record.attributes = kept;
}

#[cfg(test)]
mod tests;
