//! Function calls: whole, or piece by piece where the caller asked for streamed arguments.

use glassbox_core::{Error, ErrorKind, Event, Opaque, Result};
use glassbox_http::Events;
use serde_json::{Map, Value};

use super::arguments::{Assembly, compact};
use super::candidate::Context;
use crate::wire::FunctionCall;

/// More calls than a model makes.
const MOST_CALLS: u32 = 1024;

/// The calls of one candidate.
#[derive(Debug, Default)]
pub(super) struct Calls {
    count: u32,
    /// The arguments of the last call, while more of them is to come.
    open: Option<Assembly>,
}

impl Calls {
    pub(super) const fn any(&self) -> bool {
        self.count > 0
    }

    pub(super) fn take(
        &mut self,
        choice: u32,
        call: &FunctionCall<'_>,
        signature: Option<&str>,
        context: &mut Context<'_>,
        events: &mut Events,
    ) -> Result<()> {
        let args = call.args.map(|raw| compact(raw.get()));
        let args = args.filter(|text| text != "null");
        let name = call.name.as_str();
        if !name.is_empty() || (self.open.is_none() && args.is_some()) {
            self.settle(choice, events);
            self.begin(choice, call, signature, context, events)?;
        }
        // The end of a call that is over already says nothing.
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        if let Some(args) = args {
            open.whole(args);
        }
        for piece in &call.partial_args.0 {
            open.piece(piece)?;
        }
        if !call.will_continue.is_set() {
            self.settle(choice, events);
        }
        Ok(())
    }

    fn begin(
        &mut self,
        choice: u32,
        call: &FunctionCall<'_>,
        signature: Option<&str>,
        context: &mut Context<'_>,
        events: &mut Events,
    ) -> Result<()> {
        if self.count == MOST_CALLS {
            return Err(Error::new(
                ErrorKind::Protocol,
                "the answer holds more than 1024 tool calls",
            ));
        }
        let number = self.count;
        self.count += 1;
        self.open = Some(Assembly::default());
        let given = call.id.given();
        let id = given.map_or_else(|| made_up(context), str::to_owned);
        events.push(Event::tool_call(choice, number, id, call.name.as_str()));
        // Whether the id is Google's own: only then does it go back.
        let mut data = Map::new();
        if let Some(id) = given {
            data.insert("id".to_owned(), id.into());
        }
        if let Some(signature) = signature {
            data.insert("thoughtSignature".to_owned(), signature.into());
        }
        if !data.is_empty() {
            let opaque = Opaque::new(context.provider, Value::Object(data));
            events.push(Event::opaque(choice, Some(number), opaque));
        }
        Ok(())
    }

    /// Gives the arguments of the last call, where they were held back.
    pub(super) fn settle(&mut self, choice: u32, events: &mut Events) {
        if let Some(open) = self.open.take() {
            let number = self.count - 1;
            events.push(Event::arguments(choice, number, open.into_text()));
        }
    }
}

/// An id that is unique in the response, and, as far as the response has an id, in the conversation.
fn made_up(context: &mut Context<'_>) -> String {
    let number = *context.ids;
    *context.ids += 1;
    let letters: Vec<char> = context
        .response
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    if letters.is_empty() {
        return format!("call_{number}");
    }
    let tail: String = letters[letters.len().saturating_sub(8)..].iter().collect();
    format!("call_{tail}_{number}")
}
