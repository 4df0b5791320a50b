//! JSON of a bounded length. What is cut is cut inside the JSON: long texts lose their ends, long lists their middle,
//! and a marker stands where something was.

use std::fmt::Write as _;

use serde_json::Value;

/// How much is kept.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// Bytes of a text.
    text: usize,
    /// Items of a list, or members of an object.
    items: usize,
    /// Lists and objects inside one another.
    depth: usize,
}

/// A text of a few words is worth more than none.
const SHORTEST: usize = 24;
const READABLE: usize = 160;
/// Names, roles and types are kept where they are of a length that a person would give them.
const WORD: usize = 128;

/// A text of at most `limit` bytes, and whether it was cut.
pub(crate) fn string(text: &str, limit: usize) -> (String, bool) {
    if text.len() <= limit {
        return (text.to_owned(), false);
    }
    let room = limit.saturating_sub(marker(text.len()).len());
    let head = beginning(text, room);
    (format!("{head}{}", marker(text.len() - head.len())), true)
}

/// JSON text of at most `limit` bytes, and whether it was cut. No limit is kept below the few bytes of an empty list
/// or object.
pub(crate) fn json(value: &Value, limit: usize) -> (String, bool) {
    let whole = value.to_string();
    if whole.len() <= limit {
        return (whole, false);
    }
    let deep = usize::MAX;
    // First shorter texts, as long as they can still be read; then fewer items; then both, and less depth.
    for shortest in [READABLE, SHORTEST] {
        for items in [usize::MAX, 64, 32, 16, 8, 4, 2] {
            if let Some(text) = longest(value, limit, shortest, items, deep) {
                return (text, true);
            }
        }
    }
    for depth in [6, 4, 3, 2] {
        if let Some(text) = longest(value, limit, 8, 2, depth) {
            return (text, true);
        }
    }
    let nothing = match value {
        Value::Array(_) => "[]",
        Value::Object(_) => "{}",
        _ => "null",
    };
    (nothing.to_owned(), true)
}

/// The JSON with the longest texts that fit, if those of `shortest` bytes do.
fn longest(
    value: &Value,
    limit: usize,
    shortest: usize,
    items: usize,
    depth: usize,
) -> Option<String> {
    let written = |text: usize| {
        let mut writer = Writer::new(Bounds { text, items, depth }, limit);
        writer.value(value, Place::Top, 0);
        writer.fits().then_some(writer.out)
    };
    let mut best = written(shortest)?;
    let (mut fits, mut too_long) = (shortest, limit);
    while too_long.saturating_sub(fits) > 16 {
        let middle = usize::midpoint(fits, too_long);
        match written(middle) {
            Some(text) => (best, fits) = (text, middle),
            None => too_long = middle,
        }
    }
    Some(best)
}

fn marker(bytes: usize) -> String {
    format!("…[+{bytes} bytes]")
}

/// The beginning of a text, of at most `most` bytes.
fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// What a list holds, which says what may stand for some of its items.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Top,
    /// A part of a message, or something like it.
    Part,
    /// Anywhere below.
    Inner,
}

/// Writes JSON as far as the bounds allow. It stops early where it is too long anyway.
struct Writer {
    bounds: Bounds,
    limit: usize,
    out: String,
}

impl Writer {
    fn new(bounds: Bounds, limit: usize) -> Self {
        Self {
            bounds,
            limit,
            out: String::new(),
        }
    }

    fn fits(&self) -> bool {
        self.out.len() <= self.limit
    }

    fn value(&mut self, value: &Value, place: Place, depth: usize) {
        if !self.fits() {
            return;
        }
        match value {
            Value::String(text) => self.text(text, self.bounds.text),
            Value::Array(_) | Value::Object(_) if depth >= self.bounds.depth => {
                let text = marker(value.to_string().len());
                self.quoted(&text);
            }
            Value::Array(items) => self.list(items, place, depth),
            Value::Object(members) => {
                self.out.push('{');
                let kept = self.bounds.items.saturating_mul(4);
                for (at, (key, member)) in members.iter().take(kept).enumerate() {
                    if at > 0 {
                        self.out.push(',');
                    }
                    self.text(key, WORD);
                    self.out.push(':');
                    self.member(key, member, place, depth + 1);
                }
                self.out.push('}');
            }
            other => self.raw(other),
        }
    }

    fn member(&mut self, key: &str, member: &Value, place: Place, depth: usize) {
        const WORDS: &[&str] = &[
            "type",
            "role",
            "id",
            "name",
            "modality",
            "mime_type",
            "finish_reason",
            "digest",
            "file_id",
        ];
        match member {
            Value::String(text) if place != Place::Inner && WORDS.contains(&key) => {
                self.text(text, self.bounds.text.max(WORD));
            }
            member => {
                let below = if key == "parts" && place == Place::Top {
                    Place::Part
                } else {
                    Place::Inner
                };
                self.value(member, below, depth);
            }
        }
    }

    fn list(&mut self, items: &[Value], place: Place, depth: usize) {
        self.out.push('[');
        let most = self.bounds.items;
        let (head, tail) = if items.len() > most {
            (most / 2, most - most / 2)
        } else {
            (items.len(), 0)
        };
        for (at, item) in items[..head].iter().enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            self.value(item, place, depth + 1);
        }
        let omitted = items.len() - head - tail;
        if omitted > 0 {
            if head > 0 {
                self.out.push(',');
            }
            self.omitted(items.first(), omitted, place);
        }
        for item in &items[items.len() - tail..] {
            self.out.push(',');
            self.value(item, place, depth + 1);
        }
        self.out.push(']');
    }

    /// What stands for the items that are left out: one of their own kind, so that the list obeys its schema.
    fn omitted(&mut self, like: Option<&Value>, count: usize, place: Place) {
        let has = |key: &str| like.and_then(|like| like.get(key)).is_some();
        let part = format!(r#"{{"type":"omitted","count":{count}}}"#);
        let text = match place {
            Place::Top | Place::Part if has("role") && has("finish_reason") => {
                format!(r#"{{"role":"omitted","parts":[{part}],"finish_reason":"omitted"}}"#)
            }
            Place::Top | Place::Part if has("role") => {
                format!(r#"{{"role":"omitted","parts":[{part}]}}"#)
            }
            Place::Top | Place::Part if has("type") && has("name") => {
                format!(r#"{{"type":"omitted","name":"omitted","count":{count}}}"#)
            }
            Place::Top | Place::Part if has("type") => part,
            Place::Top if like.is_some_and(Value::is_object) => {
                format!(r#"{{"content":"…[+{count} more]"}}"#)
            }
            _ => format!(r#""…[+{count} more]""#),
        };
        self.out.push_str(&text);
    }

    fn text(&mut self, text: &str, most: usize) {
        if text.len() <= most {
            self.quoted(text);
        } else {
            let (text, _) = string(text, most.max(SHORTEST));
            self.quoted(&text);
        }
    }

    fn quoted(&mut self, text: &str) {
        self.raw(&Value::from(text));
    }

    fn raw(&mut self, value: &Value) {
        let _ = write!(self.out, "{value}");
    }
}

#[cfg(test)]
mod tests;
