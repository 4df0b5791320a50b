//! Agents over real sockets, with everything in between, and the traces that come of it.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]
#![expect(clippy::disallowed_methods, reason = "a test owns its tasks")]

mod around;
mod canaries;
mod delivery;
mod host;
mod tales;

mod adapters;
mod interop;
mod laws;
mod long;
mod matrix;
mod providers;
mod registry;
mod scale;
mod sockets;
mod twice;
