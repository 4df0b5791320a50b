//! Signals that ask a process to end.

/// What becomes of the telemetry when the process is asked to end: by Ctrl-C (SIGINT), SIGTERM, or the
/// end of its terminal (SIGHUP). On Unix; elsewhere signals are left alone.
///
/// A signal that the process was started to ignore, as by `nohup`, stays ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Signals {
    /// Nothing: what is in the queues is lost, unless the program handles the signal and drops the
    /// guard.
    #[default]
    Leave,
    /// What is there is delivered, and the program, which handles the signal by itself, goes on.
    Flush,
    /// What is there is delivered, within five seconds, and then the process ends as it would have
    /// without us: by the signal, so that whoever started it can tell. A second signal ends it at once.
    ///
    /// Where the program handled the signal before the telemetry was installed, as it does after
    /// `tokio::signal::ctrl_c()`, it is as [`Flush`](Self::Flush). A program that does so later must
    /// ask for `Flush` itself: nobody else can see it.
    End,
}

#[cfg(not(unix))]
pub(super) fn watch(_: Signals) {}

#[cfg(unix)]
pub(super) use unix::watch;

#[cfg(unix)]
mod unix {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Once};
    use std::thread;
    use std::time::Duration;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator;
    use signal_hook::low_level::emulate_default_handler;

    use super::Signals;
    use crate::process::current;

    /// How long delivery may take before the process ends.
    const PATIENCE: Duration = Duration::from_secs(5);

    /// The program handles signals by itself.
    static FLUSH_ONLY: AtomicBool = AtomicBool::new(false);

    /// Takes the signals over, once: they cannot be given back. So after the telemetry is gone the thread
    /// goes on, and does what would have been done without it.
    pub(crate) fn watch(signals: Signals) {
        static WATCHED: Once = Once::new();
        FLUSH_ONLY.store(signals == Signals::Flush, Ordering::Relaxed);
        if signals == Signals::Leave {
            return;
        }
        WATCHED.call_once(|| {
            let ignored = mask("SigIgn:");
            let handled = mask("SigCgt:");
            let wanted = [SIGHUP, SIGINT, SIGTERM];
            let wanted = wanted.into_iter().filter(|signal| !ignored.has(*signal));
            // Without a thread or a pipe there is no taking over, and all is as it was.
            let Ok(listened) = iterator::Signals::new(wanted) else {
                return;
            };
            let listen = move || listen(listened, handled);
            drop(
                thread::Builder::new()
                    .name("glassbox-signals".to_owned())
                    .spawn(listen),
            );
        });
    }

    fn listen(mut signals: iterator::Signals, handled: Mask) {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in signals.forever() {
            let ends = !FLUSH_ONLY.load(Ordering::Relaxed) && !handled.has(signal);
            let current = current().clone();
            match current {
                Some(current) if !ends => current.pipelines.hurry(PATIENCE),
                Some(current) if !asked.swap(true, Ordering::Relaxed) => {
                    // Beside this thread, which listens for a second signal.
                    let deliver = move || {
                        current.end(PATIENCE);
                        end(signal);
                    };
                    if thread::Builder::new().spawn(deliver).is_err() {
                        end(signal);
                    }
                }
                _ if ends => end(signal),
                _ => {}
            }
        }
    }

    /// What the signal does where nobody handles it.
    fn end(signal: i32) {
        // It knows all three.
        let _ = emulate_default_handler(signal);
    }

    /// A set of signals of this process, a bit each from the first on (proc_pid_status(5)).
    #[derive(Clone, Copy)]
    struct Mask(u64);

    impl Mask {
        fn has(self, signal: i32) -> bool {
            self.0 >> (signal - 1) & 1 == 1
        }
    }

    /// Systems without that file have none that we know of.
    fn mask(name: &str) -> Mask {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix(name));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        Mask(mask.unwrap_or(0))
    }
}
