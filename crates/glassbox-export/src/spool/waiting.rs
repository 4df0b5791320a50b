//! What is in a spool, for whoever looks from outside.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use percent_encoding::percent_decode_str;

use super::acks;
use super::folder;
use super::log::Segment;
use super::recover::recover;
use super::{DEAD_LETTERS, Spool, TRACES};
use crate::error::Error;
use crate::signal::Signal;

/// What waits in a [`Spool`] for one service. Processes that run may add to it and deliver it meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// The service's name, or its folder's where that does not tell.
    pub service: String,
    /// What is counted.
    pub signal: Signal,
    /// How many spans wait for one collector or more.
    pub items: u64,
    /// What the files take, in bytes.
    pub bytes: u64,
    /// When the file with the oldest of them was begun.
    pub oldest: Option<SystemTime>,
    /// How many spans are damaged and cannot be delivered.
    pub damaged: u64,
    /// Processes that have left spans behind.
    pub left: u64,
    /// Processes that run and have spans there, which they deliver themselves.
    pub running: u64,
    /// Files that look like ours and are not of a version that this one reads. They are left alone.
    pub foreign: Vec<PathBuf>,
    /// The file of spans that were refused for good, where there is one.
    pub dead_letters: Option<PathBuf>,
}

impl Spool {
    /// What waits, for each service that has something there. Nothing is changed. A directory that is not
    /// there is empty.
    ///
    /// # Errors
    ///
    /// When a folder or a file cannot be read.
    pub fn waiting(&self) -> Result<Vec<Waiting>, Error> {
        let mut all = Vec::new();
        let services = self.services().map_err(|error| self.unreadable(error))?;
        for folder in services {
            let waiting = waiting(&folder).map_err(|error| self.unreadable(error))?;
            if waiting.has_any() {
                all.push(waiting);
            }
        }
        Ok(all)
    }

    /// The folders of the services.
    pub(super) fn services(&self) -> io::Result<Vec<PathBuf>> {
        let services = folder::folders(self.directory())?;
        let traces = services.into_iter().map(|service| service.join(TRACES));
        Ok(traces.filter(|traces| traces.is_dir()).collect())
    }

    pub(super) fn unreadable(&self, error: io::Error) -> Error {
        Error::caused(
            format!("cannot read the spool {}", self.directory().display()),
            error,
        )
    }
}

impl Waiting {
    fn has_any(&self) -> bool {
        self.items + self.damaged > 0 || !self.foreign.is_empty() || self.dead_letters.is_some()
    }

    /// Adds what a log has.
    fn add(&mut self, path: &Path) -> io::Result<()> {
        let is_owned = folder::is_owned(path);
        let found = recover(path, false)?;
        let acks = acks::read(path);
        let acknowledged = acks.iter().map(|(_, number)| *number).min().unwrap_or(0);
        let unacknowledged = acknowledged + 1..u64::MAX;
        let items = |segment: &Segment| segment.records(&unacknowledged);
        let waiting = found.segments.iter().filter(|segment| items(segment) > 0);
        let begun = waiting.clone().filter_map(|segment| segment.begun).min();
        self.items += waiting.map(items).sum::<u64>();
        self.bytes += found
            .segments
            .iter()
            .map(|segment| segment.length)
            .sum::<u64>();
        self.oldest = self.oldest.into_iter().chain(begun).min();
        self.damaged += found.health.damaged;
        self.foreign.extend(found.health.foreign);
        match is_owned {
            true => self.running += 1,
            false => self.left += 1,
        }
        Ok(())
    }
}

fn waiting(traces: &Path) -> io::Result<Waiting> {
    let service = traces.parent().and_then(Path::file_name);
    let service = service
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    let decoded = percent_decode_str(&service).decode_utf8();
    let dead_letters = traces.join(DEAD_LETTERS);
    let has_dead = fs::metadata(&dead_letters).is_ok_and(|file| file.len() > 0);
    let mut waiting = Waiting {
        service: decoded.unwrap_or_default().into_owned(),
        dead_letters: has_dead.then_some(dead_letters),
        ..Waiting::default()
    };
    for log in folder::folders(traces)? {
        match waiting.add(&log) {
            // Delivered while we looked.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(waiting)
}
