//! The whole path from a call to its events: over a script in memory on a paused clock, and over real sockets.

mod client;
mod event_stream;
mod retry;
#[cfg(feature = "reqwest")]
mod socket;
mod stream;
mod support;
mod timeout;
