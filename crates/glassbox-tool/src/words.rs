//! Words for a model to read: short, whatever it sent us.

/// The text, cut after `most` bytes at most.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}… ({} bytes)", &text[..end], text.len())
}

/// The candidate that `word` is most likely a misspelling of.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Nothing that long is a slip of the pen, and the distance costs the product of the lengths.
    if word.len() > 64 {
        return None;
    }
    let lower = word.to_lowercase();
    let distance = |candidate: &str| strsim::osa_distance(&lower, &candidate.to_lowercase());
    let nearest = candidates
        .into_iter()
        .map(|candidate| (distance(candidate), candidate));
    let (distance, candidate) = nearest.min_by_key(|(distance, _)| *distance)?;
    (distance <= lower.chars().count().div_ceil(3)).then_some(candidate)
}

/// The end of a sentence that says that something is unknown: the suggestion, where there is one.
pub(crate) fn did_you_mean(candidate: Option<&str>) -> String {
    match candidate {
        Some(candidate) => format!("; did you mean `{candidate}`?"),
        None => ".".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{closest, shorten};

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("aéé", 2), "a… (5 bytes)");
    }

    #[test]
    fn misspellings_are_recognised() {
        assert_eq!(
            closest("calcualte", ["convert", "calculate"]),
            Some("calculate")
        );
        assert_eq!(closest("Miles", ["mile", "metre"]), Some("mile"));
        assert_eq!(closest("weather", ["convert", "calculate"]), None);
        assert_eq!(closest(&"x".repeat(1 << 20), ["x"]), None);
        assert_eq!(closest("x", []), None);
    }
}
