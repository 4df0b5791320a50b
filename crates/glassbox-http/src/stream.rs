use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use futures_core::Stream;
use glassbox_core::{Error, ErrorKind, Event, Result, Start};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::de::IgnoredAny;

use crate::classify::{check_whole, unreadable, web_page};
use crate::reply::Buffer;
use crate::reporter::Reporter;
use crate::{
    Body, Decoder, EventStreamDecoder, Events, Frame, Framing, Limits, NdjsonDecoder, Reply,
    SseDecoder,
};

/// Drives a decoder over a body: the stream behind [`Reply::events`].
///
/// It reads only when no event waits, and decodes one frame at a time, so its memory is one piece of the body, one
/// partial line, and the events of one frame.
pub(crate) struct Driver<D> {
    body: Body,
    /// The piece of the body that is being divided.
    chunk: Bytes,
    framer: Framer,
    decoder: D,
    events: Events,
    /// What ends the stream once the events before it are given.
    failure: Option<Error>,
    done: bool,
    limits: Limits,
    reporter: Reporter,
    start: Start,
}

/// An answer in one piece makes about so many events at once: what it is, what it cost, the text, and two ends.
const WHOLE_EVENTS: usize = 6;

// Nothing in it is ever pinned in place.
impl<D> Unpin for Driver<D> {}

enum Framer {
    /// A stream was asked for, and nothing but white space has arrived: the first character will tell.
    Undecided {
        binary: bool,
    },
    Whole {
        asked: Framing,
        buffer: Buffer,
    },
    Split(Splitter),
}

enum Splitter {
    ServerSentEvents(SseDecoder),
    Ndjson(NdjsonDecoder),
    EventStream(EventStreamDecoder),
}

impl Splitter {
    fn decode<'a, 'chunk: 'a>(&'a mut self, chunk: &mut &'chunk [u8]) -> Result<Option<Frame<'a>>> {
        match self {
            Self::ServerSentEvents(decoder) => decoder.decode(chunk),
            Self::Ndjson(decoder) => decoder.decode(chunk),
            Self::EventStream(decoder) => decoder.decode(chunk),
        }
    }

    fn finish(&mut self) -> Result<Option<Frame<'_>>> {
        match self {
            Self::ServerSentEvents(decoder) => decoder.finish(),
            Self::Ndjson(decoder) => decoder.finish(),
            Self::EventStream(decoder) => decoder.finish(),
        }
    }
}

impl Framer {
    fn new(asked: Framing, headers: &HeaderMap, limits: &Limits) -> Self {
        let said = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        match framing(asked, said) {
            Framing::Whole => Self::whole(asked),
            Framing::ServerSentEvents => Self::Undecided { binary: false },
            Framing::EventStream => Self::Undecided { binary: true },
            Framing::Ndjson => Self::lines(limits),
        }
    }

    fn events(limits: &Limits) -> Self {
        Self::Split(Splitter::ServerSentEvents(SseDecoder::new(limits.line)))
    }

    fn lines(limits: &Limits) -> Self {
        Self::Split(Splitter::Ndjson(NdjsonDecoder::new(limits.line)))
    }

    fn messages(limits: &Limits) -> Self {
        Self::Split(Splitter::EventStream(EventStreamDecoder::new(limits.line)))
    }

    fn whole(asked: Framing) -> Self {
        Self::Whole {
            asked,
            buffer: Buffer::default(),
        }
    }
}

impl<D: Decoder> Driver<D> {
    pub(crate) fn new(reply: Reply, asked: Framing, decoder: D) -> Self {
        let (headers, body, start, reporter, limits) = reply.into_parts();
        let mut events = Events::with_capacity(WHOLE_EVENTS);
        events.push(Event::Start(Box::new(start.clone())));
        Self {
            body,
            chunk: Bytes::new(),
            framer: Framer::new(asked, &headers, &limits),
            decoder,
            events,
            failure: None,
            done: false,
            limits,
            reporter,
            start,
        }
    }

