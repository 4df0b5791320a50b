use std::collections::{VecDeque, vec_deque};

use glassbox_core::{Event, Result};

/// How the body of a response is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Framing {
    /// It is not: one JSON text.
    Whole,
    /// Into server-sent events (`text/event-stream`).
    ServerSentEvents,
    /// Into lines that are each one JSON text (`application/x-ndjson`).
    Ndjson,
    /// Into the binary messages of AWS (`application/vnd.amazon.eventstream`).
    EventStream,
}

/// One server-sent event, one NDJSON line, or one message of an AWS event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame<'a> {
    /// The event's name; empty unless it has one.
    pub event: &'a str,
    /// The data: the `data` lines of the event, joined by line feeds, or the NDJSON line without its end, or the
    /// message's payload.
    pub data: &'a [u8],
    /// Whether the frame itself says that the host failed, whatever its data: an exception or an error of an AWS event
    /// stream, which is named in `event`. The other framings have no word for it.
    pub failure: bool,
}

impl<'a> Frame<'a> {
    /// Data without a name.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self {
            event: "",
            data,
            failure: false,
        }
    }

    /// Names the event.
    #[must_use]
    pub const fn with_event(mut self, event: &'a str) -> Self {
        self.event = event;
        self
    }

    /// Says that the host failed.
    #[must_use]
    pub const fn with_failure(mut self) -> Self {
        self.failure = true;
        self
    }
}

/// Turns frames into events. Pure: an adapter's `decode` implements it, and no test of it needs a network.
///
/// The driver ([`Reply::events`](crate::Reply::events)) has already given `Start`. It gives what was pushed before an
/// error, then the error, and ends. An error needs no provider, request id or retries, and no scrubbing: the driver
/// does that.
pub trait Decoder: Send + 'static {
    /// Takes one server-sent event, one NDJSON line or one message.
    ///
    /// # Errors
    ///
    /// [`Protocol`](glassbox_core::ErrorKind::Protocol) where the frame cannot be understood, and
    /// [`in_band_error`](crate::in_band_error) where it holds the provider's error.
    fn frame(&mut self, frame: Frame<'_>, events: &mut Events) -> Result<()>;

    /// Takes a whole JSON body. [`end`](Decoder::end) is called after it.
    ///
    /// # Errors
    ///
    /// As [`frame`](Decoder::frame).
    fn whole(&mut self, body: &[u8], events: &mut Events) -> Result<()>;

    /// Takes the end of the body. It must push `End`, or say what is missing, unless `End` was pushed before.
    ///
    /// # Errors
    ///
    /// [`Protocol`](glassbox_core::ErrorKind::Protocol) where the answer is not complete.
    fn end(&mut self, events: &mut Events) -> Result<()>;
}

/// Where a [`Decoder`] puts the events that it makes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Events {
    queue: VecDeque<Event>,
    ended: bool,
}

impl Events {
    /// No events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No events yet, and room for some.
    pub(crate) fn with_capacity(events: usize) -> Self {
        Self {
            queue: VecDeque::with_capacity(events),
            ended: false,
        }
    }

    /// Adds an event. Nothing may follow `End`, so whatever is pushed after it is dropped.
    pub fn push(&mut self, event: Event) {
        if !self.ended {
            self.ended = matches!(event, Event::End);
            self.queue.push_back(event);
        }
    }

    /// Whether `End` was pushed.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// How many events wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether no event waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// The events that wait, in order.
    pub fn iter(&self) -> vec_deque::Iter<'_, Event> {
        self.queue.iter()
    }

    /// Takes the first event.
    pub fn pop(&mut self) -> Option<Event> {
        self.queue.pop_front()
    }
}

impl Extend<Event> for Events {
    fn extend<I: IntoIterator<Item = Event>>(&mut self, events: I) {
        for event in events {
            self.push(event);
        }
    }
}

impl IntoIterator for Events {
    type Item = Event;
    type IntoIter = vec_deque::IntoIter<Event>;

    fn into_iter(self) -> Self::IntoIter {
        self.queue.into_iter()
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = &'a Event;
    type IntoIter = vec_deque::Iter<'a, Event>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
