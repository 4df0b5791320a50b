//! Where a worker gets from what it exports.

use std::future::Future;

use tokio::time::Instant;

use super::lane::{Backlog, Lane};
use crate::report::SinkReport;

pub(super) trait Feed {
    type Backlog: Backlog;

    /// What is left at the end is not lost.
    const KEEPS: bool = false;

    /// Hands to the lanes what is there; with `all` also what would wait for more or for its time.
    /// What a lane has no room for is counted.
    fn collect(&mut self, all: bool, lanes: &mut [Lane<Self::Backlog>], tallies: &mut [SinkReport]);

    /// Tells whoever wants to know what became of what was collected; no lock is held.
    fn tell(&mut self) {}

    /// When all is to be collected by itself.
    fn due(&self) -> Option<Instant>;

    /// Waits until there may be something to collect before that.
    fn woken(&self) -> impl Future<Output = ()>;

    /// From now on nothing comes in any more.
    fn close(&mut self);

    /// Called once, after the last delivery.
    fn end(&mut self) {}
}
