//! All that is kept for one service and signal: the log of this process, and those that others have
//! left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::acks;
use super::disk::{Append, Disk, Files, sync_folder};
use super::folder::{self, Owned};
use super::log::Log;
use super::read::{Entry, Limits};
use super::record::{FRAME, HEADER, Kind};
use super::recover::{Health, Recovered, recover};
use super::state::{Look, MANY, Refusal, State};
use super::{Fsync, Full, Spool};

/// Any thread appends. One thread reads, delivers and acknowledges.
#[derive(Debug)]
pub(crate) struct Store {
    settings: Spool,
    /// The folder that the logs are in.
    folder: PathBuf,
    targets: Vec<String>,
    disk: Box<dyn Disk>,
    /// When the reader is woken though it knows that there is something to read: so many records.
    many: u64,
    state: Mutex<State>,
    /// Segments were removed.
    room: Condvar,
    /// There is something to read, or much to make safe.
    wake: Notify,
    /// Held while acknowledgements are written.
    writing: Mutex<()>,
}

/// Records of one log, read for one receiver.
#[derive(Debug)]
pub(crate) struct Portion {
    pub(crate) records: Vec<Entry>,
    pub(crate) ticket: Ticket,
}

/// What a portion is acknowledged with.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(super) log: PathBuf,
    /// The number of its last record.
    pub(super) last: u64,
}

impl Store {
    /// Opens the store in a folder, which is that of a service and a signal. For each of the
    /// `targets` every record is kept until it is acknowledged; without a target all are kept.
    pub(crate) fn open(settings: Spool, folder: PathBuf, targets: Vec<String>) -> io::Result<Self> {
        Self::on(Box::new(Files), settings, folder, targets)
    }

    pub(super) fn on(
        disk: Box<dyn Disk>,
        settings: Spool,
        folder: PathBuf,
        mut targets: Vec<String>,
    ) -> io::Result<Self> {
        if targets.is_empty() {
            targets.push(String::new());
        }
        let own = Log::create(Owned::create(&folder)?, &targets);
        if settings.fsync != Fsync::Never {
            sync_folder(&folder)?;
        }
        let store = Self {
            state: Mutex::new(State::new(own, targets.len())),
            settings,
            folder,
            targets,
            disk,
            many: MANY,
            room: Condvar::new(),
            wake: Notify::new(),
            writing: Mutex::new(()),
        };
        store.adopt()?;
        Ok(store)
    }

    /// Wakes the reader when so many records have come in.
    pub(crate) fn with_batch(mut self, records: usize) -> Self {
        self.many = records as u64;
        self
    }

    /// Takes over what processes that are gone have left.
    pub(crate) fn adopt(&self) -> io::Result<()> {
        for path in folder::folders(&self.folder)? {
            if self.state().knows(&path) {
                continue;
            }
            match self.take_over(&path) {
                Ok(Some((log, health))) => {
                    let removed = self.state().add(log, health);
                    remove_folders(removed);
                }
                Ok(None) => {}
                Err(error) => self.state().cannot_read(path, &error),
            }
        }
        self.wake.notify_one();
        Ok(())
    }

    fn take_over(&self, path: &Path) -> io::Result<Option<(Log, Health)>> {
        let Some(owned) = Owned::adopt(path)? else {
            return Ok(None);
        };
        let Recovered { segments, health } = recover(path, true)?;
        Ok(Some((Log::reopen(owned, segments, &self.targets), health)))
    }

    /// Adds a record. When this returns, the record is with the operating system, or it was dropped
    /// and is counted. Returns false where it was dropped.
    pub(crate) fn append(&self, kind: Kind, payload: &[u8]) -> bool {
        let deadline = match self.settings.full {
            Full::Block(limit) => Some(Instant::now() + limit),
            _ => None,
        };
        let rotation = self.settings.rotation();
        let mut state = self.state();
        let appended = loop {
            let max = self.settings.max_bytes;
            let outcome = if alone(payload) > max {
                Err(Refusal::TooLong)
            } else if state.bytes_with(payload, rotation) > max {
                Err(Refusal::Full)
            } else {
                state.append(kind, payload, rotation, &*self.disk)
            };
            let refusal = match outcome {
                Ok(appended) => break appended,
                Err(refusal) => refusal,
            };
            state = match self.make_room(state, &refusal, deadline) {
                Ok(state) => state,
                Err(mut state) => {
                    state.refused(refusal);
                    return false;
                }
            };
        };
        let is_safe = self.settings.fsync != Fsync::Interval;
        let wake = state.written(&appended, is_safe, self.many);
        drop(state);
        if wake {
            self.wake.notify_one();
        }
        if self.settings.fsync == Fsync::Always {
            self.make_safe(&[appended.file], appended.begun);
        }
        true
    }

