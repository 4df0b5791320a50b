//! Most chunks of a stream are the one before with another delta. Those need no parser.
//!
//! The bytes of a chunk that did nothing but carry one delta are kept as a pattern with a hole where the delta was,
//! and another for the padding that OpenAI adds against eavesdroppers. A chunk that fits the pattern is, as JSON,
//! the same value with another string in the hole; so it does the same, to the same state, as long as no other chunk
//! came in between. Whatever does not fit goes to the parser.

use glassbox_core::Event;
use serde::Deserialize;
use serde_json::value::RawValue;

/// After so many patterns that fitted nothing, no more are made: some hosts change something in every chunk.
const MOST_MISSES: u8 = 8;

/// What a delta is a piece of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Arguments { call: u32 },
    Reasoning,
    Text,
}

/// What the parser found a chunk to be: one delta and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Delta {
    pub(super) choice: u32,
    pub(super) kind: Kind,
}

impl Delta {
    /// The delta that an event carries.
    pub(super) fn of(event: &Event) -> Option<Self> {
        let (choice, kind) = match event {
            Event::Arguments { choice, call, .. } => (choice, Kind::Arguments { call: *call }),
            Event::Reasoning { choice, .. } => (choice, Kind::Reasoning),
            Event::Text { choice, .. } => (choice, Kind::Text),
            _ => return None,
        };
        Some(Self {
            choice: *choice,
            kind,
        })
    }

    fn event(self, delta: String) -> Event {
        match self.kind {
            Kind::Arguments { call } => Event::arguments(self.choice, call, delta),
            Kind::Reasoning => Event::reasoning(self.choice, delta),
            Kind::Text => Event::text_of(self.choice, delta),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Shortcut {
    pattern: Option<Pattern>,
    misses: u8,
}

#[derive(Debug)]
struct Pattern {
    delta: Delta,
    /// The bytes before the first hole, up to its opening quote.
    head: Vec<u8>,
    /// The bytes from the closing quote of each hole on, and which hole it was.
    after: Vec<(Hole, Vec<u8>)>,
    used: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    Delta,
    Padding,
}

impl Shortcut {
    /// Never taken: to compare with.
    #[cfg(test)]
    pub(super) const fn off() -> Self {
        Self {
            pattern: None,
            misses: MOST_MISSES,
        }
    }

    /// Whether there is a pattern that has been of use.
    #[cfg(test)]
    pub(super) fn is_used(&self) -> bool {
        self.pattern.as_ref().is_some_and(|pattern| pattern.used)
    }

    /// The event of a chunk that fits; the inner `None` where its delta is empty.
    #[expect(
        clippy::option_option,
        reason = "fitting and having something to say are two questions"
    )]
    pub(super) fn take(&mut self, chunk: &[u8]) -> Option<Option<Event>> {
        let pattern = self.pattern.as_mut()?;
        let mut rest = chunk.strip_prefix(pattern.head.as_slice())?;
        let mut delta = None;
        for (hole, after) in &pattern.after {
            let (string, escaped) = string(rest)?;
            match hole {
                Hole::Delta => delta = Some(text(string, escaped, rest)?),
                Hole::Padding if escaped => return None,
                Hole::Padding => {}
            }
            rest = rest[string.len()..].strip_prefix(after.as_slice())?;
        }
        let delta = delta.filter(|_| rest.is_empty())?;
        pattern.used = true;
        Some((!delta.is_empty()).then(|| pattern.delta.event(delta)))
    }

    /// Forgets the pattern: a chunk that does not fit may have changed what it would do.
    pub(super) fn forget(&mut self) {
        match self.pattern.take() {
            Some(pattern) if pattern.used => self.misses = 0,
            Some(_) => self.misses = self.misses.saturating_add(1),
            None => {}
        }
    }

    /// Makes a pattern of a chunk that was one delta and nothing else.
    pub(super) fn learn(&mut self, chunk: &[u8], delta: Delta) {
        if self.misses < MOST_MISSES {
            self.pattern = Pattern::of(chunk, delta);
        }
    }
}

impl Pattern {
    fn of(chunk: &[u8], delta: Delta) -> Option<Self> {
        let located: Located<'_> = serde_json::from_slice(chunk).ok()?;
        let padding = located.obfuscation.or(located.p);
        let mut holes = vec![(Hole::Delta, hole(chunk, located.delta(delta.kind)?)?)];
        if let Some(padding) = padding {
            holes.push((Hole::Padding, hole(chunk, padding)?));
        }
        holes.sort_unstable_by_key(|(_, (start, _))| *start);
        let ends = holes[1..].iter().map(|(_, (start, _))| *start);
        let ends = ends.chain([chunk.len()]);
        let after = holes
            .iter()
            .zip(ends)
            .map(|((hole, (_, end)), next)| (*hole, chunk[*end..next].to_vec()));
        Some(Self {
            delta,
            head: chunk[..holes[0].1.0].to_vec(),
            after: after.collect(),
            used: false,
        })
    }
}

/// A chunk, read for where its strings are.
#[derive(Deserialize)]
struct Located<'a> {
    #[serde(borrow)]
    choices: [LocatedChoice<'a>; 1],
    #[serde(borrow)]
    obfuscation: Option<&'a RawValue>,
    /// Mistral's padding.
    #[serde(borrow)]
    p: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct LocatedChoice<'a> {
    #[serde(borrow)]
    delta: LocatedDelta<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LocatedDelta<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning_content: Option<&'a RawValue>,
    #[serde(borrow)]
    reasoning: Option<&'a RawValue>,
    #[serde(borrow)]
    tool_calls: Option<[LocatedCall<'a>; 1]>,
}

#[derive(Deserialize)]
struct LocatedCall<'a> {
    #[serde(borrow)]
    function: LocatedFunction<'a>,
}

#[derive(Deserialize)]
struct LocatedFunction<'a> {
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

impl<'a> Located<'a> {
    fn delta(&self, kind: Kind) -> Option<&'a RawValue> {
        let [LocatedChoice { delta }] = &self.choices;
        match kind {
            Kind::Text => delta.content,
            Kind::Arguments { .. } => {
                let [call] = delta.tool_calls.as_ref()?;
                call.function.arguments
            }
            // Where both are given, it takes the parser to tell which counts.
            Kind::Reasoning => match (delta.reasoning_content, delta.reasoning) {
                (Some(_), Some(_)) => None,
                (one, other) => one.or(other),
            },
        }
    }
}

