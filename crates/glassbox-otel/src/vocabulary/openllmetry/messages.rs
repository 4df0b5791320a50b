//! Messages, answers and tools on offer, flattened into indexed attributes. Of these there are never more than 50,
//! however long the conversation.
//!
//! The first message and the newest are flattened, and where some in between are left out, one of the role `omitted`
//! says how many. So the indices run from 0 without a gap: what reads these names counts up until one is missing.

use std::borrow::Cow;

use glassbox_semconv::openllmetry::element::{function, message, tool_call};
use glassbox_semconv::openllmetry::{
    GEN_AI_COMPLETION_PREFIX, GEN_AI_PROMPT_PREFIX, LLM_REQUEST_FUNCTIONS_PREFIX,
};
use opentelemetry::KeyValue;
use serde_json::Value;

use crate::content::Contents;
use crate::vocabulary::Cutter;
use crate::vocabulary::attributes::Attributes;

const PROMPTS: usize = 30;
const COMPLETIONS: usize = 12;
const FUNCTIONS: usize = 8;
/// Of one message. The first, the newest and what stands between them fit into the budget whatever is in them.
const TOOL_CALLS: usize = 3;
/// Attributes of what stands for messages that were left out.
const MARKER: usize = 2;

/// What was sent: the instructions, where they stand apart, and the conversation.
pub(super) fn prompts(contents: &Contents, cut: &mut Cutter<'_>, out: &mut Attributes) {
    let system = Value::from("system");
    let mut entries = Vec::new();
    if let Some(Value::Array(parts)) = &contents.instructions {
        entries.push(Entry::of(Some(&system), parts.iter().collect()));
    }
    for message in list(contents.input.as_ref()) {
        Entry::read(message, &mut entries);
    }
    within(&entries, PROMPTS, GEN_AI_PROMPT_PREFIX, cut, out);
}

/// Texts that are nobody's: what is to be embedded.
pub(super) fn texts(texts: &Value, cut: &mut Cutter<'_>, out: &mut Attributes) {
    let entries: Vec<Entry<'_>> = list(Some(texts)).iter().map(Entry::text).collect();
    within(&entries, PROMPTS, GEN_AI_PROMPT_PREFIX, cut, out);
}

/// What came back: the answers, as many as fit.
pub(super) fn completions(contents: &Contents, cut: &mut Cutter<'_>, out: &mut Attributes) {
    let known = out.len();
    for (index, answer) in list(contents.output.as_ref()).iter().enumerate() {
        let mut entry = Entry::of(answer.get("role"), parts(answer).collect());
        entry.finish_reason = answer.get("finish_reason");
        if let Some(refusal) = parts(answer).find(|part| is(part, "refusal")) {
            entry.refusal = refusal.get("content");
            entry.content = None;
        }
        if out.len() - known + entry.size() > COMPLETIONS {
            break;
        }
        entry.write(GEN_AI_COMPLETION_PREFIX, index, cut, out);
    }
}

/// The tools on offer, as many as fit.
pub(super) fn functions(contents: &Contents, cut: &mut Cutter<'_>, out: &mut Attributes) {
    let known = out.len();
    for (index, tool) in list(contents.tools.as_ref()).iter().enumerate() {
        let members = [
            (function::NAME, tool.get("name")),
            (function::DESCRIPTION, tool.get("description")),
            (function::PARAMETERS, tool.get("parameters")),
        ];
        let there = members.iter().filter(|(_, value)| value.is_some()).count();
        if out.len() - known + there > FUNCTIONS {
            break;
        }
        for (member, value) in members {
            let Some(value) = value else { continue };
            let text = cut.text(LLM_REQUEST_FUNCTIONS_PREFIX, value);
            let key = format!("{LLM_REQUEST_FUNCTIONS_PREFIX}{index}.{member}");
            out.push(KeyValue::new(key, text));
        }
    }
}

/// What the user said last.
pub(super) fn last_of_user(input: &Value) -> Option<Cow<'_, Value>> {
    let mut messages = list(Some(input)).iter().rev();
    let asked = messages.find(|message| message.get("role").is_some_and(|role| role == "user"));
    Entry::of(None, parts(asked?).collect()).content
}

/// What the first message says.
pub(super) fn first(messages: &Value) -> Option<Cow<'_, Value>> {
    let first = list(Some(messages)).first()?;
    Entry::of(None, parts(first).collect()).content
}

/// A message as it is flattened.
#[derive(Debug)]
struct Entry<'a> {
    role: Option<&'a Value>,
    content: Option<Cow<'a, Value>>,
    /// The words with which the model declined, which then stand instead of the content.
    refusal: Option<&'a Value>,
    tool_call_id: Option<&'a Value>,
    tool_calls: Vec<&'a Value>,
    finish_reason: Option<&'a Value>,
}

