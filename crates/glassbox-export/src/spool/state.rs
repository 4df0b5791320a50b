//! What a store knows, under its lock.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::acks::Acks;
use super::disk::{Append, Disk};
use super::folder::Owned;
use super::log::{Appended, Log, Rotation};
use super::read::{Chunk, Extent};
use super::record::{Kind, LONGEST};
use super::recover::Health;
use super::store::Ticket;

/// So many records are made safe from a loss of power at once, if a second is not over before.
pub(super) const MANY: u64 = 512;

#[derive(Debug)]
pub(super) struct State {
    /// From the oldest to the own one, which is always there while the store is open.
    pub(super) logs: Vec<Log>,
    /// Folders that there is nothing more to do about.
    settled: Vec<PathBuf>,
    pub(super) counts: Counts,
    /// What was written and is not safe from a loss of power yet.
    unsafe_files: Vec<Arc<dyn Append>>,
    unsafe_names: bool,
    unsafe_records: u64,
    /// Logs with acknowledgements that are not written down.
    unwritten: Vec<PathBuf>,
    /// For each receiver, how many records there have been for it.
    accepted: Vec<u64>,
    /// Records since the reader looked.
    fresh: u64,
    /// Records that were not written since the reader looked.
    missed: u64,
    /// The reader knows that there is something to read.
    is_known: bool,
    closed: bool,
}

/// What the reader sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// One for each receiver.
    pub(crate) receivers: Vec<Seen>,
    /// Records that a loss of power would cost now.
    pub(crate) is_unsafe: bool,
    /// There are so many of them that it is not worth waiting for more.
    pub(crate) is_urgent: bool,
    /// Acknowledgements are not written down.
    pub(crate) is_unwritten: bool,
    /// Records that were there once and cannot be read.
    pub(crate) damaged: u64,
    /// What the disk said last.
    pub(crate) last_error: Option<String>,
}

/// What there is for a receiver, in records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Not acknowledged.
    pub(crate) waiting: u64,
    /// Not read.
    pub(crate) unread: u64,
    /// Dropped, or not taken by the disk.
    pub(crate) dropped: u64,
}

/// What did not go well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// For each receiver, records dropped because there was no room for all.
    pub(crate) dropped: Vec<u64>,
    /// Records that the disk did not take, or that are too long for it.
    pub(crate) refused: u64,
    /// What is wrong with the logs that were taken over, and what turned out to be while reading.
    pub(crate) health: Health,
    /// What the disk said last.
    pub(crate) last_error: Option<String>,
}

/// Why a record was not written.
#[derive(Debug)]
pub(super) enum Refusal {
    Closed,
    TooLong,
    /// The bound on bytes.
    Full,
    Disk(io::Error),
}

impl Refusal {
    /// It helps if something is removed.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Self::Full => true,
            Self::Disk(error) => matches!(
                error.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            ),
            Self::Closed | Self::TooLong => false,
        }
    }
}

/// What is to be removed from the disk.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) files: Vec<PathBuf>,
    pub(super) folders: Vec<Owned>,
}

impl State {
    pub(super) fn new(own: Log, receivers: usize) -> Self {
        Self {
            logs: vec![own],
            settled: Vec::new(),
            counts: Counts {
                dropped: vec![0; receivers],
                ..Counts::default()
            },
            unsafe_files: Vec::new(),
            unsafe_names: false,
            unsafe_records: 0,
            unwritten: Vec::new(),
            accepted: vec![0; receivers],
            fresh: 0,
            missed: 0,
            is_known: false,
            closed: false,
        }
    }

    pub(super) fn own(&mut self) -> Option<&mut Log> {
        self.logs.last_mut()
    }

    fn log(&mut self, folder: &Path) -> Option<&mut Log> {
        let mut logs = self.logs.iter_mut();
        logs.find(|log| log.folder().path() == folder)
    }

    pub(super) fn knows(&mut self, folder: &Path) -> bool {
        self.log(folder).is_some() || self.settled.iter().any(|settled| settled == folder)
    }

