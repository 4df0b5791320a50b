//! Which tool call a piece belongs to.
//!
//! By the book, `index` says so and the first piece of a call bears its id and name. Hosts leave the index out, give
//! every call the same one, count it on in the middle of a call, repeat the id with every piece, or give no id at
//! all. So: an id that is not the open call's begins a new call; else the index decides; else the piece belongs to
//! the call that was open last.

use glassbox_core::{Error, ErrorKind, Event, Opaque, Result};
use glassbox_http::Events;
use serde_json::{Value, json};

use super::wire::{Function, Raw, ToolCall};

/// More calls than any answer has: a hostile stream must not make us search for ever.
const MOST_CALLS: usize = 1024;

/// The tool calls of one choice.
#[derive(Debug, Default)]
pub(super) struct Calls {
    list: Vec<Call>,
    /// The place of the call that the last piece belonged to.
    open: usize,
}

#[derive(Debug, Default)]
struct Call {
    index: Option<u64>,
    /// The provider's id; empty where it gave none.
    id: String,
    /// Empty until it is known.
    name: String,
    /// Whether the call's beginning was given: as soon as its name is known.
    announced: bool,
    /// What arrived of the arguments before the call was announced.
    early: String,
    /// How far the arguments are, where there is no id to tell calls apart by.
    nesting: Nesting,
}

/// Follows a JSON object as it arrives, only to know when it is over.
#[derive(Debug, Default)]
struct Nesting {
    depth: u32,
    in_string: bool,
    escaped: bool,
    closed: bool,
}

impl Nesting {
    fn push(&mut self, json: &str) {
        for byte in json.bytes() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                b'{' if !self.in_string => self.depth += 1,
                b'}' if !self.in_string => {
                    self.depth = self.depth.saturating_sub(1);
                    self.closed = self.depth == 0;
                }
                _ => {}
            }
        }
    }
}

/// Makes up ids for calls that have none.
#[derive(Debug, Default)]
pub(crate) struct Ids(u32);

impl Ids {
    /// An id that is unique in the response, and, as far as the response has an id, in the conversation.
    pub(crate) fn next(&mut self, response: &str) -> String {
        let number = self.0;
        self.0 += 1;
        let tail: String = response
            .chars()
            .rev()
            .filter(char::is_ascii_alphanumeric)
            .take(8)
            .collect();
        if tail.is_empty() {
            format!("call_{number}")
        } else {
            let tail: String = tail.chars().rev().collect();
            format!("call_{tail}_{number}")
        }
    }
}

/// What the pieces of one choice have in common.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) provider: &'a str,
    /// The response's id; empty where it has none.
    pub(super) response: &'a str,
    pub(super) choice: u32,
    pub(super) ids: &'a mut Ids,
    /// Whether the host wants `reasoning_details` back.
    pub(super) keeps_details: bool,
}

/// A call, or a piece of one. What is not given is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Piece<'a> {
    index: Option<u64>,
    id: &'a str,
    name: &'a str,
    arguments: &'a str,
    extra: Raw<'a>,
}

impl<'a> Piece<'a> {
    pub(super) fn of_call(call: &'a ToolCall<'_>) -> Self {
        Self {
            index: call.index.0,
            id: call.id.as_str(),
            extra: call.extra_content,
            ..call
                .function
                .0
                .as_ref()
                .map_or_else(Self::default, Self::of_function)
        }
    }

    pub(super) fn of_function(function: &'a Function<'_>) -> Self {
        Self {
            name: function.name.as_str(),
            arguments: function.arguments.as_str(),
            ..Self::default()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.id.is_empty() && self.name.is_empty() && self.arguments.is_empty()
    }
}

impl Calls {
    /// Takes a call that is whole.
    pub(super) fn whole(
        &mut self,
        call: Piece<'_>,
        context: &mut Context<'_>,
        events: &mut Events,
    ) -> Result<()> {
        let at = self.begin(call)?;
        self.add(at, call, context, events);
        self.settle_one(at, context, events);
        Ok(())
    }

    /// Takes a piece of a call.
    pub(super) fn piece(
        &mut self,
        piece: Piece<'_>,
        context: &mut Context<'_>,
        events: &mut Events,
    ) -> Result<()> {
        let at = match self.find(piece) {
            Some(at) => at,
            None => self.begin(piece)?,
        };
        self.add(at, piece, context, events);
        Ok(())
    }

