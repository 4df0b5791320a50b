use std::fmt;
use std::mem;

use bytes::Bytes;
use futures_util::StreamExt as _;
use glassbox_core::{EventStream, Result, Retry, Start};
use http::{HeaderMap, Response, StatusCode};

use crate::classify::{check_whole, request_id};
use crate::lines::append;
use crate::reporter::Reporter;
use crate::stream::Driver;
use crate::{Body, Decoder, Framing, Limits, scrub};

/// A successful response that has begun.
#[non_exhaustive]
pub struct Reply {
    /// The status: 2xx.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, held to the client's limits and idle timeout.
    pub body: Body,
    /// What it took to get here: the first event of [`events`](Self::events).
    pub start: Start,
    reporter: Reporter,
    limits: Limits,
}

impl Reply {
    pub(crate) fn new(
        response: Response<Body>,
        reporter: Reporter,
        retries: Vec<Retry>,
        limits: Limits,
    ) -> Self {
        let (head, body) = response.into_parts();
        let mut start = Start::new();
        let id = request_id(&head.headers);
        start.request_id = id.map(|id| scrub::header(id, &reporter.secrets));
        start.retries = retries;
        Self {
            status: head.status,
            headers: head.headers,
            body,
            start,
            reporter,
            limits,
        }
    }

    /// The whole body.
    ///
    /// # Errors
    ///
    /// [`Network`](glassbox_core::ErrorKind::Network) or [`Timeout`](glassbox_core::ErrorKind::Timeout) where it
    /// does not arrive, [`Protocol`](glassbox_core::ErrorKind::Protocol) where it is longer than
    /// [`Limits::body`] or a web page, and the provider's error where it holds one.
    pub async fn bytes(mut self) -> Result<Bytes> {
        let mut buffer = Buffer::default();
        let read = loop {
            match self.body.next().await {
                Some(Ok(chunk)) => buffer.push(chunk, self.limits.body),
                Some(Err(error)) => break Err(error),
                None => break check_whole(buffer.as_slice(), &self.reporter),
            }
        };
        match read {
            Ok(()) => Ok(buffer.into_bytes()),
            Err(error) => Err(self.reporter.complete_with(error, &self.start)),
        }
    }

    /// The events of the answer: [`Start`](glassbox_core::Event::Start) first, then what the decoder makes.
    ///
    /// Nothing is read before it is asked for, and one frame is decoded at a time. The body is framed as it says
    /// itself where that is not what was asked: JSON in place of a stream is decoded as a whole, and a stream in
    /// place of JSON as a stream. A web page is an error that says so. An error object that the decoder cannot make
    /// sense of becomes the provider's error. After `End` the rest of the body is left unread.
    pub fn events(self, framing: Framing, decoder: impl Decoder) -> EventStream {
        Box::pin(Driver::new(self, framing, decoder))
    }

    pub(crate) fn into_parts(self) -> (HeaderMap, Body, Start, Reporter, Limits) {
        (
            self.headers,
            self.body,
            self.start,
            self.reporter,
            self.limits,
        )
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.status)
            .field("body", &self.body)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

/// A body on its way to being whole. One that arrives in one piece is not copied.
#[derive(Default)]
pub(crate) enum Buffer {
    #[default]
    Empty,
    One(Bytes),
    Many(Vec<u8>),
}

impl Buffer {
    pub(crate) fn push(&mut self, chunk: Bytes, limit: usize) {
        match self {
            Self::Empty => *self = Self::One(chunk),
            Self::One(first) => {
                let mut many = Vec::new();
                append(&mut many, first, limit);
                append(&mut many, &chunk, limit);
                *self = Self::Many(many);
            }
            Self::Many(many) => append(many, &chunk, limit),
        }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Empty => &[],
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes,
        }
    }

    pub(crate) fn into_bytes(mut self) -> Bytes {
        match mem::take(&mut self) {
            Self::Empty => Bytes::new(),
            Self::One(bytes) => bytes,
            Self::Many(bytes) => bytes.into(),
        }
    }
}
