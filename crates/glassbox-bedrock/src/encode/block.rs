//! The blocks of a message.

use std::borrow::Cow;

use glassbox_core::{Opaque, Part, Reasoning, ToolCall, ToolCallResponse};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::family::Family;
use super::media::{Media, Source};
use crate::PROVIDER;

/// A content block of Converse that has no type of ours, as it stands in the API: `block("searchResult", ...)`,
/// `block("guardContent", ...)`, or a `document` with a name of its own. It may stand in any message, and in the
/// instructions where Bedrock takes it; other providers leave it out.
///
/// ```
/// use glassbox_bedrock::block;
/// use glassbox_core::Message;
/// use serde_json::json;
///
/// let guarded = json!({"text": {"text": "What is a bond?", "qualifiers": ["query"]}});
/// let message = Message::user("Be brief.").with_part(block("guardContent", guarded));
/// # assert_eq!(message.parts.len(), 2);
/// ```
#[must_use]
pub fn block(name: impl Into<String>, content: impl Into<Value>) -> Part {
    let block = Map::from_iter([(name.into(), content.into())]);
    Part::Opaque(Opaque::new(PROVIDER, Value::Object(block)))
}

/// Ends a part of the prompt that Bedrock is to cache: what stands before it in the message, and all that stands
/// before the message. [`BedrockBuilder::prompt_cache`](crate::BedrockBuilder::prompt_cache) puts them by itself.
#[must_use]
pub fn cache_point() -> Part {
    block("cachePoint", json!({"type": "default"}))
}

/// A content block. The name of the variant is its key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Block<'a> {
    Text(Cow<'a, str>),
    Image(Media<'a>),
    Video(Media<'a>),
    Audio(Media<'a>),
    Document(Document<'a>),
    ToolUse(ToolUse<'a>),
    ToolResult(ToolResult<'a>),
    ReasoningContent(Thought<'a>),
    CachePoint(CachePoint),
    /// A call of a tool of Bedrock's own, as it came.
    #[serde(rename = "toolUse")]
    GivenToolUse(&'a Value),
    /// What it gave.
    #[serde(rename = "toolResult")]
    GivenToolResult(&'a Value),
    /// As it was given, or as it came.
    #[serde(untagged)]
    Given(&'a Value),
}

#[derive(Debug, Serialize)]
pub(super) struct Document<'a> {
    /// Letters, digits, single spaces, hyphens and brackets, and unlike all other names of the request.
    name: String,
    format: &'static str,
    source: Source<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolUse<'a> {
    tool_use_id: Cow<'a, str>,
    pub(super) name: &'a str,
    input: Input<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Input<'a> {
    /// An object, as the model wrote it.
    Raw(&'a RawValue),
    Nothing {},
    /// What is no object: Bedrock takes nothing else, and the result says what was wrong with it.
    Broken {
        arguments: &'a str,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolResult<'a> {
    tool_use_id: Cow<'a, str>,
    content: [ResultContent<'a>; 1],
    /// Not every model knows it, so it is sent for failures only.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
enum ResultContent<'a> {
    Json(&'a Value),
    Text(Cow<'a, str>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Thought<'a> {
    reasoning_text: ReasoningText<'a>,
}

#[derive(Debug, Serialize)]
struct ReasoningText<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct CachePoint {
    r#type: &'static str,
}

impl Default for CachePoint {
    fn default() -> Self {
        Self { r#type: "default" }
    }
}

impl<'a> Block<'a> {
    /// Text, where there is some: Bedrock refuses blocks of nothing.
    pub(super) fn text(text: &'a str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::Text(text.into()))
    }

    /// Media; `documents` counts those that have got a name.
    pub(super) fn media(part: &'a Part, documents: &mut u32) -> Result<Self, String> {
        use glassbox_core::Modality;
        let (modality, media) = Media::of(part)?;
        Ok(match modality {
            Modality::Audio => Self::Audio(media),
            Modality::Document => {
                *documents += 1;
                Self::Document(Document {
                    name: format!("Document {documents}"),
                    format: media.format,
                    source: media.source,
                })
            }
            Modality::Video => Self::Video(media),
            _ => Self::Image(media),
        })
    }

    /// What Bedrock issued, or what was made for it by [`block`].
    pub(super) fn given(opaque: &'a Opaque) -> Option<Self> {
        let data = opaque.of(PROVIDER)?;
        let is_block = data.as_object().is_some_and(|fields| fields.len() == 1);
        is_block.then_some(Self::Given(data))
    }

    /// Reasoning of Bedrock's own, where the model takes it back.
    pub(super) fn reasoning(reasoning: &'a Reasoning, family: Family) -> Option<Self> {
        let data = reasoning.opaque.as_ref()?.of(PROVIDER)?;
        let signature = data.get("signature").and_then(Value::as_str);
        let thought = Thought {
            reasoning_text: ReasoningText {
                text: &reasoning.content,
                signature,
            },
        };
        let taken = family.takes_reasoning(signature.is_some());
        taken.then_some(Self::ReasoningContent(thought))
    }

    pub(super) fn call(call: &'a ToolCall, family: Family) -> Self {
        let text = call.arguments.as_str();
        let input = match serde_json::from_str::<&RawValue>(text) {
            _ if call.arguments.is_blank() => Input::Nothing {},
            Ok(raw) if raw.get() == "null" => Input::Nothing {},
            Ok(raw) if raw.get().starts_with('{') => Input::Raw(raw),
            _ => Input::Broken { arguments: text },
        };
        Self::ToolUse(ToolUse {
            tool_use_id: id(&call.id, family),
            name: &call.name,
            input,
        })
    }

    pub(super) fn result(result: &'a ToolCallResponse, family: Family) -> Self {
        let content = match &result.response {
            // Bedrock takes objects alone for JSON.
            value @ Value::Object(_) => ResultContent::Json(value),
            _ => {
                let text = result.to_text();
                let nothing = text.trim().is_empty();
                // A block of nothing is refused.
                ResultContent::Text(if nothing { "(empty)".into() } else { text })
            }
        };
        Self::ToolResult(ToolResult {
            tool_use_id: id(&result.id, family),
            content: [content],
            status: result.is_error.then_some("error"),
        })
    }

    /// Whether the block has to do with tools, so that Bedrock wants to know them.
    pub(super) fn is_of_tools(&self) -> bool {
        match self {
            Self::ToolUse(_)
            | Self::ToolResult(_)
            | Self::GivenToolUse(_)
            | Self::GivenToolResult(_) => true,
            Self::Given(value) => {
                value.get("toolUse").is_some() || value.get("toolResult").is_some()
            }
            _ => false,
        }
    }
}

/// An id as Bedrock takes it: at most 64 letters, digits, `_` and `-`, and `.` and `:` where it is not Anthropic that
/// checks again. An id of another provider is rewritten, the same way in the call and in its result.
fn id(id: &str, family: Family) -> Cow<'_, str> {
    let is_fine = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || b"_-".contains(&byte)
            || (b".:".contains(&byte) && family != Family::Anthropic)
    };
    if !id.is_empty() && id.len() <= 64 && id.bytes().all(is_fine) {
        return Cow::Borrowed(id);
    }
    let start = id
        .bytes()
        .take(40)
        .map(|byte| if is_fine(byte) { char::from(byte) } else { '_' });
    // FNV-1a, so that ids that differ further on still differ.
    let hash = id.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    Cow::Owned(format!("{}_{hash:016x}", start.collect::<String>()))
}
