//! How the tree looks.

use std::borrow::Cow;

use crate::environment::Environment;

const NARROWEST: usize = 60;
const WIDEST: usize = 160;
const WIDTH: usize = 100;

/// How a [`SpanTree`](crate::SpanTree) is drawn. The default is 100 columns in Unicode without
/// colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TreeStyle {
    /// Columns to fill, 60 to 160.
    pub width: usize,
    /// Whether to use ANSI colours.
    pub color: bool,
    /// Whether to stay within ASCII.
    pub ascii: bool,
}

impl Default for TreeStyle {
    fn default() -> Self {
        Self {
            width: WIDTH,
            color: false,
            ascii: false,
        }
    }
}

impl TreeStyle {
    /// Sets the width; it is brought between 60 and 160 columns.
    #[must_use]
    pub fn with_width(mut self, columns: usize) -> Self {
        self.width = columns.clamp(NARROWEST, WIDEST);
        self
    }

    /// Sets whether to use ANSI colours.
    #[must_use]
    pub fn with_color(mut self, color: bool) -> Self {
        self.color = color;
        self
    }

    /// Sets whether to stay within ASCII.
    #[must_use]
    pub fn with_ascii(mut self, ascii: bool) -> Self {
        self.ascii = ascii;
        self
    }

    /// The style for a stream that is a terminal or is not, as this process's variables say:
    /// `COLUMNS`, colour on a terminal without [`NO_COLOR`](https://no-color.org), ASCII where the
    /// locale names a character set that is not UTF-8.
    #[must_use]
    pub fn from_env(is_terminal: bool) -> Self {
        Self::from_environment(&Environment::from_env(), is_terminal)
    }

    /// Like [`from_env`](Self::from_env), from variables given.
    #[must_use]
    pub fn from_environment(environment: &Environment, is_terminal: bool) -> Self {
        let columns = environment
            .var("COLUMNS")
            .and_then(|text| text.parse().ok());
        let is_dumb = environment.var("TERM") == Some("dumb");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| environment.var(name));
        let ascii = locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            !locale.contains("utf-8") && !locale.contains("utf8")
        });
        Self::default()
            .with_width(columns.unwrap_or(WIDTH))
            .with_color(is_terminal && !is_dumb && environment.var("NO_COLOR").is_none())
            .with_ascii(ascii)
    }

    pub(super) fn glyphs(self) -> &'static Glyphs {
        if self.ascii { &ASCII } else { &UNICODE }
    }

    pub(super) fn paint<'a>(self, color: Color, text: &'a str) -> Cow<'a, str> {
        let code = match color {
            _ if !self.color || text.is_empty() => return Cow::Borrowed(text),
            Color::Plain => return Cow::Borrowed(text),
            Color::Bold => "1",
            Color::Dim => "2",
            Color::Red => "31",
            Color::Yellow => "33",
            Color::Blue => "34",
            Color::Cyan => "36",
        };
        Cow::Owned(format!("\u{1b}[{code}m{text}\u{1b}[0m"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Color {
    Plain,
    Bold,
    Dim,
    Red,
    Yellow,
    Blue,
    Cyan,
}

/// The pieces of the drawing. Those of the tree are three columns wide.
#[derive(Debug)]
pub(super) struct Glyphs {
    pub(super) branch: &'static str,
    pub(super) last: &'static str,
    pub(super) pass: &'static str,
    /// Levels left out, because the tree is deeper than it can be shown.
    pub(super) deep: &'static str,
    pub(super) event: &'static str,
    pub(super) error: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    branch: "├─ ",
    last: "└─ ",
    pass: "│  ",
    deep: "⋯  ",
    event: "·",
    error: "✗",
};

const ASCII: Glyphs = Glyphs {
    branch: "|- ",
    last: "`- ",
    pass: "|  ",
    deep: ".. ",
    event: "-",
    error: "!",
};

#[cfg(test)]
mod tests;
