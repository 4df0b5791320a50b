//! Spans that come from the spool, each of which is a request of its own there.

mod merge;

use std::path::PathBuf;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use super::{Requests, Unreadable, split};
use crate::otlp::encode::Encoder;
use crate::signal::Signal;
use crate::sink::Stored;
use crate::spool::DeadLetters;

/// One request of many, each span with the resource of the process that it is from.
pub(crate) struct StoredSpans {
    dead: DeadLetters,
}

impl StoredSpans {
    /// What is refused for good is kept in this file.
    pub(crate) fn new(dead: PathBuf, max_bytes: u64) -> Self {
        Self {
            dead: DeadLetters::new(dead, max_bytes),
        }
    }
}

impl Requests for StoredSpans {
    type Batch = Stored;
    const SIGNAL: Signal = Signal::Traces;
    const METHOD: &'static str = Encoder::METHOD;
    const WAITS: bool = true;

    fn protobuf(&self, batch: &Stored) -> Bytes {
        let spans: Vec<&[u8]> = batch.iter().map(|entry| &*entry.payload).collect();
        merge::merged(&spans)
    }

    fn json(protobuf: Bytes) -> Result<Bytes, Unreadable> {
        Encoder::json(protobuf)
    }

    fn halve(protobuf: &Bytes) -> Result<[(Bytes, u64); 2], Unreadable> {
        split::halve::<ExportTraceServiceRequest>(protobuf)
    }

    fn refused(&self, protobuf: &Bytes) -> Option<String> {
        let request = ExportTraceServiceRequest::decode(protobuf.clone()).ok()?;
        let line = serde_json::to_vec(&request).ok()?;
        Some(match self.dead.keep(line) {
            Ok(()) => format!("kept in {}", self.dead.path().display()),
            Err(error) => format!("not kept in {}: {error}", self.dead.path().display()),
        })
    }
}

#[cfg(test)]
mod tests;
