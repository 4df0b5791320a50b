//! The guide: how to do what, from the first trace on.

#[cfg(all(feature = "agent", feature = "otel"))]
#[doc = include_str!("../guide/first_trace.md")]
pub mod first_trace {}

#[cfg(feature = "agent")]
#[doc = include_str!("../guide/tools.md")]
pub mod tools {}

#[doc = include_str!("../guide/streaming.md")]
pub mod streaming {}

#[doc = include_str!("../guide/testing.md")]
pub mod testing {}
