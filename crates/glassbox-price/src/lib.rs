#![doc = include_str!("../README.md")]

mod arithmetic;
mod embedded;
mod json;
mod name;
mod notation;
mod priced;
mod prices;
mod rates;

pub use priced::Priced;
pub use prices::{Call, Prices};
pub use rates::{Band, Rates, ServiceTier, TokenRates};
