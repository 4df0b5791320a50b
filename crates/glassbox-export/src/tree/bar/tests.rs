use super::*;

fn drawn(from: u64, lasted: u64) -> String {
    let millis = Duration::from_millis;
    bar(millis(from), millis(lasted), millis(800), 10, false)
}

#[test]
fn a_bar_is_where_and_as_long_as_its_span() {
    assert_eq!(drawn(0, 800), "██████████");
    assert_eq!(drawn(0, 400), "█████     ");
    assert_eq!(drawn(400, 400), "     █████");
    assert_eq!(drawn(0, 90), "█▏        ");
    assert_eq!(drawn(40, 120), "▐█        ");
    assert_eq!(drawn(240, 10), "   ▏      ");
}

#[test]
fn the_shortest_shows_and_none_leaves_the_axis() {
    assert_eq!(drawn(0, 0), "▏         ");
    assert_eq!(drawn(800, 0), "         ▐");
    assert_eq!(drawn(5000, 5000), "         ▐");
    assert_eq!(drawn(400, u64::MAX), "     █████");
}

#[test]
fn a_trace_of_no_length_has_bars() {
    let zero = Duration::ZERO;
    assert_eq!(bar(zero, zero, zero, 4, false), "▏   ");
    assert_eq!(bar(zero, zero, zero, 4, true), "=   ");
}

#[test]
fn ascii_draws_whole_cells() {
    let millis = Duration::from_millis;
    let drawn = |from, lasted| bar(millis(from), millis(lasted), millis(800), 8, true);
    assert_eq!(drawn(0, 800), "========");
    assert_eq!(drawn(200, 300), "  ===   ");
    assert_eq!(drawn(800, 0), "       =");
}

#[test]
fn every_bar_has_its_width() {
    for from in 0..=82 {
        for lasted in 0..=82 {
            assert_eq!(drawn(from * 10, lasted * 10).chars().count(), 10);
        }
    }
}
