//! One log: segments in a folder, and how far each receiver has come.
//!
//! The process that began a log appends to it. One that took it over only reads.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::acks::{self, Acks};
use super::disk::{Append, Disk};
use super::folder::{self, Owned};
use super::read::{Chunk, Extent};
use super::record::{self, FRAME, HEADER, Kind};

/// When a segment is full.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rotation {
    /// In bytes. A record that is longer has a segment of its own.
    pub(super) bytes: u64,
    pub(super) age: Duration,
}

#[derive(Debug)]
pub(super) struct Log {
    folder: Owned,
    segments: VecDeque<Segment>,
    /// What the last segment is written to; nothing where it is finished.
    live: Option<Live>,
    /// The number of the next record.
    next: u64,
    receivers: Vec<Receiver>,
    /// All segments together.
    bytes: u64,
    scratch: Vec<u8>,
}

/// A file, and the records in it.
#[derive(Debug)]
pub(super) struct Segment {
    /// The number of its first record, which is its name.
    pub(super) first: u64,
    /// The number after its last record.
    pub(super) end: u64,
    /// In bytes.
    pub(super) length: u64,
    /// Records that are damaged.
    pub(super) missing: Vec<Range<u64>>,
    /// When it was begun, if that is known.
    pub(super) begun: Option<SystemTime>,
}

impl Segment {
    /// How many records it has in a range of numbers.
    pub(super) fn records(&self, range: &Range<u64>) -> u64 {
        let within = |other: &Range<u64>| {
            let end = range.end.min(other.end);
            end.saturating_sub(range.start.max(other.start))
        };
        let missing: u64 = self.missing.iter().map(within).sum();
        within(&(self.first..self.end)).saturating_sub(missing)
    }

    /// These records cannot be read; returns how many of them were thought to be.
    fn damaged(&mut self, missing: &Range<u64>) -> u64 {
        let news = self.records(missing);
        if news > 0 {
            let apart =
                |known: &Range<u64>| known.end <= missing.start || missing.end <= known.start;
            self.missing.retain(apart);
            self.missing.push(missing.clone());
        }
        news
    }
}

#[derive(Debug)]
struct Live {
    file: Arc<dyn Append>,
    begun: Instant,
}

/// Somebody who gets every record.
#[derive(Debug)]
struct Receiver {
    target: String,
    /// The last record of which no more is needed, and all before it.
    acknowledged: u64,
    /// The last record that was read for it.
    read: u64,
    /// Where the record after that is: in the segment with this first record, at this byte.
    place: (u64, u64),
}

impl Receiver {
    fn new(target: &str, acknowledged: u64) -> Self {
        Self {
            target: target.to_owned(),
            acknowledged,
            read: acknowledged,
            place: (0, 0),
        }
    }
}

impl Log {
    /// A log without records.
    pub(super) fn create(folder: Owned, targets: &[String]) -> Self {
        let receiver = |target: &String| Receiver::new(target, 0);
        Self {
            folder,
            segments: VecDeque::new(),
            live: None,
            next: 1,
            receivers: targets.iter().map(receiver).collect(),
            bytes: 0,
            scratch: Vec::new(),
        }
    }

    /// A log that somebody else has left. One receiver is new to it where it does not know the name.
    pub(super) fn reopen(folder: Owned, segments: Vec<Segment>, targets: &[String]) -> Self {
        let known: Acks = acks::read(folder.path());
        let end = segments.last().map_or(1, |segment| segment.end);
        let receiver = |target: &String| {
            let known = known.iter().find(|(name, _)| name == target);
            Receiver::new(
                target,
                known.map_or(0, |(_, number)| (*number).min(end - 1)),
            )
        };
        Self {
            folder,
            bytes: segments.iter().map(|segment| segment.length).sum(),
            segments: segments.into(),
            live: None,
            next: end,
            receivers: targets.iter().map(receiver).collect(),
            scratch: Vec::new(),
        }
    }

