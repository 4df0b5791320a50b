use std::fmt;

use glassbox_core::{Error, ErrorKind, Result};

use crate::Frame;
use crate::lines::{append, forget};

/// Two lengths and their checksum stand before every message.
const PRELUDE: usize = 12;

/// The checksum of all that stands before it ends every message.
const CHECKSUM: usize = 4;

/// Divides a binary event stream of AWS (`application/vnd.amazon.eventstream`) into its messages. No I/O.
///
/// The pieces may be cut anywhere. A message that lies in one piece is given as a slice of that piece, uncopied. Both
/// checksums of a message are verified, and a message that is longer than the limit is refused before it is buffered.
///
/// | `:message-type` | [`Frame::event`] | [`Frame::data`] | [`Frame::failure`] |
/// | --- | --- | --- | --- |
/// | `event` | `:event-type` | the payload | |
/// | `exception` | `:exception-type` | the payload | yes |
/// | `error` | `:error-code` | `:error-message` | yes |
///
/// ```
/// use glassbox_http::EventStreamDecoder;
///
/// // A message without headers that says `hi`.
/// let message = [
///     0, 0, 0, 18, 0, 0, 0, 0, 0x7F, 0x02, 0x1B, 0x8B, b'h', b'i', 0x54, 0xA7, 0xF4, 0x15,
/// ];
/// let mut decoder = EventStreamDecoder::new(1024);
/// let mut chunk = &message[..];
/// assert_eq!(decoder.decode(&mut chunk)?.unwrap().data, b"hi");
/// assert!(decoder.decode(&mut chunk)?.is_none());
/// assert!(decoder.finish()?.is_none());
/// # Ok::<(), glassbox_core::Error>(())
/// ```
pub struct EventStreamDecoder {
    /// What has arrived of a message that does not lie in one piece.
    partial: Vec<u8>,
    limit: usize,
    /// The message has been given, and is to be forgotten.
    given: bool,
}

impl EventStreamDecoder {
    /// A decoder that accepts messages of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            partial: Vec::new(),
            limit,
            given: false,
        }
    }

    /// Takes the next message off the front of `chunk`; `None` once `chunk` is used up.
    ///
    /// # Errors
    ///
    /// [`Protocol`](ErrorKind::Protocol) where a checksum or a length is wrong, a header cannot be read, or a message
    /// is longer than the limit. Nothing can be read after that.
    pub fn decode<'a, 'chunk: 'a>(
        &'a mut self,
        chunk: &mut &'chunk [u8],
    ) -> Result<Option<Frame<'a>>> {
        self.forget_given();
        if self.partial.is_empty()
            && let Some(length) = length(chunk, self.limit)?
            && let Some((message, rest)) = chunk.split_at_checked(length)
        {
            *chunk = rest;
            return read(message).map(Some);
        }
        loop {
            let wanted = length(&self.partial, self.limit)?.unwrap_or(PRELUDE);
            if self.partial.len() == wanted && wanted > PRELUDE {
                self.given = true;
                return read(&self.partial).map(Some);
            }
            if chunk.is_empty() {
                return Ok(None);
            }
            let missing = wanted - self.partial.len();
            let (piece, rest) = chunk.split_at(missing.min(chunk.len()));
            append(&mut self.partial, piece, wanted);
            *chunk = rest;
        }
    }

    /// Takes the end of the stream, which leaves nothing to give.
    ///
    /// # Errors
    ///
    /// [`Protocol`](ErrorKind::Protocol) where the stream ended in the middle of a message.
    pub fn finish(&mut self) -> Result<Option<Frame<'_>>> {
        self.forget_given();
        if self.partial.is_empty() {
            return Ok(None);
        }
        self.partial = Vec::new();
        Err(broken("the stream broke off in the middle of an event"))
    }

    fn forget_given(&mut self) {
        if self.given {
            self.given = false;
            forget(&mut self.partial);
        }
    }
}

