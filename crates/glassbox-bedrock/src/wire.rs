//! What Bedrock answers. Only what somebody reads stands here, every field may be absent or null, and a value of the
//! wrong kind counts as absent. The padding (`p`) of streamed events is read over.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::usage::Usage;
use glassbox_http::lenient::{Count, Json, List, Maybe, Word};

/// JSON that is passed on as it is.
pub(crate) type Raw<'a> = Option<&'a RawValue>;

/// A whole answer. In a stream the same fields come in events: those from `stop_reason` on in `messageStop`, those
/// from `usage` on in `metadata`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Answer<'a> {
    #[serde(borrow)]
    pub(crate) output: Maybe<Output<'a>>,
    #[serde(borrow)]
    pub(crate) stop_reason: Word<'a>,
    #[serde(borrow)]
    pub(crate) additional_model_response_fields: Raw<'a>,
    pub(crate) usage: Maybe<Usage>,
    #[serde(borrow)]
    pub(crate) metrics: Raw<'a>,
    #[serde(borrow)]
    pub(crate) trace: Raw<'a>,
    #[serde(borrow)]
    pub(crate) performance_config: Raw<'a>,
    #[serde(borrow)]
    pub(crate) service_tier: Maybe<ServiceTier<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Output<'a> {
    #[serde(borrow)]
    pub(crate) message: Maybe<Message<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message<'a> {
    /// The blocks, unread: one of an unknown kind is kept as it is.
    #[serde(borrow)]
    pub(crate) content: Raw<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ServiceTier<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) name: Word<'a>,
}

/// One block of a whole answer. Which one it is, the field that is there says.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Block<'a> {
    #[serde(borrow)]
    pub(crate) text: Option<Word<'a>>,
    #[serde(borrow)]
    pub(crate) tool_use: Maybe<ToolUse<'a>>,
    #[serde(borrow)]
    pub(crate) tool_result: Maybe<ToolResult<'a>>,
    #[serde(borrow)]
    pub(crate) reasoning_content: Maybe<Reasoning<'a>>,
    #[serde(borrow)]
    pub(crate) citations_content: Maybe<Citations<'a>>,
    #[serde(borrow)]
    pub(crate) image: Maybe<Image<'a>>,
}

/// A call, or the beginning of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ToolUse<'a> {
    #[serde(borrow)]
    pub(crate) tool_use_id: Word<'a>,
    #[serde(borrow)]
    pub(crate) name: Word<'a>,
    #[serde(borrow)]
    pub(crate) input: Raw<'a>,
    /// `server_tool_use` where Bedrock runs the tool itself.
    #[serde(borrow)]
    pub(crate) r#type: Word<'a>,
}

/// What a tool of Bedrock's own gave, or the beginning of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ToolResult<'a> {
    #[serde(borrow)]
    pub(crate) tool_use_id: Word<'a>,
    #[serde(borrow)]
    pub(crate) status: Word<'a>,
    #[serde(borrow)]
    pub(crate) r#type: Word<'a>,
    #[serde(borrow)]
    pub(crate) content: Raw<'a>,
}

/// Reasoning: whole in `reasoning_text`, in pieces beside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Reasoning<'a> {
    #[serde(borrow)]
    pub(crate) reasoning_text: Maybe<ReasoningText<'a>>,
    #[serde(borrow)]
    pub(crate) text: Word<'a>,
    #[serde(borrow)]
    pub(crate) signature: Word<'a>,
    #[serde(borrow)]
    pub(crate) redacted_content: Word<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReasoningText<'a> {
    #[serde(borrow)]
    pub(crate) text: Word<'a>,
    #[serde(borrow)]
    pub(crate) signature: Word<'a>,
}

/// Text that says where it comes from.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Citations<'a> {
    #[serde(borrow)]
    pub(crate) content: List<CitedText<'a>>,
    #[serde(borrow)]
    pub(crate) citations: Raw<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CitedText<'a> {
    #[serde(borrow)]
    pub(crate) text: Word<'a>,
}

/// An image, or its beginning (the format), or a piece of it (the source).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Image<'a> {
    #[serde(borrow)]
    pub(crate) format: Word<'a>,
    #[serde(borrow)]
    pub(crate) source: Maybe<Source<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Source<'a> {
    #[serde(borrow)]
    pub(crate) bytes: Word<'a>,
}

/// `contentBlockStart` and `contentBlockStop`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Boundary<'a> {
    pub(crate) content_block_index: Count,
    #[serde(borrow)]
    pub(crate) start: Maybe<Block<'a>>,
}

/// `contentBlockDelta`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Piece<'a> {
    pub(crate) content_block_index: Count,
    #[serde(borrow)]
    pub(crate) delta: Maybe<Delta<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Delta<'a> {
    #[serde(borrow)]
    pub(crate) text: Word<'a>,
    #[serde(borrow)]
    pub(crate) tool_use: Maybe<Input<'a>>,
    /// A list of results.
    #[serde(borrow)]
    pub(crate) tool_result: Raw<'a>,
    #[serde(borrow)]
    pub(crate) reasoning_content: Maybe<Reasoning<'a>>,
    #[serde(borrow)]
    pub(crate) citation: Raw<'a>,
    #[serde(borrow)]
    pub(crate) image: Maybe<Image<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Input<'a> {
    #[serde(borrow)]
    pub(crate) input: Json<'a>,
}
