//! Stories that cross crates are in `stories/`, and the benchmarks that do in `benches/`. Here the README's code is
//! compiled.

/// The workspace's README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
