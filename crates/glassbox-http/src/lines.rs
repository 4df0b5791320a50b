use glassbox_core::{Error, ErrorKind, Result};
use memchr::{memchr, memchr2};

/// What a buffer keeps after a long line, so that one image does not cost memory for the rest of the stream.
pub(crate) const KEPT_CAPACITY: usize = 4 << 10;

const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Divides pieces of a stream into lines, wherever the pieces were cut.
///
/// A line that lies in one piece is given as a slice of it. Only a line that does not is copied, into `partial`.
pub(crate) struct Lines {
    limit: usize,
    /// Whether a carriage return ends a line too, alone or before a line feed.
    cr: bool,
    partial: Vec<u8>,
    /// `partial` has been given, and is to be emptied.
    given: bool,
    /// The last piece ended in a carriage return: a line feed that follows belongs to it.
    after_cr: bool,
    /// How many bytes of a byte order mark the stream began with; 3 once that is settled.
    mark: usize,
    failed: bool,
}

/// Where a line is.
#[derive(Clone, Copy)]
pub(crate) enum Line<'a> {
    /// In the piece.
    Chunk(&'a [u8]),
    /// In [`Lines::partial`].
    Partial,
}

impl Lines {
    pub(crate) fn new(limit: usize, cr: bool) -> Self {
        Self {
            limit,
            cr,
            partial: Vec::new(),
            given: false,
            after_cr: false,
            mark: 0,
            failed: false,
        }
    }

    /// Takes the next line off the front of `chunk`, without its end; `None` once `chunk` is used up.
    pub(crate) fn next<'a>(&mut self, chunk: &mut &'a [u8]) -> Result<Option<Line<'a>>> {
        self.forget_given();
        if self.failed {
            return Err(self.too_long());
        }
        self.skip_mark(chunk);
        if self.after_cr && !chunk.is_empty() {
            self.after_cr = false;
            *chunk = chunk.strip_prefix(b"\n").unwrap_or(chunk);
        }
        let Some(end) = self.find_end(chunk) else {
            self.keep(chunk)?;
            *chunk = &[];
            return Ok(None);
        };
        let (line, rest) = chunk.split_at(end);
        *chunk = self.skip_end(rest);
        if !self.partial.is_empty() {
            self.keep(line)?;
            self.given = true;
            return Ok(Some(Line::Partial));
        }
        if line.len() > self.limit {
            self.failed = true;
            return Err(self.too_long());
        }
        Ok(Some(Line::Chunk(line)))
    }

    /// Whether the stream ended in a line without an end, which is then in [`Lines::partial`].
    pub(crate) fn finish(&mut self) -> bool {
        self.forget_given();
        self.given = true;
        self.end_mark();
        !self.partial.is_empty() && !self.failed
    }

    /// The line that [`Line::Partial`] speaks of.
    pub(crate) fn partial(&self) -> &[u8] {
        &self.partial
    }

    /// Swaps the buffer behind [`Line::Partial`] for an empty one.
    pub(crate) fn swap_partial(&mut self, empty: &mut Vec<u8>) {
        std::mem::swap(&mut self.partial, empty);
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.partial.capacity()
    }

    fn find_end(&self, chunk: &[u8]) -> Option<usize> {
        match chunk.first() {
            // The blank line after a server-sent event.
            Some(b'\n') => Some(0),
            _ if self.cr => memchr2(b'\n', b'\r', chunk),
            _ => memchr(b'\n', chunk),
        }
    }

    fn skip_end<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match rest {
            [b'\r', b'\n', rest @ ..] => rest,
            [b'\r'] => {
                self.after_cr = true;
                &[]
            }
            [_, rest @ ..] => rest,
            [] => rest,
        }
    }

    fn skip_mark(&mut self, chunk: &mut &[u8]) {
        while self.mark < BYTE_ORDER_MARK.len() {
            let Some((first, rest)) = chunk.split_first() else {
                return;
            };
            if *first != BYTE_ORDER_MARK[self.mark] {
                self.end_mark();
                return;
            }
            self.mark += 1;
            *chunk = rest;
        }
    }

    /// What looked like a byte order mark and was not all of one belongs to the first line.
    fn end_mark(&mut self) {
        if self.mark < BYTE_ORDER_MARK.len() {
            self.partial
                .extend_from_slice(&BYTE_ORDER_MARK[..self.mark]);
            self.mark = BYTE_ORDER_MARK.len();
        }
    }

    fn keep(&mut self, piece: &[u8]) -> Result<()> {
        if piece.len() > self.limit.saturating_sub(self.partial.len()) {
            self.failed = true;
            self.partial = Vec::new();
            return Err(self.too_long());
        }
        append(&mut self.partial, piece, self.limit);
        Ok(())
    }

    fn forget_given(&mut self) {
        if self.given {
            self.given = false;
            forget(&mut self.partial);
        }
    }

    fn too_long(&self) -> Error {
        Error::new(
            ErrorKind::Protocol,
            format!(
                "a line of the stream is longer than the limit of {} bytes (Limits::line)",
                self.limit
            ),
        )
    }
}

/// Empties a buffer, and gives back what it does not need for ordinary lines.
pub(crate) fn forget(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.shrink_to(KEPT_CAPACITY);
}

/// Appends, without the buffer growing past `limit` bytes: doubling would.
pub(crate) fn append(buffer: &mut Vec<u8>, bytes: &[u8], limit: usize) {
    let needed = buffer.len() + bytes.len();
    if needed > buffer.capacity() {
        let doubled = buffer.capacity().saturating_mul(2).min(limit);
        buffer.reserve_exact(needed.max(doubled) - buffer.len());
    }
    buffer.extend_from_slice(bytes);
}