    /// A log that was taken over comes before the own one.
    pub(super) fn add(&mut self, log: Log, health: Health) -> Vec<Owned> {
        if self.closed {
            return Vec::new();
        }
        self.counts.health.add(health);
        for (receiver, accepted) in self.accepted.iter_mut().enumerate() {
            *accepted += log.waiting(receiver);
        }
        let own = self.logs.len().saturating_sub(1);
        self.logs.insert(own, log);
        self.delivered()
    }

    /// Takes out the logs of others that have nothing left to deliver.
    fn delivered(&mut self) -> Vec<Owned> {
        let own = self.logs.len().saturating_sub(1);
        let done: Vec<_> = (0..own)
            .rev()
            .filter(|at| self.logs[*at].is_delivered())
            .collect();
        let mut folders = Vec::new();
        for at in done {
            let folder = self.logs.remove(at).into_folder();
            self.settled.push(folder.path().to_owned());
            folders.push(folder);
        }
        folders
    }

    /// What all would take with one more record, in bytes.
    pub(super) fn bytes_with(&mut self, payload: &[u8], rotation: Rotation) -> u64 {
        let bytes = self.bytes();
        let more = self
            .own()
            .map_or(0, |own| own.needs(payload.len(), rotation));
        bytes + more
    }

    pub(super) fn append(
        &mut self,
        kind: Kind,
        payload: &[u8],
        rotation: Rotation,
        disk: &dyn Disk,
    ) -> Result<Appended, Refusal> {
        if payload.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let closed = self.closed;
        match self.own().filter(|_| !closed) {
            Some(own) => own
                .append(kind, payload, rotation, disk)
                .map_err(Refusal::Disk),
            None => Err(Refusal::Closed),
        }
    }

    /// Counts a record; true where the reader is to be woken: for the first one, and when there are
    /// `many`.
    pub(super) fn written(&mut self, appended: &Appended, is_safe: bool, many: u64) -> bool {
        self.accepted.iter_mut().for_each(|accepted| *accepted += 1);
        self.fresh += 1;
        if !is_safe {
            let last = self.unsafe_files.last();
            if !last.is_some_and(|last| Arc::ptr_eq(last, &appended.file)) {
                self.unsafe_files.push(Arc::clone(&appended.file));
            }
            self.unsafe_names |= appended.begun;
            self.unsafe_records += 1;
        }
        let is_first = !std::mem::replace(&mut self.is_known, true);
        is_first || self.fresh == many || self.unsafe_records == MANY
    }

    /// What there is now. From here on fresh records are counted anew.
    pub(super) fn look(&mut self) -> Look {
        self.fresh = 0;
        self.missed = 0;
        let seen = |receiver: usize| Seen {
            waiting: self.waiting(receiver),
            unread: self.unread(receiver),
            dropped: self.counts.dropped[receiver] + self.counts.refused,
        };
        let receivers: Vec<_> = (0..self.accepted.len()).map(seen).collect();
        self.is_known = receivers.iter().any(|seen| seen.unread > 0);
        Look {
            receivers,
            is_unsafe: self.unsafe_records > 0,
            is_urgent: self.unsafe_records >= MANY,
            is_unwritten: !self.unwritten.is_empty(),
            damaged: self.counts.health.damaged,
            last_error: self.counts.last_error.clone(),
        }
    }

    /// Records, and records that were not written, since the reader looked.
    pub(super) fn since(&self) -> (u64, u64) {
        (self.fresh, self.missed)
    }

    /// How many records there have been for a receiver, and how many of them it has no need of.
    pub(super) fn progress(&self, receiver: usize) -> (u64, u64) {
        let accepted = self.accepted[receiver];
        (accepted, accepted.saturating_sub(self.waiting(receiver)))
    }

