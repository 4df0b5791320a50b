use std::fmt;

use glassbox_core::{Error, ErrorKind, Result};

use crate::Frame;
use crate::lines::{Line, Lines, append, forget};

/// Divides a `text/event-stream` into events, as the [HTML Standard, section 9.2][spec] says. No I/O.
///
/// The pieces may be cut anywhere. An event with one `data` line that lies in one piece is given as a slice of that
/// piece, uncopied; whatever else is buffered, and never more than the limit.
///
/// Lenient where providers need it: an event that the end of the stream cuts off before its blank line is given all
/// the same. `id` and `retry` are read over, since the stream of a model cannot be taken up again.
///
/// ```
/// use glassbox_http::SseDecoder;
///
/// let mut decoder = SseDecoder::new(1024);
/// let mut seen = Vec::new();
/// for mut chunk in [&b": ping\n\ndata: on"[..], b"e\n\nevent: end\ndata: two\n\n"] {
///     while let Some(frame) = decoder.decode(&mut chunk)? {
///         seen.push(format!("{}={}", frame.event, String::from_utf8_lossy(frame.data)));
///     }
/// }
/// assert_eq!(seen, ["=one", "end=two"]);
/// # Ok::<(), glassbox_core::Error>(())
/// ```
///
/// [spec]: https://html.spec.whatwg.org/multipage/server-sent-events.html
pub struct SseDecoder {
    lines: Lines,
    limit: usize,
    event: String,
    data: Vec<u8>,
    has_data: bool,
    /// The event has been given, and is to be forgotten.
    given: bool,
}

enum Field<'a> {
    End,
    Data(&'a [u8]),
    Event(&'a [u8]),
    Other,
}

impl SseDecoder {
    /// A decoder that accepts lines and events of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            lines: Lines::new(limit, true),
            limit,
            event: String::new(),
            data: Vec::new(),
            has_data: false,
            given: false,
        }
    }

    /// Takes the next event off the front of `chunk`; `None` once `chunk` is used up.
    ///
    /// # Errors
    ///
    /// [`Protocol`](ErrorKind::Protocol) where a line or an event is longer than the limit.
    pub fn decode<'a, 'chunk: 'a>(
        &'a mut self,
        chunk: &mut &'chunk [u8],
    ) -> Result<Option<Frame<'a>>> {
        self.forget_given();
        let mut held: Option<&'chunk [u8]> = None;
        while let Some(line) = self.lines.next(chunk)? {
            match (line, held) {
                (Line::Chunk(line), None) => match field(line) {
                    Field::Data(value) if !self.has_data => held = Some(value),
                    Field::Data(value) => self.push_data(value)?,
                    Field::Event(name) => self.set_event(name),
                    Field::Other => {}
                    Field::End if self.has_data => {
                        self.given = true;
                        return Ok(Some(Frame::new(&self.data).with_event(&self.event)));
                    }
                    Field::End => self.event.clear(),
                },
                (Line::Chunk(line), Some(first)) => match field(line) {
                    Field::Data(value) => {
                        held = None;
                        self.push_data(first)?;
                        self.push_data(value)?;
                    }
                    Field::Event(name) => self.set_event(name),
                    Field::Other => {}
                    Field::End => {
                        self.given = true;
                        return Ok(Some(Frame::new(first).with_event(&self.event)));
                    }
                },
                // Only the first line of a piece can be partial, so nothing is held.
                (Line::Partial, _) => self.take_partial()?,
            }
        }
        if let Some(value) = held {
            self.push_data(value)?;
        }
        Ok(None)
    }

    /// Takes the event that the end of the stream cut off, where there is one.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    pub fn finish(&mut self) -> Result<Option<Frame<'_>>> {
        self.forget_given();
        if self.lines.finish() {
            self.take_partial()?;
        }
        if !self.has_data {
            return Ok(None);
        }
        self.given = true;
        Ok(Some(Frame::new(&self.data).with_event(&self.event)))
    }

    fn take_partial(&mut self) -> Result<()> {
        let line = self.lines.partial();
        match field(line) {
            Field::Data(value) if self.has_data => extend_event(&mut self.data, value, self.limit),
            Field::Data(value) => {
                let start = line.len() - value.len();
                self.lines.swap_partial(&mut self.data);
                self.data.drain(..start);
                self.has_data = true;
                Ok(())
            }
            Field::Event(name) => {
                name_event(&mut self.event, name);
                Ok(())
            }
            // A line without content is never partial.
            Field::Other | Field::End => Ok(()),
        }
    }

    fn push_data(&mut self, value: &[u8]) -> Result<()> {
        if self.has_data {
            return extend_event(&mut self.data, value, self.limit);
        }
        self.has_data = true;
        append(&mut self.data, value, self.limit);
        Ok(())
    }

    fn set_event(&mut self, name: &[u8]) {
        name_event(&mut self.event, name);
    }

    fn forget_given(&mut self) {
        if self.given {
            self.given = false;
            self.has_data = false;
            self.event.clear();
            forget(&mut self.data);
        }
    }
}

impl fmt::Debug for SseDecoder {
    // What is buffered is content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SseDecoder")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

fn field(line: &[u8]) -> Field<'_> {
    if line.is_empty() {
        Field::End
    } else if let Some(value) = value_of(b"data", line) {
        Field::Data(value)
    } else if let Some(value) = value_of(b"event", line) {
        Field::Event(value)
    } else {
        Field::Other
    }
}

/// The value of the field `name`: after the colon, without one leading space; empty where there is no colon.
fn value_of<'a>(name: &[u8], line: &'a [u8]) -> Option<&'a [u8]> {
    match line.strip_prefix(name)? {
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        [] => Some(&[]),
        _ => None,
    }
}

fn name_event(event: &mut String, name: &[u8]) {
    event.clear();
    event.push_str(&String::from_utf8_lossy(name));
}

fn extend_event(data: &mut Vec<u8>, value: &[u8], limit: usize) -> Result<()> {
    if data.len() + 1 + value.len() > limit {
        return Err(Error::new(
            ErrorKind::Protocol,
            format!(
                "an event of the stream is longer than the limit of {limit} bytes (Limits::line)"
            ),
        ));
    }
    append(data, b"\n", limit);
    append(data, value, limit);
    Ok(())
}

#[cfg(test)]
mod tests;
