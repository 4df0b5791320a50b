//! What an error says, and may not say.

use std::error::Error as _;

use glassbox_core::Error;

use super::hosts::KEY;

/// A word that a host may say, and that no `Display` may repeat.
const WORD: &str = "xyzzy";

/// The longest that is kept of a provider's words, with the sign that they were cut.
const LONGEST_DETAIL: usize = 2_003;

/// All that an error holds, as text.
pub(super) fn all(error: &Error) -> String {
    let source = error.source().map(|source| format!("{source} {source:?}"));
    format!("{error} {error:?} {:?} {source:?}", error.detail())
}

/// Asserts that an error is one line of our own words, and that nothing of it tells the key.
pub(super) fn assert_safe(error: &Error) {
    let line = error.to_string();
    assert!(!line.contains(['\n', '\r']), "not one line: {line:?}");
    assert!(!line.contains(WORD), "tells what was said: {line:?}");
    let all = all(error);
    assert!(!all.contains(KEY), "tells the key: {all}");
    let detail = error.detail().map_or(0, str::len);
    assert!(detail <= LONGEST_DETAIL, "{detail} bytes of detail");
}
