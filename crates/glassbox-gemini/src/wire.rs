//! What Gemini answers. Only what somebody reads stands here, every field may be absent or null, and a value of the
//! wrong kind counts as absent.

use serde::Deserialize;
use serde_json::value::RawValue;

use glassbox_http::lenient::{Count, Flag, List, Maybe, Raws, Word};

/// JSON that is passed on as it is.
pub(crate) type Raw<'a> = Option<&'a RawValue>;

/// A `GenerateContentResponse`: a whole answer, or one chunk of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Generated<'a> {
    /// `None` where there is no such field at all.
    #[serde(borrow)]
    pub(crate) candidates: Option<List<Candidate<'a>>>,
    #[serde(borrow)]
    pub(crate) prompt_feedback: Raw<'a>,
    #[serde(borrow)]
    pub(crate) usage_metadata: Maybe<Box<Usage<'a>>>,
    #[serde(borrow)]
    pub(crate) model_version: Word<'a>,
    #[serde(borrow)]
    pub(crate) response_id: Word<'a>,
    #[serde(borrow)]
    pub(crate) error: Raw<'a>,
}

/// One answer, or a piece of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Candidate<'a> {
    pub(crate) index: Count,
    #[serde(borrow)]
    pub(crate) content: Maybe<Content<'a>>,
    #[serde(borrow)]
    pub(crate) finish_reason: Word<'a>,
    #[serde(borrow)]
    pub(crate) finish_message: Word<'a>,
    #[serde(borrow)]
    pub(crate) safety_ratings: Raw<'a>,
    #[serde(borrow)]
    pub(crate) citation_metadata: Raw<'a>,
    #[serde(borrow)]
    pub(crate) grounding_metadata: Raw<'a>,
    #[serde(borrow)]
    pub(crate) url_context_metadata: Raw<'a>,
    #[serde(borrow)]
    pub(crate) avg_logprobs: Raw<'a>,
    #[serde(borrow)]
    pub(crate) logprobs_result: Raw<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Content<'a> {
    /// Each is a [`Part`]. Kept as they stand, because some go back as they came.
    #[serde(borrow)]
    pub(crate) parts: Raws<'a>,
}

/// One part. What is set says which kind it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Part<'a> {
    #[serde(borrow)]
    pub(crate) text: Word<'a>,
    pub(crate) thought: Flag,
    #[serde(borrow)]
    pub(crate) thought_signature: Word<'a>,
    #[serde(borrow)]
    pub(crate) function_call: Maybe<FunctionCall<'a>>,
    #[serde(borrow)]
    pub(crate) inline_data: Maybe<InlineData<'a>>,
    #[serde(borrow)]
    pub(crate) file_data: Maybe<FileData<'a>>,
    #[serde(borrow)]
    pub(crate) executable_code: Maybe<Named<'a>>,
    #[serde(borrow)]
    pub(crate) code_execution_result: Maybe<Named<'a>>,
    #[serde(borrow)]
    pub(crate) tool_call: Maybe<Named<'a>>,
    #[serde(borrow)]
    pub(crate) tool_response: Maybe<Named<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct FunctionCall<'a> {
    #[serde(borrow)]
    pub(crate) id: Word<'a>,
    #[serde(borrow)]
    pub(crate) name: Word<'a>,
    #[serde(borrow)]
    pub(crate) args: Raw<'a>,
    /// Where arguments are streamed: values with their places.
    #[serde(borrow)]
    pub(crate) partial_args: List<PartialArg<'a>>,
    /// Whether more of this call follows.
    pub(crate) will_continue: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct PartialArg<'a> {
    #[serde(borrow)]
    pub(crate) json_path: Word<'a>,
    #[serde(borrow)]
    pub(crate) string_value: Word<'a>,
    #[serde(borrow)]
    pub(crate) number_value: Raw<'a>,
    #[serde(borrow)]
    pub(crate) bool_value: Raw<'a>,
    /// Whether more of this text follows.
    pub(crate) will_continue: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct InlineData<'a> {
    #[serde(borrow)]
    pub(crate) mime_type: Word<'a>,
    #[serde(borrow)]
    pub(crate) data: Word<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct FileData<'a> {
    #[serde(borrow)]
    pub(crate) mime_type: Word<'a>,
    #[serde(borrow)]
    pub(crate) file_uri: Word<'a>,
}

/// A step of a tool that Google ran itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Named<'a> {
    #[serde(borrow)]
    pub(crate) id: Word<'a>,
    #[serde(borrow)]
    pub(crate) tool_type: Word<'a>,
}

/// Why the prompt was refused.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct PromptFeedback<'a> {
    #[serde(borrow)]
    pub(crate) block_reason: Word<'a>,
    #[serde(borrow)]
    pub(crate) block_reason_message: Word<'a>,
}

/// What a call consumed, in Google's arithmetic.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Usage<'a> {
    pub(crate) prompt_token_count: Count,
    pub(crate) candidates_token_count: Count,
    pub(crate) thoughts_token_count: Count,
    pub(crate) tool_use_prompt_token_count: Count,
    pub(crate) cached_content_token_count: Count,
    pub(crate) total_token_count: Count,
    #[serde(borrow)]
    pub(crate) prompt_tokens_details: List<Detail<'a>>,
    #[serde(borrow)]
    pub(crate) tool_use_prompt_tokens_details: List<Detail<'a>>,
    #[serde(borrow)]
    pub(crate) candidates_tokens_details: List<Detail<'a>>,
    #[serde(borrow)]
    pub(crate) cache_tokens_details: List<Detail<'a>>,
    #[serde(borrow)]
    pub(crate) service_tier: Word<'a>,
    #[serde(borrow)]
    pub(crate) traffic_type: Word<'a>,
}

/// The share of one modality.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Detail<'a> {
    #[serde(borrow)]
    pub(crate) modality: Word<'a>,
    pub(crate) token_count: Count,
}
