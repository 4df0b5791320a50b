//! Reads records from a segment's file. No lock is held meanwhile: what is read was written before.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;

use bytes::Bytes;

use super::record::{Found, Kind, Scan};

/// What is read of a file at once, in bytes, unless something longer or damaged is in it.
const WINDOW: u64 = 1024 * 1024;

/// A part of a segment that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) path: PathBuf,
    /// The segment's first record.
    pub(super) first: u64,
    pub(super) bytes: Range<u64>,
    /// The records in it.
    pub(super) numbers: Range<u64>,
    /// Records before this one are passed over.
    pub(super) wanted: u64,
}

/// How much is read at once. There is always at least one record, however long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) records: usize,
    /// Of payload.
    pub(crate) bytes: usize,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) records: Vec<Entry>,
    pub(super) missing: Vec<Range<u64>>,
    pub(super) first: u64,
    /// What it covers of the extent's records.
    pub(super) numbers: Range<u64>,
    /// Where in the file it ends.
    pub(super) end: u64,
}

/// A record's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    pub(crate) payload: Bytes,
}

impl Extent {
    /// What there is to say where the file is gone.
    pub(super) fn lost(&self) -> Chunk {
        let unread = self.wanted..self.numbers.end;
        Chunk {
            records: Vec::new(),
            missing: vec![unread],
            first: self.first,
            numbers: self.numbers.clone(),
            end: self.bytes.end,
        }
    }

    pub(super) fn read(&self, limits: Limits) -> io::Result<Chunk> {
        let whole = self.bytes.end.saturating_sub(self.bytes.start);
        if whole > WINDOW {
            let chunk = self.window(WINDOW, limits)?;
            if !chunk.records.is_empty() {
                return Ok(chunk);
            }
        }
        self.window(whole, limits)
    }

    fn window(&self, length: u64, limits: Limits) -> io::Result<Chunk> {
        let is_all = self.bytes.start + length >= self.bytes.end;
        let mut content = Vec::new();
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.bytes.start))?;
        file.take(length).read_to_end(&mut content)?;
        let content = Bytes::from(content);

        let mut chunk = Chunk {
            records: Vec::new(),
            missing: Vec::new(),
            first: self.first,
            numbers: self.numbers.start..self.numbers.start,
            end: self.bytes.start,
        };
        let mut size = 0;
        let mut scan = Scan::new(&content, self.numbers.start);
        while let Some(found) = scan.next() {
            match found {
                Found::Record(record) if record.number >= self.wanted => {
                    size += record.payload.len();
                    let is_full = chunk.records.len() >= limits.records || size > limits.bytes;
                    if is_full && !chunk.records.is_empty() {
                        return Ok(chunk);
                    }
                    chunk.records.push(Entry {
                        kind: record.kind,
                        payload: content.slice(record.payload),
                    });
                }
                Found::Record(_) => {}
                // It may be no more than the end of the window.
                Found::Damage { .. } if !is_all => return Ok(chunk),
                Found::Damage { missing, .. } if missing.is_empty() => {}
                Found::Damage { missing, .. } => chunk.missing.push(missing),
            }
            chunk.numbers.end = scan.number();
            chunk.end = self.bytes.start + scan.at() as u64;
        }
        if is_all {
            if chunk.numbers.end < self.numbers.end {
                chunk.missing.push(chunk.numbers.end..self.numbers.end);
            }
            chunk.numbers.end = self.numbers.end;
            chunk.end = self.bytes.end;
        }
        Ok(chunk)
    }
}
