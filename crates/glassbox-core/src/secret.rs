use std::fmt;

/// A key or token that never prints itself.
///
/// `Debug` shows `Secret(***)`; there is no `Display` and no serialised form, so that a key cannot reach a log, a
/// span, an error or a recorded file by accident. [`Secret::expose`] is the one way to read it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a key.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The key itself, for the header that carries it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the key is empty or white space: what an unset variable often looks like.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The key without white space around it, `None` where nothing is left: a key that was read from a file often ends in
    /// a line break.
    #[must_use]
    pub fn trimmed(&self) -> Option<Self> {
        let key = self.0.trim();
        (!key.is_empty()).then(|| Self::new(key))
    }

    /// Replaces every occurrence of the key in `text`, for words that came from elsewhere (a provider that quotes
    /// the key back in its error, say). Keys of fewer than four bytes are left alone: they would match anything.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        if self.0.len() < 4 {
            return text.to_owned();
        }
        text.replace(&self.0, "***")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}
