//! What `/api/chat` answers: one object, or one a line. Every field may be absent or null, and a value of the wrong
//! kind counts as absent.

use serde::Deserialize;
use serde_json::value::RawValue;

use glassbox_http::lenient::{Count, Flag, List, Maybe, Word};

/// JSON that is passed on as it is.
pub(crate) type Raw<'a> = Option<&'a RawValue>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answer<'a> {
    #[serde(borrow)]
    pub(crate) model: Word<'a>,
    #[serde(borrow)]
    pub(crate) created_at: Word<'a>,
    #[serde(borrow)]
    pub(crate) message: Maybe<Message<'a>>,
    /// Whether this is the last line.
    pub(crate) done: Flag,
    #[serde(borrow)]
    pub(crate) done_reason: Word<'a>,
    #[serde(borrow)]
    pub(crate) error: Raw<'a>,
    #[serde(borrow)]
    pub(crate) logprobs: Raw<'a>,
    /// Where a model of the cloud was asked through a server on this machine.
    #[serde(borrow)]
    pub(crate) remote_model: Word<'a>,
    #[serde(borrow)]
    pub(crate) remote_host: Word<'a>,
    /// Tokens of the prompt, those from the cache included.
    pub(crate) prompt_eval_count: Count,
    pub(crate) prompt_eval_cached_count: Count,
    pub(crate) eval_count: Count,
    // In nanoseconds.
    pub(crate) total_duration: Count,
    pub(crate) load_duration: Count,
    pub(crate) prompt_eval_duration: Count,
    pub(crate) eval_duration: Count,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message<'a> {
    #[serde(borrow)]
    pub(crate) content: Word<'a>,
    #[serde(borrow)]
    pub(crate) thinking: Word<'a>,
    #[serde(borrow)]
    pub(crate) tool_calls: List<Call<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Call<'a> {
    /// Newer servers make one up.
    #[serde(borrow)]
    pub(crate) id: Word<'a>,
    #[serde(borrow)]
    pub(crate) function: Maybe<Function<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Function<'a> {
    #[serde(borrow)]
    pub(crate) name: Word<'a>,
    /// An object, never a text; a gateway may make it one.
    #[serde(borrow)]
    pub(crate) arguments: Raw<'a>,
}
