use glassbox_core::ErrorKind;

use super::*;

const EXACT: RetryPolicy = RetryPolicy::new().with_jitter(false);

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "failed")
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn the_backoff_doubles_up_to_its_longest() {
    let policy = EXACT.with_attempts(u32::MAX);
    let waits = [1, 2, 3, 4, 5, 6, 40, u32::MAX - 1]
        .map(|attempt| policy.wait(attempt, &error(ErrorKind::Network), None, Duration::ZERO));
    let wanted = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000];
    assert_eq!(waits, wanted.map(|wait| Some(ms(wait))));
}

#[test]
fn jitter_stays_in_the_upper_half() {
    let policy = RetryPolicy::new().with_backoff(ms(1_000), ms(1_000));
    let waits: Vec<Duration> = (0..200)
        .filter_map(|_| policy.wait(1, &error(ErrorKind::Network), None, Duration::ZERO))
        .collect();
    assert_eq!(waits.len(), 200);
    assert!(
        waits
            .iter()
            .all(|wait| (ms(500)..=ms(1_000)).contains(wait))
    );
    assert!(waits.iter().any(|wait| *wait != waits[0]), "they differ");
    // No backoff is too long for the arithmetic.
    let endless = policy
        .with_backoff(Duration::MAX, Duration::MAX)
        .with_total(Duration::MAX);
    assert!(
        endless
            .wait(2, &error(ErrorKind::Network), None, Duration::ZERO)
            .is_some()
    );
}

#[test]
fn only_what_may_succeed_is_tried_again() {
    for &kind in ErrorKind::ALL {
        let wait = EXACT.wait(1, &error(kind), None, Duration::ZERO);
        assert_eq!(wait.is_some(), kind.is_retryable(), "{kind}");
        let wait = EXACT.wait(1, &error(kind), Some(true), Duration::ZERO);
        assert!(wait.is_some(), "x-should-retry: true, {kind}");
        let wait = EXACT.wait(1, &error(kind), Some(false), Duration::ZERO);
        assert_eq!(wait, None, "x-should-retry: false, {kind}");
    }
}

#[test]
fn attempts_are_counted_from_the_first() {
    let wait = |policy: RetryPolicy, attempt| {
        policy
            .wait(
                attempt,
                &error(ErrorKind::Network),
                Some(true),
                Duration::ZERO,
            )
            .is_some()
    };
    assert!(!wait(RetryPolicy::none(), 1));
    assert!(wait(RetryPolicy::new(), 1) && wait(RetryPolicy::new(), 2));
    assert!(!wait(RetryPolicy::new(), 3));
    assert!(!wait(RetryPolicy::new().with_attempts(0), 1));
}

#[test]
fn what_the_provider_asks_for_goes_first_and_is_capped_in_all() {
    let asked =
        |seconds| error(ErrorKind::RateLimited).with_retry_after(Duration::from_secs(seconds));
    let wait = |seconds, waited| EXACT.wait(1, &asked(seconds), None, Duration::from_secs(waited));
    assert_eq!(wait(0, 0), Some(Duration::ZERO));
    assert_eq!(
        wait(30, 0),
        Some(Duration::from_secs(30)),
        "longer than a backoff may be"
    );
    assert_eq!(wait(60, 0), Some(Duration::from_secs(60)));
    assert_eq!(wait(61, 0), None);
    assert_eq!(wait(31, 30), None);
    assert_eq!(wait(30, 30), Some(Duration::from_secs(30)));
    assert_eq!(wait(u64::MAX, 0), None);
}
