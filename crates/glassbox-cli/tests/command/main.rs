//! The command as a newcomer runs it: the binary itself, over real sockets on loopback.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]

mod binary;

mod failures;
mod hosts;
mod keys;
mod offline;
mod prices;
mod signals;
mod streams;
mod telemetry;
mod view;
