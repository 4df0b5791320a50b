#![doc = include_str!("../README.md")]

mod message;
mod part;
mod tool;

mod headers;
mod parameters;
mod request;

mod cost;
mod decision;
mod event;
mod finish;
mod fold;
mod response;
mod usage;

mod embedding;
mod info;
mod model;

mod error;
mod secret;

pub mod schema;

pub use cost::{Cost, CostSource};
pub use decision::{CacheStore, Decision, DecisionKind, ModelName, TimeLimit};
pub use embedding::{EmbeddingModel, EmbeddingRequest, EmbeddingResponse, EncodingFormat};
pub use error::{Error, ErrorKind, Result};
pub use event::{Event, EventStream, Meta, Retry, Start};
pub use finish::{FinishKind, FinishReason};
pub use fold::Fold;
pub use headers::Headers;
pub use info::{Api, Capabilities, ModelInfo, Operation};
pub use message::{Message, Messages, Role};
pub use model::{CompletionModel, CompletionModelExt};
pub use parameters::Parameters;
pub use part::{
    Arguments, Blob, Compaction, File, Modality, Opaque, Part, Reasoning, Refusal, ServerToolCall,
    ServerToolCallResponse, Text, ToolCall, ToolCallResponse, Uri,
};
pub use request::{Delivery, OutputFormat, PromptTemplate, Request, Unsupported};
pub use response::{Choice, Response};
pub use secret::Secret;
pub use tool::{ToolChoice, ToolSpec};
pub use usage::{BilledUsage, ModalityUsage, Usage};
