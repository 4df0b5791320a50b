//! The driver: what the loop does with a model and tools.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]

mod ends;
mod loops;
mod tools;
