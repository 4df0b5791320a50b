//! From a span's end to a collector's door, over loopback.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

mod delivery;
mod ending;
mod install;
mod otlp_grpc;
mod otlp_http;
mod pipeline;
mod signals;
mod support;
