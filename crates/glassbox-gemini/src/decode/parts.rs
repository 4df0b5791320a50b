//! Parts that arrive whole.

use glassbox_core::{Blob, Modality, Part, ServerToolCall, ServerToolCallResponse, Uri};
use serde_json::{Map, Value};

use super::parse_object;
use crate::wire;
use glassbox_http::lenient::Word;

/// The part in our words; `None` for one of a kind that we do not know.
pub(super) fn whole(part: &wire::Part<'_>, raw: &str) -> Option<Part> {
    if let Some(data) = &part.inline_data.0 {
        let mime_type = data.mime_type.given().map(str::to_owned);
        let mut blob = Blob::new(modality(mime_type.as_deref()), "", "");
        blob.mime_type = mime_type;
        blob.content = data.data.as_str().into();
        return Some(Part::Blob(blob));
    }
    if let Some(file) = &part.file_data.0 {
        let mime_type = file.mime_type.given().map(str::to_owned);
        let mut uri = Uri::new(modality(mime_type.as_deref()), file.file_uri.as_str());
        uri.mime_type = mime_type;
        return Some(Part::Uri(uri));
    }
    if let Some(code) = &part.executable_code.0 {
        return call("code_execution", "code_execution", &code.id, raw);
    }
    if let Some(result) = &part.code_execution_result.0 {
        return response("code_execution", &result.id, raw);
    }
    if let Some(call) = &part.tool_call.0 {
        let kind = kind(&call.tool_type);
        return self::call(&kind, &kind, &call.id, raw);
    }
    let response = part.tool_response.0.as_ref()?;
    self::response(&kind(&response.tool_type), &response.id, raw)
}

/// A tool of Google's, in small letters: `google_search_web`.
fn kind(tool_type: &Word<'_>) -> String {
    tool_type.given().unwrap_or("tool").to_ascii_lowercase()
}

/// The part itself is kept beside its type, signature included, so that it can go back as it came.
fn call(name: &str, kind: &str, id: &Word<'_>, raw: &str) -> Option<Part> {
    let mut call = ServerToolCall::new(name, fields(kind, raw)?);
    call.id = id.given().map(str::to_owned);
    Some(Part::ServerToolCall(call))
}

fn response(kind: &str, id: &Word<'_>, raw: &str) -> Option<Part> {
    let mut response = ServerToolCallResponse::new(fields(kind, raw)?);
    response.id = id.given().map(str::to_owned);
    Some(Part::ServerToolCallResponse(response))
}

fn fields(kind: &str, raw: &str) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    fields.insert("type".to_owned(), kind.into());
    fields.extend(parse_object::<Map<String, Value>>(raw)?);
    Some(fields)
}

fn modality(mime_type: Option<&str>) -> Modality {
    let kind = mime_type.and_then(|mime_type| mime_type.split('/').next());
    match kind {
        Some("audio") => Modality::Audio,
        Some("image") => Modality::Image,
        Some("video") => Modality::Video,
        _ => Modality::Document,
    }
}
