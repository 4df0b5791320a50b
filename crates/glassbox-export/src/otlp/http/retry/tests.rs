use http::HeaderValue;

use super::*;

#[test]
fn pauses_grow_and_end() {
    let mut backoff = Backoff::new();
    for least in [100, 200, 400] {
        let least = Duration::from_millis(least);
        let pause = backoff.pause(None).unwrap();
        assert!(pause >= least && pause <= least + JITTER, "{pause:?}");
    }
    assert_eq!(backoff.pause(None), None);
    assert_eq!(backoff.pause(Some(Duration::ZERO)), None);
}

#[test]
fn a_server_may_lengthen_a_pause_and_not_shorten_it() {
    let mut backoff = Backoff::new();
    assert!(backoff.pause(Some(Duration::ZERO)).unwrap() >= FIRST);
    let asked = Duration::from_secs(7);
    assert!(backoff.pause(Some(asked)).unwrap() >= asked);
    assert!(backoff.pause(None).unwrap() >= 2 * asked);
    assert_eq!(
        Backoff::new().pause(Some(Duration::MAX)),
        Some(Duration::MAX)
    );
}

#[test]
fn chance_is_not_always_the_same() {
    let first = jitter();
    assert!((0..100).any(|_| jitter() != first));
}

#[test]
fn what_may_be_tried_again_is_what_the_specification_lists() {
    let retryable: Vec<_> = (100..600)
        .filter(|code| is_retryable(StatusCode::from_u16(*code).unwrap()))
        .collect();
    assert_eq!(retryable, [429, 502, 503, 504]);
}

#[test]
fn how_long_a_server_wants_to_be_left_alone() {
    let read = |value: &str| {
        let value = HeaderValue::from_str(value).unwrap();
        retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]))
    };
    let seconds = |count| Some(Duration::from_secs(count));
    assert_eq!(read("7"), seconds(7));
    assert_eq!(read(" 0 "), seconds(0));
    assert_eq!(read("99999999999999999999999"), seconds(u64::MAX));
    assert_eq!(read("Fri, 31 Dec 1999 23:59:59 GMT"), seconds(0));
    assert!(read("Fri, 31 Dec 9999 23:59:59 GMT") > seconds(1_000_000));
    for odd in ["", "-1", "+1", "1.5", "soon", "0x10", "31 Dec"] {
        assert_eq!(read(odd), None, "{odd}");
    }
    assert_eq!(retry_after(&HeaderMap::new()), None);
}
