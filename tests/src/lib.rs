//! Stories that cross crates are in `stories/`, and the benchmarks that do in `benches/`. Here are the
//! properties that the fuzzers hold, and the README's code is compiled.

pub mod properties;

/// The workspace's README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
