//! What is known of a model by its name. Data, from Anthropic's pages "Models overview", "Extended thinking",
//! "Adaptive thinking" and "Migration guide".

/// How a model is told to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// It cannot be told.
    Never,
    /// With a budget of tokens.
    Budget,
    /// It decides for itself, under an effort.
    Adaptive,
}

/// What is known of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    /// What to send as `max_tokens`, which is mandatory, where the request does not say.
    pub(crate) max_tokens: u64,
    pub(crate) thinking: Thinking,
    /// Whether thinking can be switched off.
    pub(crate) may_stop_thinking: bool,
    /// Whether the thinking comes without its text unless that is asked for.
    pub(crate) hides_thinking: bool,
    /// Whether it takes `temperature`, `top_p` and `top_k`.
    pub(crate) sampling: bool,
    /// Whether it takes `temperature` and `top_p` together.
    pub(crate) both_samplings: bool,
    /// Whether it takes `output_config.format`.
    pub(crate) structured_output: bool,
}

impl Rules {
    /// The rules of the model with this name, which may have a gateway's prefix and dots for hyphens.
    pub(crate) fn of(model: &str) -> Self {
        let model = model.to_ascii_lowercase();
        let Some((_, rest)) = model.split_once("claude") else {
            return Self::of_others();
        };
        let always_thinks = rest.contains("fable") || rest.contains("mythos");
        // A name without a version is a preview of what is to come.
        let version = version(rest).unwrap_or((u32::MAX, 0));
        Self {
            max_tokens: most_output(version),
            thinking: if version < (3, 7) {
                Thinking::Never
            } else if version < (4, 6) {
                Thinking::Budget
            } else {
                Thinking::Adaptive
            },
            may_stop_thinking: !always_thinks,
            hides_thinking: version >= (4, 7),
            sampling: version < (4, 7),
            both_samplings: version < (4, 1),
            structured_output: version >= (4, 1),
        }
    }

    /// A model of somebody else, behind the same API: nothing is forbidden.
    const fn of_others() -> Self {
        Self {
            max_tokens: 8_192,
            thinking: Thinking::Budget,
            may_stop_thinking: true,
            hides_thinking: false,
            sampling: true,
            both_samplings: true,
            structured_output: true,
        }
    }
}

/// The most that a model writes. Models before 4.5 refuse a request whose prompt and `max_tokens` together exceed the
/// context, so those that write more get 32,000.
const fn most_output(version: (u32, u32)) -> u64 {
    match version {
        (..=2, _) | (3, ..=4) => 4_096,
        (3, 5..=6) => 8_192,
        (3, _) | (4, ..=4) => 32_000,
        (4, 5) => 64_000,
        _ => 128_000,
    }
}

/// The version in `-sonnet-4-5-20250929`, `-3-5-haiku-latest` or `-opus-4.1`.
fn version(rest: &str) -> Option<(u32, u32)> {
    // Dates are longer.
    let number = |word: &str| (word.len() <= 2).then(|| word.parse::<u32>().ok())?;
    let mut words = rest.split(|c: char| !c.is_ascii_alphanumeric());
    let major = words.find_map(number)?;
    Some((major, words.next().and_then(number).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_every_form_of_a_name() {
        for (name, expected) in [
            ("-sonnet-4-5-20250929", Some((4, 5))),
            ("-sonnet-4-20250514", Some((4, 0))),
            ("-3-5-haiku-latest", Some((3, 5))),
            ("-3-opus-20240229", Some((3, 0))),
            ("-haiku-4.5", Some((4, 5))),
            ("-opus-4-1@20250805", Some((4, 1))),
            ("-fable-5", Some((5, 0))),
            ("-mythos-preview", None),
        ] {
            assert_eq!(version(name), expected, "{name}");
        }
    }

    #[test]
    fn quirk_23_max_tokens_has_a_default_by_model() {
        for (model, tokens) in [
            ("claude-3-opus-20240229", 4_096),
            ("claude-3-5-sonnet-latest", 8_192),
            ("claude-3-7-sonnet-latest", 32_000),
            ("claude-opus-4-1", 32_000),
            ("claude-haiku-4-5", 64_000),
            ("anthropic/claude-haiku-4.5", 64_000),
            ("claude-sonnet-4-6", 128_000),
            ("claude-mythos-preview", 128_000),
            ("glm-4.6", 8_192),
        ] {
            assert_eq!(Rules::of(model).max_tokens, tokens, "{model}");
        }
    }

    #[test]
    fn quirk_22_thinking_goes_by_the_model() {
        for (model, thinking) in [
            ("claude-3-5-sonnet-latest", Thinking::Never),
            ("claude-3-7-sonnet-latest", Thinking::Budget),
            ("claude-opus-4-5", Thinking::Budget),
            ("claude-sonnet-4-6", Thinking::Adaptive),
            ("claude-opus-4-8", Thinking::Adaptive),
            ("claude-fable-5", Thinking::Adaptive),
        ] {
            assert_eq!(Rules::of(model).thinking, thinking, "{model}");
        }
        assert!(!Rules::of("claude-fable-5").may_stop_thinking);
        assert!(Rules::of("claude-sonnet-4-6").sampling);
        assert!(!Rules::of("claude-sonnet-5").sampling);
    }
}
