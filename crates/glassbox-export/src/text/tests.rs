use super::*;

#[test]
fn durations_read_well() {
    let column = |micros| short(Duration::from_micros(micros), false);
    for (micros, expected) in [
        (0, "0"),
        (812, "812µs"),
        (1_250, "1.2ms"),
        (99_940, "99.9ms"),
        (512_900, "512ms"),
        (1_840_000, "1.84s"),
        (59_990_000, "59.99s"),
        (123_000_000, "2m03s"),
        (3_720_000_000, "1h02m"),
    ] {
        assert_eq!(column(micros), expected);
    }
    assert_eq!(short(Duration::from_micros(812), true), "812us");
    assert_eq!(seconds(Duration::from_secs(5)), "5 s");
    assert_eq!(seconds(Duration::from_millis(2500)), "2.5 s");
    assert_eq!(seconds(Duration::from_millis(250)), "250 ms");
}

#[test]
fn money_has_two_digits_that_say_something() {
    for (amount, expected) in [
        (0.000_084_9, "$0.000085"),
        (0.0042, "$0.0042"),
        (0.004, "$0.004"),
        (0.5, "$0.50"),
        (1.25, "$1.25"),
        (1.0, "$1.00"),
        (1234.567, "$1234.57"),
        (1e-12, "$0.00"),
    ] {
        assert_eq!(dollars(amount).as_deref(), Some(expected), "{amount}");
    }
    assert_eq!(dollars(0.0), None);
    assert_eq!(dollars(f64::NAN), None);
}

#[test]
fn thousands_are_apart() {
    for (count, expected) in [
        (0, "0"),
        (999, "999"),
        (1000, "1,000"),
        (12_345, "12,345"),
        (u64::MAX, "18,446,744,073,709,551,615"),
    ] {
        assert_eq!(grouped(count), expected);
    }
}

#[test]
fn nothing_steers_the_terminal() {
    let hostile = "a\u{1b}[31mb\u{9b}2Jc\r\nd\u{202e}e\u{200b}f\u{7f}\u{e0041}";
    let shown = plain(hostile, false);
    assert_eq!(
        shown,
        "a\u{fffd}[31mb\u{fffd}2Jc  d\u{fffd}e\u{fffd}f\u{fffd}\u{fffd}"
    );
    assert_eq!(plain("naïve ✓", true), "na?ve ?");
    assert!(matches!(plain("naïve ✓", false), Cow::Borrowed(_)));
}

#[test]
fn text_is_cut_by_columns() {
    assert_eq!(cut("weather", 7, false), "weather");
    assert_eq!(cut("weather", 6, false), "weath…");
    assert_eq!(cut("weather", 6, true), "wea...");
    assert_eq!(cut("天気予報", 5, false), "天気…");
    assert_eq!(cut("天気予報", 4, false), "天…");
    assert_eq!(cut("weather", 2, true), "..");
    assert_eq!(cut("weather", 0, false), "");
}

#[test]
fn padding_counts_columns() {
    let mut text = "> 天気".to_owned();
    pad(&mut text, 2, 6);
    assert_eq!(text, "> 天気  ");
}
