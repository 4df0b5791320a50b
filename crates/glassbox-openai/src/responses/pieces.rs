//! What an item says, given once: in pieces as they came, and the rest when it is complete.

use glassbox_core::{Event, Part, Refusal, Result};
use glassbox_http::Events;
use serde_json::Value;

use super::extra::Extra;
use super::open::{Call, Channel, Open};
use super::wire::{Contents, Item};
use crate::json::broken;

/// What kinds of thing the answer holds.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) text: bool,
    pub(super) refusal: bool,
}

/// Whether it is a call that we are to answer.
pub(super) fn is_call(item: &Item<'_>) -> bool {
    matches!(item.kind.as_str(), "function_call" | "custom_tool_call")
}

pub(super) fn arguments<'a>(item: &'a Item<'_>) -> &'a str {
    if item.kind.as_str() == "custom_tool_call" {
        item.input.as_str()
    } else {
        item.arguments.as_str()
    }
}

/// Gives a piece. Parts of reasoning are paragraphs.
pub(super) fn give(
    open: &mut Open,
    channel: Channel,
    part: Option<u64>,
    delta: &str,
    events: &mut Events,
) {
    let goes_on = open.has_given_anything();
    let is_first = open.give(channel, part);
    events.push(match channel {
        Channel::Text => Event::text(delta),
        _ if is_first && goes_on => Event::reasoning(0, format!("\n\n{delta}")),
        _ => Event::reasoning(0, delta),
    });
}

/// Gives what was not given of a message.
pub(super) fn message(
    open: &mut Open,
    item: &Item<'_>,
    said: &mut Said,
    extra: &mut Extra,
    events: &mut Events,
) {
    let mut refusal = String::new();
    for content in &item.content.0 {
        refusal.push_str(content.refusal.as_str());
        extra.of_part(content.annotations, content.logprobs);
    }
    said.text |= rest(open, Channel::Text, &item.content, events);
    if !refusal.is_empty() {
        said.refusal = true;
        events.push(Event::part(0, Part::Refusal(Refusal::new(refusal))));
    }
}

/// Gives the parts of which nothing was given; whether there are some.
pub(super) fn rest(
    open: &mut Open,
    channel: Channel,
    contents: &Contents<'_>,
    events: &mut Events,
) -> bool {
    let texts = contents.0.iter().filter_map(|content| content.text.given());
    let mut is_some = false;
    for text in texts.skip(open.given(channel)) {
        give(open, channel, None, text, events);
        is_some = true;
    }
    is_some
}

/// Gives the beginning of a call, once, and says its number.
pub(super) fn announce(
    open: &mut Open,
    item: &Item<'_>,
    calls: &mut u32,
    made_up: impl FnOnce() -> String,
    events: &mut Events,
) -> u32 {
    if let Some(call) = &open.call {
        return call.number;
    }
    let number = *calls;
    *calls += 1;
    let id = item.call_id.given().or_else(|| item.id.given());
    let id = id.map_or_else(made_up, str::to_owned);
    events.push(Event::tool_call(0, number, id, item.name.as_str()));
    open.call = Some(Call {
        number,
        arguments: String::new(),
    });
    number
}

/// Gives what is missing of a call's arguments, now that all of them are known.
pub(super) fn complete(call: &mut Call, all: &str, events: &mut Events) -> Result<()> {
    if let Some(rest) = all.strip_prefix(call.arguments.as_str()) {
        if !rest.is_empty() {
            call.arguments.push_str(rest);
            events.push(Event::arguments(0, call.number, rest));
        }
        return Ok(());
    }
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    let same = all.is_empty() || (value(all).is_some() && value(all) == value(&call.arguments));
    if same {
        return Ok(());
    }
    // What was given cannot be taken back, and a tool must not run with arguments that are not the model's.
    Err(broken(
        "the pieces of a tool call's arguments are not the arguments of the finished call",
    ))
}
