//! One JSON object a span, a metric or a log record.

pub(crate) mod json;
mod log;
mod metric;

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Writes each span as a JSON object, in the shape of the Python SDK's `ConsoleSpanExporter`:
/// objects one after the other, indented by four spaces, or one a line with
/// [`with_compact`](Self::with_compact).
///
/// ```json
/// {
///     "name": "chat gpt-4o-mini",
///     "context": {
///         "trace_id": "0x0af7651916cd43dd8448eb211c80319c",
///         "span_id": "0x00f067aa0ba902b7",
///         "trace_state": "[]"
///     },
///     "kind": "SpanKind.CLIENT",
///     "parent_id": null,
///     "start_time": "2024-07-11T01:14:00.000000Z",
///     "end_time": "2024-07-11T01:14:00.512000Z",
///     "status": {
///         "status_code": "UNSET"
///     },
///     "attributes": {
///         "gen_ai.usage.input_tokens": 812
///     },
///     "events": [],
///     "links": [],
///     "resource": {
///         "attributes": {
///             "service.name": "weather"
///         },
///         "schema_url": ""
///     }
/// }
/// ```
///
/// Of an attribute that was set twice the last value counts. A number that JSON cannot say is a
/// string: `"NaN"`, `"Infinity"`, `"-Infinity"`. Control characters are always escaped.
///
/// It exports metrics too, one object for each instrument at each collection, with `name`,
/// `description`, `unit`, `data` (the points, in the shape of the Python SDK's
/// `ConsoleMetricExporter`), `scope` and `resource`; and log records, in the shape of its
/// `ConsoleLogExporter`, with the event's name first.
pub struct ConsoleExporter {
    target: String,
    compact: bool,
    resource: String,
    output: Mutex<Output>,
}

struct Output {
    writer: Box<dyn Write + Send>,
    /// Reused from batch to batch.
    buffer: String,
}

impl ConsoleExporter {
    /// Writes to `writer`. A batch is one `write_all`, then a `flush`.
    #[must_use]
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        let mut exporter = Self {
            target: "console".to_owned(),
            compact: false,
            resource: String::new(),
            output: Mutex::new(Output {
                writer: Box::new(writer),
                buffer: String::new(),
            }),
        };
        exporter.set_resource(&Resource::builder_empty().build());
        exporter
    }

    /// Writes to standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self {
            target: "stdout".to_owned(),
            ..Self::new(io::stdout())
        }
    }

    /// One object a line (JSON lines) instead of the indented form.
    #[must_use]
    pub fn with_compact(mut self, compact: bool) -> Self {
        self.compact = compact;
        self
    }

    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    fn write_spans(&self, spans: &[SpanData]) -> OTelSdkResult {
        self.write(spans, |out, span| {
            json::span(out, span, &self.resource, self.compact);
        })
    }

    /// Writes the items, each as `append` has it, with a line's end after it.
    fn write<T>(
        &self,
        items: impl IntoIterator<Item = T>,
        append: impl Fn(&mut String, T),
    ) -> OTelSdkResult {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let Output { writer, buffer } = &mut *output;
        buffer.clear();
        for item in items {
            append(buffer, item);
            buffer.push('\n');
        }
        let written = writer
            .write_all(buffer.as_bytes())
            .and_then(|()| writer.flush());
        written.map_err(|error| OTelSdkError::InternalFailure(error.to_string()))
    }
}

impl fmt::Debug for ConsoleExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsoleExporter")
            .field("target", &self.target)
            .field("compact", &self.compact)
            .finish_non_exhaustive()
    }
}

impl SpanExporter for ConsoleExporter {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.write_spans(&batch)
    }

    fn set_resource(&mut self, resource: &Resource) {
        // The same for every span: written once, put in as it is.
        self.resource = json::resource(resource, self.compact);
    }
}

#[cfg(test)]
mod tests;
