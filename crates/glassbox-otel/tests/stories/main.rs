//! What operations leave behind, told as stories, each with the spans that come of it.
#![expect(
    clippy::unwrap_used,
    reason = "a test may unwrap, and so may what it calls"
)]
#![expect(clippy::disallowed_methods, reason = "a test owns its tasks")]

mod common;
mod content;
mod events;

mod agent;
mod model;
mod nesting;
mod openinference;
mod openllmetry;
mod steps;
