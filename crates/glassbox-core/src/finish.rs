use std::fmt;

use serde::{Deserialize, Serialize};

/// Why the model stopped, in the words of the conventions' message schemas, with the provider's own word kept.
///
/// Providers disagree and sometimes lie (`stop` although there are tool calls), so code that decides what to do
/// next looks at the calls, not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FinishReason {
    /// The reason in our words.
    pub kind: FinishKind,
    /// The provider's word, exactly as received. `None` where it gave none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

impl FinishReason {
    /// A reason, with the provider's word for it.
    pub fn new(kind: FinishKind, raw: impl Into<String>) -> Self {
        Self {
            kind,
            raw: Some(raw.into()),
        }
    }

    /// The value for telemetry and the message schemas: the kind's word or, for a kind we do not know, the
    /// provider's.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match (&self.kind, &self.raw) {
            (FinishKind::Other, Some(raw)) if !raw.is_empty() => raw,
            (kind, _) => kind.as_str(),
        }
    }
}

impl From<FinishKind> for FinishReason {
    fn from(kind: FinishKind) -> Self {
        Self { kind, raw: None }
    }
}

impl fmt::Display for FinishReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kinds of finish that code can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FinishKind {
    /// The context was compacted and the turn goes on.
    Compaction,
    /// The provider's safety system cut the answer, or the model refused.
    ContentFilter,
    /// The generation failed.
    Error,
    /// The limit on output tokens, or the end of the context, was reached.
    Length,
    /// A word that we do not know: see [`FinishReason::raw`].
    Other,
    /// The provider paused a long turn; sending the conversation back goes on with it.
    Pause,
    /// A natural end, or a stop sequence.
    Stop,
    /// The model waits for the results of tool calls.
    ToolCall,
}

impl FinishKind {
    /// The word of the conventions' schemas (`stop`, `length`, `content_filter`, `tool_call`, `compaction`,
    /// `error`), or ours where they have none.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compaction => "compaction",
            Self::ContentFilter => "content_filter",
            Self::Error => "error",
            Self::Length => "length",
            Self::Other => "other",
            Self::Pause => "pause",
            Self::Stop => "stop",
            Self::ToolCall => "tool_call",
        }
    }
}
