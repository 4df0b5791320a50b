//! OTLP JSON lines in a file.

mod rotating;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkError;

use crate::error::Error;
use crate::otlp::{Encoder, LogRequests, MetricRequests, Requests};
use crate::sink::{Logs, Parcel, Points, Sink, SinkSpec, Spans, once};
use rotating::Rotating;

/// A file of OTLP JSON lines, as the
/// [specification of the file exporter](https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/) has it: each
/// line is one batch, a `TracesData`, `MetricsData` or `LogsData` in OTLP's JSON encoding. One file holds one kind of
/// telemetry. The Collector's `otlpjsonfile` receiver reads it, and so does [`OtlpReader`](crate::OtlpReader).
///
/// A file that is there already is continued; what a crash left of a line at its end stays a line of its own. Folders
/// that are missing are made. A batch is one write, so several processes may write to one file. A file that was renamed
/// or removed meanwhile is begun anew. The permissions of a new file are what the process's umask leaves: where content
/// is recorded, it is in the file.
///
/// A number that JSON cannot say is a string: `"NaN"`, `"Infinity"`, `"-Infinity"`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "it does nothing until a builder has it"]
pub struct OtlpFile {
    path: PathBuf,
    max_bytes: Option<u64>,
    max_age: Option<Duration>,
    keep: Option<usize>,
}

impl OtlpFile {
    /// Writes to the file at `path`, which grows without bounds unless rotation is asked for.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            max_bytes: None,
            max_age: None,
            keep: None,
        }
    }

    /// Begins a new file before this one would grow beyond so many bytes. A batch that is larger alone has a file to
    /// itself.
    ///
    /// The old file is renamed after the time, in UTC: `traces.jsonl` becomes `traces-20240711T011400.000000000Z.jsonl`.
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// Begins a new file when this process has written to the current one for so long.
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Keeps so many old files and removes the others, the oldest first. Default: all are kept.
    pub fn with_old_files(mut self, keep: usize) -> Self {
        self.keep = Some(keep);
        self
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
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

    fn into_spec<R: Requests>(
        self,
        requests: impl FnOnce(&Resource) -> R + Send + 'static,
    ) -> SinkSpec<R::Batch> {
        SinkSpec {
            name: "file".to_owned(),
            component: "file".to_owned(),
            target: self.path.display().to_string(),
            eager: false,
            build: Box::new(move |resource| {
                let file = Rotating::open(self)
                    .map_err(|error| Error::new(format!("cannot write the trace: {error}")))?;
                Ok(Arc::new(FileSink {
                    requests: requests(resource),
                    file: Mutex::new(file),
                }))
            }),
        }
    }
}

struct FileSink<R> {
    requests: R,
    file: Mutex<Rotating>,
}

impl<R> fmt::Debug for FileSink<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSink").finish_non_exhaustive()
    }
}

impl<R: Requests> FileSink<R> {
    fn write(&self, batch: &R::Batch) -> Result<(), String> {
        let json = R::json(self.requests.protobuf(batch))
            .map_err(|error| format!("cannot write JSON: {error}"))?;
        let mut line = Vec::with_capacity(json.len() + 1);
        line.extend_from_slice(&json);
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.append(&line).map_err(|error| error.to_string())
    }
}

impl<R: Requests> Sink<R::Batch> for FileSink<R> {
    fn parcel(self: Arc<Self>, batch: R::Batch) -> Box<dyn Parcel> {
        once(batch, move |batch: R::Batch| async move {
            self.write(&batch).map_err(OTelSdkError::InternalFailure)
        })
    }
}

#[cfg(test)]
mod tests;
