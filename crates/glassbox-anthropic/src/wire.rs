//! What the Messages API answers. Only what somebody reads stands here, every field may be absent or null, and a value
//! of the wrong kind counts as absent.

use serde::Deserialize;
use serde_json::value::RawValue;

use glassbox_http::lenient::{Amount, Count, Maybe, Word};

/// JSON that is passed on as it is.
pub(crate) type Raw<'a> = Option<&'a RawValue>;

/// The data of one server-sent event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Frame<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Word<'a>,
    pub(crate) index: Count,
    #[serde(borrow)]
    pub(crate) message: Maybe<Box<Message<'a>>>,
    #[serde(borrow)]
    pub(crate) content_block: Raw<'a>,
    #[serde(borrow)]
    pub(crate) delta: Maybe<Delta<'a>>,
    #[serde(borrow)]
    pub(crate) usage: Maybe<Box<Usage<'a>>>,
    #[serde(borrow)]
    pub(crate) context_management: Raw<'a>,
}

/// A piece of a block, or, in a `message_delta`, what is known of the message at its end.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Delta<'a> {
    #[serde(borrow)]
    pub(crate) text: Word<'a>,
    #[serde(borrow)]
    pub(crate) partial_json: Word<'a>,
    #[serde(borrow)]
    pub(crate) thinking: Word<'a>,
    #[serde(borrow)]
    pub(crate) signature: Word<'a>,
    #[serde(borrow)]
    pub(crate) citation: Raw<'a>,
    /// A piece of a block that only Anthropic understands: a compaction.
    #[serde(borrow)]
    pub(crate) content: Word<'a>,
    #[serde(borrow)]
    pub(crate) stop_reason: Word<'a>,
    #[serde(borrow)]
    pub(crate) stop_sequence: Raw<'a>,
    #[serde(borrow)]
    pub(crate) stop_details: Raw<'a>,
    #[serde(borrow)]
    pub(crate) container: Raw<'a>,
}

/// A message, whole or as it begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Word<'a>,
    #[serde(borrow)]
    pub(crate) id: Word<'a>,
    #[serde(borrow)]
    pub(crate) model: Word<'a>,
    #[serde(borrow)]
    pub(crate) content: Raw<'a>,
    #[serde(borrow)]
    pub(crate) stop_reason: Word<'a>,
    #[serde(borrow)]
    pub(crate) stop_sequence: Raw<'a>,
    #[serde(borrow)]
    pub(crate) stop_details: Raw<'a>,
    #[serde(borrow)]
    pub(crate) container: Raw<'a>,
    #[serde(borrow)]
    pub(crate) usage: Maybe<Box<Usage<'a>>>,
    #[serde(borrow)]
    pub(crate) context_management: Raw<'a>,
    /// OpenRouter: who really answered.
    #[serde(borrow)]
    pub(crate) provider: Raw<'a>,
}

/// One block of a message, or the beginning of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Block<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Word<'a>,
    #[serde(borrow)]
    pub(crate) text: Word<'a>,
    #[serde(borrow)]
    pub(crate) citations: Raw<'a>,
    #[serde(borrow)]
    pub(crate) thinking: Word<'a>,
    #[serde(borrow)]
    pub(crate) signature: Word<'a>,
    #[serde(borrow)]
    pub(crate) id: Word<'a>,
    #[serde(borrow)]
    pub(crate) name: Word<'a>,
    #[serde(borrow)]
    pub(crate) input: Raw<'a>,
    #[serde(borrow)]
    pub(crate) caller: Raw<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Usage<'a> {
    pub(crate) input_tokens: Count,
    pub(crate) output_tokens: Count,
    pub(crate) cache_read_input_tokens: Count,
    pub(crate) cache_creation_input_tokens: Count,
    pub(crate) output_tokens_details: Maybe<OutputDetails>,
    #[serde(borrow)]
    pub(crate) service_tier: Word<'a>,
    /// What was written to the cache, by how long it stays there.
    #[serde(borrow)]
    pub(crate) cache_creation: Raw<'a>,
    #[serde(borrow)]
    pub(crate) server_tool_use: Raw<'a>,
    #[serde(borrow)]
    pub(crate) iterations: Raw<'a>,
    #[serde(borrow)]
    pub(crate) inference_geo: Raw<'a>,
    /// OpenRouter: US dollars.
    pub(crate) cost: Amount,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OutputDetails {
    pub(crate) thinking_tokens: Count,
}
