//! A file that lines are appended to, and that gives way to a new one when it is full or old.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;

use super::OtlpFile;

#[derive(Debug)]
pub(super) struct Rotating {
    settings: OtlpFile,
    file: File,
    size: u64,
    opened: Instant,
    /// The last line has no end, because something went wrong while it was written.
    torn: bool,
}

impl Rotating {
    /// Opens the file, or makes it with the folders above it.
    pub(super) fn open(settings: OtlpFile) -> io::Result<Self> {
        let (file, size, torn) =
            open(&settings.path).map_err(|error| at(&settings.path, &error))?;
        Ok(Self {
            settings,
            file,
            size,
            opened: Instant::now(),
            torn,
        })
    }

    /// Appends a line, which has its end already.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.write(line)
            .map_err(|error| at(&self.settings.path, &error))
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if !self.is_current() {
            self.reopen()?;
        }
        if self.is_due(line.len() as u64) {
            self.rotate()?;
        }
        // The torn line ends in the same write that begins the next, so that no other process comes between.
        let written = if self.torn {
            self.file.write_all(&[b"\n", line].concat())
        } else {
            self.file.write_all(line)
        };
        let before = self.size;
        self.size = self.file.metadata().map_or(before, |now| now.len());
        match &written {
            Ok(()) => self.torn = false,
            // A disk that is full takes half a line.
            Err(_) => self.torn |= self.size != before,
        }
        written
    }

    /// Whether the path still leads to what was opened: another process, or a person, may have moved it away.
    fn is_current(&mut self) -> bool {
        let (Ok(there), Ok(here)) = (fs::metadata(&self.settings.path), self.file.metadata())
        else {
            return false;
        };
        self.size = here.len();
        is_same(&there, &here)
    }

    fn is_due(&self, more: u64) -> bool {
        let OtlpFile {
            max_bytes, max_age, ..
        } = self.settings;
        let full = max_bytes.is_some_and(|most| self.size.saturating_add(more) > most);
        let old = max_age.is_some_and(|most| self.opened.elapsed() >= most);
        self.size > 0 && (full || old)
    }

    fn rotate(&mut self) -> io::Result<()> {
        match fs::rename(&self.settings.path, free_name(&self.settings.path)) {
            // Another process was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            renamed => renamed?,
        }
        self.reopen()?;
        self.remove_old();
        Ok(())
    }

    fn reopen(&mut self) -> io::Result<()> {
        (self.file, self.size, self.torn) = open(&self.settings.path)?;
        self.opened = Instant::now();
        Ok(())
    }

    /// What cannot be removed now can be the next time: no reason to stop writing.
    fn remove_old(&self) {
        let Some(keep) = self.settings.keep else {
            return;
        };
        let mut old = old_files(&self.settings.path).unwrap_or_default();
        old.sort();
        let surplus = old.len().saturating_sub(keep);
        for path in &old[..surplus] {
            let _ = fs::remove_file(path);
        }
    }
}

/// Opens a file for appending. Says how long it is, and whether its last line has no end.
fn open(path: &Path) -> io::Result<(File, u64, bool)> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    let metadata = file.metadata()?;
    let size = metadata.len();
    // A pipe or a terminal (`/dev/stdout`) has no end to look at.
    let torn = metadata.is_file() && size > 0 && last_byte(path)? != b'\n';
    Ok((file, size, torn))
}

fn last_byte(path: &Path) -> io::Result<u8> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last[0])
}

/// The path, its folder, the part before the stamp and the part after it: `traces-`, `.jsonl`.
fn around(path: &Path) -> (PathBuf, String, String) {
    let text = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let after = match path.extension() {
        Some(extension) => format!(".{}", extension.to_string_lossy()),
        None => String::new(),
    };
    (folder, format!("{}-", text(path.file_stem())), after)
}

/// A name for the old file that nothing has yet. The order of such names is that of time, and two processes do not find
/// the same one.
fn free_name(path: &Path) -> PathBuf {
    let (folder, before, after) = around(path);
    loop {
        let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%S.%9fZ");
        let name = folder.join(format!("{before}{stamp}{after}"));
        if !name.exists() {
            return name;
        }
    }
}

fn old_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let (folder, before, after) = around(path);
    let folder = match folder.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => folder,
    };
    let mut old = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let stamp = name
            .to_str()
            .and_then(|name| name.strip_prefix(&before)?.strip_suffix(&after));
        if stamp.is_some_and(is_stamp) {
            old.push(entry.path());
        }
    }
    Ok(old)
}

/// Whether we gave it: `20240711T011400.000000000Z`.
fn is_stamp(text: &str) -> bool {
    let shape = text.bytes().map(|byte| match byte {
        b'0'..=b'9' => '0',
        other => char::from(other),
    });
    shape.eq("00000000T000000.000000000Z".chars())
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere an open file cannot be moved away.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Whatever the clock says.
#[cfg(test)]
pub(super) fn with_age(file: &mut Rotating, age: std::time::Duration) {
    if let Some(earlier) = file.opened.checked_sub(age) {
        file.opened = earlier;
    }
}
