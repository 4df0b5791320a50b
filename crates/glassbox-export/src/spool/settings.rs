//! The `GLASSBOX_SPOOL_*` variables.

use super::{Fsync, Full, Spool};
use crate::environment::{Environment, Settings};

const DIRECTORY: &str = "GLASSBOX_SPOOL_DIR";
const MAX_BYTES: &str = "GLASSBOX_SPOOL_MAX_BYTES";
const FSYNC: &str = "GLASSBOX_SPOOL_FSYNC";
const FULL: &str = "GLASSBOX_SPOOL_FULL";

impl Spool {
    /// What the variables say, and one warning for each that says nonsense; nothing where
    /// `GLASSBOX_SPOOL_DIR` is not set.
    ///
    /// | variable | |
    /// | --- | --- |
    /// | `GLASSBOX_SPOOL_DIR` | the directory |
    /// | `GLASSBOX_SPOOL_MAX_BYTES` | [`with_max_bytes`](Self::with_max_bytes) |
    /// | `GLASSBOX_SPOOL_FSYNC` | [`with_fsync`](Self::with_fsync): `never`, `interval` (default), `always` |
    /// | `GLASSBOX_SPOOL_FULL` | [`with_full`](Self::with_full): `drop-oldest` (default), `drop-new` |
    #[must_use]
    pub fn from_environment(environment: &Environment) -> (Option<Self>, Vec<String>) {
        let mut settings = Settings::new(environment);
        let spool = Self::read(&mut settings);
        (spool, settings.warnings)
    }

    pub(crate) fn read(settings: &mut Settings<'_>) -> Option<Self> {
        let mut spool = Self::new(settings.environment.var(DIRECTORY)?);
        let expected = format!("a number of bytes above zero (default {})", Self::MAX_BYTES);
        let max_bytes = settings.parsed(&[MAX_BYTES], &expected, |value| {
            value.parse::<u64>().ok().filter(|bytes| *bytes > 0)
        });
        if let Some(bytes) = max_bytes {
            spool = spool.with_max_bytes(bytes);
        }
        let expected = "never, interval or always (default interval)";
        let fsync = settings.parsed(&[FSYNC], expected, |value| {
            match value.to_ascii_lowercase().as_str() {
                "never" => Some(Fsync::Never),
                "interval" => Some(Fsync::Interval),
                "always" => Some(Fsync::Always),
                _ => None,
            }
        });
        let expected = "drop-oldest or drop-new (default drop-oldest)";
        let full = settings.parsed(&[FULL], expected, |value| {
            match value.to_ascii_lowercase().as_str() {
                "drop-oldest" => Some(Full::DropOldest),
                "drop-new" => Some(Full::DropNew),
                _ => None,
            }
        });
        Some(
            spool
                .with_fsync(fsync.unwrap_or_default())
                .with_full(full.unwrap_or_default()),
        )
    }
}

#[cfg(test)]
mod tests;