impl fmt::Debug for EventStreamDecoder {
    // What is buffered is content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStreamDecoder")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// How long the message is that begins here; `None` where too little of it is there to tell.
fn length(start: &[u8], limit: usize) -> Result<Option<usize>> {
    if start.len() < PRELUDE {
        return Ok(None);
    }
    let length = number(start, 0);
    if crc32fast::hash(&start[..8]) != number(start, 8) {
        return Err(broken(
            "what came is not an AWS event stream: the checksum of a message's beginning is wrong",
        ));
    }
    let length = length as usize;
    if length > limit {
        return Err(Error::new(
            ErrorKind::Protocol,
            format!(
                "an event of the stream is longer than the limit of {limit} bytes (Limits::line)"
            ),
        ));
    }
    let headers = number(start, 4) as usize;
    match length.checked_sub(PRELUDE + CHECKSUM) {
        Some(room) if headers <= room => Ok(Some(length)),
        _ => Err(broken(
            "an event of the stream contradicts itself: its lengths do not fit",
        )),
    }
}

/// Reads a message of which [`length`] has approved.
fn read(message: &[u8]) -> Result<Frame<'_>> {
    let (checked, _) = message.split_at(message.len() - CHECKSUM);
    if crc32fast::hash(checked) != number(message, checked.len()) {
        return Err(broken(
            "an event of the stream was damaged on its way: its checksum is wrong",
        ));
    }
    let (headers, payload) = checked[PRELUDE..].split_at(number(message, 4) as usize);
    let headers = Headers::read(headers)
        .ok_or_else(|| broken("an event of the stream has a header that cannot be read"))?;
    Ok(match headers.message_type {
        "exception" => Frame::new(payload)
            .with_event(headers.exception_type)
            .with_failure(),
        "error" => Frame::new(headers.error_message.as_bytes())
            .with_event(headers.error_code)
            .with_failure(),
        _ => Frame::new(payload).with_event(headers.event_type),
    })
}

/// The headers that mean something to us.
#[derive(Default)]
struct Headers<'a> {
    message_type: &'a str,
    event_type: &'a str,
    exception_type: &'a str,
    error_code: &'a str,
    error_message: &'a str,
}

impl<'a> Headers<'a> {
    fn read(mut rest: &'a [u8]) -> Option<Self> {
        let mut headers = Self::default();
        while let Some((length, after)) = rest.split_first() {
            let (name, after) = after.split_at_checked(usize::from(*length))?;
            let (kind, after) = after.split_first()?;
            let (text, after) = value(*kind, after)?;
            rest = after;
            let wanted = match name {
                b":message-type" => &mut headers.message_type,
                b":event-type" => &mut headers.event_type,
                b":exception-type" => &mut headers.exception_type,
                b":error-code" => &mut headers.error_code,
                b":error-message" => &mut headers.error_message,
                _ => continue,
            };
            *wanted = std::str::from_utf8(text?).ok()?;
        }
        Some(headers)
    }
}

/// Takes a header's value off: its bytes where it is a string, and what follows it.
fn value(kind: u8, after: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let skip = match kind {
        // Two booleans, whose kind is their value.
        0 | 1 => 0,
        // Integers of 1, 2, 4 and 8 bytes, a time, a UUID.
        2 => 1,
        3 => 2,
        4 => 4,
        5 | 8 => 8,
        9 => 16,
        // Bytes and a string, with their length before them.
        6 | 7 => {
            let (length, after) = after.split_first_chunk::<2>()?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (bytes, after) = after.split_at_checked(length)?;
            return Some(((kind == 7).then_some(bytes), after));
        }
        _ => return None,
    };
    Some((None, after.split_at_checked(skip)?.1))
}

/// The big-endian number at this place, of which the caller knows that it is there.
fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4]
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn broken(message: &'static str) -> Error {
    Error::new(ErrorKind::Protocol, message)
}

#[cfg(test)]
mod tests;
