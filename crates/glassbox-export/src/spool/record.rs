//! A segment as bytes: a header, then records.
//!
//! ```text
//! header   magic [8] | version u32 | created u64 | crc u32             24 bytes
//! record   length u32 | crc u32 | number u64 | kind u8 | payload       17 bytes and the payload
//! ```
//!
//! Numbers are little-endian. `created` is in milliseconds since 1970. A record's checksum covers all of it but itself,
//! the length included; the numbers in a log are consecutive, and a segment is named after its first one. So what is
//! readable is known to be where it belongs, and what is missing can be counted. The checksum is the CRC-32 of gzip,
//! whose code every build has anyway.

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crc32fast::Hasher;

const MAGIC: [u8; 8] = *b"GBXSPOOL";
const VERSION: u32 = 1;

/// Bytes before the first record.
pub(super) const HEADER: usize = 24;
/// Bytes of a record before its payload.
pub(super) const FRAME: usize = 17;
/// The longest payload, in bytes. No collector takes as much at once.
pub(super) const LONGEST: usize = 64 * 1024 * 1024;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind(u8);

impl Kind {
    /// One ended span, as a `TracesData` message with its resource.
    pub(crate) const SPAN: Self = Self(1);

    /// What a later version may write.
    #[cfg(test)]
    pub(super) const OTHER: Self = Self(2);

    /// Zero is no kind: a hole in a file reads as zeros.
    fn new(byte: u8) -> Option<Self> {
        (byte != 0).then_some(Self(byte))
    }
}

/// What a segment begins with.
pub(super) fn header(created: SystemTime) -> [u8; HEADER] {
    let since = created.duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let mut bytes = [0; HEADER];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..20].copy_from_slice(&millis.to_le_bytes());
    let crc = crc32fast::hash(&bytes[..20]);
    bytes[20..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// What a file says of itself at its beginning.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// A segment of this format.
    Ours {
        /// When it was begun.
        created: SystemTime,
    },
    /// A segment of a format to come.
    Newer(u32),
    /// A segment whose maker was stopped before the header was written.
    Torn,
    /// Something else, or a segment with a damaged header: its records tell.
    Unknown,
}

impl Header {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let Some(header) = bytes.first_chunk::<HEADER>() else {
            let whole = bytes.len().min(MAGIC.len());
            return match bytes[..whole] == MAGIC[..whole] {
                true => Self::Torn,
                false => Self::Unknown,
            };
        };
        if header[..8] != MAGIC || number32(header, 20) != crc32fast::hash(&header[..20]) {
            return Self::Unknown;
        }
        match number32(header, 8) {
            VERSION => Self::Ours {
                created: moment(number64(header, 12)),
            },
            version => Self::Newer(version),
        }
    }
}

fn moment(millis: u64) -> SystemTime {
    let since = Duration::from_millis(millis);
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}

/// Appends a record to `out`. The payload is no longer than [`LONGEST`].
pub(super) fn write(out: &mut Vec<u8>, number: u64, kind: Kind, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let length = length.to_le_bytes();
    let number = number.to_le_bytes();
    out.extend_from_slice(&length);
    out.extend_from_slice(&checksum(&length, &number, kind.0, payload).to_le_bytes());
    out.extend_from_slice(&number);
    out.push(kind.0);
    out.extend_from_slice(payload);
}

fn checksum(length: &[u8], number: &[u8], kind: u8, payload: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(length);
    hasher.update(number);
    hasher.update(&[kind]);
    hasher.update(payload);
    hasher.finalize()
}

/// A record found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) number: u64,
    pub(super) kind: Kind,
    /// Where its payload is.
    pub(super) payload: Range<usize>,
}

/// What comes next in a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Record(Record),
    /// Bytes that are no record. What follows, if anything does, is one.
    Damage {
        bytes: usize,
        /// The numbers of the records that were there, as far as a later one tells.
        missing: Range<u64>,
    },
}

/// Reads records one after the other. Where one is damaged, it looks for the next that is not.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The number of the next record, if none is missing.
    next: u64,
    /// Bytes that may still be looked at in the search for records: no file is worth more than some
    /// passes over it.
    effort: usize,
}

impl<'a> Scan<'a> {
    /// Reads `bytes`, which begin with the record of this number.
    pub(super) fn new(bytes: &'a [u8], number: u64) -> Self {
        Self {
            bytes,
            at: 0,
            next: number,
            effort: bytes.len().saturating_mul(64).max(1024 * 1024),
        }
    }

    /// How far it has read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The number after the last record that was found.
    pub(super) fn number(&self) -> u64 {
        self.next
    }

    fn take(&mut self, record: Record) -> Found {
        self.at = record.payload.end;
        self.next = record.number + 1;
        Found::Record(record)
    }

    /// The next position with a record, and its number.
    fn search(&mut self) -> Option<(usize, u64)> {
        for at in self.at + 1..self.bytes.len() {
            if self.effort == 0 {
                return None;
            }
            if let Some(record) = self.record(at) {
                return Some((at, record.number));
            }
        }
        None
    }

    /// The record at a position, if one is there that can be: its checksum is right, and between the
    /// last one and this there was room for those with the numbers between.
    fn record(&mut self, at: usize) -> Option<Record> {
        let frame = self.bytes.get(at..)?.first_chunk::<FRAME>()?;
        let length = usize::try_from(number32(frame, 0)).ok()?;
        let number = number64(frame, 8);
        let kind = Kind::new(frame[16])?;
        let room = ((at - self.at) / FRAME) as u64;
        if length > LONGEST || number < self.next || number - self.next > room {
            return None;
        }
        let payload = at + FRAME..(at + FRAME).checked_add(length)?;
        let content = self.bytes.get(payload.clone())?;
        self.effort = self.effort.saturating_sub(content.len());
        let whole = checksum(&frame[..4], &frame[8..16], frame[16], content);
        // The last number is never given, so that there is always a next.
        (whole == number32(frame, 4) && number < u64::MAX).then_some(Record {
            number,
            kind,
            payload,
        })
    }
}

impl Iterator for Scan<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if self.at == self.bytes.len() {
            return None;
        }
        if let Some(record) = self.record(self.at) {
            return Some(self.take(record));
        }
        let (from, expected) = (self.at, self.next);
        (self.at, self.next) = self.search().unwrap_or((self.bytes.len(), expected));
        Some(Found::Damage {
            bytes: self.at - from,
            missing: expected..self.next,
        })
    }
}

fn number32(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

fn number64(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}

#[cfg(test)]
mod tests;
