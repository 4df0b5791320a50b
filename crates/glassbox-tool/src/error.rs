use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// How a tool call failed: a message for the model, and a kind for telemetry.
///
/// It is not a [`std::error::Error`], so that every error that is one turns into it by `?`. Whatever is not one (a
/// string, an `anyhow::Error`) goes through [`ToolError::new`]:
///
/// ```
/// use glassbox_tool::ToolError;
///
/// fn parse(text: &str) -> Result<u8, ToolError> {
///     let number: u8 = text.parse()?;
///     if number == 0 {
///         return Err(ToolError::new("zero is not allowed; start at 1"));
///     }
///     Ok(number)
/// }
///
/// assert_eq!(parse("0").unwrap_err().message(), "zero is not allowed; start at 1");
/// assert_eq!(parse("x").unwrap_err().message(), "invalid digit found in string");
/// ```
#[derive(Clone)]
pub struct ToolError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    message: String,
    kind: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl ToolError {
    /// The kind where nothing more is known: the tool itself failed.
    pub const TOOL_ERROR: &str = "tool_error";
    /// The kind where the arguments are not JSON, or not what the tool's schema asks for.
    pub const INVALID_ARGUMENTS: &str = "invalid_arguments";
    /// The kind where the model called a tool that does not exist.
    pub const UNKNOWN_TOOL: &str = "unknown_tool";
    /// The kind where the tool panicked.
    pub const PANIC: &str = "panic";
    /// The kind where the tool took too long. The toolbox has no clock; whoever runs it may have.
    pub const TIMEOUT: &str = "timeout";

    /// A failure of the kind [`TOOL_ERROR`](ToolError::TOOL_ERROR), with a message for the model.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            message: message.into(),
            kind: Cow::Borrowed(Self::TOOL_ERROR),
            source: None,
        }))
    }

    /// Sets the kind: one of few `snake_case` words, because it becomes the `error.type` of the tool's span and of
    /// its metrics.
    #[must_use]
    pub fn with_kind(mut self, kind: impl Into<Cow<'static, str>>) -> Self {
        self.0.kind = kind.into();
        self
    }

    /// Adds the cause, for the program. The model does not see it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// What the model reads. It may quote the arguments: treat it as content.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The kind: `tool_error` unless something more is known.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The cause, where there is one.
    #[must_use]
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ToolError");
        out.field("kind", &self.0.kind)
            .field("message", &self.0.message);
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        out.finish()
    }
}

/// The model reads the error's `Display`; the error itself becomes the cause.
impl<E: StdError + Send + Sync + 'static> From<E> for ToolError {
    fn from(error: E) -> Self {
        Self::new(error.to_string()).with_source(error)
    }
}
