use super::number::Number;

/// A token and the column where it begins, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) column: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Number(Number),
    Name(String),
    Operator(Operator),
    Open,
    Close,
    Comma,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    /// `//`
    Quotient,
    /// `%`
    Remainder,
    Power,
}

/// Splits an expression into tokens; the last is [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let asks = |c: char| c.is_whitespace() || matches!(c, '=' | '?');
    let characters: Vec<char> = text.trim_end_matches(asks).chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&first) = characters.get(at) {
        let column = at + 1;
        if first.is_whitespace() {
            at += 1;
            continue;
        }
        let rest = &characters[at..];
        if let Some(power) = superscript(first) {
            // The sign and the number that stand for it share a column.
            tokens.push(Token {
                kind: Kind::Operator(Operator::Power),
                column,
            });
            tokens.push(Token {
                kind: Kind::Number(Number::integer(power)),
                column,
            });
            at += 1;
            continue;
        }
        let (kind, length) = match first {
            '0'..='9' | '.' => number(rest, column)?,
            c if c.is_alphabetic() || c == '_' => name(rest),
            _ => symbol(rest).ok_or_else(|| format!("unexpected `{first}` at column {column}"))?,
        };
        tokens.push(Token { kind, column });
        at += length;
    }
    tokens.push(Token {
        kind: Kind::End,
        column: characters.len() + 1,
    });
    Ok(tokens)
}

fn superscript(c: char) -> Option<i128> {
    match c {
        '²' => Some(2),
        '³' => Some(3),
        _ => None,
    }
}

fn symbol(rest: &[char]) -> Option<(Kind, usize)> {
    let operator = |operator, length| Some((Kind::Operator(operator), length));
    match *rest {
        ['*', '*', ..] => operator(Operator::Power, 2),
        ['/', '/', ..] => operator(Operator::Quotient, 2),
        ['+', ..] => operator(Operator::Plus, 1),
        // Hyphen-minus, minus sign, en dash.
        ['-' | '\u{2212}' | '\u{2013}', ..] => operator(Operator::Minus, 1),
        ['*' | '×' | '·' | '⋅' | '∙', ..] => operator(Operator::Times, 1),
        ['/' | '÷' | '∕', ..] => operator(Operator::Over, 1),
        ['%', ..] => operator(Operator::Remainder, 1),
        ['^', ..] => operator(Operator::Power, 1),
        ['(' | '[', ..] => Some((Kind::Open, 1)),
        [')' | ']', ..] => Some((Kind::Close, 1)),
        [',' | ';', ..] => Some((Kind::Comma, 1)),
        _ => None,
    }
}

fn name(rest: &[char]) -> (Kind, usize) {
    let belongs = |c: &&char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let name: String = rest.iter().take_while(belongs).collect();
    let length = name.chars().count();
    let lower = name.to_lowercase();
    // Models also write Python and JavaScript.
    let bare = lower.strip_prefix("math.").unwrap_or(&lower);
    (Kind::Name(bare.to_owned()), length)
}

/// A decimal number: digits, which `_` may group, a point and more digits, an exponent.
fn number(rest: &[char], column: usize) -> Result<(Kind, usize), String> {
    let digits = |from: usize| {
        let belongs = |c: &&char| c.is_ascii_digit() || **c == '_';
        rest[from.min(rest.len())..]
            .iter()
            .take_while(belongs)
            .count()
    };
    let mut length = digits(0);
    if rest.get(length) == Some(&'.') {
        length += 1;
        length += digits(length);
    }
    if matches!(rest.get(length), Some('e' | 'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some('+' | '-' | '\u{2212}')));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    let ascii = |c: &char| if *c == '\u{2212}' { '-' } else { *c };
    let text: String = rest[..length]
        .iter()
        .filter(|c| **c != '_')
        .map(ascii)
        .collect();
    if rest.get(length) == Some(&'.') {
        return Err(format!(
            "a second decimal point at column {}",
            column + length
        ));
    }
    if let [b'0', b'0'..=b'9', ..] = text.as_bytes() {
        return Err(format!(
            "the number at column {column} begins with a zero; write numbers without thousands separators"
        ));
    }
    match Number::parse(&text) {
        Some(number) => Ok((Kind::Number(number), length)),
        None if text.bytes().any(|byte| byte.is_ascii_digit()) => {
            Err(format!("the number at column {column} is too large"))
        }
        None => Err(format!("unexpected `.` at column {column}")),
    }
}
