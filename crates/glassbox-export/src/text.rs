//! Text for people: safe on a terminal, and as wide as it says.

use std::borrow::Cow;
use std::time::Duration;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A duration in a sentence: `5 s`, `2.5 s`, `250 ms`.
pub(crate) fn seconds(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0..1000 => format!("{millis} ms"),
        _ if millis.is_multiple_of(1000) => format!("{} s", millis / 1000),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

/// A duration in a column, at most seven characters: `812µs`, `12.3ms`, `512ms`, `1.84s`,
/// `2m03s`, `1h02m`.
pub(crate) fn short(duration: Duration, ascii: bool) -> String {
    let micros = duration.as_micros();
    let seconds = duration.as_secs();
    match micros {
        0 => "0".to_owned(),
        1..1000 if ascii => format!("{micros}us"),
        1..1000 => format!("{micros}µs"),
        1000..100_000 => format!("{:.1}ms", micros as f64 / 1e3),
        100_000..1_000_000 => format!("{}ms", micros / 1000),
        1_000_000..60_000_000 => format!("{:.2}s", micros as f64 / 1e6),
        _ if seconds < 3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// A count with its thousands apart: `12,345`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An amount of money with as many places as its first two digits need: `$1.25`, `$0.0042`. Nothing for nothing.
pub(crate) fn dollars(amount: f64) -> Option<String> {
    if !amount.is_finite() || amount <= 0.0 {
        return None;
    }
    let places = (1.0 - amount.log10().floor()).clamp(2.0, 9.0) as usize;
    let text = format!("{amount:.places$}");
    let kept = text.trim_end_matches('0').len();
    // Cents are always shown.
    let cents = text.find('.').map_or(text.len(), |point| point + 3);
    Some(format!("${}", &text[..kept.max(cents)]))
}

/// Text on one line that cannot steer the terminal: white space becomes a space, and a control
/// character, or one that changes direction or is invisible, becomes a visible mark. With `ascii`
/// so does everything beyond ASCII.
pub(crate) fn plain(text: &str, ascii: bool) -> Cow<'_, str> {
    let is_plain = |c: char| matches!(c, ' '..='~') || (!ascii && !c.is_ascii() && !is_hostile(c));
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mark = if ascii { '?' } else { '\u{fffd}' };
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            c if is_plain(c) => c,
            _ => mark,
        })
        .collect()
}

fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' // marks without width
            | '\u{2028}'..='\u{202e}' // separators, embeddings and overrides
            | '\u{2060}'..='\u{206f}' // joiners, isolates
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}') // tags
}

/// Cuts plain text to `width` columns; what is cut ends in an ellipsis.
pub(crate) fn cut(text: &str, width: usize, ascii: bool) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let ellipsis = if ascii { "..." } else { "…" };
    let Some(room) = width.checked_sub(ellipsis.width()) else {
        return Cow::Owned(".".repeat(width));
    };
    let mut used = 0;
    let end = text
        .char_indices()
        .find(|(_, c)| {
            used += c.width().unwrap_or(0);
            used > room
        })
        .map_or(text.len(), |(index, _)| index);
    Cow::Owned(format!("{}{ellipsis}", &text[..end]))
}

/// Fills plain text up to `width` columns.
pub(crate) fn pad(text: &mut String, from: usize, width: usize) {
    let missing = width.saturating_sub(text[from..].width());
    text.extend(std::iter::repeat_n(' ', missing));
}

#[cfg(test)]
mod tests;