    /// Whether there is none.
    pub(super) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether the host gave a call an id, so that its pieces leave no trace.
    pub(super) fn has_id(&self, call: u32) -> bool {
        let call = self.list.get(call as usize);
        call.is_some_and(|call| !call.id.is_empty())
    }

    /// Announces the calls that never got a name: the answer is over.
    pub(super) fn settle(&mut self, context: &mut Context<'_>, events: &mut Events) {
        for at in 0..self.list.len() {
            self.settle_one(at, context, events);
        }
    }

    /// The call of which this is a further piece.
    fn find(&self, piece: Piece<'_>) -> Option<usize> {
        let last = |is: &dyn Fn(&Call) -> bool| self.list.iter().rposition(is);
        let same_index = piece
            .index
            .and_then(|index| last(&|call| call.index == Some(index)));
        if !piece.id.is_empty() {
            // The index may have been counted on in the middle of a call, and the id may come after the name.
            let nameless =
                same_index.filter(|at| piece.name.is_empty() && self.list[*at].id.is_empty());
            // A host that gives every call the same id tells them apart by index, and names each.
            let is_another = |at: &usize| {
                let call = &self.list[*at];
                call.announced
                    && !piece.name.is_empty()
                    && piece.index.is_some()
                    && call.index != piece.index
            };
            let same_id = last(&|call| call.id == piece.id).filter(|at| !is_another(at));
            return same_id.or(nameless);
        }
        let is_named_elsewhere = piece.index.is_some() && !piece.name.is_empty();
        let open = (!self.list.is_empty() && !is_named_elsewhere).then_some(self.open);
        same_index
            .or(open)
            .filter(|at| piece.name.is_empty() || !self.list[*at].is_over(piece.name))
    }

    fn begin(&mut self, call: Piece<'_>) -> Result<usize> {
        if self.list.len() == MOST_CALLS {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the answer holds more than 1024 tool calls",
            ));
        }
        self.list.push(Call {
            index: call.index,
            ..Call::default()
        });
        Ok(self.list.len() - 1)
    }

    fn add(&mut self, at: usize, piece: Piece<'_>, context: &mut Context<'_>, events: &mut Events) {
        self.open = at;
        let call = &mut self.list[at];
        let number = number(at);
        if call.id.is_empty() {
            piece.id.clone_into(&mut call.id);
        }
        if !call.announced && !piece.name.is_empty() {
            piece.name.clone_into(&mut call.name);
            call.announce(number, context, events);
        }
        if !piece.arguments.is_empty() {
            if call.id.is_empty() {
                call.nesting.push(piece.arguments);
            }
            if call.announced {
                events.push(Event::arguments(context.choice, number, piece.arguments));
            } else {
                call.early.push_str(piece.arguments);
            }
        }
        // What does not parse (nested too deep, say) is not worth returning.
        let extra = piece
            .extra
            .map(|raw| serde_json::from_str::<Value>(raw.get()));
        if let Some(Ok(extra)) = extra {
            let opaque = Opaque::new(context.provider, json!({ "extra_content": extra }));
            events.push(Event::opaque(context.choice, Some(number), opaque));
        }
    }

    fn settle_one(&mut self, at: usize, context: &mut Context<'_>, events: &mut Events) {
        let call = &mut self.list[at];
        if !call.announced {
            call.announce(number(at), context, events);
        }
    }
}

impl Call {
    /// Gives the call's beginning, and what arrived before it.
    fn announce(&mut self, number: u32, context: &mut Context<'_>, events: &mut Events) {
        self.announced = true;
        let id = match self.id.as_str() {
            "" => context.ids.next(context.response),
            id => id.to_owned(),
        };
        events.push(Event::tool_call(context.choice, number, id, &self.name));
        if !self.early.is_empty() {
            let early = std::mem::take(&mut self.early);
            events.push(Event::arguments(context.choice, number, early));
        }
    }

    /// Whether a further piece that names `name` and no id cannot belong to this call.
    fn is_over(&self, name: &str) -> bool {
        !self.name.is_empty() && (self.name != name || (self.id.is_empty() && self.nesting.closed))
    }
}

/// A call's number in the events: its place. There are at most [`MOST_CALLS`].
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
