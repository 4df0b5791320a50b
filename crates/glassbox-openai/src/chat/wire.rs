//! What Chat Completions hosts answer, and what they answer instead. Only what somebody reads stands here, every
//! field may be absent or null, and a value of the wrong kind counts as absent.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess};
use serde_json::value::RawValue;

use super::usage::{Cost, Usage};
use glassbox_http::lenient;
use glassbox_http::lenient::{Count, Json, Lenient, List, Maybe, Word};

/// JSON that is passed on as it is.
pub(super) type Raw<'a> = Option<&'a RawValue>;

/// A `chat.completion`, or one `chat.completion.chunk`. Hosts mix them up, so they are one type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Completion<'a> {
    #[serde(borrow)]
    pub(super) id: Word<'a>,
    #[serde(borrow)]
    pub(super) model: Word<'a>,
    #[serde(borrow)]
    pub(super) service_tier: Word<'a>,
    #[serde(borrow)]
    pub(super) system_fingerprint: Word<'a>,
    /// `None` where there is no such field at all: then it is something else.
    #[serde(borrow)]
    pub(super) choices: Option<List<Choice<'a>>>,
    pub(super) usage: Maybe<Box<Usage>>,
    #[serde(borrow)]
    pub(super) error: Raw<'a>,
    /// Groq's own corner.
    #[serde(borrow)]
    pub(super) x_groq: Maybe<Box<Groq<'a>>>,
    /// Venice says here what the call cost.
    pub(super) cost: Cost,
    /// Perplexity: where the answer was found.
    #[serde(borrow)]
    pub(super) citations: Raw<'a>,
    #[serde(borrow)]
    pub(super) search_results: Raw<'a>,
    /// Azure: what its content filter thought of the prompt.
    #[serde(borrow)]
    pub(super) prompt_filter_results: Raw<'a>,
    /// OpenRouter: who really answered.
    #[serde(borrow)]
    pub(super) provider: Raw<'a>,
}

impl Completion<'_> {
    /// Whether this chunk, having given one event, can have changed nothing else.
    pub(super) fn is_one_delta(&self) -> bool {
        let choices = self.choices.as_ref().map(|choices| choices.0.as_slice());
        let Some([choice]) = choices else {
            return false;
        };
        let Some(delta) = &choice.delta.0 else {
            return false;
        };
        choice.finish_reason.as_str().is_empty()
            && choice.logprobs.is_none()
            && delta.refusal.as_str().is_empty()
            && delta.audio.0.is_none()
            && delta.reasoning_details.is_none()
            && delta.annotations.is_none()
            && delta.executed_tools.is_none()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Groq<'a> {
    pub(super) usage: Maybe<Box<Usage>>,
    #[serde(borrow)]
    pub(super) error: Raw<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Choice<'a> {
    pub(super) index: Count,
    #[serde(borrow)]
    pub(super) delta: Maybe<Message<'a>>,
    /// Boxed, because a chunk has none.
    #[serde(borrow)]
    pub(super) message: Maybe<Box<Message<'a>>>,
    #[serde(borrow)]
    pub(super) finish_reason: Word<'a>,
    /// Moonshot counts here.
    pub(super) usage: Maybe<Box<Usage>>,
    /// OpenRouter: this choice failed.
    #[serde(borrow)]
    pub(super) error: Raw<'a>,
    #[serde(borrow)]
    pub(super) logprobs: Raw<'a>,
    #[serde(borrow)]
    pub(super) content_filter_results: Raw<'a>,
}

/// A message, or a piece of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    pub(super) content: Content<'a>,
    #[serde(borrow)]
    pub(super) refusal: Word<'a>,
    #[serde(borrow)]
    pub(super) reasoning_content: Content<'a>,
    #[serde(borrow)]
    pub(super) reasoning: Content<'a>,
    #[serde(borrow)]
    pub(super) reasoning_details: Raw<'a>,
    #[serde(borrow)]
    pub(super) tool_calls: List<ToolCall<'a>>,
    /// What tool calls were called before there were several.
    #[serde(borrow)]
    pub(super) function_call: Maybe<Box<Function<'a>>>,
    #[serde(borrow)]
    pub(super) audio: Maybe<Box<Audio<'a>>>,
    /// OpenRouter: images that the model made.
    #[serde(borrow)]
    pub(super) images: List<Image<'a>>,
    #[serde(borrow)]
    pub(super) annotations: Raw<'a>,
    /// Groq: the tools that it ran itself.
    #[serde(borrow)]
    pub(super) executed_tools: Raw<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ToolCall<'a> {
    pub(super) index: Count,
    #[serde(borrow)]
    pub(super) id: Word<'a>,
    #[serde(borrow)]
    pub(super) function: Maybe<Function<'a>>,
    /// Gemini's compatible API keeps its thought signature here.
    #[serde(borrow)]
    pub(super) extra_content: Raw<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Function<'a> {
    #[serde(borrow)]
    pub(super) name: Word<'a>,
    #[serde(borrow)]
    pub(super) arguments: Json<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Audio<'a> {
    #[serde(borrow)]
    pub(super) id: Word<'a>,
    #[serde(borrow)]
    pub(super) data: Word<'a>,
    #[serde(borrow)]
    pub(super) transcript: Word<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Image<'a> {
    #[serde(borrow)]
    pub(super) image_url: Maybe<ImageUrl<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ImageUrl<'a> {
    #[serde(borrow)]
    pub(super) url: Word<'a>,
}

/// A text, or a list of parts as Mistral gives them.
#[derive(Debug, Default)]
pub(super) enum Content<'a> {
    #[default]
    Nothing,
    Text(Cow<'a, str>),
    Parts(Vec<ContentPart<'a>>),
}

impl<'de: 'a, 'a> Lenient<'de> for Content<'a> {
    fn text(text: Cow<'de, str>) -> Self {
        Self::Text(text)
    }

    fn sequence<A: SeqAccess<'de>>(mut items: A) -> Result<Self, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = items.next_element()? {
            parts.push(part);
        }
        Ok(Self::Parts(parts))
    }

    fn object<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        ContentPart::object(entries).map(|part| Self::Parts(vec![part]))
    }
}

lenient!(Content<'a>);

impl Content<'_> {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Text(text) => text.is_empty(),
            Self::Parts(parts) => parts.is_empty(),
        }
    }
}

/// One part of a content: what is set says which.
#[derive(Debug, Default)]
pub(super) struct ContentPart<'a> {
    pub(super) text: Word<'a>,
    pub(super) refusal: Word<'a>,
    pub(super) thinking: Content<'a>,
}

impl<'de: 'a, 'a> Lenient<'de> for ContentPart<'a> {
    fn text(text: Cow<'de, str>) -> Self {
        Self {
            text: Word(Some(text)),
            ..Self::default()
        }
    }

    fn object<A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error> {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Fields<'a> {
            #[serde(borrow)]
            text: Word<'a>,
            #[serde(borrow)]
            refusal: Word<'a>,
            #[serde(borrow)]
            thinking: Content<'a>,
        }
        let fields = Fields::deserialize(MapAccessDeserializer::new(entries))?;
        Ok(Self {
            text: fields.text,
            refusal: fields.refusal,
            thinking: fields.thinking,
        })
    }
}

lenient!(ContentPart<'a>);
