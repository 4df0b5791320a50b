//! What Responses hosts answer. Only what somebody reads stands here, every field may be absent or null, and a value
//! of the wrong kind counts as absent.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::SeqAccess;
use serde_json::value::RawValue;

use super::usage::Usage;
use glassbox_http::lenient;
use glassbox_http::lenient::{Count, Json, Lenient, List, Maybe, Raws, Word};

/// JSON that is passed on as it is.
pub(super) type Raw<'a> = Option<&'a RawValue>;

/// One event of a stream. `type` says which fields it has.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct StreamEvent<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Word<'a>,
    /// The item's place in the output.
    pub(super) output_index: Count,
    #[serde(borrow)]
    pub(super) item_id: Word<'a>,
    pub(super) content_index: Count,
    pub(super) summary_index: Count,
    #[serde(borrow)]
    pub(super) delta: Word<'a>,
    /// The arguments of a function call, when they are complete.
    #[serde(borrow)]
    pub(super) arguments: Json<'a>,
    #[serde(borrow)]
    pub(super) item: Raw<'a>,
    #[serde(borrow)]
    pub(super) response: Raw<'a>,
}

/// A response: a whole body, or what the first and the last events of a stream hold.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Response<'a> {
    #[serde(borrow)]
    pub(super) object: Word<'a>,
    #[serde(borrow)]
    pub(super) id: Word<'a>,
    #[serde(borrow)]
    pub(super) model: Word<'a>,
    #[serde(borrow)]
    pub(super) status: Word<'a>,
    #[serde(borrow)]
    pub(super) service_tier: Word<'a>,
    /// `None` where there is no such field at all: then it is something else.
    #[serde(borrow)]
    pub(super) output: Option<Raws<'a>>,
    pub(super) usage: Maybe<Box<Usage>>,
    #[serde(borrow)]
    pub(super) error: Raw<'a>,
    #[serde(borrow)]
    pub(super) incomplete_details: Maybe<Incomplete<'a>>,
    /// Azure: what its content filter thought of the prompt and of the answer.
    #[serde(borrow)]
    pub(super) content_filters: Raw<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Incomplete<'a> {
    #[serde(borrow)]
    pub(super) reason: Word<'a>,
}

/// One item of the output. `type` says which fields it has.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Item<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Word<'a>,
    #[serde(borrow)]
    pub(super) id: Word<'a>,
    #[serde(borrow)]
    pub(super) call_id: Word<'a>,
    #[serde(borrow)]
    pub(super) name: Word<'a>,
    #[serde(borrow)]
    pub(super) arguments: Json<'a>,
    /// The arguments of a custom tool: any text.
    #[serde(borrow)]
    pub(super) input: Json<'a>,
    /// Whether a message is a remark on the way or the answer.
    #[serde(borrow)]
    pub(super) phase: Word<'a>,
    #[serde(borrow)]
    pub(super) content: Contents<'a>,
    #[serde(borrow)]
    pub(super) summary: Contents<'a>,
    /// An image that the model made, in Base64.
    #[serde(borrow)]
    pub(super) result: Word<'a>,
    #[serde(borrow)]
    pub(super) output_format: Word<'a>,
}

/// A list of parts, or the text of the only one.
#[derive(Debug, Default)]
pub(super) struct Contents<'a>(pub(super) Vec<Content<'a>>);

impl<'de: 'a, 'a> Lenient<'de> for Contents<'a> {
    fn text(text: Cow<'de, str>) -> Self {
        Self(vec![Content {
            text: Word(Some(text)),
            ..Content::default()
        }])
    }

    fn sequence<A: SeqAccess<'de>>(items: A) -> Result<Self, A::Error> {
        List::sequence(items).map(|list| Self(list.0))
    }
}

lenient!(Contents<'a>);

/// One part of a message or of reasoning: what is set says which.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Content<'a> {
    #[serde(borrow)]
    pub(super) text: Word<'a>,
    #[serde(borrow)]
    pub(super) refusal: Word<'a>,
    #[serde(borrow)]
    pub(super) annotations: Raw<'a>,
    #[serde(borrow)]
    pub(super) logprobs: Raw<'a>,
}
