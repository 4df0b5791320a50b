//! Conversations, in a number of attributes that does not grow with them.

use std::borrow::Cow;

use glassbox_semconv::openinference::message as name;
use serde_json::Value;

use super::list::{Field, field, made, marker, put};
use super::part::{Piece, Place};
use crate::vocabulary::{Attributes, Cutter};

/// How many attributes a conversation may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    all: usize,
    /// For a message. One of this length, and what stands for those left out, must fit.
    each: usize,
}

/// What is sent is long. The first message and the newest fit, whatever they are.
pub(super) const INPUT: Budget = Budget { all: 40, each: 18 };
/// What comes back is mostly one message. It has room for seven tool calls.
pub(super) const OUTPUT: Budget = Budget { all: 24, each: 22 };

/// What stands for messages that are left out has a role and a content.
const MARKER: usize = 2;

/// A message.
#[derive(Clone, Debug)]
pub(super) struct Said<'a> {
    role: Cow<'a, Value>,
    name: Option<&'a Value>,
    parts: &'a [Value],
}

/// The messages of a list in the form of the conventions' JSON schemas, with the instructions before them. Each result
/// of a tool is a message of its own.
pub(super) fn conversation<'a>(
    instructions: Option<&'a Value>,
    messages: Option<&'a Value>,
) -> Vec<Said<'a>> {
    let system = instructions.and_then(Value::as_array).map(|parts| Said {
        role: Cow::Owned(Value::from("system")),
        name: None,
        parts,
    });
    let messages = messages.and_then(Value::as_array);
    let messages = messages.into_iter().flatten().flat_map(each);
    system.into_iter().chain(messages).collect()
}

fn each(message: &Value) -> Vec<Said<'_>> {
    let parts = message.get("parts").and_then(Value::as_array);
    let parts = parts.map_or(&[][..], Vec::as_slice);
    let said = |parts| Said {
        role: message
            .get("role")
            .map_or(Cow::Owned(Value::Null), Cow::Borrowed),
        name: message.get("name"),
        parts,
    };
    if parts.iter().any(is_result) {
        parts.chunks(1).map(said).collect()
    } else {
        vec![said(parts)]
    }
}

fn is_result(part: &Value) -> bool {
    part.get("type").and_then(Value::as_str) == Some("tool_call_response")
}

/// Writes a conversation: all of it, or the first message and the newest, with one between them that says how many
/// are left out.
pub(super) fn flatten(
    prefix: &'static str,
    messages: &[Said<'_>],
    budget: Budget,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    let Some((first, rest)) = messages.split_first() else {
        return;
    };
    let first = fields(first, budget.each, prefix, cut);
    let mut used = first.len();
    let mut newest = Vec::new();
    let mut left_out = 0;
    for (before, said) in rest.iter().enumerate().rev() {
        let fields = fields(said, budget.each, prefix, cut);
        let reserved = if before > 0 { MARKER } else { 0 };
        if used + fields.len() + reserved > budget.all {
            left_out = before + 1;
            break;
        }
        used += fields.len();
        newest.push(fields);
    }
    put(prefix, 0, first, cut, out);
    let mut index = 1;
    if left_out > 0 {
        cut.left_out(prefix);
        put(prefix, index, omitted(left_out), cut, out);
        index += 1;
    }
    for (index, fields) in (index..).zip(newest.into_iter().rev()) {
        put(prefix, index, fields, cut, out);
    }
}

fn omitted<'a>(count: usize) -> Vec<Field<'a>> {
    vec![
        made(name::ROLE, "omitted"),
        made(name::CONTENT, marker(count)),
    ]
}

/// The leaves of a message, `most` at the most.
fn fields<'a>(
    said: &Said<'a>,
    most: usize,
    prefix: &'static str,
    cut: &mut Cutter<'_>,
) -> Vec<Field<'a>> {
    let mut out = vec![(name::ROLE.into(), said.role.clone())];
    if let [part] = said.parts
        && is_result(part)
    {
        result(said, part, &mut out);
        return out;
    }
    out.extend(said.name.map(|speaker| field(name::NAME, speaker)));
    let pieces: Vec<Piece<'a>> = said.parts.iter().filter_map(Piece::of).collect();
    let (pieces, left_out) = fitting(pieces, most - out.len());
    if left_out {
        cut.left_out(prefix);
    }
    write(pieces, &mut out);
    out
}

/// A tool's result. What it answers, and who gave it, stands in the part.
fn result<'a>(said: &Said<'a>, part: &'a Value, out: &mut Vec<Field<'a>>) {
    let content = part.get("response");
    out.extend(content.map(|content| field(name::CONTENT, content)));
    let id = part.get("id");
    out.extend(id.map(|id| field(name::TOOL_CALL_ID, id)));
    let tool = part.get("name").or(said.name);
    out.extend(tool.map(|tool| field(name::NAME, tool)));
}

/// As many of the pieces as there is room for, and one that says how many are left out; and whether some are.
fn fitting(mut pieces: Vec<Piece<'_>>, room: usize) -> (Vec<Piece<'_>>, bool) {
    let all: usize = pieces.iter().map(|piece| piece.fields.len()).sum();
    if all <= room {
        return (pieces, false);
    }
    // Room for the one that says so.
    let mut used = Piece::text("").fields.len();
    let kept = pieces.iter().position(|piece| {
        used += piece.fields.len();
        used > room
    });
    let kept = kept.unwrap_or(pieces.len());
    let left_out = pieces.len() - kept;
    pieces.truncate(kept);
    pieces.push(Piece::text(marker(left_out)));
    (pieces, true)
}

fn write<'a>(pieces: Vec<Piece<'a>>, out: &mut Vec<Field<'a>>) {
    let mut contents = pieces.iter().filter(|piece| piece.place != Place::Calls);
    let plain = matches!(
        (contents.next(), contents.next()),
        (Some(piece), None) if piece.place == Place::Text
    );
    let (mut content, mut call) = (0, 0);
    for piece in pieces {
        let (list, index) = match piece.place {
            Place::Calls => (name::TOOL_CALLS_PREFIX, &mut call),
            Place::Contents | Place::Text if plain => {
                let text = piece.fields.into_iter().nth(1);
                out.extend(text.map(|(_, text)| (name::CONTENT.into(), text)));
                continue;
            }
            Place::Contents | Place::Text => (name::CONTENTS_PREFIX, &mut content),
        };
        for (leaf, value) in piece.fields {
            out.push((format!("{list}{index}.{leaf}").into(), value));
        }
        *index += 1;
    }
}

#[cfg(test)]
mod tests;
