use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use glassbox_core::CacheStore;
use tokio::time::Instant;

mod disk;
mod key;
mod memory;
mod stored;

use disk::{Disk, Read};
use memory::Memory;

pub(crate) use key::{Key, of_completion, of_embedding};
pub(crate) use stored::{Answer, Stored};

/// Where answers are kept: in this process and, where it was given a directory, in files too.
///
/// Clones are one cache, so several models can share it; an answer is found only by the model that gave it. The setters
/// make a new, empty one each: set first, then share. The directory may be shared with other processes.
///
/// | | unless set |
/// | --- | --- |
/// | entries in memory | 1,000, those used last |
/// | bytes in memory | 64 MiB, about |
/// | bytes on disk | 1 GiB, about; the files used last stay |
/// | age | no limit |
///
/// **What is kept is content**: the answers in full, in files that nobody but their owner may read (on Unix), under names
/// that tell nothing. Requests are not kept, only their digests. A file that is not what it should be is removed, counted,
/// told as [`CacheMiss`](glassbox_core::DecisionKind::CacheMiss), and never an error; neither is a directory that cannot
/// be written.
#[derive(Clone, Debug)]
pub struct Cache {
    settings: Settings,
    state: Arc<State>,
}

#[derive(Clone, Debug)]
struct Settings {
    entries: usize,
    bytes: usize,
    directory: Option<PathBuf>,
    directory_bytes: u64,
    max_age: Option<Duration>,
}

#[derive(Debug)]
struct State {
    memory: Mutex<Memory>,
    disk: Option<Arc<Disk>>,
    clock: Clock,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    hits: AtomicU64,
    misses: AtomicU64,
    damaged: AtomicU64,
    unwritten: AtomicU64,
}

/// What a [`Cache`] has done so far, in this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheStats {
    /// Answers that it gave.
    pub hits: u64,
    /// Answers that it did not have.
    pub misses: u64,
    /// Files that were not what they should be. Each is a miss too.
    pub damaged: u64,
    /// Answers that could not be written to a file.
    pub unwritten: u64,
}

/// What was found.
#[derive(Debug)]
pub(crate) enum Found {
    Hit {
        stored: Arc<Stored>,
        store: CacheStore,
        age: Duration,
    },
    Miss {
        damaged: bool,
    },
}

impl Cache {
    /// A cache in memory.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Settings {
            entries: 1_000,
            bytes: 64 << 20,
            directory: None,
            directory_bytes: 1 << 30,
            max_age: None,
        })
    }

    /// Keeps at most so many answers in memory.
    #[must_use]
    pub fn with_entries(mut self, entries: usize) -> Self {
        self.settings.entries = entries;
        Self::with(self.settings)
    }

    /// Keeps at most about so many bytes in memory. An answer that is larger by itself is not kept, on disk neither.
    #[must_use]
    pub fn with_bytes(mut self, bytes: usize) -> Self {
        self.settings.bytes = bytes;
        Self::with(self.settings)
    }

    /// Keeps answers in this directory too. It is made when the first is written.
    #[must_use]
    pub fn with_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.settings.directory = Some(directory.into());
        Self::with(self.settings)
    }

    /// Keeps at most about so many bytes in the directory.
    #[must_use]
    pub fn with_directory_bytes(mut self, bytes: u64) -> Self {
        self.settings.directory_bytes = bytes;
        Self::with(self.settings)
    }

    /// Gives no answer that is older.
    #[must_use]
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.settings.max_age = Some(age);
        Self::with(self.settings)
    }

    /// What it has done so far.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        let Counts {
            hits,
            misses,
            damaged,
            unwritten,
        } = &self.state.counts;
        let [hits, misses, damaged, unwritten] =
            [hits, misses, damaged, unwritten].map(|count| count.load(Ordering::Relaxed));
        CacheStats {
            hits,
            misses,
            damaged,
            unwritten,
        }
    }

    fn with(settings: Settings) -> Self {
        let directory = settings.directory.clone();
        let state = State {
            memory: Mutex::new(Memory::new(settings.entries, settings.bytes)),
            disk: directory.map(|path| Arc::new(Disk::new(path, settings.directory_bytes))),
            clock: Clock::new(),
            counts: Counts::default(),
        };
        Self {
            settings,
            state: Arc::new(state),
        }
    }

    /// The most bytes that one answer may have.
    pub(crate) fn largest(&self) -> usize {
        self.settings.bytes
    }

    pub(crate) async fn find(&self, key: Key) -> Found {
        let found = self.look(key).await;
        let counts = &self.state.counts;
        match found {
            Found::Hit { .. } => count(&counts.hits),
            Found::Miss { damaged } => {
                count(&counts.misses);
                if damaged {
                    count(&counts.damaged);
                }
            }
        }
        found
    }

    async fn look(&self, key: Key) -> Found {
        let now = self.state.clock.now();
        let known = self.memory().get(&key);
        if let Some((stored, made)) = known
            && let Some(age) = self.age(made, now)
        {
            let store = CacheStore::Memory;
            return Found::Hit { stored, store, age };
        }
        let Some(disk) = self.state.disk.clone() else {
            return Found::Miss { damaged: false };
        };
        match blocking(move || disk.read(&key)).await {
            Some(Read::Entry(stored, made)) => {
                let Some(age) = self.age(made, now) else {
                    return Found::Miss { damaged: false };
                };
                self.memory().put(key, Arc::clone(&stored), made);
                let store = CacheStore::Disk;
                Found::Hit { stored, store, age }
            }
            Some(Read::Nothing) => Found::Miss { damaged: false },
            Some(Read::Damaged) | None => Found::Miss { damaged: true },
        }
    }

    /// How old it is, where that is young enough.
    fn age(&self, made: Duration, now: Duration) -> Option<Duration> {
        let age = now.saturating_sub(made);
        let most = self.settings.max_age.unwrap_or(Duration::MAX);
        (age <= most).then_some(age)
    }

    pub(crate) async fn keep(&self, key: Key, stored: Stored) {
        let (stored, made) = (Arc::new(stored), self.state.clock.now());
        self.memory().put(key, Arc::clone(&stored), made);
        let Some(disk) = self.state.disk.clone() else {
            return;
        };
        let written = blocking(move || disk.write(&key, &stored, made)).await;
        if !matches!(written, Some(Ok(()))) {
            count(&self.state.counts.unwritten);
        }
    }

    /// Nothing that is done under the lock leaves it in pieces.
    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.state
            .memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Works with files where that may block: on a thread of the runtime's for it, or right here where there is no runtime.
/// `None` where it panicked.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(work).await.ok(),
        Err(_) => Some(work()),
    }
}

/// The time since 1970, which other processes have too, and which does not go back while this one runs.
#[derive(Debug)]
struct Clock {
    began: Duration,
    since: Instant,
}

impl Clock {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            began: now.unwrap_or_default(),
            since: Instant::now(),
        }
    }

    fn now(&self) -> Duration {
        self.began + self.since.elapsed()
    }
}

#[cfg(test)]
mod tests;
