//! Protocol Buffers, written from the last byte to the first.
//!
//! A message is preceded by its length. From the back, the length is known by the time it is written: one pass, no
//! second one to compute sizes, nothing moved, and each length in as few bytes as it takes.

/// What the first allocation holds.
const FIRST: usize = 8 * 1024;

/// How a field's value is laid out: the lower three bits of its tag.
mod wire {
    pub(super) const VARINT: u8 = 0;
    pub(super) const FIXED64: u8 = 1;
    pub(super) const LENGTH_DELIMITED: u8 = 2;
}

/// A buffer that is filled from its end. Whatever is put in last comes first.
///
/// Fields are numbered 1 to 15: their tags are one byte.
#[derive(Debug, Default)]
pub(crate) struct Backward {
    /// As long as its capacity; what is written begins at `start`, what is before has no meaning.
    bytes: Vec<u8>,
    start: usize,
}

impl Backward {
    /// Writes over what is in `bytes`.
    pub(crate) fn over(bytes: Vec<u8>) -> Self {
        let start = bytes.len();
        Self { bytes, start }
    }

    /// The allocation, for another time.
    pub(crate) fn into_inner(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn written(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    #[inline]
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        if bytes.len() > self.start {
            self.grow(bytes.len());
        }
        let start = self.start - bytes.len();
        self.bytes[start..self.start].copy_from_slice(bytes);
        self.start = start;
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        let needed = self.len() + more;
        let mut bytes = vec![0; needed.max(self.bytes.len() * 2).max(FIRST)];
        let start = bytes.len() - self.len();
        bytes[start..].copy_from_slice(self.written());
        *self = Self { bytes, start };
    }

    #[inline]
    fn put_varint(&mut self, value: u64) {
        match u8::try_from(value) {
            Ok(byte @ ..0x80) => self.put(&[byte]),
            _ => self.put_long_varint(value),
        }
    }

    fn put_long_varint(&mut self, mut value: u64) {
        let mut bytes = [0; 10];
        let mut length = 0;
        for byte in &mut bytes {
            *byte = value as u8 | 0x80;
            length += 1;
            value >>= 7;
            if value == 0 {
                *byte &= 0x7f;
                break;
            }
        }
        self.put(&bytes[..length]);
    }

    /// What precedes `length` bytes of a field.
    #[inline]
    fn head(&mut self, field: u8, length: usize) {
        match u8::try_from(length) {
            Ok(length @ ..0x80) => self.put(&[tag(field), length]),
            _ => {
                self.put_long_varint(length as u64);
                self.put(&[tag(field)]);
            }
        }
    }

    /// A field of text or bytes, empty or not.
    #[inline]
    pub(crate) fn bytes(&mut self, field: u8, bytes: &[u8]) {
        self.put(bytes);
        self.head(field, bytes.len());
    }

    /// A field that is a message with nothing but a field of text or bytes.
    #[inline]
    pub(crate) fn bytes_within(&mut self, outer: u8, inner: u8, bytes: &[u8]) {
        self.put(bytes);
        match u8::try_from(bytes.len()) {
            Ok(length @ ..0x7e) => self.put(&[tag(outer), length + 2, tag(inner), length]),
            _ => {
                let after = self.len() - bytes.len();
                self.head(inner, bytes.len());
                self.head(outer, self.len() - after);
            }
        }
    }

    /// A field of text, which is left out where it is empty.
    #[inline]
    pub(crate) fn text(&mut self, field: u8, text: &str) {
        if !text.is_empty() {
            self.bytes(field, text.as_bytes());
        }
    }

    /// A field that is a message: what `content` writes, in reverse order.
    #[inline]
    pub(crate) fn message(&mut self, field: u8, content: impl FnOnce(&mut Self)) {
        let after = self.len();
        content(self);
        self.head(field, self.len() - after);
    }

    /// A varint field, zero or not.
    #[inline]
    pub(crate) fn varint(&mut self, field: u8, value: u64) {
        self.put_varint(value);
        self.put(&[field << 3 | wire::VARINT]);
    }

    /// A varint field, which is left out where it is zero.
    #[inline]
    pub(crate) fn count(&mut self, field: u8, count: u32) {
        if count != 0 {
            self.varint(field, u64::from(count));
        }
    }

    /// Eight bytes, zero or not.
    #[inline]
    pub(crate) fn fixed64(&mut self, field: u8, value: u64) {
        let mut bytes = [field << 3 | wire::FIXED64; 9];
        bytes[1..].copy_from_slice(&value.to_le_bytes());
        self.put(&bytes);
    }
}

/// Of a field that has a length.
const fn tag(field: u8) -> u8 {
    field << 3 | wire::LENGTH_DELIMITED
}
