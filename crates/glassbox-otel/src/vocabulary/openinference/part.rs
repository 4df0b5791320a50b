//! Parts of messages.

use glassbox_semconv::openinference::{content_type, message_content, tool_call};
use serde_json::{Map, Value};

use super::list::{Field, field, made};

/// Where in a message a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Among the tool calls.
    Calls,
    /// Among the contents.
    Contents,
    /// The same, and where it is alone it may be the content itself.
    Text,
}

/// A part, ready to be written.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub(super) place: Place,
    pub(super) fields: Vec<Field<'a>>,
}

impl<'a> Piece<'a> {
    pub(super) fn text(text: impl Into<Value>) -> Self {
        Self {
            place: Place::Text,
            fields: vec![
                made(message_content::TYPE, content_type::TEXT),
                made(message_content::TEXT, text),
            ],
        }
    }

    /// The part of the conventions' JSON schema in OpenInference's form. What is a provider's alone is none.
    pub(super) fn of(part: &'a Value) -> Option<Self> {
        let (place, fields) = match part.get("type").and_then(Value::as_str)? {
            "opaque" => return None,
            "tool_call" => (Place::Calls, call(part, part.get("arguments"))),
            "server_tool_call" => (Place::Contents, server_call(part)),
            "text" | "refusal" => (Place::Text, spoken(content_type::TEXT, part)),
            "reasoning" => (Place::Contents, spoken(content_type::REASONING, part)),
            "blob" | "file" | "uri" => (Place::Contents, media(part)),
            // OpenInference allows types of anybody's own.
            _ => (Place::Contents, other(part)),
        };
        Some(Self { place, fields })
    }
}

fn spoken<'a>(kind: &'static str, part: &'a Value) -> Vec<Field<'a>> {
    let mut fields = vec![made(message_content::TYPE, kind)];
    fields.extend(
        part.get("content")
            .map(|text| field(message_content::TEXT, text)),
    );
    fields
}

fn call<'a>(part: &'a Value, arguments: Option<&'a Value>) -> Vec<Field<'a>> {
    let mut fields = Vec::with_capacity(3);
    fields.extend(part.get("id").map(|id| field(tool_call::ID, id)));
    let name = part.get("name");
    fields.extend(name.map(|name| field(tool_call::FUNCTION_NAME, name)));
    // A call without arguments is one with none.
    fields.push(match arguments {
        Some(arguments) => field(tool_call::FUNCTION_ARGUMENTS, arguments),
        None => made(tool_call::FUNCTION_ARGUMENTS, Map::new()),
    });
    fields
}

fn server_call(part: &Value) -> Vec<Field<'_>> {
    let mut fields = vec![made(message_content::TYPE, content_type::TOOL_USE)];
    fields.extend(call(part, part.get("server_tool_call")));
    fields
}

/// Media by their address. Of what is in the message itself only the digest is recorded, and stands for it.
fn media(part: &Value) -> Vec<Field<'_>> {
    let modality = part.get("modality").and_then(Value::as_str);
    let (kind, url) = match modality {
        Some("audio") => (content_type::AUDIO, message_content::AUDIO_URL),
        Some("document") => (content_type::DOCUMENT, message_content::DOCUMENT_URL),
        Some("image") => (content_type::IMAGE, message_content::IMAGE_URL),
        Some("video") => (content_type::VIDEO, message_content::VIDEO_URL),
        _ => return other(part),
    };
    let mut fields = vec![made(message_content::TYPE, kind)];
    let at = part.get("uri").or_else(|| part.get("digest"));
    fields.extend(at.map(|at| field(url, at)));
    let id = part.get("file_id");
    fields.extend(id.map(|id| field(message_content::ID, id)));
    fields
}

/// The part as JSON.
fn other(part: &Value) -> Vec<Field<'_>> {
    let mut fields = Vec::with_capacity(2);
    let kind = part.get("type");
    fields.extend(kind.map(|kind| field(message_content::TYPE, kind)));
    fields.push(field(message_content::TEXT, part));
    // JSON, even where the part has a text: a bare text would pass for somebody's words.
    fields
}
