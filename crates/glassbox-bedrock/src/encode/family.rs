//! Whose model it is, as far as its id says: Converse leaves some things to the models.

/// Whose model it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Anthropic,
    DeepSeek,
    /// Amazon Nova of the first generation.
    Nova,
    Nova2,
    OpenAi,
    /// Another's, or one that an ARN hides.
    Other,
}

impl Family {
    /// By a model's id, an inference profile's (`us.anthropic...`, `global.anthropic...`), or the ARN of either.
    pub(super) fn of(model: &str) -> Self {
        let is = |part: &str| model.contains(part);
        if is("anthropic.") {
            Self::Anthropic
        } else if is("deepseek.") {
            Self::DeepSeek
        } else if is("amazon.nova-2") {
            Self::Nova2
        } else if is("amazon.nova-") {
            Self::Nova
        } else if is("openai.") {
            Self::OpenAi
        } else {
            Self::Other
        }
    }

    /// Whether reasoning may go back to the model. DeepSeek's refuses all, Anthropic's what it has not signed.
    pub(super) fn takes_reasoning(self, signed: bool) -> bool {
        match self {
            Self::Anthropic => signed,
            Self::DeepSeek => false,
            _ => true,
        }
    }

    /// Whether a cache point may stand after the tools.
    pub(super) fn caches_tools(self) -> bool {
        self == Self::Anthropic
    }
}
