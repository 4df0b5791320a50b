//! Parts as blocks.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use glassbox_core::{
    Blob, File, Modality, Opaque, Part, Reasoning, Text, ToolCall, ToolCallResponse, Uri,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::PROVIDER;
use crate::decode::{is_server_call, is_server_result};

/// A block that is written from what it borrows.
#[derive(Debug)]
pub(super) enum Block<'a> {
    Document(Source<'a>),
    Image(Source<'a>),
    Text {
        text: &'a str,
        /// What else the block holds: citations, a mark for the cache.
        more: Option<&'a Map<String, Value>>,
    },
    Thinking {
        thinking: &'a str,
        signature: &'a Value,
    },
    ToolResult(&'a ToolCallResponse),
    ToolUse(&'a ToolCall),
    /// A block of the provider's own, as it was.
    Verbatim(&'a Map<String, Value>),
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Source<'a> {
    Base64 {
        media_type: Cow<'a, str>,
        data: &'a str,
    },
    File {
        file_id: &'a str,
    },
    Text {
        media_type: &'static str,
        data: String,
    },
    Url {
        url: &'a str,
    },
}

impl<'a> Block<'a> {
    /// A part of the instructions.
    pub(super) fn of_instruction(part: &'a Part) -> Option<Self> {
        match part {
            Part::Text(_) | Part::Opaque(_) => Self::common(part),
            _ => None,
        }
    }

    /// A part of what the user or a tool says.
    pub(super) fn of_user(part: &'a Part) -> Option<Self> {
        match part {
            Part::Blob(blob) if is_known(&blob.modality) => Some(Self::of_blob(blob)),
            Part::Uri(uri) if is_known(&uri.modality) => Some(Self::of_uri(uri)),
            Part::File(file) if is_known(&file.modality) => Some(Self::of_file(file)),
            Part::ToolCallResponse(result) => Some(Self::ToolResult(result)),
            _ => Self::common(part),
        }
    }

    /// A part of what the model said.
    pub(super) fn of_assistant(part: &'a Part) -> Option<Self> {
        match part {
            Part::Reasoning(reasoning) => Self::of_reasoning(reasoning),
            Part::ToolCall(call) => Some(Self::ToolUse(call)),
            Part::ServerToolCall(call) => verbatim(&call.server_tool_call)
                .filter(|(kind, _)| is_server_call(kind))
                .map(|(_, block)| Self::Verbatim(block)),
            Part::ServerToolCallResponse(result) => verbatim(&result.server_tool_call_response)
                .filter(|(kind, _)| is_server_result(kind))
                .map(|(_, block)| Self::Verbatim(block)),
            _ => Self::common(part),
        }
    }

    /// A part that anybody may say.
    fn common(part: &'a Part) -> Option<Self> {
        let plain =
            |text: &'a str| (!text.trim().is_empty()).then_some(Self::Text { text, more: None });
        match part {
            // A text of white space is refused.
            Part::Text(text) if text.content.trim().is_empty() => None,
            Part::Text(text) => Some(Self::of_text(text)),
            Part::Refusal(refusal) => plain(&refusal.content),
            Part::Compaction(compaction) => plain(compaction.content.as_deref()?),
            Part::Opaque(opaque) => {
                let (_, block) = verbatim(fields(opaque)?)?;
                Some(Self::Verbatim(block))
            }
            _ => None,
        }
    }

    fn of_text(text: &'a Text) -> Self {
        Self::Text {
            text: &text.content,
            more: text.opaque.as_ref().and_then(fields),
        }
    }

    /// A thought goes back with the signature that it came with. Without one of this provider's it is worth nothing.
    fn of_reasoning(reasoning: &'a Reasoning) -> Option<Self> {
        let signature = fields(reasoning.opaque.as_ref()?)?.get("signature")?;
        Some(Self::Thinking {
            thinking: &reasoning.content,
            signature,
        })
    }

    fn of_blob(blob: &'a Blob) -> Self {
        let mime_type = blob.mime_type.as_deref();
        if blob.modality == Modality::Image {
            return Self::Image(Source::Base64 {
                media_type: mime_type.unwrap_or("image/png").into(),
                data: &blob.content,
            });
        }
        let mime_type = mime_type.unwrap_or("application/pdf");
        Self::Document(match text_of(blob, mime_type) {
            Some(data) => Source::Text {
                media_type: "text/plain",
                data,
            },
            None => Source::Base64 {
                media_type: mime_type.into(),
                data: &blob.content,
            },
        })
    }

    fn of_uri(uri: &'a Uri) -> Self {
        let data = uri.uri.strip_prefix("data:");
        let source = match data.and_then(|data| data.split_once(";base64,")) {
            Some((media_type, data)) => Source::Base64 {
                media_type: media_type.into(),
                data,
            },
            None => Source::Url { url: &uri.uri },
        };
        Self::with_source(&uri.modality, source)
    }

    fn of_file(file: &'a File) -> Self {
        let source = Source::File {
            file_id: &file.file_id,
        };
        Self::with_source(&file.modality, source)
    }

    fn with_source(modality: &Modality, source: Source<'a>) -> Self {
        match modality {
            Modality::Image => Self::Image(source),
            _ => Self::Document(source),
        }
    }

    pub(super) fn is_result(&self) -> bool {
        match self {
            Self::ToolResult(_) => true,
            Self::Verbatim(block) => block.get("type").is_some_and(|kind| kind == "tool_result"),
            _ => false,
        }
    }

    pub(super) fn is_file(&self) -> bool {
        matches!(
            self,
            Self::Document(Source::File { .. }) | Self::Image(Source::File { .. })
        )
    }

    /// The text, where that is all there is.
    pub(super) fn plain(&self) -> Option<&'a str> {
        match self {
            Self::Text { text, more } => {
                let only_type = |more: &Map<String, Value>| more.keys().all(|key| key == "type");
                more.is_none_or(only_type).then_some(*text)
            }
            _ => None,
        }
    }
}

impl Serialize for Block<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Document(source) => {
                map.serialize_entry("type", "document")?;
                map.serialize_entry("source", source)?;
            }
            Self::Image(source) => {
                map.serialize_entry("type", "image")?;
                map.serialize_entry("source", source)?;
            }
            Self::Text { text, more } => {
                map.serialize_entry("type", "text")?;
                map.serialize_entry("text", text)?;
                add(&mut map, *more, &["type", "text"])?;
            }
            Self::Thinking {
                thinking,
                signature,
            } => {
                map.serialize_entry("type", "thinking")?;
                map.serialize_entry("thinking", thinking)?;
                map.serialize_entry("signature", signature)?;
            }
            Self::ToolResult(result) => {
                map.serialize_entry("type", "tool_result")?;
                map.serialize_entry("tool_use_id", &id(&result.id, &result.name))?;
                let text = result.to_text();
                if !text.trim().is_empty() {
                    map.serialize_entry("content", &text)?;
                }
                if result.is_error {
                    map.serialize_entry("is_error", &true)?;
                }
            }
            Self::ToolUse(call) => {
                map.serialize_entry("type", "tool_use")?;
                map.serialize_entry("id", &id(&call.id, &call.name))?;
                map.serialize_entry("name", &call.name)?;
                map.serialize_entry("input", &Input(call.arguments.as_str()))?;
                let more = call.opaque.as_ref().and_then(fields);
                add(&mut map, more, &["type", "id", "name", "input"])?;
            }
            Self::Verbatim(block) => {
                for (name, value) in *block {
                    map.serialize_entry(name, value)?;
                }
            }
        }
        map.end()
    }
}

