//! Queue, thread, flush and shutdown.

use glassbox_export::{Guard, builder};

use crate::support::exporter::Keep;
use crate::support::patient;

mod batches;
mod faults;
mod guard;
mod runtimes;

/// A pipeline into memory.
fn keeping() -> (Guard, Keep) {
    let keep = Keep::default();
    let guard = builder()
        .with_batching(patient())
        .with_exporter("keep", "memory", keep.clone())
        .build()
        .unwrap();
    (guard, keep)
}
