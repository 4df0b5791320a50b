//! `reasoning_details`: reasoning in the form that has to be returned, as OpenRouter gives it.

use glassbox_core::{Event, Opaque};
use glassbox_http::Events;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::calls::Context;
use super::choice::Extent;

/// The details of one stretch of reasoning. They go back unchanged and in order.
#[derive(Debug, Default)]
pub(super) struct Details(Vec<Map<String, Value>>);

/// The fields that arrive in pieces.
const PIECED: [&str; 2] = ["text", "summary"];

impl Details {
    /// The readable text, where the host gives it nowhere else.
    pub(super) fn text(raw: &RawValue) -> String {
        let entries = parse(raw);
        let fields = entries.iter().flat_map(|entry| {
            PIECED
                .iter()
                .filter_map(|field| entry.get(*field)?.as_str())
        });
        fields.collect()
    }

    pub(super) fn push(&mut self, raw: &RawValue, extent: Extent) {
        for entry in parse(raw) {
            match self.0.last_mut() {
                Some(last) if extent == Extent::Piece && continues(last, &entry) => {
                    join(last, entry);
                }
                _ => self.0.push(entry),
            }
        }
    }

    /// Gives what has gathered, to be kept with the part that has just ended.
    pub(super) fn flush(&mut self, context: &Context<'_>, events: &mut Events) {
        if !self.0.is_empty() {
            let data = json!({ "reasoning_details": std::mem::take(&mut self.0) });
            let opaque = Opaque::new(context.provider, data);
            events.push(Event::opaque(context.choice, None, opaque));
        }
    }
}

fn parse(raw: &RawValue) -> Vec<Map<String, Value>> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// Whether `entry` is a further piece of `last`: a text or a summary of the same number, not of another id.
fn continues(last: &Map<String, Value>, entry: &Map<String, Value>) -> bool {
    let same = |field| last.get(field) == entry.get(field);
    let no_other = |field| match (last.get(field), entry.get(field)) {
        (Some(Value::Null), _) | (_, Some(Value::Null)) => true,
        (Some(last), Some(entry)) => last == entry,
        _ => true,
    };
    let pieced = matches!(
        entry.get("type").and_then(Value::as_str),
        Some("reasoning.text" | "reasoning.summary")
    );
    pieced && same("type") && same("index") && no_other("id")
}

fn join(last: &mut Map<String, Value>, entry: Map<String, Value>) {
    for (field, value) in entry {
        match (last.get_mut(&field), value) {
            (_, Value::Null) => {}
            (Some(Value::String(text)), Value::String(piece))
                if PIECED.contains(&field.as_str()) =>
            {
                text.push_str(&piece);
            }
            (_, value) => {
                last.insert(field, value);
            }
        }
    }
}
