//! Where logs are: `DIR/SERVICE/SIGNAL/LOG/`, one log for each process that writes.
//!
//! A log belongs to whoever holds the lock on its file `lock`. The operating system lets go of it when the process ends,
//! however it ends; then the next process may take the log over. Names are never used twice, so a folder that was looked
//! at and is gone is gone for good.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use fs4::{FileExt, TryLockError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The file whose lock says who owns a log.
pub(super) const LOCK: &str = "lock";
/// How a segment's name ends. It begins with the number of its first record.
const SEGMENT: &str = "seg";
/// Names tried before something else must be wrong.
const ATTEMPTS: u32 = 1000;
/// The longest name of a service that is a folder's; file systems take 255 bytes.
const LONGEST: usize = 128;
/// What may be in a folder's name as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// The folder of a service's logs: the name as it is where it can be one, percent-encoded where not.
pub(super) fn service(name: &str) -> String {
    let mut folder: String = utf8_percent_encode(name, PLAIN).collect();
    if folder.starts_with('.') {
        folder.replace_range(..1, "%2E");
    }
    if folder.len() > LONGEST {
        folder.truncate(LONGEST);
        folder = format!("{folder}~{:08x}", crc32fast::hash(name.as_bytes()));
    }
    match folder.is_empty() {
        true => "%".to_owned(),
        false => folder,
    }
}

/// The file of the segment that begins with this record.
pub(super) fn segment(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:08}.{SEGMENT}"))
}

/// The segments in a folder by their first records, in order.
pub(super) fn segments(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() != Some(OsStr::new(SEGMENT)) {
            continue;
        }
        let number = path.file_stem().and_then(OsStr::to_str);
        if let Some(first) = number.and_then(|number| number.parse().ok()) {
            found.push((first, path));
        }
    }
    found.sort();
    Ok(found)
}

/// A log's folder, owned.
#[derive(Debug)]
pub(super) struct Owned {
    path: PathBuf,
    lock: File,
}

impl Owned {
    /// A new folder for a log, beside others of the same service and signal.
    pub(super) fn create(parent: &Path) -> io::Result<Self> {
        fs::create_dir_all(parent)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let millis = now.unwrap_or_default().as_millis();
        let process = std::process::id();
        for attempt in 0..ATTEMPTS {
            let path = parent.join(format!("{millis:013}-{process}-{attempt}"));
            match fs::create_dir(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            }
            // Somebody who looks for abandoned logs may have been faster than this.
            match Self::lock(&path, true) {
                Ok(Some(owned)) => return Ok(owned),
                Ok(None) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    /// Takes over a log whose owner is gone. Nothing where it has one, or is none.
    pub(super) fn adopt(path: &Path) -> io::Result<Option<Self>> {
        // Made and left before there was anything in it; where it is not empty, this does nothing.
        if fs::remove_dir(path).is_ok() {
            return Ok(None);
        }
        let mut create = false;
        if !path.join(LOCK).exists() {
            if segments(path)?.is_empty() {
                return Ok(None);
            }
            create = true;
        }
        match Self::lock(path, create) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            outcome => outcome,
        }
    }

    fn lock(path: &Path, create: bool) -> io::Result<Option<Self>> {
        let lock = OpenOptions::new()
            .write(true)
            .create(create)
            .truncate(false)
            .open(path.join(LOCK))?;
        match FileExt::try_lock(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Its owner may have been about to remove it.
        if !path.join(LOCK).exists() {
            return Ok(None);
        }
        Ok(Some(Self {
            path: path.to_owned(),
            lock,
        }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the folder where nothing but these files is in it.
    pub(super) fn remove(self, files: &[&str]) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            if name != LOCK && !files.iter().any(|file| name == *file) {
                return Ok(());
            }
        }
        for file in files {
            let _ = fs::remove_file(self.path.join(file));
        }
        fs::remove_file(self.path.join(LOCK))?;
        fs::remove_dir(&self.path)
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // Closing the file does it too, unless a process that was just forked has it open as well.
        let _ = FileExt::unlock(&self.lock);
    }
}

/// Whether a log has an owner that is alive.
pub(super) fn is_owned(path: &Path) -> bool {
    let Ok(lock) = File::open(path.join(LOCK)) else {
        return false;
    };
    matches!(FileExt::try_lock(&lock), Err(TryLockError::WouldBlock))
}

/// The folders in a folder, in the order of their names. None where it is not there.
pub(super) fn folders(path: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}

#[cfg(test)]
mod tests;
