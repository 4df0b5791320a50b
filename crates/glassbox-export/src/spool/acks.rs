//! How far each receiver has come in a log: the file `acks`.
//!
//! ```text
//! glassbox acks 1
//! 4711 http://localhost:4318/v1/traces
//! crc 89abcdef
//! ```
//!
//! All it saves is sending again what has arrived. So a file that is damaged, or missing, is no loss.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::disk::sync_folder;

const FILE: &str = "acks";
const NEW: &str = "acks.new";
/// All that this leaves in a folder.
pub(super) const FILES: [&str; 2] = [FILE, NEW];
const FIRST: &str = "glassbox acks 1\n";
const LAST: &str = "crc ";

/// The number of the last record of which a receiver needs no more, for each receiver.
pub(super) type Acks = Vec<(String, u64)>;

/// What a folder's file says; nothing where there is none that is whole.
pub(super) fn read(folder: &Path) -> Acks {
    let text = fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    parse(&text).unwrap_or_default()
}

fn parse(text: &str) -> Option<Acks> {
    let (content, crc) = text.rsplit_once(LAST)?;
    let crc = u32::from_str_radix(crc.trim_end(), 16).ok()?;
    if crc != crc32fast::hash(content.as_bytes()) {
        return None;
    }
    let line = |line: &str| {
        let (number, target) = line.split_once(' ')?;
        Some((target.to_owned(), number.parse().ok()?))
    };
    content.strip_prefix(FIRST)?.lines().map(line).collect()
}

/// Replaces the file as a whole: at no time is there a half of it.
pub(super) fn write<'a>(
    folder: &Path,
    acks: impl IntoIterator<Item = (&'a str, u64)>,
    sync: bool,
) -> io::Result<()> {
    let mut text = FIRST.to_owned();
    for (target, number) in acks {
        text.push_str(&format!("{number} {}\n", target.replace(['\n', '\r'], " ")));
    }
    let crc = crc32fast::hash(text.as_bytes());
    text.push_str(&format!("{LAST}{crc:08x}\n"));
    let new = folder.join(NEW);
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    if sync {
        file.sync_data()?;
    }
    fs::rename(&new, folder.join(FILE))?;
    match sync {
        true => sync_folder(folder),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
