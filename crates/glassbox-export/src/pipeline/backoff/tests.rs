use super::*;

/// Whether a pause is this long, with what chance may add.
fn is_about(pause: Duration, least: Duration) -> bool {
    pause >= least && pause <= least + least / 2
}

#[test]
fn pauses_grow_up_to_a_bound() {
    let mut backoff = Backoff::default();
    for least in [
        100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000,
    ] {
        let pause = backoff.pause(None);
        assert!(
            is_about(pause, Duration::from_millis(least)),
            "{least}: {pause:?}"
        );
    }
}

#[test]
fn a_server_may_lengthen_a_pause_and_not_shorten_it() {
    let mut backoff = Backoff::default();
    assert!(backoff.pause(Some(Duration::ZERO)) >= FIRST);
    let asked = Duration::from_secs(7);
    assert!(is_about(backoff.pause(Some(asked)), asked));
    // The next one is ours again.
    assert!(is_about(backoff.pause(None), FIRST * 4));
    let longest = backoff.pause(Some(Duration::MAX));
    assert!(
        longest >= LONGEST_ASKED && longest <= LONGEST_ASKED + LONGEST,
        "{longest:?}"
    );
}

#[test]
fn chance_is_not_always_the_same() {
    let first = chance(FIRST);
    assert!((0..100).any(|_| chance(FIRST) != first));
}
