//! What a log asks of a disk to write a segment, so that a test can let it fail.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

pub(super) trait Disk: fmt::Debug + Send + Sync {
    /// Makes a file that is not there yet.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn Append>>;
}

/// A file that grows at its end.
pub(super) trait Append: fmt::Debug + Send + Sync {
    /// Hands all of it to the operating system. Where that fails, a part may have been taken.
    fn append(&self, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to this length, in bytes.
    fn cut(&self, length: u64) -> io::Result<()>;

    /// Returns when the content is safe from a loss of power.
    fn sync(&self) -> io::Result<()>;
}

/// The real one.
#[derive(Debug)]
pub(super) struct Files;

impl Disk for Files {
    fn create(&self, path: &Path) -> io::Result<Arc<dyn Append>> {
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(path)?;
        Ok(Arc::new(file))
    }
}

/// Nothing is held back in the process: what is appended survives its end.
impl Append for File {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = self;
        file.write_all(bytes)
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Returns when the names in a folder are safe from a loss of power, where the system can say so.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(path)?.sync_all()?;
    }
    Ok(())
}