    /// Counts a record that was not written.
    pub(super) fn refused(&mut self, refusal: Refusal) {
        self.missed += 1;
        match refusal {
            Refusal::Closed | Refusal::Full => {
                self.counts
                    .dropped
                    .iter_mut()
                    .for_each(|dropped| *dropped += 1);
            }
            Refusal::TooLong => {
                self.counts.refused += 1;
                self.counts.last_error = Some("a span longer than the spool takes".to_owned());
            }
            Refusal::Disk(error) => {
                self.counts.refused += 1;
                self.failed(&error);
            }
        }
    }

    pub(super) fn failed(&mut self, error: &io::Error) {
        self.counts.last_error = Some(error.to_string());
    }

    pub(super) fn cannot_read(&mut self, path: PathBuf, error: &io::Error) {
        let said = format!("cannot read {}: {error}", path.display());
        if !self.counts.health.unreadable.contains(&said) {
            self.counts.health.unreadable.push(said);
        }
        self.settled.push(path);
    }

    /// Takes out what everybody has.
    pub(super) fn reap(&mut self, live: bool) -> Vec<PathBuf> {
        let files = self.logs.iter_mut().map(|log| log.reap(live));
        files.flatten().collect()
    }

    /// Takes out the oldest segment there is; what was in it and had not been read is lost.
    pub(super) fn drop_oldest(&mut self) -> Option<PathBuf> {
        let (file, lost) = self.logs.iter_mut().find_map(Log::drop_oldest)?;
        for (dropped, lost) in self.counts.dropped.iter_mut().zip(lost) {
            *dropped += lost;
        }
        Some(file)
    }

    /// What a receiver has not read, and in which log.
    pub(super) fn extent(&mut self, receiver: usize) -> Option<(PathBuf, Extent)> {
        let mut logs = self.logs.iter();
        logs.find_map(|log| Some((log.folder().path().to_owned(), log.extent(receiver)?)))
    }

    /// Takes note of what was read. False where it is no longer there, and its records are counted.
    pub(super) fn note(&mut self, log: &Path, receiver: usize, chunk: &Chunk) -> bool {
        let noted = self.log(log).and_then(|log| log.note(receiver, chunk));
        self.counts.health.damaged += noted.unwrap_or(0);
        noted.is_some()
    }

    pub(super) fn acknowledge(&mut self, receiver: usize, ticket: &Ticket) -> Done {
        let Some(log) = self.log(&ticket.log) else {
            return Done::default();
        };
        log.acknowledge(receiver, ticket.last);
        let files = log.reap(false);
        if !self.unwritten.contains(&ticket.log) {
            self.unwritten.push(ticket.log.clone());
        }
        Done {
            files,
            folders: self.delivered(),
        }
    }

    #[cfg(test)]
    pub(super) fn rewind(&mut self, receiver: usize) {
        self.logs.iter_mut().for_each(|log| log.rewind(receiver));
    }

    /// The acknowledgements that are not written down, each with its log's folder.
    pub(super) fn take_unwritten(&mut self) -> Vec<(PathBuf, Acks)> {
        let logs = std::mem::take(&mut self.unwritten);
        let acks = |path: PathBuf| {
            let acks = self.log(&path)?.acks();
            Some((path, acks))
        };
        logs.into_iter().filter_map(acks).collect()
    }

    /// What is not safe from a loss of power, and whether names of files are not.
    pub(super) fn take_unsafe(&mut self) -> (Vec<Arc<dyn Append>>, bool) {
        self.unsafe_records = 0;
        let names = std::mem::take(&mut self.unsafe_names);
        (std::mem::take(&mut self.unsafe_files), names)
    }

    /// Takes in nothing more; what everybody has is to be removed.
    pub(super) fn close(&mut self) -> Vec<PathBuf> {
        self.closed = true;
        self.reap(true)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.logs.iter().map(Log::bytes).sum()
    }

    pub(super) fn waiting(&self, receiver: usize) -> u64 {
        self.logs.iter().map(|log| log.waiting(receiver)).sum()
    }

    pub(super) fn unread(&self, receiver: usize) -> u64 {
        self.logs.iter().map(|log| log.unread(receiver)).sum()
    }
}
