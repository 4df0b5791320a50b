//! What `/v2/chat` answers: a message, or one event after the other. Every field may be absent or null, and a value
//! of the wrong kind counts as absent.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::SeqAccess;
use serde::de::value::MapAccessDeserializer;
use serde_json::value::RawValue;

use glassbox_http::lenient;
use glassbox_http::lenient::{Count, Lenient, List, Maybe, Word};

/// JSON that is passed on as it is.
pub(crate) type Raw<'a> = Option<&'a RawValue>;

/// A whole answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answer<'a> {
    #[serde(borrow)]
    pub(crate) id: Word<'a>,
    #[serde(borrow)]
    pub(crate) message: Maybe<Message<'a>>,
    #[serde(borrow)]
    pub(crate) finish_reason: Word<'a>,
    #[serde(borrow)]
    pub(crate) usage: Maybe<Usage<'a>>,
    #[serde(borrow)]
    pub(crate) logprobs: Raw<'a>,
}

/// One event of a stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Event<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Word<'a>,
    #[serde(borrow)]
    pub(crate) id: Word<'a>,
    /// Counts the blocks of the content, the calls or the citations: whatever the event is of.
    pub(crate) index: Count,
    #[serde(borrow)]
    pub(crate) delta: Maybe<Delta<'a>>,
    #[serde(borrow)]
    pub(crate) logprobs: Raw<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Delta<'a> {
    #[serde(borrow)]
    pub(crate) message: Maybe<Message<'a>>,
    #[serde(borrow)]
    pub(crate) finish_reason: Word<'a>,
    #[serde(borrow)]
    pub(crate) usage: Maybe<Usage<'a>>,
    #[serde(borrow)]
    pub(crate) error: Raw<'a>,
}

/// A message, or a piece of one: in a piece, one block, call or citation stands in place of the list of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message<'a> {
    #[serde(borrow)]
    pub(crate) content: Content<'a>,
    #[serde(borrow)]
    pub(crate) tool_plan: Word<'a>,
    #[serde(borrow)]
    pub(crate) tool_calls: Calls<'a>,
    #[serde(borrow)]
    pub(crate) citations: Raw<'a>,
}

/// Blocks of text and thinking. A text by itself is a block too.
#[derive(Debug, Default)]
pub(crate) struct Content<'a>(pub(crate) Vec<Block<'a>>);

impl<'de: 'a, 'a> Lenient<'de> for Content<'a> {
    fn text(text: Cow<'de, str>) -> Self {
        Self(vec![Block {
            text: Word(Some(text)),
            thinking: Word::default(),
        }])
    }

    fn sequence<A: SeqAccess<'de>>(items: A) -> Result<Self, A::Error> {
        List::sequence(items).map(|list| Self(list.0))
    }

    fn object<A: serde::de::MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        let block = Block::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(Self(vec![block]))
    }
}

lenient!(Content<'a>);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Block<'a> {
    #[serde(borrow)]
    pub(crate) text: Word<'a>,
    #[serde(borrow)]
    pub(crate) thinking: Word<'a>,
}

/// Calls, or a piece of one.
#[derive(Debug, Default)]
pub(crate) struct Calls<'a>(pub(crate) Vec<Call<'a>>);

impl<'de: 'a, 'a> Lenient<'de> for Calls<'a> {
    fn sequence<A: SeqAccess<'de>>(items: A) -> Result<Self, A::Error> {
        List::sequence(items).map(|list| Self(list.0))
    }

    fn object<A: serde::de::MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        let call = Call::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(Self(vec![call]))
    }
}

lenient!(Calls<'a>);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Call<'a> {
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
    #[serde(borrow)]
    pub(crate) arguments: Word<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Usage<'a> {
    /// What the model read and wrote, Cohere's own instructions included.
    pub(crate) tokens: Maybe<Tokens>,
    /// Part of the input.
    pub(crate) cached_tokens: Count,
    /// What is paid for: fewer tokens, and other units.
    #[serde(borrow)]
    pub(crate) billed_units: Raw<'a>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Tokens {
    pub(crate) input_tokens: Count,
    pub(crate) output_tokens: Count,
    /// Part of the output.
    pub(crate) reasoning_tokens: Count,
}
