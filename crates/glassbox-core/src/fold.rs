use crate::{
    Choice, Error, ErrorKind, Event, Message, Opaque, Part, Reasoning, Response, Result, Role,
    Text, ToolCall,
};

/// Adds events up to a [`Response`]: the only place where that is done.
///
/// ```
/// use glassbox_core::{Event, Fold, FinishKind, Start};
///
/// let mut fold = Fold::new();
/// fold.push(Event::Start(Box::new(Start::new())));
/// fold.push(Event::text("two "));
/// fold.push(Event::text("pieces"));
/// fold.push(Event::finish(0, FinishKind::Stop));
/// fold.push(Event::End);
/// assert_eq!(fold.finish()?.text(), "two pieces");
/// # Ok::<(), glassbox_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Fold {
    response: Response,
    open: Vec<Open>,
    ended: bool,
}

/// What is being received of one answer.
#[derive(Clone, Debug, Default)]
struct Open {
    /// Where each call, by its number, stands among the parts.
    calls: Vec<(u32, usize)>,
    /// Whether the last part is complete, so that the next piece begins a new one.
    closed: bool,
}

/// More answers than any provider gives: a hostile index must not make us allocate.
const MOST_CHOICES: usize = 256;

impl Fold {
    /// Nothing received yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one event in. What follows [`Event::End`], and arguments of a call that did not begin, break the grammar
    /// and are ignored.
    pub fn push(&mut self, event: Event) {
        if self.ended {
            return;
        }
        match event {
            Event::Start(start) => self.response.start = *start,
            Event::Meta(meta) => self.response.meta.update(*meta),
            Event::Usage(usage) => self.response.usage.update(&usage),
            Event::End => self.ended = true,
            Event::Text { choice, delta } => self.text(choice, delta),
            Event::Reasoning { choice, delta } => self.reasoning(choice, delta),
            Event::ToolCall {
                choice,
                call,
                id,
                name,
            } => self.call(choice, call, id, name),
            Event::Arguments {
                choice,
                call,
                delta,
            } => {
                if let Some(call) = self.open_call(choice, call) {
                    call.arguments.push_str(&delta);
                }
            }
            Event::Part { choice, part } => {
                if let Some((parts, open)) = self.choice(choice) {
                    parts.push(*part);
                    open.closed = true;
                }
            }
            Event::Opaque {
                choice,
                call: Some(call),
                opaque,
            } => {
                if let Some(call) = self.open_call(choice, call) {
                    call.opaque = Some(*opaque);
                }
            }
            Event::Opaque {
                choice,
                call: None,
                opaque,
            } => self.opaque(choice, *opaque),
            Event::Finish { choice, reason } => {
                if self.choice(choice).is_some() {
                    self.response.choices[choice as usize].finish_reason = Some(reason);
                }
            }
        }
    }

    /// What has been received so far.
    #[must_use]
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// Gives up what has been received so far, complete or not.
    #[must_use]
    pub fn into_partial(self) -> Response {
        self.response
    }

    /// The complete response.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Protocol`] where no [`Event::End`] was pushed: the answer is cut.
    pub fn finish(self) -> Result<Response> {
        if self.ended {
            Ok(self.response)
        } else {
            Err(Error::new(
                ErrorKind::Protocol,
                "the stream ended before the answer was complete",
            ))
        }
    }

    fn choice(&mut self, choice: u32) -> Option<(&mut Vec<Part>, &mut Open)> {
        let index = choice as usize;
        if index >= MOST_CHOICES {
            return None;
        }
        while self.open.len() <= index {
            self.response
                .choices
                .push(Choice::new(Message::new(Role::Assistant, []), None));
            self.open.push(Open::default());
        }
        Some((
            &mut self.response.choices[index].message.parts,
            &mut self.open[index],
        ))
    }

    fn open_call(&mut self, choice: u32, call: u32) -> Option<&mut ToolCall> {
        let (parts, open) = self.choice(choice)?;
        let (_, at) = open
            .calls
            .iter()
            .rev()
            .find(|(number, _)| *number == call)?;
        match parts.get_mut(*at) {
            Some(Part::ToolCall(call)) => Some(call),
            _ => None,
        }
    }

    fn text(&mut self, choice: u32, delta: String) {
        if delta.is_empty() {
            return;
        }
        let Some((parts, open)) = self.choice(choice) else {
            return;
        };
        match parts.last_mut() {
            Some(Part::Text(text)) if !open.closed => text.content.push_str(&delta),
            _ => {
                parts.push(Part::Text(Text {
                    content: delta,
                    opaque: None,
                }));
                open.closed = false;
            }
        }
    }

    fn reasoning(&mut self, choice: u32, delta: String) {
        if delta.is_empty() {
            return;
        }
        let Some((parts, open)) = self.choice(choice) else {
            return;
        };
        match parts.last_mut() {
            Some(Part::Reasoning(reasoning)) if !open.closed => reasoning.content.push_str(&delta),
            _ => {
                parts.push(Part::Reasoning(Reasoning {
                    content: delta,
                    opaque: None,
                }));
                open.closed = false;
            }
        }
    }

    fn call(&mut self, choice: u32, number: u32, id: String, name: String) {
        let Some((parts, open)) = self.choice(choice) else {
            return;
        };
        open.calls.push((number, parts.len()));
        open.closed = true;
        parts.push(Part::ToolCall(ToolCall::new(id, name, "")));
    }

    fn opaque(&mut self, choice: u32, opaque: Opaque) {
        let Some((parts, open)) = self.choice(choice) else {
            return;
        };
        match parts.last_mut() {
            Some(Part::Text(text)) if !open.closed => text.opaque = Some(opaque),
            Some(Part::Reasoning(reasoning)) if !open.closed => reasoning.opaque = Some(opaque),
            _ => parts.push(Part::Opaque(opaque)),
        }
        open.closed = true;
    }
}