    /// Makes progress by one frame or by one piece of the body.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let result = if self.chunk.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(cx)) {
                Some(Ok(chunk)) => {
                    self.chunk = chunk;
                    Ok(())
                }
                Some(Err(error)) => Err(error),
                None => self.finish(),
            }
        } else {
            self.divide()
        };
        self.failure = result.err();
        Poll::Ready(())
    }

    /// Decodes the next frame of the present piece, where it still holds one.
    fn divide(&mut self) -> Result<()> {
        let mut rest: &[u8] = &self.chunk;
        let frame = match &mut self.framer {
            Framer::Split(splitter) => splitter.decode(&mut rest)?,
            Framer::Whole { buffer, .. } => {
                buffer.push(std::mem::take(&mut self.chunk), self.limits.body);
                return Ok(());
            }
            Framer::Undecided { binary } => {
                let binary = *binary;
                return self.decide(binary);
            }
        };
        if let Some(frame) = frame {
            decode(&mut self.decoder, frame, &mut self.events, &self.reporter)?;
        }
        let used = self.chunk.len() - rest.len();
        self.skip(used);
        Ok(())
    }

    /// Lets go of a piece that is used up, so that the HTTP client can use its buffer again.
    fn skip(&mut self, used: usize) {
        if used == self.chunk.len() {
            self.chunk = Bytes::new();
        } else {
            self.chunk.advance(used);
        }
    }

    /// Looks at the first character that means something: no line of a stream of events begins as JSON does, and no
    /// binary message within any limit is as long as a printable character would make it.
    fn decide(&mut self, binary: bool) -> Result<()> {
        let Some(at) = self.chunk.iter().position(|byte| !is_filler(*byte)) else {
            self.chunk = Bytes::new();
            return Ok(());
        };
        self.framer = match self.chunk[at] {
            b'<' => return Err(web_page()),
            b'{' | b'[' => Framer::whole(Framing::ServerSentEvents),
            _ if binary => Framer::messages(&self.limits),
            _ => Framer::events(&self.limits),
        };
        self.skip(at);
        Ok(())
    }

    /// The body has ended, and so must the answer.
    fn finish(&mut self) -> Result<()> {
        match &mut self.framer {
            Framer::Undecided { .. } => {}
            Framer::Whole { asked, buffer } => {
                let (asked, body) = (*asked, std::mem::take(buffer).into_bytes());
                if let Some(framer) = self.misframed(asked, &body) {
                    // What follows is as if it had been known from the beginning.
                    self.framer = framer;
                    self.chunk = body;
                    return Ok(());
                }
                self.take_whole(&body)?;
            }
            Framer::Split(splitter) => {
                if let Some(frame) = splitter.finish()? {
                    decode(&mut self.decoder, frame, &mut self.events, &self.reporter)
                        .map_err(cut_off)?;
                }
            }
        }
        if !self.events.ended() {
            self.decoder.end(&mut self.events)?;
        }
        if self.events.ended() {
            Ok(())
        } else {
            Err(Error::new(
                ErrorKind::Protocol,
                "the answer broke off before its end",
            ))
        }
    }

    /// How to divide a body that was taken for one JSON text and is none.
    fn misframed(&self, asked: Framing, body: &[u8]) -> Option<Framer> {
        const FIELDS: [&[u8]; 3] = [b"data:", b"event:", b":"];
        if FIELDS.iter().any(|field| body.starts_with(field)) {
            return Some(Framer::events(&self.limits));
        }
        let lines = asked == Framing::Ndjson && serde_json::from_slice::<IgnoredAny>(body).is_err();
        lines.then(|| Framer::lines(&self.limits))
    }

    fn take_whole(&mut self, body: &[u8]) -> Result<()> {
        if body.iter().all(|byte| is_filler(*byte)) {
            return Err(Error::new(ErrorKind::Protocol, "the body is empty"));
        }
        let Err(error) = check_whole(body, &self.reporter) else {
            return self
                .decoder
                .whole(body, &mut self.events)
                .map_err(|error| unreadable(error, body, &self.reporter));
        };
        // What failed is billed too, and has an id to complain with.
        let mut said = Events::new();
        let _ = self.decoder.whole(body, &mut said);
        let counts = |event: &Event| matches!(event, Event::Meta(_) | Event::Usage(_));
        self.events.extend(said.into_iter().filter(counts));
        Err(error)
    }
}

impl<D: Decoder> Stream for Driver<D> {
    type Item = Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(event) = this.events.pop() {
                if matches!(event, Event::End) {
                    this.done = true;
                    this.chunk = Bytes::new();
                    this.body.drain(cx);
                }
                return Poll::Ready(Some(Ok(event)));
            }
            if this.done {
                // The end of the body may have come while the consumer looked at `End`.
                this.body.drain(cx);
                this.body = Body::empty();
                return Poll::Ready(None);
            }
            if let Some(error) = this.failure.take() {
                this.done = true;
                this.chunk = Bytes::new();
                this.body = Body::empty();
                return Poll::Ready(Some(Err(this.reporter.complete_with(error, &this.start))));
            }
            ready!(this.poll_step(cx));
        }
    }
}

fn decode(
    decoder: &mut impl Decoder,
    frame: Frame<'_>,
    events: &mut Events,
    reporter: &Reporter,
) -> Result<()> {
    decoder
        .frame(frame, events)
        .map_err(|error| unreadable(error, frame.data, reporter))
}

/// How a body is divided, as it says itself in its `Content-Type`, or as it was asked for.
fn framing(asked: Framing, content_type: &str) -> Framing {
    const LINES: [&str; 6] = [
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/jsonlines",
        "application/stream+json",
    ];
    let (said, _) = content_type.split_once(';').unwrap_or((content_type, ""));
    let said = said.trim();
    let is = |name: &str| said.eq_ignore_ascii_case(name);
    if is("text/event-stream") {
        return Framing::ServerSentEvents;
    }
    if LINES.into_iter().any(is) {
        return Framing::Ndjson;
    }
    if is("application/vnd.amazon.eventstream") {
        return Framing::EventStream;
    }
    let is_json = || is("application/json") || said.to_ascii_lowercase().ends_with("+json");
    // For streams of events the first character tells better than the header.
    if asked == Framing::Ndjson && is_json() {
        return Framing::Whole;
    }
    asked
}

/// The reason why the last frame cannot be read, where the body ended in the middle of it.
fn cut_off(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Protocol => Error::new(
            ErrorKind::Protocol,
            "the stream broke off in the middle of an event",
        ),
        _ => error,
    }
}

/// White space, and the bytes of a byte order mark.
fn is_filler(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0xEF | 0xBB | 0xBF)
}

#[cfg(test)]
mod tests;
