use super::*;

fn style(variables: &[(&str, &str)], is_terminal: bool) -> TreeStyle {
    TreeStyle::from_environment(&variables.iter().copied().collect(), is_terminal)
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    assert!(style(&[], true).color);
    assert!(!style(&[], false).color);
    assert!(!style(&[("NO_COLOR", "1")], true).color);
    assert!(style(&[("NO_COLOR", "")], true).color, "empty is unset");
    assert!(!style(&[("TERM", "dumb")], true).color);
}

#[test]
fn the_width_is_the_terminal_s_within_bounds() {
    for (columns, width) in [("120", 120), ("20", 60), ("1000", 160), ("wide", 100)] {
        assert_eq!(style(&[("COLUMNS", columns)], true).width, width);
    }
    assert_eq!(style(&[], true).width, 100);
}

#[test]
fn ascii_is_for_locales_without_unicode() {
    assert!(!style(&[], true).ascii);
    assert!(!style(&[("LANG", "en_US.UTF-8")], true).ascii);
    assert!(!style(&[("LANG", "C.utf8")], true).ascii);
    assert!(style(&[("LANG", "C")], true).ascii);
    assert!(style(&[("LC_ALL", "POSIX"), ("LANG", "C.UTF-8")], true).ascii);
}
