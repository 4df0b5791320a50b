use std::fmt;

use glassbox_core::Result;

use crate::Frame;
use crate::lines::{Line, Lines};

/// Divides a stream of JSON lines (`application/x-ndjson`) into its lines. No I/O.
///
/// The pieces may be cut anywhere. A line that lies in one piece is given as a slice of that piece, uncopied. Blank
/// lines are skipped; a carriage return before the line feed is removed; a last line may lack its end.
///
/// ```
/// use glassbox_http::NdjsonDecoder;
///
/// let mut decoder = NdjsonDecoder::new(1024);
/// let mut chunk = &b"{\"a\":1}\r\n\n{\"a\":2}"[..];
/// assert_eq!(decoder.decode(&mut chunk)?.unwrap().data, b"{\"a\":1}");
/// assert!(decoder.decode(&mut chunk)?.is_none());
/// assert_eq!(decoder.finish()?.unwrap().data, b"{\"a\":2}");
/// # Ok::<(), glassbox_core::Error>(())
/// ```
pub struct NdjsonDecoder {
    lines: Lines,
    limit: usize,
}

impl NdjsonDecoder {
    /// A decoder that accepts lines of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            lines: Lines::new(limit, false),
            limit,
        }
    }

    /// Takes the next line off the front of `chunk`; `None` once `chunk` is used up.
    ///
    /// # Errors
    ///
    /// [`Protocol`](glassbox_core::ErrorKind::Protocol) where a line is longer than the limit.
    pub fn decode<'a, 'chunk: 'a>(
        &'a mut self,
        chunk: &mut &'chunk [u8],
    ) -> Result<Option<Frame<'a>>> {
        while let Some(line) = self.lines.next(chunk)? {
            match line {
                Line::Chunk(line) if !is_blank(line) => return Ok(Some(Frame::new(trim(line)))),
                Line::Partial if !is_blank(self.lines.partial()) => {
                    return Ok(Some(Frame::new(trim(self.lines.partial()))));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Takes the line that the end of the stream left without an end, where there is one.
    ///
    /// # Errors
    ///
    /// None today; the same as [`decode`](Self::decode) in the signature.
    pub fn finish(&mut self) -> Result<Option<Frame<'_>>> {
        let frame = self.lines.finish() && !is_blank(self.lines.partial());
        Ok(frame.then(|| Frame::new(trim(self.lines.partial()))))
    }
}

impl fmt::Debug for NdjsonDecoder {
    // What is buffered is content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NdjsonDecoder")
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

fn trim(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests;
