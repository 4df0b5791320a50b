#![doc = include_str!("../README.md")]

mod begun;
mod identity;
mod journal;
mod when;

mod balance;
mod cache;
mod cached;
mod fallback;
mod rate_limit;
mod timeout;

pub use balance::Balance;
pub use cache::{Cache, CacheStats};
pub use cached::Cached;
pub use fallback::Fallback;
pub use rate_limit::{RateLimit, RateLimited};
pub use timeout::Timeout;
