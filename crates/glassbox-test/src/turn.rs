use std::time::Duration;

use glassbox_core::{
    Delivery, Error, Event, FinishKind, FinishReason, Meta, Request, Start, ToolCall, Usage,
};

/// One answer of a [`ScriptedModel`](crate::ScriptedModel).
///
/// It says what is answered; the model makes the events of it, in pieces or whole as the request asks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Turn {
    /// The response's id. `None` for a response without an id.
    pub id: Option<String>,
    /// The model that answers. `None` repeats the model's own name.
    pub model: Option<String>,
    /// The reasoning, before everything else.
    pub reasoning: String,
    /// The text.
    pub text: String,
    /// The tool calls, after the text.
    pub tool_calls: Vec<ToolCall>,
    /// Why the answer stops. `None` takes what fits: tool calls, or a natural end.
    pub finish: Option<FinishReason>,
    /// What the call consumed. Empty unless set. A turn that breaks off, is cut or hangs tells it before it does.
    pub usage: Usage,
    /// What the model reports in its first event: retries, dropped options, the request's id.
    pub start: Start,
    /// In how many pieces an incremental answer's text comes. 2 unless set.
    pub pieces: usize,
    /// How long to wait before each piece, on tokio's clock. Zero unless set.
    pub pace: Duration,
    /// How the turn fails. `None` for a turn that ends as it should.
    pub(crate) fault: Option<Fault>,
}

/// How a scripted answer fails.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The request is refused.
    Refused(Error),
    /// The stream gives an error in place of the `End`.
    Broken(Error),
    /// The stream ends without an `End` and without an error.
    Cut,
    /// After its last piece the stream gives nothing more and does not end.
    Hang,
}

impl Turn {
    fn blank() -> Self {
        Self {
            id: None,
            model: None,
            reasoning: String::new(),
            text: String::new(),
            tool_calls: Vec::new(),
            finish: None,
            usage: Usage::default(),
            start: Start::new(),
            pieces: 2,
            pace: Duration::ZERO,
            fault: None,
        }
    }

    /// Answers with a text and ends by itself, with the finish reason `stop`.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::blank()
        }
    }

    /// Asks for these tool calls.
    pub fn tool_calls(calls: impl IntoIterator<Item = ToolCall>) -> Self {
        Self {
            tool_calls: calls.into_iter().collect(),
            ..Self::blank()
        }
    }

    /// Asks for one tool call, with its arguments as JSON text.
    pub fn tool_call(id: &str, name: &str, arguments: &str) -> Self {
        Self::tool_calls([ToolCall::new(id, name, arguments)])
    }

    /// Refuses the request with this error.
    #[must_use]
    pub fn refused(error: Error) -> Self {
        Self {
            fault: Some(Fault::Refused(error)),
            ..Self::blank()
        }
    }

    /// Sets the response's id.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Names the model that answers.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Puts reasoning before the text.
    #[must_use]
    pub fn with_reasoning(mut self, text: impl Into<String>) -> Self {
        self.reasoning = text.into();
        self
    }

    /// Sets why the answer stops.
    #[must_use]
    pub fn with_finish(mut self, reason: impl Into<FinishReason>) -> Self {
        self.finish = Some(reason.into());
        self
    }

    /// Sets what the call consumed.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }

    /// Sets what the model reports in its first event.
    #[must_use]
    pub fn with_start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Sets in how many pieces the text comes.
    #[must_use]
    pub fn with_pieces(mut self, pieces: usize) -> Self {
        self.pieces = pieces.max(1);
        self
    }

    /// Waits this long before each piece, on tokio's clock.
    #[must_use]
    pub fn with_pace(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Gives this error after the last piece, in place of a finish reason and the end.
    #[must_use]
    pub fn broken(mut self, error: Error) -> Self {
        self.fault = Some(Fault::Broken(error));
        self
    }

    /// Ends the stream after the last piece, without a finish reason and without `End`.
    #[must_use]
    pub fn cut(mut self) -> Self {
        self.fault = Some(Fault::Cut);
        self
    }

    /// After the last piece gives nothing more, and keeps the stream open.
    #[must_use]
    pub fn hanging(mut self) -> Self {
        self.fault = Some(Fault::Hang);
        self
    }

    /// Cuts a text of the turn into about [`pieces`](Self::pieces) pieces of whole characters. An empty text has none.
    pub fn split<'a>(&self, text: &'a str) -> impl Iterator<Item = &'a str> + use<'a> {
        split(text, self.pieces)
    }

    /// The events of this turn as the answer to `request` by `model`, up to where the fault strikes.
    pub(crate) fn events(&self, model: &str, request: &Request) -> Vec<Event> {
        let pieces = if request.delivery == Delivery::Incremental {
            self.pieces
        } else {
            1
        };
        let mut events = vec![Event::Start(Box::new(self.start.clone()))];
        let answered_by = self.model.clone().unwrap_or_else(|| model.to_owned());
        events.push(Event::Meta(Box::new(Meta::new(
            self.id.clone(),
            Some(answered_by),
        ))));
        events.extend(split(&self.reasoning, pieces).map(|piece| Event::reasoning(0, piece)));
        events.extend(split(&self.text, pieces).map(Event::text));
        for (number, call) in (0u32..).zip(&self.tool_calls) {
            events.push(Event::tool_call(0, number, &*call.id, &*call.name));
            let arguments = split(call.arguments.as_str(), pieces);
            events.extend(arguments.map(|piece| Event::arguments(0, number, piece)));
        }
        if self.fault.is_none() {
            let kind = if self.tool_calls.is_empty() {
                FinishKind::Stop
            } else {
                FinishKind::ToolCall
            };
            events.push(Event::finish(0, self.finish.clone().unwrap_or(kind.into())));
        }
        if !self.usage.is_empty() {
            events.push(Event::Usage(Box::new(self.usage.clone())));
        }
        if self.fault.is_none() {
            events.push(Event::End);
        }
        events
    }
}

/// Cuts a text into about `pieces` pieces of whole characters. An empty text has none.
fn split(text: &str, pieces: usize) -> impl Iterator<Item = &str> {
    let size = text.len().div_ceil(pieces).max(1);
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = (size..rest.len())
            .find(|at| rest.is_char_boundary(*at))
            .unwrap_or(rest.len());
        let (piece, later) = rest.split_at(end);
        rest = later;
        Some(piece)
    })
}
