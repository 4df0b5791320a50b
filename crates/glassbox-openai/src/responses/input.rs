//! The conversation as the items of a request.

use std::borrow::Cow;
use std::collections::BTreeMap;

use glassbox_core::{Message, Opaque, Part, Request, Role, ToolCall, ToolCallResponse};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::items::{ITEM, PHASE, PRECEDING};
use super::parts::{Parts, is_inside};
use crate::chat::messages::begins_with_error;
use crate::dialect::Dialect;

/// The instructions at the beginning, and everything else.
#[derive(Debug)]
pub(super) struct Conversation<'a> {
    pub(super) instructions: Option<Cow<'a, str>>,
    pub(super) items: Vec<Item<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Item<'a> {
    Call(Call<'a>),
    Output(Output<'a>),
    Said(Said<'a>),
    Spoken(Spoken<'a>),
    /// As the provider, or the user, gave it.
    Verbatim(&'a Map<String, Value>),
}

/// What somebody says to the model.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "message")]
pub(super) struct Said<'a> {
    role: &'a str,
    content: Parts<'a>,
}

/// What the model said.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "message")]
pub(super) struct Spoken<'a> {
    role: &'static str,
    content: Vec<OutputPart<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum OutputPart<'a> {
    OutputText { text: &'a str },
    Refusal { refusal: &'a str },
}

/// What the model called.
#[derive(Debug)]
pub(super) struct Call<'a> {
    call: &'a ToolCall,
    id: Cow<'a, str>,
    /// What belongs to it beside that.
    beside: Option<&'a Map<String, Value>>,
}

#[derive(Debug)]
pub(super) struct Output<'a> {
    result: &'a ToolCallResponse,
    id: Cow<'a, str>,
    is_custom: bool,
}

/// What is to be sent back in which form.
pub(super) struct Rules<'a> {
    pub(super) dialect: &'a Dialect,
    /// Whether the provider keeps what it gave, so that an id is enough.
    pub(super) is_stored: bool,
    /// Whether the instructions have a field of their own.
    pub(super) has_instructions: bool,
}

/// Calls by their ids: how many there were with this id, and whether the last was one of a custom tool.
type Ids<'a> = BTreeMap<&'a str, (u32, bool)>;

impl<'a> Conversation<'a> {
    pub(super) fn new(request: &'a Request, rules: &Rules<'_>) -> Self {
        let leading = request
            .messages
            .iter()
            .take_while(|message| is_plain(message));
        let mut leading = leading.count();
        if leading == request.messages.len() || !rules.has_instructions {
            // Something has to be said.
            leading = 0;
        }
        let texts = request.messages.iter().take(leading);
        let instructions = joined(texts.flat_map(|message| &message.parts));
        let mut items = Vec::with_capacity(request.messages.len());
        let mut ids = Ids::new();
        for message in request.messages.iter().skip(leading) {
            if message.role == Role::Assistant {
                spoken(message, rules, &mut ids, &mut items);
            } else {
                said(message, rules, &ids, &mut items);
            }
        }
        Self {
            instructions,
            items,
        }
    }
}

/// Whether the message is instructions and nothing but text.
fn is_plain(message: &Message) -> bool {
    message.role == Role::System && message.parts.iter().all(|part| part.as_text().is_some())
}

/// The texts, as paragraphs.
fn joined<'a>(parts: impl Iterator<Item = &'a Part>) -> Option<Cow<'a, str>> {
    let mut texts = parts.filter_map(Part::as_text);
    let mut whole = Cow::Borrowed(texts.next()?);
    for text in texts {
        let whole = whole.to_mut();
        whole.push_str("\n\n");
        whole.push_str(text);
    }
    Some(whole)
}

/// The items of a message that the model did not write: results first, then what is said, then the rest.
fn said<'a>(message: &'a Message, rules: &Rules<'_>, ids: &Ids<'a>, items: &mut Vec<Item<'a>>) {
    let before = items.len();
    let mut others = Vec::new();
    for part in &message.parts {
        match part {
            Part::ToolCallResponse(result) => {
                let (count, is_custom) = ids.get(&*result.id).copied().unwrap_or_default();
                items.push(Item::Output(Output {
                    result,
                    id: numbered(&result.id, count),
                    is_custom,
                }));
            }
            Part::Other(other) if !is_inside(other) => others.push(Item::Verbatim(other)),
            _ => {}
        }
    }
    let beside = items.len() - before + others.len();
    if beside == 0 || beside < message.parts.len() {
        items.push(Item::Said(Said {
            role: match &message.role {
                Role::System => "system",
                Role::Other(role) if role == "developer" && !rules.dialect.developer_role => {
                    "system"
                }
                Role::Other(role) => role,
                _ => "user",
            },
            content: Parts {
                parts: &message.parts,
                media: rules.dialect.responses.media,
            },
        }));
    }
    items.append(&mut others);
}