/// Where the inside of a string is, from after its opening quote to before its closing one. `None` where it is no
/// string.
fn hole(chunk: &[u8], raw: &RawValue) -> Option<(usize, usize)> {
    let text = raw.get();
    if !(text.len() >= 2 && text.starts_with('"')) {
        return None;
    }
    // The parser lends what it was given, so the difference of the addresses is the place.
    let start = text.as_ptr().addr().checked_sub(chunk.as_ptr().addr())?;
    let end = start + text.len();
    (chunk.get(start..end)? == text.as_bytes()).then_some((start + 1, end - 1))
}

/// The inside of the JSON string that `rest` is in, and whether it holds escapes.
fn string(rest: &[u8]) -> Option<(&[u8], bool)> {
    let mut at = 0;
    let mut escaped = false;
    loop {
        let next = rest[at..]
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        at += next;
        match rest[at] {
            b'"' => return Some((&rest[..at], escaped)),
            // What is escaped, the parser checks.
            b'\\' if at + 2 <= rest.len() => {
                escaped = true;
                at += 2;
            }
            _ => return None,
        }
    }
}

/// The string that `inside` stands for. `rest` begins with it, and goes on with its closing quote.
fn text(inside: &[u8], escaped: bool, rest: &[u8]) -> Option<String> {
    if !escaped {
        return std::str::from_utf8(inside).ok().map(str::to_owned);
    }
    let mut quoted = Vec::with_capacity(inside.len() + 2);
    quoted.push(b'"');
    quoted.extend_from_slice(&rest[..=inside.len()]);
    serde_json::from_slice(&quoted).ok()
}
