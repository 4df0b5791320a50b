//! The words of a query, of either language: enough to see what it names, not to evaluate it.

/// A part of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A name, with its dots and colons.
    Word(&'a str),
    /// What stands in quotes.
    Text(&'a str),
    /// A number or a duration.
    Number(&'a str),
    /// A comparison.
    Compare(&'a str),
    /// Any other sign.
    Sign(char),
}

/// Splits `query`. What is in brackets, a range of PromQL's, is passed over, and so are Grafana's own variables.
pub(super) fn tokens(query: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let inside = &rest[1..];
                let end = quoted(inside);
                found.push(Token::Text(&inside[..end]));
                (end + 2).min(rest.len())
            }
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            '$' => 1 + span(&rest[1..], |c| c == '$' || is_name(c)),
            c if c.is_ascii_digit() => {
                let end = span(rest, |c| c.is_ascii_alphanumeric() || c == '.');
                found.push(Token::Number(&rest[..end]));
                end
            }
            c if is_name(c) => {
                let end = span(rest, is_name);
                found.push(Token::Word(&rest[..end]));
                end
            }
            '=' | '!' | '<' | '>' | '~' | '&' | '|' => {
                let end = span(rest, |c| "=!<>~&|".contains(c));
                found.push(match &rest[..end] {
                    "|" => Token::Sign('|'),
                    signs => Token::Compare(signs),
                });
                end
            }
            c => {
                if !c.is_whitespace() {
                    found.push(Token::Sign(c));
                }
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    found
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':')
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// Where the quotes end that `text` is in.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}
