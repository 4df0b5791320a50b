//! What a model's name says of it.

/// The generation of a Gemini model: 2 for `gemini-2.5-flash`. The newest for names that are always the latest; `None`
/// for other families.
pub(super) fn generation(model: &str) -> Option<u32> {
    let name = model.rsplit('/').next().unwrap_or(model);
    let rest = name.strip_prefix("gemini-")?;
    let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    match digits {
        "" if rest.contains("latest") => Some(u32::MAX),
        digits => digits.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_are_read_from_names() {
        for (model, expected) in [
            ("gemini-2.5-flash", Some(2)),
            ("models/gemini-3-flash-preview", Some(3)),
            ("publishers/google/models/gemini-3.1-pro-preview", Some(3)),
            ("gemini-1.5-flash-002", Some(1)),
            ("gemini-flash-latest", Some(u32::MAX)),
            ("gemini-12-ultra", Some(12)),
            ("gemini-pro", None),
            ("gemma-3-27b-it", None),
            ("tunedModels/mine", None),
        ] {
            assert_eq!(generation(model), expected, "{model}");
        }
    }
}
