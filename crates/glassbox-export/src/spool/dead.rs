//! What was refused for good, for a person to look at.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Spans as OTLP JSON, a request a line, in the
/// [file format](https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/) that collectors read.
#[derive(Debug)]
pub(crate) struct DeadLetters {
    path: PathBuf,
    max_bytes: u64,
}

impl DeadLetters {
    pub(crate) fn new(path: PathBuf, max_bytes: u64) -> Self {
        Self { path, max_bytes }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line, if the file is not too long by it.
    pub(crate) fn keep(&self, mut line: Vec<u8>) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.path)?;
        line.push(b'\n');
        if file.metadata()?.len() + line.len() as u64 > self.max_bytes {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        // In one go: another process may write too.
        file.write_all(&line)
    }
}
