#![doc = include_str!("../README.md")]

mod capture;
#[cfg(feature = "http")]
pub mod cassette;
#[cfg(feature = "http")]
pub mod cassettes;
mod chat_host;
pub mod conformance;
pub mod grammar;
#[cfg(feature = "http")]
pub mod laws;
mod render;
mod scripted;
mod server;
mod turn;

pub use capture::{Capture, CapturedLog, CapturedMetric, CapturedPoint, CapturedSpan, MetricKind};
pub use scripted::{ScriptedEmbeddings, ScriptedModel};
pub use server::{Received, Reply, Server};
pub use turn::Turn;

#[doc(hidden)]
pub use insta;

/// Asserts that the spans of a [`Capture`] are those of the snapshot: the tree, with names, kinds, statuses, events
/// and attributes, and without ids and times.
///
/// It takes what `insta::assert_snapshot!` takes: a name, an inline snapshot after `@`, or nothing.
///
/// ```
/// # use glassbox_test::{Capture, assert_trace_snapshot};
/// # use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
/// let capture = Capture::new();
/// capture.provider().tracer("example").start("work").end();
/// assert_trace_snapshot!(capture, @"work [internal]");
/// ```
#[macro_export]
macro_rules! assert_trace_snapshot {
    ($capture:expr, @$snapshot:literal $(,)?) => {
        $crate::insta::assert_snapshot!($capture.render(), @$snapshot)
    };
    ($capture:expr $(,)?) => {
        $crate::insta::assert_snapshot!($capture.render())
    };
    ($name:expr, $capture:expr $(,)?) => {
        $crate::insta::assert_snapshot!($name, $capture.render())
    };
}

/// Asserts that everything a [`Capture`] holds is what the snapshot says: the spans as [`assert_trace_snapshot!`] shows
/// them, then the metrics, then the log records.
///
/// It takes what `insta::assert_snapshot!` takes: a name, an inline snapshot after `@`, or nothing.
///
/// ```
/// # use glassbox_test::{Capture, assert_telemetry_snapshot};
/// # use opentelemetry::metrics::MeterProvider as _;
/// let capture = Capture::new();
/// let meter = capture.meter_provider().meter("example");
/// meter.u64_counter("jobs").with_unit("{job}").build().add(2, &[]);
/// assert_telemetry_snapshot!(capture, @r"
/// metrics
///   jobs [counter, {job}]
///     value 2
/// ");
/// ```
#[macro_export]
macro_rules! assert_telemetry_snapshot {
    ($capture:expr, @$snapshot:literal $(,)?) => {
        $crate::insta::assert_snapshot!($capture.render_all(), @$snapshot)
    };
    ($capture:expr $(,)?) => {
        $crate::insta::assert_snapshot!($capture.render_all())
    };
    ($name:expr, $capture:expr $(,)?) => {
        $crate::insta::assert_snapshot!($name, $capture.render_all())
    };
}
