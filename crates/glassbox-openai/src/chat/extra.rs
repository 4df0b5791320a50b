//! What a response says beside the answer, kept as it came until the end, for [`Meta::extra`].

use glassbox_core::Meta;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::wire::{Choice, Completion, Message, Raw};

/// Sayings of the response stand under their own names, those of a choice under `choices`, in the order of the
/// choices, as in the response.
#[derive(Debug, Default)]
pub(super) struct Extra {
    response: Sayings,
    choices: Vec<(u32, Sayings)>,
}

/// By name. There are few, so a list is enough.
#[derive(Debug, Default)]
struct Sayings(Vec<(&'static str, Vec<Box<RawValue>>)>);

impl Extra {
    pub(super) fn of_response(&mut self, completion: &Completion<'_>) {
        let sayings = &mut self.response;
        sayings.replace("citations", completion.citations);
        sayings.replace("search_results", completion.search_results);
        sayings.replace("prompt_filter_results", completion.prompt_filter_results);
        sayings.replace("provider", completion.provider);
    }

    pub(super) fn of_choice(&mut self, index: u32, choice: &Choice<'_>, message: &Message<'_>) {
        let replaced = [
            ("content_filter_results", choice.content_filter_results),
            ("executed_tools", message.executed_tools),
        ];
        let added = [
            ("logprobs", choice.logprobs),
            ("annotations", message.annotations),
        ];
        if replaced.iter().chain(&added).all(|(_, raw)| raw.is_none()) {
            return;
        }
        let at = match self.choices.iter().position(|(of, _)| *of == index) {
            Some(at) => at,
            None => {
                self.choices.push((index, Sayings::default()));
                self.choices.len() - 1
            }
        };
        let sayings = &mut self.choices[at].1;
        for (name, raw) in replaced {
            sayings.replace(name, raw);
        }
        for (name, raw) in added {
            sayings.add(name, raw);
        }
    }

    /// Everything, where there is something.
    pub(super) fn take(&mut self) -> Option<Meta> {
        let mut meta = Meta::default();
        meta.extra = std::mem::take(&mut self.response).into_map();
        let mut choices: Vec<Value> = Vec::new();
        for (index, sayings) in self.choices.drain(..) {
            let sayings = sayings.into_map();
            let at = index as usize;
            if sayings.is_empty() {
                continue;
            }
            if choices.len() <= at {
                choices.resize(at + 1, Value::Object(Map::new()));
            }
            choices[at] = Value::Object(sayings);
        }
        if !choices.is_empty() {
            meta.extra
                .insert("choices".to_owned(), Value::Array(choices));
        }
        (!meta.extra.is_empty()).then_some(meta)
    }
}

impl Sayings {
    fn of(&mut self, name: &'static str) -> &mut Vec<Box<RawValue>> {
        let at = match self.0.iter().position(|(of, _)| *of == name) {
            Some(at) => at,
            None => {
                self.0.push((name, Vec::new()));
                self.0.len() - 1
            }
        };
        &mut self.0[at].1
    }

    /// The latest counts. Many hosts repeat themselves in every chunk, which is to cost nothing.
    fn replace(&mut self, name: &'static str, raw: Raw<'_>) {
        let Some(raw) = raw else { return };
        let kept = self.of(name);
        match kept.first_mut() {
            Some(kept) if kept.get() == raw.get() => {}
            Some(kept) => *kept = raw.to_owned(),
            None => kept.push(raw.to_owned()),
        }
    }

    /// All count.
    fn add(&mut self, name: &'static str, raw: Raw<'_>) {
        if let Some(raw) = raw.filter(|raw| raw.get() != "[]") {
            self.of(name).push(raw.to_owned());
        }
    }

    fn into_map(self) -> Map<String, Value> {
        let joined = self.0.into_iter().filter_map(|(name, pieces)| {
            let values = pieces
                .iter()
                .filter_map(|piece| serde_json::from_str(piece.get()).ok());
            Some((name.to_owned(), values.reduce(join)?))
        });
        joined.collect()
    }
}

/// Lists follow each other, objects are joined entry by entry; of anything else the later counts.
fn join(earlier: Value, later: Value) -> Value {
    match (earlier, later) {
        (Value::Array(mut earlier), Value::Array(later)) => {
            earlier.extend(later);
            Value::Array(earlier)
        }
        (Value::Object(mut earlier), Value::Object(later)) => {
            for (name, value) in later {
                let kept = earlier.entry(name).or_insert(Value::Null);
                *kept = join(kept.take(), value);
            }
            Value::Object(earlier)
        }
        (earlier, Value::Null) => earlier,
        (_, later) => later,
    }
}
