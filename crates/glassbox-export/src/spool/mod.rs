//! Spans on a disk until they are delivered.
//!
//! ```text
//! span ends ──► Store ──► Log: the process's own ──► Segment, Segment, ...
//! (any thread)    │       Log: left by another one
//!                 └─────► Portion: what comes next for a receiver ──► delivered ──► acknowledged
//! ```
//!
//! A record is handed to the operating system before the call that brought it returns, so it outlives the process. The
//! operating system writes it to the disk when it likes, or when it is told to, which is what makes it outlive a loss of
//! power.

mod acks;
mod dead;
mod disk;
mod drain;
mod folder;
mod log;
mod read;
mod record;
mod recover;
mod settings;
mod state;
mod store;
mod waiting;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use log::Rotation;

pub(crate) use dead::DeadLetters;
pub(crate) use read::{Entry, Limits};
pub(crate) use record::Kind;
pub(crate) use recover::Health;
pub(crate) use state::Seen;
pub(crate) use store::{Store, Ticket};
pub use waiting::Waiting;

/// The folder of what is kept of a service; there is one kind of it so far.
const TRACES: &str = "traces";
/// The file beside the logs of a service with what was refused for good.
pub(crate) const DEAD_LETTERS: &str = "dead.jsonl";

/// Where spans are kept until they are delivered, how much of them, and how safely.
///
/// A span that has ended is in the spool before `end` returns. From then on it survives the end of the process, however
/// it ends: by a signal, by a panic, by the kernel for want of memory. What else it survives is [`Fsync`]'s business.
///
/// Each span is delivered at least once: by this process, by the next one of the same service with the same directory, or
/// by `glassbox spool drain`. One that was delivered just before a crash may be delivered again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spool {
    directory: PathBuf,
    max_bytes: u64,
    fsync: Fsync,
    full: Full,
}

/// When the disk is told to make spans safe from a loss of power, or a crash of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Fsync {
    /// Never: the operating system decides. Linux waits up to about 30 seconds.
    Never,
    /// A second after a span has ended, and sooner where 512 of them wait for it. These are what a loss of power may cost.
    /// Off the threads that end spans.
    #[default]
    Interval,
    /// For each span, before its `end` returns. It costs what the disk takes, which is milliseconds.
    Always,
}

/// What happens to spans where the spool is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Full {
    /// The oldest make room, a file of them at a time.
    #[default]
    DropOldest,
    /// The new ones are dropped.
    DropNew,
    /// `end` waits for so long at the most until there is room, and then drops the span.
    Block(Duration),
}

impl Spool {
    /// What is kept at the most unless [`with_max_bytes`](Self::with_max_bytes) says otherwise: 256 MiB.
    pub const MAX_BYTES: u64 = 256 * 1024 * 1024;
    /// A file is no longer than this, in bytes, so that delivering one does not take much memory.
    const SEGMENT: u64 = 8 * 1024 * 1024;
    /// The whole is at least so many files, so that dropping one is not dropping all.
    const SEGMENTS: u64 = 8;
    /// A file is begun when the one before is so old: what has arrived does not stay for ever.
    const AGE: Duration = Duration::from_secs(5 * 60);

    /// A spool in this directory, which is made where it is not there. Services may share it, and so may processes of one
    /// service at the same time: each has a folder of its own in it.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            max_bytes: Self::MAX_BYTES,
            fsync: Fsync::default(),
            full: Full::default(),
        }
    }

    /// How much a process keeps at the most, in bytes, with what it took over from earlier ones of its service. Default
    /// [`MAX_BYTES`](Self::MAX_BYTES).
    #[must_use]
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// When spans are safe from a loss of power.
    #[must_use]
    pub fn with_fsync(mut self, fsync: Fsync) -> Self {
        self.fsync = fsync;
        self
    }

    /// What happens where there is no room.
    #[must_use]
    pub fn with_full(mut self, full: Full) -> Self {
        self.full = full;
        self
    }

    /// Where it is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// Where the spans of a service are.
    pub(crate) fn folder(&self, service: &str) -> PathBuf {
        self.directory.join(folder::service(service)).join(TRACES)
    }

    /// Opens it for a service, with what others have left there.
    pub(crate) fn open(&self, folder: PathBuf, targets: Vec<String>) -> io::Result<Store> {
        Store::open(self.clone(), folder, targets)
    }

    fn rotation(&self) -> Rotation {
        Rotation {
            bytes: Self::SEGMENT.min(self.max_bytes / Self::SEGMENTS),
            age: Self::AGE,
        }
    }
}
