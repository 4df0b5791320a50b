//! The parts of a message in Google's form.

use glassbox_core::{Blob, File, Modality, Opaque, Part, Text, ToolCall, Uri};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::results::FunctionResponse;

/// A part, and where it stands among others.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    wire: Wire<'a>,
    order: usize,
}

/// What is set is sent.
#[derive(Debug, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_data: Option<InlineData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_data: Option<FileData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<FunctionCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_response: Option<FunctionResponse<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thought: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thought_signature: Option<&'a str>,
    /// A part as Google gave it: nothing else is set. Without the type that is ours.
    #[serde(skip)]
    verbatim: Option<&'a Map<String, Value>>,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct InlineData<'a> {
    mime_type: &'a str,
    data: &'a str,
}

#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct FileData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<&'a str>,
    #[serde(serialize_with = "file_uri")]
    file_uri: &'a str,
}

#[derive(Debug, serde::Serialize)]
struct FunctionCall<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    name: &'a str,
    #[serde(serialize_with = "args")]
    args: &'a str,
}

impl<'a> Wire<'a> {
    pub(super) fn text(text: &'a str) -> Self {
        Self {
            text: Some(text),
            ..Self::default()
        }
    }

    pub(super) fn result(result: FunctionResponse<'a>) -> Self {
        Self {
            function_response: Some(result),
            ..Self::default()
        }
    }

    fn verbatim(part: &'a Map<String, Value>) -> Self {
        Self {
            verbatim: Some(part),
            ..Self::default()
        }
    }
}

impl<'a> Piece<'a> {
    /// A part that stands behind all results.
    pub(super) fn new(wire: Wire<'a>) -> Self {
        Self {
            wire,
            order: usize::MAX,
        }
    }

    pub(super) fn with_order(mut self, order: usize) -> Self {
        self.order = order;
        self
    }

    pub(super) fn order(&self) -> usize {
        self.order
    }

    pub(super) fn is_result(&self) -> bool {
        self.wire.function_response.is_some()
    }

    pub(super) fn as_call(&mut self) -> Option<&mut Self> {
        self.wire.function_call.is_some().then_some(self)
    }

    pub(super) fn signature(&self) -> Option<&'a str> {
        self.wire.thought_signature
    }

    pub(super) fn sign(&mut self, signature: &'a str) {
        self.wire.thought_signature = Some(signature);
    }
}

impl Serialize for Piece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(part) = self.wire.verbatim else {
            return self.wire.serialize(serializer);
        };
        let fields = part.iter().filter(|(name, _)| *name != "type");
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A file of the Gemini API goes by its name everywhere but here.
fn file_uri<S: Serializer>(id: &str, serializer: S) -> Result<S::Ok, S::Error> {
    if id.starts_with("files/") {
        serializer.collect_str(&format_args!(
            "https://generativelanguage.googleapis.com/v1beta/{id}"
        ))
    } else {
        serializer.serialize_str(id)
    }
}

/// Arguments must be an object. A text that is none is shown to the model as it wrote it.
fn args<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) if raw.get().starts_with('{') => raw.serialize(serializer),
        Err(_) if !text.trim().is_empty() => {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry("arguments", text)?;
            map.end()
        }
        Ok(raw) if raw.get() != "null" => {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry("arguments", raw)?;
            map.end()
        }
        _ => serializer.serialize_map(Some(0))?.end(),
    }
}

/// The text of an instruction.
pub(super) fn instruction(part: &Part) -> Option<&str> {
    match part {
        Part::Text(text) => Some(&text.content),
        Part::Compaction(compaction) => compaction.content.as_deref(),
        _ => None,
    }
}

/// A part that the user said.
pub(super) fn asked<'a>(part: &'a Part, provider: &str) -> Option<Wire<'a>> {
    match part {
        Part::Blob(blob) => Some(inline(blob)),
        Part::Uri(uri) => Some(by_uri(uri)),
        Part::File(file) => Some(by_id(file)),
        Part::Refusal(refusal) => Some(Wire::text(&refusal.content)),
        Part::Opaque(opaque) => Some(Wire::verbatim(
            opaque.of(provider)?.get("part")?.as_object()?,
        )),
        part => instruction(part).map(Wire::text),
    }
}

/// What there is no place for in what is said to the model; `None` where there is one.
pub(super) fn refused(part: &Part, instructs: bool) -> Option<&'static str> {
    match part {
        Part::Blob(_) | Part::File(_) | Part::Uri(_) if instructs => Some("instructions but texts"),
        Part::Other(_) => Some("parts of other types"),
        _ => None,
    }
}