/// Adds what a part brought along, but for what stands there already.
fn add<M: SerializeMap>(
    map: &mut M,
    more: Option<&Map<String, Value>>,
    known: &[&str],
) -> Result<(), M::Error> {
    for (name, value) in more.into_iter().flatten() {
        if !known.contains(&name.as_str()) {
            map.serialize_entry(name, value)?;
        }
    }
    Ok(())
}

/// The arguments of a call. They have to be an object, so what the model wrote instead of one goes into one.
struct Input<'a>(&'a str);

impl Serialize for Input<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.trim();
        if text.is_empty() {
            return serializer.serialize_map(Some(0))?.end();
        }
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) if text.starts_with('{') => raw.serialize(serializer),
            _ => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("invalid_json", self.0)?;
                map.end()
            }
        }
    }
}

/// The id of a call in the characters that are allowed, `[a-zA-Z0-9_-]`. Others, which another provider has used, are
/// written as their numbers, so a call and its result still bear one id. A call without an id goes by its name.
fn id<'a>(id: &'a str, name: &str) -> Cow<'a, str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !id.is_empty() && id.bytes().all(allowed) {
        return Cow::Borrowed(id);
    }
    let given = if id.is_empty() {
        Cow::Owned(format!("call_{name}"))
    } else {
        Cow::Borrowed(id)
    };
    let mut clean = String::with_capacity(given.len() + 8);
    for byte in given.bytes() {
        if allowed(byte) {
            clean.push(char::from(byte));
        } else {
            clean.push_str(&format!("_{byte:02x}"));
        }
    }
    Cow::Owned(clean)
}

/// Whether there are blocks for data of this kind.
fn is_known(modality: &Modality) -> bool {
    matches!(modality, Modality::Image | Modality::Document)
}

/// What this provider attached.
fn fields(opaque: &Opaque) -> Option<&Map<String, Value>> {
    opaque.of(PROVIDER)?.as_object()
}

/// A block, with its type.
fn verbatim(block: &Map<String, Value>) -> Option<(&str, &Map<String, Value>)> {
    Some((block.get("type")?.as_str()?, block))
}

/// The text of a document that is one: only PDF is taken in base64.
fn text_of(blob: &Blob, mime_type: &str) -> Option<String> {
    let kind = mime_type.split(';').next().unwrap_or_default().trim();
    let is_text = kind.starts_with("text/")
        || matches!(
            kind,
            "application/json" | "application/xml" | "application/yaml"
        );
    if !is_text {
        return None;
    }
    String::from_utf8(STANDARD.decode(&*blob.content).ok()?).ok()
}