impl<'a> Entry<'a> {
    fn of(role: Option<&'a Value>, parts: Vec<&'a Value>) -> Self {
        let (calls, rest): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|part| is(part, "tool_call"));
        Self {
            role,
            content: content(&rest),
            refusal: None,
            tool_call_id: None,
            tool_calls: calls.into_iter().take(TOOL_CALLS).collect(),
            finish_reason: None,
        }
    }

    fn text(text: &'a Value) -> Self {
        let mut entry = Self::of(None, Vec::new());
        entry.content = Some(Cow::Borrowed(text));
        entry
    }

    /// The entries of a message: each result of a tool is one of its own, because a message has one `tool_call_id`.
    fn read(message: &'a Value, entries: &mut Vec<Self>) {
        let role = message.get("role");
        let (results, rest): (Vec<_>, Vec<_>) =
            parts(message).partition(|part| is(part, "tool_call_response"));
        if results.is_empty() || !rest.is_empty() {
            entries.push(Self::of(role, rest));
        }
        for result in results {
            let mut entry = Self::of(role, Vec::new());
            entry.content = result.get("response").map(Cow::Borrowed);
            entry.tool_call_id = result.get("id");
            entries.push(entry);
        }
    }

    /// The number of its attributes.
    fn size(&self) -> usize {
        let each = [
            self.role.is_some(),
            self.content.is_some(),
            self.refusal.is_some(),
            self.tool_call_id.is_some(),
            self.finish_reason.is_some(),
        ];
        each.into_iter().filter(|there| *there).count() + 3 * self.tool_calls.len()
    }

    fn write(
        &self,
        prefix: &'static str,
        index: usize,
        cut: &mut Cutter<'_>,
        out: &mut Attributes,
    ) {
        let mut put = |member: &str, value: Option<&Value>| {
            if let Some(value) = value {
                let text = cut.text(prefix, value);
                out.push(KeyValue::new(format!("{prefix}{index}.{member}"), text));
            }
        };
        put(message::ROLE, self.role);
        put(message::CONTENT, self.content.as_deref());
        put(message::REFUSAL, self.refusal);
        put(message::TOOL_CALL_ID, self.tool_call_id);
        put(message::FINISH_REASON, self.finish_reason);
        for (at, call) in self.tool_calls.iter().enumerate() {
            let calls = message::TOOL_CALLS_PREFIX;
            for (member, value) in [
                (tool_call::ID, call.get("id")),
                (tool_call::NAME, call.get("name")),
                (tool_call::ARGUMENTS, call.get("arguments")),
            ] {
                put(&format!("{calls}{at}.{member}"), value);
            }
        }
    }
}

/// Writes the first entry and the newest, as many as fit, and between them what stands for the rest.
fn within(
    entries: &[Entry<'_>],
    most: usize,
    prefix: &'static str,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    let omitted = omitted(entries, most);
    let mut index = 0;
    for (at, entry) in entries.iter().enumerate() {
        if omitted.contains(&at) {
            if at == omitted.start {
                let (role, said) = (Value::from("omitted"), omission(omitted.len()));
                let mut marker = Entry::text(&said);
                marker.role = Some(&role);
                marker.write(prefix, index, cut, out);
                index += 1;
            }
            continue;
        }
        entry.write(prefix, index, cut, out);
        index += 1;
    }
}

/// Which entries are left out.
fn omitted(entries: &[Entry<'_>], most: usize) -> std::ops::Range<usize> {
    let all: usize = entries.iter().map(Entry::size).sum();
    let Some((first, rest)) = entries.split_first().filter(|_| all > most) else {
        return 0..0;
    };
    let mut room = most.saturating_sub(first.size() + MARKER);
    let fitting = rest.iter().rev().take_while(|entry| {
        let fits = entry.size() <= room;
        room = room.saturating_sub(entry.size());
        fits
    });
    1..entries.len() - fitting.count()
}

fn omission(count: usize) -> Value {
    format!("…[+{count} messages]").into()
}

/// What parts say: text where there is text and else nothing but thoughts, the parts themselves otherwise.
fn content<'a>(said: &[&'a Value]) -> Option<Cow<'a, Value>> {
    let silent = |part: &&&Value| is(part, "reasoning") || is(part, "opaque");
    let loud: Vec<&&Value> = said.iter().filter(|part| !silent(part)).collect();
    let texts: Option<Vec<&Value>> = loud
        .iter()
        .map(|part| part.get("content").filter(|_| is(part, "text")))
        .collect();
    match texts.as_deref() {
        Some([]) if said.is_empty() => None,
        Some([text]) => Some(Cow::Borrowed(text)),
        Some([_, ..]) => {
            let texts = texts.iter().flatten().filter_map(|text| text.as_str());
            Some(Cow::Owned(Value::String(texts.collect())))
        }
        _ => Some(Cow::Owned(said.iter().copied().cloned().collect())),
    }
}

fn is(part: &Value, kind: &str) -> bool {
    part.get("type").is_some_and(|type_| type_ == kind)
}

fn parts(message: &Value) -> impl Iterator<Item = &Value> {
    list(message.get("parts")).iter()
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests;
