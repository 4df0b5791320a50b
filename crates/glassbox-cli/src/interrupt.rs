use std::future::pending;

/// Waits for Ctrl-C or SIGTERM, and gives the exit code that shells expect: 128 and the signal's number.
pub(crate) async fn signal() -> u8 {
    tokio::select! {
        () = interrupted() => 130,
        () = terminated() => 143,
    }
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signals) => {
            signals.recv().await;
        }
        Err(_) => pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    pending().await
}
