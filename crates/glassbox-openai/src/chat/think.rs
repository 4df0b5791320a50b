//! Reasoning at the beginning of a text, between tags: so models write it, and hosts that only pass on what a model
//! writes leave it there.

const OPENING: &str = "<think>";
const CLOSING: &str = "</think>";

/// Tells the reasoning at the beginning of a text from the text, as both arrive.
#[derive(Debug)]
pub(super) struct Thinking {
    state: State,
    /// What has arrived and may yet be a tag, or the white space around one.
    held: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing but white space and the beginning of a tag has arrived.
    Undecided,
    /// Between the tags, where nothing but white space has arrived.
    Opened,
    /// Between the tags.
    Inside,
    /// Behind them, where nothing but white space has arrived.
    Closed,
    /// All else is text.
    Over,
}

/// A piece, and what it is a piece of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    Reasoning(String),
    Text(String),
}

impl Thinking {
    /// Looks for tags, or does not.
    pub(super) const fn new(looks: bool) -> Self {
        let state = if looks { State::Undecided } else { State::Over };
        Self {
            state,
            held: String::new(),
        }
    }

    /// Whether everything that is still to come is text.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// The host has told the reasoning itself.
    pub(super) fn give_up(&mut self) {
        if self.state == State::Undecided && self.held.is_empty() {
            self.state = State::Over;
        }
    }

    /// Takes a piece of text; gives what is certain.
    pub(super) fn push(&mut self, piece: &str, told: &mut Vec<Told>) {
        self.held.push_str(piece);
        loop {
            let start = self.held.trim_start();
            match self.state {
                State::Over => break,
                State::Undecided if OPENING.starts_with(start) => return,
                State::Undecided => match start.strip_prefix(OPENING) {
                    Some(rest) => self.go(State::Opened, rest.to_owned()),
                    None => self.state = State::Over,
                },
                State::Opened if start.is_empty() => return,
                State::Opened => self.go(State::Inside, start.to_owned()),
                State::Inside => {
                    let Some((inside, rest)) = self.held.split_once(CLOSING) else {
                        let certain = self.held.len() - unfinished(&self.held);
                        let rest = self.held.split_off(certain);
                        give(
                            std::mem::replace(&mut self.held, rest),
                            told,
                            Told::Reasoning,
                        );
                        return;
                    };
                    let (inside, rest) = (inside.trim_end().to_owned(), rest.to_owned());
                    give(inside, told, Told::Reasoning);
                    self.go(State::Closed, rest);
                }
                State::Closed if start.is_empty() => return,
                State::Closed => self.go(State::Over, start.to_owned()),
            }
        }
        give(std::mem::take(&mut self.held), told, Told::Text);
    }

    /// Gives what was held back: no more text follows for now.
    pub(super) fn settle(&mut self, told: &mut Vec<Told>) {
        let held = std::mem::take(&mut self.held);
        match self.state {
            State::Undecided | State::Over => give(held, told, Told::Text),
            State::Inside => give(held, told, Told::Reasoning),
            // White space beside a tag.
            State::Opened | State::Closed => {}
        }
    }

    fn go(&mut self, state: State, held: String) {
        self.state = state;
        self.held = held;
    }
}

fn give(text: String, told: &mut Vec<Told>, kind: fn(String) -> Told) {
    if !text.is_empty() {
        told.push(kind(text));
    }
}

/// How many bytes at the end may belong to a closing tag, with the white space before it.
fn unfinished(text: &str) -> usize {
    let tag = (1..CLOSING.len())
        .rev()
        .find(|length| text.ends_with(&CLOSING[..*length]));
    let before = &text[..text.len() - tag.unwrap_or(0)];
    text.len() - before.trim_end().len()
}

#[cfg(test)]
mod tests;