/// A part that the model said, as it said it. What another provider issued is left out.
pub(super) fn said<'a>(part: &'a Part, provider: &str, pieces: &mut Vec<Piece<'a>>) {
    match part {
        Part::Text(Text {
            content, opaque, ..
        }) => {
            prose(content, opaque.as_ref(), provider, None, pieces);
        }
        // Only what is signed is worth returning.
        Part::Reasoning(reasoning) => {
            let opaque = reasoning.opaque.as_ref();
            if opaque.is_some_and(|opaque| opaque.of(provider).is_some()) {
                prose(&reasoning.content, opaque, provider, Some(true), pieces);
            }
        }
        Part::ToolCall(call) => {
            let wire = Wire {
                function_call: Some(FunctionCall {
                    id: given_id(call, provider),
                    name: &call.name,
                    args: call.arguments.as_str(),
                }),
                thought_signature: call
                    .opaque
                    .as_ref()
                    .and_then(|own| signature(own, provider)),
                ..Wire::default()
            };
            pieces.push(Piece::new(wire));
        }
        Part::Opaque(opaque) => self::opaque(opaque, provider, pieces),
        Part::ServerToolCall(call) => server_side(&call.server_tool_call, pieces),
        Part::ServerToolCallResponse(response) => {
            server_side(&response.server_tool_call_response, pieces);
        }
        part => pieces.extend(asked(part, provider).map(Piece::new)),
    }
}

/// Text, or a thought. What stood before the part that was signed was a part of its own.
fn prose<'a>(
    content: &'a str,
    opaque: Option<&'a Opaque>,
    provider: &str,
    thought: Option<bool>,
    pieces: &mut Vec<Piece<'a>>,
) {
    let mut push = |text, thought_signature| {
        pieces.push(Piece::new(Wire {
            text: Some(text),
            thought,
            thought_signature,
            ..Wire::default()
        }));
    };
    let signature = opaque.and_then(|own| signature(own, provider));
    let from = opaque.and_then(|own| own.of(provider)?.get("from")?.as_u64());
    let from = from.and_then(|from| usize::try_from(from).ok());
    match from.and_then(|from| content.split_at_checked(from)) {
        Some((before, signed)) if signature.is_some() => {
            push(before, None);
            push(signed, signature);
        }
        _ => push(content, signature),
    }
}

/// A part that goes back as it came, or the signature of the part before it.
fn opaque<'a>(opaque: &'a Opaque, provider: &str, pieces: &mut Vec<Piece<'a>>) {
    if let Some(part) = opaque
        .of(provider)
        .and_then(|own| own.get("part")?.as_object())
    {
        pieces.push(Piece::new(Wire::verbatim(part)));
    } else if let Some(signature) = signature(opaque, provider) {
        let last = pieces.last_mut().filter(|piece| {
            let wire = &piece.wire;
            let data = wire.inline_data.is_some() || wire.file_data.is_some();
            data && wire.thought_signature.is_none()
        });
        match last {
            Some(piece) => piece.sign(signature),
            None => {
                let mut piece = Piece::new(Wire::text(""));
                piece.sign(signature);
                pieces.push(piece);
            }
        }
    }
}

/// A step of a tool of Google's. Those of other providers hold none of its fields.
fn server_side<'a>(fields: &'a Map<String, Value>, pieces: &mut Vec<Piece<'a>>) {
    const OURS: [&str; 4] = [
        "codeExecutionResult",
        "executableCode",
        "toolCall",
        "toolResponse",
    ];
    if OURS.iter().any(|name| fields.contains_key(*name)) {
        pieces.push(Piece::new(Wire::verbatim(fields)));
    }
}

fn signature<'a>(opaque: &'a Opaque, provider: &str) -> Option<&'a str> {
    opaque.of(provider)?.get("thoughtSignature")?.as_str()
}

/// The id of a call, where this provider gave it.
pub(super) fn given_id<'a>(call: &'a ToolCall, provider: &str) -> Option<&'a str> {
    call.opaque.as_ref()?.of(provider)?.get("id")?.as_str()
}

fn inline(blob: &Blob) -> Wire<'_> {
    Wire {
        inline_data: Some(InlineData {
            mime_type: blob.mime_type.as_deref().unwrap_or(usual(&blob.modality)),
            data: &blob.content,
        }),
        ..Wire::default()
    }
}

fn by_uri(uri: &Uri) -> Wire<'_> {
    let known = uri.mime_type.as_deref();
    Wire {
        file_data: Some(FileData {
            mime_type: known.or_else(|| guessed(&uri.uri, &uri.modality)),
            file_uri: &uri.uri,
        }),
        ..Wire::default()
    }
}

fn by_id(file: &File) -> Wire<'_> {
    Wire {
        file_data: Some(FileData {
            mime_type: file.mime_type.as_deref(),
            file_uri: &file.file_id,
        }),
        ..Wire::default()
    }
}

/// The usual media type of a kind of data.
fn usual(modality: &Modality) -> &'static str {
    match modality {
        Modality::Audio => "audio/wav",
        Modality::Document => "application/pdf",
        Modality::Image => "image/png",
        Modality::Video => "video/mp4",
        _ => "application/octet-stream",
    }
}

/// The media type that the end of a path names, or the usual one: Vertex AI asks for it.
fn guessed(uri: &str, modality: &Modality) -> Option<&'static str> {
    let path = uri.split(['?', '#']).next().unwrap_or_default();
    let (_, end) = path.rsplit_once('.').unwrap_or_default();
    Some(match end.to_ascii_lowercase().as_str() {
        "gif" => "image/gif",
        "jpeg" | "jpg" => "image/jpeg",
        "webp" => "image/webp",
        "flac" => "audio/flac",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "txt" => "text/plain",
        _ => usual(modality),
    })
}
