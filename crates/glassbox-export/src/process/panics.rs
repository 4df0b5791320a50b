//! A panic may be the last thing that a process does.

use std::sync::Once;
use std::sync::TryLockError;
use std::time::Duration;

use super::CURRENT;
use crate::pipeline::THREAD;

/// How long the last words of a process may take.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Adds to the hook that is there, once.
pub(super) fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        let earlier = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            earlier(panic);
            panicked();
        }));
    });
}

/// Where a panic ends the process, this is the last chance. Where it unwinds, the guard is dropped on its
/// way, or the process goes on: then what is there is sent on its way, and nobody waits.
fn panicked() {
    if std::thread::current().name() == Some(THREAD) {
        return;
    }
    // Whoever panics may hold the lock.
    let current = match CURRENT.try_lock() {
        Ok(current) => current.clone(),
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().clone(),
        Err(TryLockError::WouldBlock) => None,
    };
    match current.filter(|current| current.panics) {
        Some(current) if cfg!(panic = "abort") => current.end(LAST_WORDS),
        Some(current) => current.pipelines.hurry(LAST_WORDS),
        None => {}
    }
}
