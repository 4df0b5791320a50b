#![doc = include_str!("../README.md")]

mod base_url;
mod body;
mod transport;

mod call;
mod client;
mod limits;
mod reply;
mod reporter;
mod retry;

mod classify;
mod error_body;
mod hints;
mod scrub;
mod words;

mod decoder;
mod event_stream;
pub mod lenient;
mod lines;
mod ndjson;
mod sse;
mod stream;

pub use base_url::{BaseUrl, percent_encoded};
pub use body::Body;
pub use call::{Call, ReadError, Signer};
pub use classify::in_band_error;
pub use client::HttpClient;
pub use decoder::{Decoder, Events, Frame, Framing};
pub use error_body::{ErrorBody, error_body};
pub use event_stream::EventStreamDecoder;
pub use limits::{Limits, Timeouts};
pub use ndjson::NdjsonDecoder;
pub use reply::Reply;
pub use retry::RetryPolicy;
pub use sse::SseDecoder;
#[cfg(feature = "reqwest")]
pub use transport::reqwest::{ReqwestTransport, ReqwestTransportBuilder};
pub use transport::{
    Transport,
    memory::{MemoryResponse, MemoryTransport},
};