/// The items of a message that the model wrote, in their order.
fn spoken<'a>(
    message: &'a Message,
    rules: &Rules<'_>,
    ids: &mut Ids<'a>,
    items: &mut Vec<Item<'a>>,
) {
    let provider = rules.dialect.provider;
    let first = items.len();
    for (at, part) in message.parts.iter().enumerate() {
        match part {
            Part::Text(text) => {
                let data = text.opaque.as_ref().and_then(|opaque| opaque.of(provider));
                let phase = data.and_then(|data| data.get(PHASE)?.as_str());
                let text = &text.content;
                speak(OutputPart::OutputText { text }, phase, first, items);
            }
            Part::Refusal(refusal) => {
                let refusal = &refusal.content;
                speak(OutputPart::Refusal { refusal }, None, first, items);
            }
            Part::Reasoning(reasoning) => {
                items.extend(
                    reasoning
                        .opaque
                        .as_ref()
                        .and_then(|opaque| returned(opaque, rules)),
                );
            }
            Part::Opaque(opaque) => items.extend(returned(opaque, rules)),
            Part::ToolCall(call) => items.push(Item::Call(called(call, provider, ids))),
            Part::ServerToolCall(call) if goes_back(message, at, provider) => {
                items.push(Item::Verbatim(&call.server_tool_call));
            }
            Part::ServerToolCallResponse(response) if goes_back(message, at, provider) => {
                items.push(Item::Verbatim(&response.server_tool_call_response));
            }
            _ => {}
        }
    }
    // Reasoning without the item that it led to is refused.
    while items.len() > first && items.last().is_some_and(is_reasoning) {
        items.pop();
    }
}

/// Adds to the message that is being said, or begins a new one.
fn speak<'a>(
    part: OutputPart<'a>,
    phase: Option<&'a str>,
    first: usize,
    items: &mut Vec<Item<'a>>,
) {
    match items[first..].last_mut() {
        Some(Item::Spoken(spoken)) if spoken.phase == phase => spoken.content.push(part),
        _ => items.push(Item::Spoken(Spoken {
            role: "assistant",
            content: vec![part],
            phase,
        })),
    }
}

/// An item that this provider wants back, where it can do something with it.
fn returned<'a>(opaque: &'a Opaque, rules: &Rules<'_>) -> Option<Item<'a>> {
    let item = opaque.of(rules.dialect.provider)?.get(ITEM)?.as_object()?;
    let holds = |field: &str| match item.get(field) {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        _ => false,
    };
    let is_bare = item.get("type").is_some_and(|kind| kind == "reasoning")
        && !holds("encrypted_content")
        && !holds("content");
    // An id says nothing to a provider that has kept nothing.
    (!is_bare || rules.is_stored).then_some(Item::Verbatim(item))
}

fn is_reasoning(item: &Item<'_>) -> bool {
    match item {
        Item::Verbatim(fields) => fields.get("type").is_some_and(|kind| kind == "reasoning"),
        _ => false,
    }
}

/// Whether what the provider's own tool did is this provider's.
fn goes_back(message: &Message, at: usize, provider: &str) -> bool {
    let Some(Part::Opaque(opaque)) = message.parts.get(at + 1) else {
        return false;
    };
    let data = opaque.of(provider);
    data.is_some_and(|data| data.get(PRECEDING).is_some())
}

fn called<'a>(call: &'a ToolCall, provider: &str, ids: &mut Ids<'a>) -> Call<'a> {
    let data = call.opaque.as_ref().and_then(|opaque| opaque.of(provider));
    let beside = data.and_then(|data| data.get(ITEM)?.as_object());
    let (count, is_custom) = ids.entry(&call.id).or_default();
    *count += 1;
    *is_custom = beside.is_some_and(|fields| fields.contains_key("type"));
    Call {
        call,
        id: numbered(&call.id, *count),
        beside,
    }
}

/// An id that is unique in the conversation: some hosts begin to count anew with every response.
fn numbered(id: &str, count: u32) -> Cow<'_, str> {
    if count > 1 {
        Cow::Owned(format!("{id}_{count}"))
    } else {
        Cow::Borrowed(id)
    }
}

impl Serialize for Call<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            r#type: Option<&'static str>,
            call_id: &'a str,
            name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            arguments: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            input: Option<&'a str>,
            #[serde(flatten, skip_serializing_if = "Option::is_none")]
            beside: Option<&'a Map<String, Value>>,
        }
        let is_custom = self
            .beside
            .is_some_and(|fields| fields.contains_key("type"));
        let arguments = self.call.arguments.as_str();
        Fields {
            r#type: (!is_custom).then_some("function_call"),
            call_id: &self.id,
            name: &self.call.name,
            // Hosts parse what they get back, and nothing is not JSON.
            arguments: (!is_custom).then_some(if self.call.arguments.is_blank() {
                "{}"
            } else {
                arguments
            }),
            input: is_custom.then_some(arguments),
            beside: self.beside,
        }
        .serialize(serializer)
    }
}

impl Serialize for Output<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            r#type: &'static str,
            call_id: &'a str,
            output: Content<'a>,
        }
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Content<'a> {
            Parts(&'a Value),
            Text(Cow<'a, str>),
        }
        let text = || {
            let text = self.result.to_text();
            // The format has no place for a failure, so the text has to say it.
            if self.result.is_error && !begins_with_error(&text) {
                Cow::Owned(format!("Error: {text}"))
            } else {
                text
            }
        };
        Fields {
            r#type: if self.is_custom {
                "custom_tool_call_output"
            } else {
                "function_call_output"
            },
            call_id: &self.id,
            output: if are_parts(&self.result.response) {
                Content::Parts(&self.result.response)
            } else {
                Content::Text(text())
            },
        }
        .serialize(serializer)
    }
}

/// Whether the result of a tool is a list of what Responses takes in the place of a text: `input_image` and so on.
fn are_parts(response: &Value) -> bool {
    let is_part = |part: &Value| part.as_object().is_some_and(is_inside);
    response
        .as_array()
        .is_some_and(|parts| !parts.is_empty() && parts.iter().all(is_part))
}