    pub(super) fn folder(&self) -> &Owned {
        &self.folder
    }

    pub(super) fn into_folder(self) -> Owned {
        self.folder
    }

    /// What the segments take, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What a record of this payload would add, in bytes.
    pub(super) fn needs(&self, payload: usize, rotation: Rotation) -> u64 {
        let record = (FRAME + payload) as u64;
        match self.has_room(record, rotation) {
            true => record,
            false => record + HEADER as u64,
        }
    }

    fn has_room(&self, record: u64, rotation: Rotation) -> bool {
        let (Some(live), Some(segment)) = (&self.live, self.segments.back()) else {
            return false;
        };
        let is_empty = segment.end == segment.first;
        is_empty || segment.length + record <= rotation.bytes && live.begun.elapsed() < rotation.age
    }

    /// Adds a record, which is with the operating system when this returns. Where it fails, the log
    /// is as it was.
    pub(super) fn append(
        &mut self,
        kind: Kind,
        payload: &[u8],
        rotation: Rotation,
        disk: &dyn Disk,
    ) -> io::Result<Appended> {
        let begun = !self.has_room((FRAME + payload.len()) as u64, rotation);
        if begun {
            self.begin(disk)?;
        }
        let (Some(live), Some(segment)) = (&self.live, self.segments.back_mut()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        self.scratch.clear();
        record::write(&mut self.scratch, self.next, kind, payload);
        if let Err(error) = live.file.append(&self.scratch) {
            // A part of a record at the end is harmless where nothing follows it.
            if live.file.cut(segment.length).is_err() {
                self.finish();
            }
            return Err(error);
        }
        segment.length += self.scratch.len() as u64;
        self.bytes += self.scratch.len() as u64;
        self.next += 1;
        segment.end = self.next;
        Ok(Appended {
            file: Arc::clone(&live.file),
            begun,
        })
    }

    /// Begins a segment.
    fn begin(&mut self, disk: &dyn Disk) -> io::Result<()> {
        self.finish();
        let path = folder::segment(self.folder.path(), self.next);
        // What is left of one that could not be begun before.
        let _ = fs::remove_file(&path);
        let file = disk.create(&path)?;
        let now = SystemTime::now();
        if let Err(error) = file.append(&record::header(now)) {
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        self.bytes += HEADER as u64;
        self.segments.push_back(Segment {
            first: self.next,
            end: self.next,
            length: HEADER as u64,
            missing: Vec::new(),
            begun: Some(now),
        });
        self.live = Some(Live {
            file,
            begun: Instant::now(),
        });
        Ok(())
    }

    /// No more is added to the last segment.
    pub(super) fn finish(&mut self) {
        let was_live = self.live.take().is_some();
        let is_empty = |segment: &Segment| segment.end == segment.first;
        if was_live && self.segments.back().is_some_and(is_empty) {
            let empty = self.segments.pop_back();
            let path = empty.map(|segment| self.removed(&segment));
            // Another try of the same name removes it too.
            let _ = path.map(fs::remove_file);
        }
    }

    /// What a receiver has not read yet, as far as one file goes.
    pub(super) fn extent(&self, receiver: usize) -> Option<Extent> {
        let receiver = &self.receivers[receiver];
        let unread = receiver.read + 1;
        let segment = self.segments.iter().find(|segment| segment.end > unread)?;
        let (from, number) = match receiver.place {
            (first, at) if first == segment.first => (at, unread),
            _ => (HEADER as u64, segment.first),
        };
        Some(Extent {
            path: folder::segment(self.folder.path(), segment.first),
            first: segment.first,
            bytes: from..segment.length,
            numbers: number..segment.end,
            wanted: unread,
        })
    }

    /// Takes note of what was read; returns how many records turned out to be damaged that were not
    /// known to be. Nothing where the segment has been dropped meanwhile, and its records counted.
    pub(super) fn note(&mut self, receiver: usize, chunk: &Chunk) -> Option<u64> {
        let mut segments = self.segments.iter_mut();
        let segment = segments.find(|segment| segment.first == chunk.first)?;
        let receiver = &mut self.receivers[receiver];
        receiver.read = receiver.read.max(chunk.numbers.end - 1);
        receiver.place = (chunk.first, chunk.end);
        let news = chunk.missing.iter();
        Some(news.map(|missing| segment.damaged(missing)).sum())
    }

    /// The receiver needs no record up to this number.
    pub(super) fn acknowledge(&mut self, receiver: usize, number: u64) {
        let receiver = &mut self.receivers[receiver];
        receiver.acknowledged = receiver.acknowledged.max(number.min(self.next - 1));
        receiver.read = receiver.read.max(receiver.acknowledged);
    }

    /// Lets a receiver read again what it has not acknowledged.
    #[cfg(test)]
    pub(super) fn rewind(&mut self, receiver: usize) {
        let receiver = &mut self.receivers[receiver];
        receiver.read = receiver.acknowledged;
        receiver.place = (0, 0);
    }

    /// How many records a receiver has not acknowledged.
    pub(super) fn waiting(&self, receiver: usize) -> u64 {
        self.count(self.receivers[receiver].acknowledged + 1..u64::MAX)
    }

    /// How many records a receiver has not read yet.
    pub(super) fn unread(&self, receiver: usize) -> u64 {
        self.count(self.receivers[receiver].read + 1..u64::MAX)
    }

    fn count(&self, range: Range<u64>) -> u64 {
        let records = |segment: &Segment| segment.records(&range);
        self.segments.iter().map(records).sum()
    }

    /// Nobody waits for anything.
    pub(super) fn is_delivered(&self) -> bool {
        (0..self.receivers.len()).all(|receiver| self.waiting(receiver) == 0)
    }

    /// The number up to which all receivers have acknowledged.
    fn acknowledged(&self) -> u64 {
        let all = self.receivers.iter().map(|receiver| receiver.acknowledged);
        all.min().unwrap_or(0)
    }

    /// Takes out the segments that nobody needs any more; their files are to be removed. With `live`
    /// also the one that is being written, if its records have arrived.
    pub(super) fn reap(&mut self, live: bool) -> Vec<PathBuf> {
        let acknowledged = self.acknowledged();
        if live && acknowledged + 1 >= self.next {
            self.finish();
        }
        let mut files = Vec::new();
        loop {
            let kept = usize::from(self.live.is_some());
            if self.segments.len() <= kept {
                return files;
            }
            let done = |segment: &Segment| segment.end <= acknowledged + 1;
            if !self.segments.front().is_some_and(done) {
                return files;
            }
            if let Some(segment) = self.segments.pop_front() {
                files.push(self.removed(&segment));
            }
        }
    }

    /// Takes out the oldest segment; says where it is, and how many of its records each receiver has
    /// not read yet.
    pub(super) fn drop_oldest(&mut self) -> Option<(PathBuf, Vec<u64>)> {
        if self.segments.len() == 1 {
            self.finish();
        }
        let segment = self.segments.pop_front()?;
        let path = self.removed(&segment);
        let mut lost = Vec::new();
        for receiver in &mut self.receivers {
            lost.push(segment.records(&(receiver.read + 1..u64::MAX)));
            receiver.read = receiver.read.max(segment.end - 1);
        }
        Some((path, lost))
    }

    fn removed(&mut self, segment: &Segment) -> PathBuf {
        self.bytes -= segment.length;
        folder::segment(self.folder.path(), segment.first)
    }

    /// What to write into the file of acknowledgements.
    pub(super) fn acks(&self) -> Acks {
        let ack = |receiver: &Receiver| (receiver.target.clone(), receiver.acknowledged);
        self.receivers.iter().map(ack).collect()
    }
}

/// What a record was appended to.
#[derive(Debug)]
pub(super) struct Appended {
    pub(super) file: Arc<dyn Append>,
    /// The record is the first of its file.
    pub(super) begun: bool,
}
