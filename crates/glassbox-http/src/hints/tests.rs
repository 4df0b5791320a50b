use super::*;

type Pairs = &'static [(&'static str, &'static str)];

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            (
                http::HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            )
        })
        .collect()
}

#[test]
fn quirk_14_the_headers_ask_for_a_wait() {
    const NOW: &str = "Sat, 22 Nov 2025 10:00:00 GMT";
    let cases: [(Pairs, Option<u64>); 16] = [
        (&[], None),
        (&[("retry-after", "2")], Some(2_000)),
        (&[("retry-after", " 1.5 ")], Some(1_500)),
        (&[("retry-after", "0")], Some(0)),
        (&[("retry-after-ms", "120")], Some(120)),
        (
            &[("retry-after-ms", "120"), ("retry-after", "9")],
            Some(120),
        ),
        // As Azure was seen to answer.
        (
            &[("retry-after-ms", "0"), ("retry-after", "1")],
            Some(1_000),
        ),
        (&[("retry-after-ms", "0")], Some(0)),
        (
            &[("retry-after-ms", "soon"), ("retry-after", "1")],
            Some(1_000),
        ),
        (
            &[
                ("date", NOW),
                ("retry-after", "Sat, 22 Nov 2025 10:00:30 GMT"),
            ],
            Some(30_000),
        ),
        (
            &[
                ("date", NOW),
                ("retry-after", "Saturday, 22-Nov-25 10:01:00 GMT"),
            ],
            Some(60_000),
        ),
        // A date that has passed.
        (
            &[
                ("date", NOW),
                ("retry-after", "Sat, 22 Nov 2025 09:00:00 GMT"),
            ],
            Some(0),
        ),
        (&[("retry-after", "-1")], None),
        (&[("retry-after", "NaN")], None),
        (&[("retry-after", "1e300")], None),
        (&[("retry-after", "later")], None),
    ];
    for (pairs, wait) in cases {
        assert_eq!(
            asked_wait(&headers(pairs)),
            wait.map(Duration::from_millis),
            "{pairs:?}"
        );
    }
}

#[test]
fn a_date_without_the_servers_clock_is_compared_with_ours() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(1_000));
    let wait = asked_wait(&headers(&[("retry-after", &date)])).unwrap();
    assert!((900..=1_000).contains(&wait.as_secs()), "{wait:?}");
}

#[test]
fn durations_are_read_as_providers_write_them() {
    for (text, ms) in [
        ("20ms", 20),
        ("7s", 7_000),
        ("48.939935699s.", 48_940),
        ("1.5s. Visit", 1_500),
        ("6m0s", 360_000),
        ("1h2m3s", 3_723_000),
        ("6 seconds.", 6_000),
        ("2 minutes and", 120_000),
        ("1d", 86_400_000),
    ] {
        let wait = duration(text).unwrap();
        assert_eq!(wait.as_secs_f64().mul_add(1e3, 0.5) as u64, ms, "{text}");
    }
    for text in ["", "s", "5", "5 apples", "soon", "....s", "1e9s", "９s"] {
        assert_eq!(duration(text), None, "{text}");
    }
    // Too long for a duration: read as far as it can be.
    assert_eq!(duration("99999999999999999999999s"), None);
}

#[test]
fn quirk_14_messages_ask_for_a_wait() {
    for (message, ms) in [
        (
            "Rate limit reached for gpt-4o. Please try again in 1.5s. Visit",
            1_500,
        ),
        ("Limit 3, Used 3. Please try again in 20ms.", 20),
        ("Quota exceeded.\nPlease retry in 7s.", 7_000),
        ("Please retry after 6 seconds.", 6_000),
    ] {
        assert_eq!(wait_in_words(message), Some(Duration::from_millis(ms)));
    }
    assert_eq!(wait_in_words("Please try again later."), None);
    assert_eq!(wait_in_words("try again in "), None);
}
