//! What a host takes of some models, or of some requests, and not of others.

use std::borrow::Cow;

/// What a host calls the limit on output tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutputCap {
    /// `max_completion_tokens` for OpenAI's reasoning models and all since GPT-5, which refuse the old name;
    /// `max_tokens` for all others, because many hosts know no other name.
    ByModel,
    /// `max_completion_tokens`.
    MaxCompletionTokens,
    /// `max_tokens`.
    MaxTokens,
}

impl OutputCap {
    /// The field for this model.
    #[must_use]
    pub fn field(self, model: &str) -> &'static str {
        match self {
            Self::ByModel if is_reasoning(model) => "max_completion_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
            Self::ByModel | Self::MaxTokens => "max_tokens",
        }
    }
}

/// Whether it is one of OpenAI's reasoning models, by its name: `o1`, `o3-mini`, `gpt-5`, `openai/gpt-5.2`.
fn is_reasoning(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let name = name.to_ascii_lowercase();
    let number = |prefix: &str| -> Option<u32> {
        let rest = name.strip_prefix(prefix)?;
        let end = rest
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(rest.len());
        rest[..end].parse().ok()
    };
    number("o").is_some() || number("gpt-").is_some_and(|version| (5..20).contains(&version))
}

/// Which ids of tool calls a host takes. Its own it always does; those of a conversation that began elsewhere, and
/// ids that were made up, it may refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallIds {
    /// Any.
    Any,
    /// Nine letters and digits for Mistral's models, by their names, and any for others: the host passes ids on.
    ByModel,
    /// Nine letters and digits (`docs.mistral.ai/capabilities/function_calling`).
    NineCharacters,
}

impl CallIds {
    /// The id as this model is told it. The same id is always told the same way, so a call and its result still meet.
    #[must_use]
    pub fn spelt<'a>(self, id: &'a str, model: &str) -> Cow<'a, str> {
        let strict = match self {
            Self::Any => false,
            Self::ByModel => is_mistral(model),
            Self::NineCharacters => true,
        };
        let is_taken = id.len() == NINE && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !strict || is_taken {
            return Cow::Borrowed(id);
        }
        Cow::Owned(nine_characters(id))
    }
}

const NINE: usize = 9;

/// Whether it is one of Mistral's models, by its name: `mistralai/mistral-large`, `magistral-medium-latest`.
fn is_mistral(model: &str) -> bool {
    const FAMILIES: [&str; 7] = [
        "codestral",
        "devstral",
        "magistral",
        "ministral",
        "mistral",
        "mixtral",
        "pixtral",
    ];
    let name = model.to_ascii_lowercase();
    name.split('/')
        .any(|part| FAMILIES.iter().any(|family| part.starts_with(family)))
}

/// A hash of the id in nine letters and digits: FNV-1a with 64 bits, whose result is the same in every process.
fn nine_characters(id: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let digit = |_| {
        let digit = DIGITS[(hash % 62) as usize];
        hash /= 62;
        char::from(digit)
    };
    (0..NINE).map(digit).collect()
}

/// What a host can do while it holds an answer to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OutputBeside {
    /// Whether it can be made to call a tool.
    pub forced_tools: bool,
    /// Whether it can stream. Where not, the answer is asked for whole, and given as the stream that was wanted.
    pub streaming: bool,
}

/// Which models of a host give their reasoning encrypted where they are asked to
/// (`include: ["reasoning.encrypted_content"]`). Others refuse the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptedReasoning {
    /// All.
    Always,
    /// OpenAI's reasoning models, by their names.
    ByModel,
    /// None: what they thought is readable, or not given at all.
    Never,
}

impl EncryptedReasoning {
    /// Whether to ask this model.
    #[must_use]
    pub fn of(self, model: &str) -> bool {
        match self {
            Self::Always => true,
            // As Bedrock calls them.
            Self::ByModel => is_reasoning(model.strip_prefix("openai.").unwrap_or(model)),
            Self::Never => false,
        }
    }
}