    /// Returns `Ok` where it is worth another try.
    fn make_room<'a>(
        &self,
        mut state: MutexGuard<'a, State>,
        refusal: &Refusal,
        deadline: Option<Instant>,
    ) -> Result<MutexGuard<'a, State>, MutexGuard<'a, State>> {
        if !refusal.is_full() {
            return Err(state);
        }
        let files = state.reap(true);
        if !files.is_empty() {
            remove_files(&files);
            return Ok(state);
        }
        match (self.settings.full, deadline) {
            // On a disk that others have filled, what is safe is not given up for what is new.
            (Full::DropOldest, _) if matches!(refusal, Refusal::Full) => {
                match state.drop_oldest() {
                    Some(file) => {
                        remove_files(&[file]);
                        Ok(state)
                    }
                    None => Err(state),
                }
            }
            (_, Some(deadline)) => {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(state);
                }
                let waited = self.room.wait_timeout(state, left);
                Ok(waited.unwrap_or_else(PoisonError::into_inner).0)
            }
            _ => Err(state),
        }
    }

    /// What comes next for a receiver. Nothing where it has read everything, or cannot now.
    pub(crate) fn read(&self, receiver: usize, limits: Limits) -> Option<Portion> {
        loop {
            let (log, extent) = self.state().extent(receiver)?;
            let chunk = match extent.read(limits) {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::NotFound => extent.lost(),
                Err(error) => {
                    self.state().cannot_read(extent.path, &error);
                    return None;
                }
            };
            let last = chunk.numbers.end - 1;
            if !self.state().note(&log, receiver, &chunk) {
                continue;
            }
            let ticket = Ticket { log, last };
            let mut records = chunk.records;
            // What a later version writes beside spans is for itself.
            records.retain(|record| record.kind == Kind::SPAN);
            if !records.is_empty() {
                return Some(Portion { records, ticket });
            }
            self.acknowledge(receiver, &ticket);
        }
    }

    /// The receiver has no more need of a portion. Where nobody has, it is removed.
    pub(crate) fn acknowledge(&self, receiver: usize, ticket: &Ticket) {
        let done = self.state().acknowledge(receiver, ticket);
        remove_files(&done.files);
        remove_folders(done.folders);
        self.room.notify_all();
    }

    /// Writes down what was acknowledged, and makes safe from a loss of power what was written before
    /// this call.
    pub(crate) fn tidy(&self) {
        let _one_at_a_time = lock(&self.writing);
        let (files, names) = self.state().take_unsafe();
        self.make_safe(&files, names);
        for (log, acks) in self.state().take_unwritten() {
            let acks = acks.iter().map(|(target, number)| (&**target, *number));
            let written = acks::write(&log, acks, self.settings.fsync != Fsync::Never);
            // What is not written down is sent again by the next process. Where the log is gone, all
            // has arrived.
            if let Err(error) = written
                && error.kind() != io::ErrorKind::NotFound
            {
                self.state().failed(&error);
            }
        }
    }

    fn make_safe(&self, files: &[Arc<dyn Append>], names: bool) {
        let mut results: Vec<_> = files.iter().map(|file| file.sync()).collect();
        if names {
            let own = self.state().own().map(|own| own.folder().path().to_owned());
            results.extend(own.map(|own| sync_folder(&own)));
        }
        for error in results.into_iter().filter_map(Result::err) {
            self.state().failed(&error);
        }
    }

    /// Waits until there may be something to read, or much to make safe.
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// No record comes in any more.
    pub(crate) fn close(&self) {
        let files = self.state().close();
        remove_files(&files);
        self.room.notify_all();
    }

    /// The reader has done what it could. What has arrived everywhere is removed; the rest is left to
    /// the next process.
    pub(crate) fn finish(&self) {
        self.close();
        self.tidy();
        let logs = std::mem::take(&mut self.state().logs);
        let done = logs.into_iter().filter(Log::is_delivered);
        remove_folders(done.map(Log::into_folder).collect());
    }

    /// What there is now, for the reader.
    pub(crate) fn look(&self) -> Look {
        self.state().look()
    }

    /// Records that came in since the last look, and records that should have.
    pub(crate) fn since(&self) -> (u64, u64) {
        self.state().since()
    }

    /// How many records there have been for a receiver, and how many of them it has no need of.
    pub(crate) fn progress(&self, receiver: usize) -> (u64, u64) {
        self.state().progress(receiver)
    }

    /// Records that a receiver has not read.
    pub(crate) fn unread(&self, receiver: usize) -> u64 {
        self.state().unread(receiver)
    }

    /// What is wrong with what was found.
    pub(crate) fn health(&self) -> Health {
        self.state().counts.health.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.finish();
    }
}

/// What a record takes, and what it cannot be without, in bytes.
fn alone(payload: &[u8]) -> u64 {
    (HEADER + FRAME + payload.len()) as u64
}

/// Nothing panics under these locks; if something did, what they guard is still usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that stays costs room until its log is removed, and no more.
fn remove_files(files: &[PathBuf]) {
    for file in files {
        let _ = fs::remove_file(file);
    }
}

/// A folder that stays is empty, and the next process removes it.
fn remove_folders(folders: Vec<Owned>) {
    for folder in folders {
        let _ = folder.remove(&acks::FILES);
    }
}

#[cfg(test)]
impl Store {
    /// What becomes of it where the process is killed.
    pub(crate) fn kill(self) {
        self.state().logs.clear();
    }

    fn counts(&self) -> super::state::Counts {
        self.state().counts.clone()
    }

    /// The receiver did not get what it read, and will read it again.
    fn rewind(&self, receiver: usize) {
        self.state().rewind(receiver);
    }

    fn waiting(&self, receiver: usize) -> u64 {
        self.state().waiting(receiver)
    }

    fn bytes(&self) -> u64 {
        self.state().bytes()
    }
}

#[cfg(test)]
mod tests;
