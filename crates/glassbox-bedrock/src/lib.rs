#![doc = include_str!("../README.md")]

mod config;
mod decode;
mod encode;
mod failure;
mod finish;
mod model;
mod sign;
mod usage;
mod wire;

pub use config::BedrockBuilder;
pub use decode::ConverseDecoder;
pub use encode::{block, cache_point};
pub use model::Bedrock;
pub use sign::Credentials;

/// What `gen_ai.provider.name` calls Amazon Bedrock.
pub(crate) const PROVIDER: &str = "aws.bedrock";
