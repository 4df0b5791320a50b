use bytes::Bytes;
use glassbox_core::{Error, ErrorKind};
use glassbox_http::MemoryResponse;
use serde_json::Value;

use crate::Reply;

/// An answer as it stands on the wire: a status, headers, and a body of one or more frames.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Body {
    status: u16,
    headers: Vec<(String, String)>,
    frames: Vec<Bytes>,
    breaks: bool,
}

impl Body {
    /// 200 with a content type, and no frame yet.
    pub fn new(content_type: impl Into<String>) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type".to_owned(), content_type.into())],
            frames: Vec::new(),
            breaks: false,
        }
    }

    /// 200 with a body of JSON, which is one frame.
    pub fn json(body: &Value) -> Self {
        Self::new("application/json").with_frame(body.to_string())
    }

    /// 200 with server-sent events, each a frame with the blank line behind it.
    pub fn events<B: Into<Bytes>>(events: impl IntoIterator<Item = B>) -> Self {
        Self::new("text/event-stream").with_frames(events)
    }

    /// 200 with lines of JSON, each a frame with the line feed behind it.
    pub fn lines<B: Into<Bytes>>(lines: impl IntoIterator<Item = B>) -> Self {
        Self::new("application/x-ndjson").with_frames(lines)
    }

    /// Sets the status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds a header.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a frame.
    pub fn with_frame(mut self, frame: impl Into<Bytes>) -> Self {
        self.frames.push(frame.into());
        self
    }

    /// Adds frames.
    pub fn with_frames<B: Into<Bytes>>(mut self, frames: impl IntoIterator<Item = B>) -> Self {
        self.frames.extend(frames.into_iter().map(Into::into));
        self
    }

    /// The frames in order.
    #[must_use]
    pub fn frames(&self) -> &[Bytes] {
        &self.frames
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether its content type holds this word.
    pub(super) fn is(&self, word: &str) -> bool {
        self.headers
            .iter()
            .any(|(name, value)| name == "content-type" && value.contains(word))
    }

    /// The same answer with other frames.
    pub(super) fn reframed(&self, frames: Vec<Bytes>) -> Self {
        Self {
            frames,
            ..self.clone()
        }
    }

    /// The first `length` bytes of it, after which the connection is closed in order.
    pub(super) fn cut_off(&self, length: usize) -> Self {
        let bytes = self.frames.concat();
        self.reframed(vec![Bytes::copy_from_slice(&bytes[..length])])
    }

    /// The first `length` bytes of it, after which the connection breaks.
    pub(super) fn broken_off(&self, length: usize) -> Self {
        Self {
            breaks: true,
            ..self.cut_off(length)
        }
    }

    pub(super) fn length(&self) -> usize {
        self.frames.iter().map(Bytes::len).sum()
    }

    /// As a transport in memory gives it.
    pub(super) fn response(&self, cut: Cut) -> MemoryResponse {
        let mut response = MemoryResponse::new(self.status);
        for (name, value) in &self.headers {
            response = response.with_header(name, value);
        }
        for piece in cut.pieces(&self.frames) {
            response = response.with_chunk(piece);
        }
        if self.breaks {
            let error = Error::new(ErrorKind::Network, "the connection broke");
            response = response.with_failure(error);
        }
        response
    }

    /// As a [`Server`](crate::Server) gives it, cut in this way.
    #[must_use]
    pub fn reply(&self, cut: Cut) -> Reply {
        let mut reply = Reply::new(self.status);
        for (name, value) in &self.headers {
            reply = reply.with_header(name, value);
        }
        let reply = reply.with_chunks(cut.pieces(&self.frames));
        if self.breaks {
            reply.with_close()
        } else {
            reply
        }
    }
}

/// How a body is cut into the pieces that arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cut {
    /// Not at all.
    Whole,
    /// Behind every frame: an event, or a line.
    Frames,
    /// Behind every byte.
    Bytes,
    /// Inside every character of several bytes, at every place.
    Characters,
}

impl Cut {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Whole, Self::Frames, Self::Bytes, Self::Characters];

    /// The pieces of a body that consists of these frames.
    #[must_use]
    pub fn pieces(self, frames: &[Bytes]) -> Vec<Bytes> {
        let whole = Bytes::from(frames.concat());
        let starts = |is_start: &dyn Fn(usize) -> bool| {
            let mut pieces = Vec::new();
            let mut start = 0;
            for at in (1..whole.len()).filter(|at| is_start(*at)) {
                pieces.push(whole.slice(start..at));
                start = at;
            }
            pieces.push(whole.slice(start..));
            pieces
        };
        match self {
            Self::Whole => vec![whole],
            Self::Frames => frames.to_vec(),
            Self::Bytes => starts(&|_| true),
            // The bytes of a character behind its first are 10xxxxxx (RFC 3629, section 3).
            Self::Characters => starts(&|at| whole[at] & 0xC0 == 0x80),
        }
    }
}
