//! Signals that end the command.

use std::time::Duration;

/// The signals that ask the command to end: Ctrl-C, SIGTERM and SIGHUP.
///
/// They are taken over when [`next`](Self::next) is first polled. Until then they end the process, as they do without
/// us, so that reading a prompt from a terminal can be interrupted although it blocks.
#[derive(Default)]
pub(crate) struct Signals(Option<platform::Listeners>);

impl Signals {
    /// Waits for the next signal, and gives the exit code that shells expect: 128 and the signal's number.
    pub(crate) async fn next(&mut self) -> u8 {
        if self.0.is_none() {
            std::thread::spawn(insist);
        }
        self.0
            .get_or_insert_with(platform::Listeners::new)
            .next()
            .await
    }
}

/// How long the process may take to end after a signal: the delivery of the trace, and a moment.
const PATIENCE: Duration = Duration::from_secs(12);

/// Ends the process where nobody else does: at the second signal after a moment, or a while after the first.
#[expect(
    clippy::exit,
    reason = "the main thread is blocked, and somebody asked twice"
)]
fn insist() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    else {
        return;
    };
    let code = runtime.block_on(async {
        let mut listeners = platform::Listeners::new();
        let code = listeners.next().await;
        if let Ok(second) = tokio::time::timeout(PATIENCE, listeners.next()).await {
            // The main thread has heard it too, and ends more gently where it can.
            tokio::time::sleep(Duration::from_millis(500)).await;
            return second;
        }
        code
    });
    std::process::exit(code.into());
}

#[cfg(unix)]
mod platform {
    use std::future::poll_fn;
    use std::task::Poll;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// Each signal with its exit code.
    pub(super) struct Listeners(Vec<(Signal, u8)>);

    impl Listeners {
        pub(super) fn new() -> Self {
            let kinds = [
                (SignalKind::hangup(), 129),
                (SignalKind::interrupt(), 130),
                (SignalKind::terminate(), 143),
            ];
            let ignored = ignored();
            let listeners = kinds.into_iter().filter_map(|(kind, code)| {
                // `nohup` and shells without job control have signals ignored, and want it to stay so.
                let bit = 1u64 << (kind.as_raw_value() - 1);
                if ignored & bit == 0 {
                    Some((signal(kind).ok()?, code))
                } else {
                    None
                }
            });
            Self(listeners.collect())
        }

        pub(super) async fn next(&mut self) -> u8 {
            poll_fn(|context| {
                for (signal, code) in &mut self.0 {
                    if let Poll::Ready(Some(())) = signal.poll_recv(context) {
                        return Poll::Ready(*code);
                    }
                }
                Poll::Pending
            })
            .await
        }
    }

    /// The signals that this process was started to ignore, a bit each from the first on (proc_pid_status(5)). Systems
    /// without that file have none that we know of.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .unwrap_or(0)
    }
}

#[cfg(not(unix))]
mod platform {
    pub(super) struct Listeners;

    impl Listeners {
        pub(super) fn new() -> Self {
            Self
        }

        pub(super) async fn next(&mut self) -> u8 {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            130
        }
    }
}
