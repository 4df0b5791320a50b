//! What can be read of a log that somebody has left.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::folder;
use super::log::Segment;
use super::record::{FRAME, Found, HEADER, Header, LONGEST, Scan};

/// No segment is longer, in bytes: the longest record follows what is nearly full.
const LONGEST_FILE: u64 = 2 * LONGEST as u64 + (HEADER + FRAME) as u64;

/// A log's segments, and what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Recovered {
    pub(super) segments: Vec<Segment>,
    pub(super) health: Health,
}

/// What is wrong with a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Health {
    /// Records that were whole once and cannot be read any more.
    pub(crate) damaged: u64,
    /// Records whose writing was cut short: what they were to hold had not ended.
    pub(crate) torn: u64,
    /// Files with the name of a segment that are none this version can read. They are left alone.
    pub(crate) foreign: Vec<PathBuf>,
    /// Why what could not be read could not, a line each.
    pub(crate) unreadable: Vec<String>,
}

impl Health {
    pub(super) fn add(&mut self, other: Self) {
        self.damaged += other.damaged;
        self.torn += other.torn;
        self.foreign.extend(other.foreign);
        self.unreadable.extend(other.unreadable);
    }
}

/// What one file holds.
enum Contents {
    Segment(Segment, Tail),
    /// Nothing yet.
    Empty,
    /// A segment of a later format: its records are not missing.
    Newer,
    Foreign,
}

/// What follows the last record.
struct Tail {
    /// Where it begins.
    at: u64,
    /// In bytes.
    length: u64,
}

/// Reads a log through. With `repair`, which is for the log's owner, what is torn is cut off.
pub(super) fn recover(path: &Path, repair: bool) -> io::Result<Recovered> {
    let mut found = Recovered::default();
    let mut files = Vec::new();
    for (first, path) in folder::segments(path)? {
        match contents(first, &path)? {
            Contents::Segment(segment, tail) => files.push((first, Some((segment, tail, path)))),
            Contents::Newer => {
                files.push((first, None));
                found.health.foreign.push(path);
            }
            Contents::Foreign => found.health.foreign.push(path),
            Contents::Empty if repair => fs::remove_file(&path)?,
            Contents::Empty => {}
        }
    }
    let mut files = files.into_iter().peekable();
    let mut end = 0;
    while let Some((first, segment)) = files.next() {
        let Some((mut segment, tail, path)) = segment else {
            continue;
        };
        // Records before it, whose numbers are certain, reach into it.
        if first < end {
            found.health.foreign.push(path);
            continue;
        }
        match files.peek() {
            // The next one says how many there were.
            Some((next, _)) if *next > segment.end => {
                segment.missing.push(segment.end..*next);
                segment.end = *next;
            }
            Some(_) => {}
            None if tail.length > 0 => {
                found.health.torn += 1;
                segment.length = tail.at;
                if repair {
                    OpenOptions::new()
                        .write(true)
                        .open(path)?
                        .set_len(tail.at)?;
                }
            }
            None => {}
        }
        end = segment.end;
        found.health.damaged += segment.missing.iter().map(length).sum::<u64>();
        found.segments.push(segment);
    }
    Ok(found)
}

fn length(range: &Range<u64>) -> u64 {
    range.end - range.start
}

fn contents(first: u64, path: &Path) -> io::Result<Contents> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut bytes = Vec::new();
    file.by_ref().take(HEADER as u64).read_to_end(&mut bytes)?;
    let header = Header::read(&bytes);
    match header {
        Header::Torn => return Ok(Contents::Empty),
        Header::Newer(_) => return Ok(Contents::Newer),
        Header::Unknown if bytes.len() < HEADER => return Ok(Contents::Foreign),
        _ if size > LONGEST_FILE || first == 0 => return Ok(Contents::Foreign),
        _ => {}
    }
    bytes.clear();
    file.read_to_end(&mut bytes)?;
    let mut missing = Vec::new();
    let mut records = 0;
    let mut scan = Scan::new(&bytes, first);
    let mut end = 0;
    while let Some(found) = scan.next() {
        match found {
            Found::Record(_) => {
                records += 1;
                end = scan.at();
            }
            Found::Damage { missing: some, .. } if !some.is_empty() => missing.push(some),
            Found::Damage { .. } => {}
        }
    }
    if header == Header::Unknown && records == 0 {
        return Ok(Contents::Foreign);
    }
    let tail = Tail {
        at: (HEADER + end) as u64,
        length: (bytes.len() - end) as u64,
    };
    let segment = Segment {
        first,
        end: scan.number(),
        length: size,
        missing,
        begun: match header {
            Header::Ours { created } => Some(created),
            _ => None,
        },
    };
    Ok(Contents::Segment(segment, tail))
}
