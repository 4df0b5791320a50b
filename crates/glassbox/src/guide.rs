//! The guide: how to do what, from the first trace on.

#[cfg(all(feature = "agent", feature = "otel"))]
#[doc = include_str!("../guide/first_trace.md")]
pub mod first_trace {}

#[cfg(feature = "otel")]
#[doc = include_str!("../guide/telemetry.md")]
pub mod telemetry {}

#[cfg(feature = "agent")]
#[doc = include_str!("../guide/tools.md")]
pub mod tools {}

#[cfg(all(feature = "agent", feature = "demo", feature = "prices"))]
#[doc = include_str!("../guide/cost.md")]
pub mod cost {}

#[cfg(all(feature = "middleware", feature = "otel"))]
#[doc = include_str!("../guide/resilience.md")]
pub mod resilience {}

#[doc = include_str!("../guide/streaming.md")]
pub mod streaming {}

#[doc = include_str!("../guide/testing.md")]
pub mod testing {}

#[cfg(feature = "openai")]
#[doc = include_str!("../guide/providers.md")]
pub mod providers {}
