//! Arguments of a call: as they stand, or put together from values and their places.

use glassbox_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value};

use crate::wire::PartialArg;

#[cfg(test)]
mod tests;

/// Deeper than any tool's arguments.
const DEEPEST: usize = 32;

/// The arguments of one call so far.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    whole: Option<String>,
    object: Map<String, Value>,
    /// The place of the text that the next piece continues.
    continued: Option<String>,
}

impl Assembly {
    /// Takes all arguments at once.
    pub(super) fn whole(&mut self, text: String) {
        self.whole = Some(text);
    }

    /// Takes one value, or a piece of a text.
    pub(super) fn piece(&mut self, piece: &PartialArg<'_>) -> Result<()> {
        let path = piece.json_path.as_str();
        let steps = steps(path).ok_or_else(|| misplaced("has no place that can be read"))?;
        let mut root = Value::Object(std::mem::take(&mut self.object));
        let placed = place(&mut root, &steps);
        let result = match placed {
            Some(slot) => {
                self.put(slot, piece, path);
                Ok(())
            }
            None => Err(misplaced("has a place that does not exist")),
        };
        if let Value::Object(object) = root {
            self.object = object;
        }
        result
    }

    fn put(&mut self, slot: &mut Value, piece: &PartialArg<'_>, path: &str) {
        let continues = self.continued.as_deref() == Some(path);
        if piece.string_value.0.is_some() || piece.will_continue.is_set() {
            let text = piece.string_value.as_str();
            match slot {
                Value::String(known) if continues => known.push_str(text),
                slot => *slot = Value::String(text.to_owned()),
            }
        } else if !continues {
            let value = [piece.number_value, piece.bool_value].into_iter().flatten();
            let mut value = value.filter_map(|raw| serde_json::from_str(raw.get()).ok());
            *slot = value
                .find(|value: &Value| !value.is_null())
                .unwrap_or_default();
        }
        self.continued = piece.will_continue.is_set().then(|| path.to_owned());
    }

    pub(super) fn into_text(self) -> String {
        self.whole
            .unwrap_or_else(|| Value::Object(self.object).to_string())
    }
}

fn misplaced(what: &str) -> Error {
    Error::new(
        ErrorKind::Protocol,
        format!("a piece of a call's arguments {what}"),
    )
}

#[derive(Debug, PartialEq)]
enum Step<'a> {
    Item(usize),
    Name(&'a str),
}

/// The steps of a path like `$.stops[0].name` or `$['name']` (RFC 9535, names and indices only).
fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            steps.push(Step::Name(
                after.get(..end).filter(|name| !name.is_empty())?,
            ));
            rest = &after[end..];
            continue;
        }
        let after = rest.strip_prefix('[')?;
        if let Some(quote) = after
            .chars()
            .next()
            .filter(|first| matches!(first, '\'' | '"'))
        {
            let (name, after) = after[1..].split_once(quote)?;
            steps.push(Step::Name(name));
            rest = after.strip_prefix(']')?;
        } else {
            let (index, after) = after.split_once(']')?;
            steps.push(Step::Item(index.parse().ok()?));
            rest = after;
        }
    }
    (1..=DEEPEST).contains(&steps.len()).then_some(steps)
}

/// The place of a value, made where it is not there. A list grows by one item at a time: an index is no reason to
/// allocate.
fn place<'a>(root: &'a mut Value, steps: &[Step<'_>]) -> Option<&'a mut Value> {
    let mut slot = root;
    for step in steps {
        slot = match step {
            Step::Name(name) => {
                if slot.is_null() {
                    *slot = Value::Object(Map::new());
                }
                let entries = slot.as_object_mut()?;
                entries.entry(*name).or_insert(Value::Null)
            }
            Step::Item(index) => {
                if slot.is_null() {
                    *slot = Value::Array(Vec::new());
                }
                let items = slot.as_array_mut()?;
                if *index == items.len() {
                    items.push(Value::Null);
                }
                items.get_mut(*index)?
            }
        };
    }
    Some(slot)
}

/// JSON without the white space between its tokens; Google prints its answers prettily. Numbers keep their digits.
pub(super) fn compact(text: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let mut compact = String::with_capacity(text.len());
    compact.extend(text.chars().filter(|letter| {
        let was_in_string = in_string;
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
        was_in_string || !letter.is_ascii_whitespace()
    }));
    compact
}
