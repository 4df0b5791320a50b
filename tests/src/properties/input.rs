use bytes::Bytes;
use glassbox_core::{Delivery, Error, ErrorKind};
use glassbox_http::{Limits, MemoryResponse};

/// How long a line may be where the input asks for little: short enough to be reached, long enough for most lines.
const SHORT_LINE: usize = 128;

/// An input, divided into what says how it is read and what is read.
///
/// Four characters and a line feed come first, which a person can write and read, and a fuzzer can change one by one.
///
/// | character | says |
/// | --- | --- |
/// | first | which of several: a dialect, a model, a status. `0` is the first |
/// | second | flags, as a number above `0`: 1 in pieces, 2 the connection breaks, 4 lines are short, 8 another `Content-Type`, 16 the body is a script of messages |
/// | third, fourth | how many bytes the pieces have, in turns |
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a> {
    which: u8,
    flags: u8,
    sizes: [u8; 2],
    pub(super) body: &'a [u8],
}

/// How a body is cut into the pieces that arrive.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cut {
    /// Behind every byte.
    Bytes,
    /// As the input says.
    Said,
    /// Not at all.
    Whole,
}

impl<'a> Input<'a> {
    /// `None` where it is too short to say anything.
    pub(super) fn read(input: &'a [u8]) -> Option<Self> {
        let ([which, flags, a, b, _], body) = input.split_first_chunk()?;
        let number = |byte: &u8| byte.wrapping_sub(b'0');
        Some(Self {
            which: number(which),
            flags: number(flags),
            sizes: [number(a), number(b)],
            body,
        })
    }

    /// The same, with another body.
    pub(super) fn with_body(self, body: &[u8]) -> Input<'_> {
        Input {
            body,
            which: self.which,
            flags: self.flags,
            sizes: self.sizes,
        }
    }

    /// One of some.
    pub(super) fn pick<'t, T>(&self, some: &'t [T]) -> &'t T {
        &some[self.index(some.len())]
    }

    pub(super) fn index(&self, count: usize) -> usize {
        usize::from(self.which) % count
    }

    pub(super) fn delivery(&self) -> Delivery {
        if self.flags & 1 == 0 {
            Delivery::Whole
        } else {
            Delivery::Incremental
        }
    }

    fn breaks(&self) -> bool {
        self.flags & 2 != 0
    }

    /// The longest line.
    pub(super) fn line(&self) -> usize {
        if self.flags & 4 == 0 {
            Limits::new().line
        } else {
            SHORT_LINE
        }
    }

    pub(super) fn limits(&self) -> Limits {
        let limits = Limits::new().with_line(self.line());
        if self.flags & 4 == 0 {
            limits
        } else {
            limits.with_error_body(SHORT_LINE)
        }
    }

    pub(super) fn is_other(&self) -> bool {
        self.flags & 8 != 0
    }

    pub(super) fn is_script(&self) -> bool {
        self.flags & 16 != 0
    }

    /// The body in pieces. Some may be empty.
    pub(super) fn pieces(&self, cut: Cut) -> Vec<&'a [u8]> {
        let sizes = match cut {
            Cut::Whole => return vec![self.body],
            Cut::Bytes => [1, 1],
            Cut::Said => [
                usize::from(self.sizes[0] % 64) + 1,
                usize::from(self.sizes[1] % 16),
            ],
        };
        let mut pieces = Vec::new();
        let mut rest = self.body;
        for size in sizes.into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(size.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        pieces
    }

    /// The body as a host sends it.
    pub(super) fn response(&self, status: u16, content_type: &str, cut: Cut) -> MemoryResponse {
        let mut response = MemoryResponse::new(status).with_header("content-type", content_type);
        for piece in self.pieces(cut) {
            response = response.with_chunk(Bytes::copy_from_slice(piece));
        }
        if self.breaks() {
            let error = Error::new(ErrorKind::Network, "the connection broke");
            response = response.with_failure(error);
        }
        response
    }
}

impl Cut {
    /// Every way but the one that the others are compared with.
    pub(super) const OTHERS: [Self; 2] = [Self::Said, Self::Bytes];
}
