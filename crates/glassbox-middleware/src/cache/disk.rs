use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Key, Stored};

/// One file an answer, in one directory.
///
/// A file is a line of JSON that describes it, and the answer as JSON. It is written under another name and then renamed,
/// so who reads it, in this process or another, sees all of it or nothing.
#[derive(Debug)]
pub(super) struct Disk {
    directory: PathBuf,
    most_bytes: u64,
    /// How much there is, about. `None` until somebody has looked.
    bytes: Mutex<Option<u64>>,
}

/// What was read.
pub(super) enum Read {
    /// An answer, and when it was made.
    Entry(Arc<Stored>, Duration),
    Nothing,
    /// Something else, which is gone now.
    Damaged,
}

/// The first line of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    glassbox_cache: u32,
    key: String,
    made_ms: u64,
    sha256: String,
}

const VERSION: u32 = 1;
const EXTENSION: &str = "answer";
const UNFINISHED: &str = "part";
/// What was begun so long ago will not be finished.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

impl Disk {
    pub(super) fn new(directory: PathBuf, most_bytes: u64) -> Self {
        Self {
            directory,
            most_bytes,
            bytes: Mutex::new(None),
        }
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.directory.join(format!("{key}.{EXTENSION}"))
    }

    pub(super) fn read(&self, key: &Key) -> Read {
        let path = self.path(key);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Read::Nothing,
            Err(_) => return Read::Damaged,
        };
        match parse(key, &bytes) {
            Some((stored, made)) => {
                // The files that were used last stay. Where that cannot be written down, age decides.
                let used = File::options().append(true).open(&path);
                let _ = used.and_then(|file| file.set_modified(SystemTime::now()));
                Read::Entry(Arc::new(stored), made)
            }
            None => {
                let _ = fs::remove_file(&path);
                Read::Damaged
            }
        }
    }

    pub(super) fn write(&self, key: &Key, stored: &Stored, made: Duration) -> io::Result<()> {
        let body = serde_json::to_vec(stored)?;
        let head = Head {
            glassbox_cache: VERSION,
            key: key.to_string(),
            made_ms: u64::try_from(made.as_millis()).unwrap_or(u64::MAX),
            sha256: digest(&body),
        };
        let mut text = serde_json::to_vec(&head)?;
        text.push(b'\n');
        text.extend_from_slice(&body);
        if text.len() as u64 > self.most_bytes {
            return Ok(());
        }
        make(&self.directory)?;
        let part = self.directory.join(unfinished(key));
        let written = private(&part)
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| fs::rename(&part, self.path(key)));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written?;
        self.wrote(text.len() as u64)
    }

    /// Counts what was written, and makes room where that is too much.
    fn wrote(&self, bytes: u64) -> io::Result<()> {
        let mut known = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let total = known.map(|total| total + bytes);
        if total.is_some_and(|total| total <= self.most_bytes) {
            *known = total;
            return Ok(());
        }
        // Other processes write and remove too, so what there is is looked up.
        let mut files = self.files()?;
        files.sort_unstable();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        // The newest is what was just written.
        let oldest = files.iter().take(files.len().saturating_sub(1));
        for (_, bytes, path) in oldest {
            if total <= self.most_bytes {
                break;
            }
            if fs::remove_file(path).is_ok() {
                total -= bytes;
            }
        }
        *known = Some(total);
        Ok(())
    }

    /// When each file was used, how long it is, and where. What nobody will finish is removed.
    fn files(&self) -> io::Result<Vec<(SystemTime, u64, PathBuf)>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            // Another process may have removed it by now.
            let Ok(about) = fs::metadata(&path) else {
                continue;
            };
            let used = about.modified()?;
            match extension {
                Some(EXTENSION) => files.push((used, about.len(), path)),
                Some(UNFINISHED) if used.elapsed().is_ok_and(|age| age > ABANDONED) => {
                    let _ = fs::remove_file(&path);
                }
                _ => {}
            }
        }
        Ok(files)
    }
}

/// An answer, if this is one, to this request, and whole.
fn parse(key: &Key, bytes: &[u8]) -> Option<(Stored, Duration)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = (&bytes[..end], &bytes[end + 1..]);
    let head: Head = serde_json::from_slice(head).ok()?;
    let is_it = head.glassbox_cache == VERSION
        && head.key == key.to_string()
        && head.sha256 == digest(body);
    if !is_it {
        return None;
    }
    let stored = serde_json::from_slice(body).ok()?;
    Some((stored, Duration::from_millis(head.made_ms)))
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name that nobody else writes to.
fn unfinished(key: &Key) -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let (process, chance) = (std::process::id(), rand::random::<u32>());
    format!("{key}.{process}-{number}-{chance:08x}.{UNFINISHED}")
}

/// Makes the directory, for its owner alone, unless it is there.
fn make(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(directory)
}

/// A new file, for its owner alone.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
