#![doc = include_str!("../README.md")]

mod capture;
mod chat_host;
pub mod conformance;
mod render;
mod scripted;
mod server;
mod turn;

pub use capture::{Capture, CapturedSpan};
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
