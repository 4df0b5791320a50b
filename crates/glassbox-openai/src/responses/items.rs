//! Items that are neither said nor called: what the provider did itself, and what it wants back.

use glassbox_core::{
    Blob, Compaction, Event, Modality, Opaque, Part, ServerToolCall, ServerToolCallResponse,
};
use glassbox_http::Events;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::wire::Item;

/// The name in an opaque part for an item that goes back as it came.
pub(super) const ITEM: &str = "item";

/// The name in an opaque part that says of the part before it that it goes back.
pub(super) const PRECEDING: &str = "preceding_item";

/// The name in an opaque part for the phase of a message.
pub(super) const PHASE: &str = "phase";

/// Fields of a function call that have a place of their own with us.
const KNOWN: [&str; 6] = ["type", "id", "status", "call_id", "name", "arguments"];

/// An item, without what is null: it says nothing, and hosts refuse to hear it back.
pub(super) fn fields(raw: &RawValue) -> Map<String, Value> {
    let mut fields: Map<String, Value> = serde_json::from_str(raw.get()).unwrap_or_default();
    fields.retain(|_, value| !value.is_null());
    fields
}

/// What is to be returned with a function call, beside what the call itself says.
pub(super) fn beside_call(provider: &'static str, raw: &RawValue) -> Option<Opaque> {
    let mut fields = fields(raw);
    let is_function = fields
        .get("type")
        .is_none_or(|kind| kind == "function_call");
    fields.retain(|name, _| !KNOWN.contains(&name.as_str()) && name != "input");
    if !is_function {
        fields.insert("type".to_owned(), json!("custom_tool_call"));
    }
    (!fields.is_empty()).then(|| Opaque::new(provider, json!({ ITEM: fields })))
}

/// Gives an item that is no message, no reasoning and no call for us.
pub(super) fn other(provider: &'static str, item: &Item<'_>, raw: &RawValue, events: &mut Events) {
    let fields = fields(raw);
    let kind = item.kind.as_str();
    let id = item.id.given().map(str::to_owned);
    let part = match kind {
        "compaction" | "compaction_summary" => {
            let mut compaction = Compaction::default();
            compaction.id = id;
            events.push(Event::part(0, Part::Compaction(compaction)));
            opaque(provider, json!({ ITEM: fields }))
        }
        _ if kind.ends_with("_output") => {
            let mut response = ServerToolCallResponse::new(fields);
            response.id = item.call_id.given().map(str::to_owned).or(id);
            Part::ServerToolCallResponse(response)
        }
        _ if kind.ends_with("_call") || kind.starts_with("mcp_") => {
            let name = item.name.given().unwrap_or_else(|| tool(kind));
            let mut call = ServerToolCall::new(name, fields);
            call.id = item.call_id.given().map(str::to_owned).or(id);
            Part::ServerToolCall(call)
        }
        // Of a kind that we do not know: it is not lost, and goes back.
        _ => opaque(provider, json!({ ITEM: fields })),
    };
    let is_tool = !matches!(part, Part::Opaque(_));
    events.push(Event::part(0, part));
    if is_tool {
        // The part itself cannot say whose it is.
        events.push(Event::part(0, opaque(provider, json!({ PRECEDING: true }))));
    }
    if let (Some(result), "image_generation_call") = (item.result.given(), kind) {
        let format = item.output_format.given().unwrap_or("png");
        let mut image = Blob::new(Modality::Image, format!("image/{format}"), "");
        image.content = result.into();
        events.push(Event::part(0, Part::Blob(image)));
    }
}

fn opaque(provider: &'static str, data: Value) -> Part {
    Part::Opaque(Opaque::new(provider, data))
}

/// The tool of an item: `web_search` of `web_search_call`.
fn tool(kind: &str) -> &str {
    kind.strip_suffix("_call").unwrap_or(kind)
}
