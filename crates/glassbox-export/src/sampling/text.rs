//! A policy as text, as [`Policy::from_str`] reads it.

use std::fmt;
use std::time::Duration;

use super::policy::{Matcher, Policy, Rule};

/// What ends a word.
pub(super) const SPECIAL: [char; 10] = [',', '&', '!', '(', ')', '=', '<', '>', '"', '*'];

/// How tightly an expression holds together.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Any,
    All,
    One,
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self, Binding::Any)
    }
}

fn write(f: &mut fmt::Formatter<'_>, policy: &Policy, around: Binding) -> fmt::Result {
    match &policy.rule {
        Rule::Always => f.write_str("always"),
        Rule::Error => f.write_str("error"),
        Rule::Tokens(min) => write!(f, "tokens>={min}"),
        Rule::Cost(min) => write!(f, "cost>={min}"),
        Rule::Latency(min) => write!(f, "latency>={}", Length(*min)),
        Rule::Tool(name) => write!(f, "tool={}", Text(name)),
        Rule::Attribute(key, matcher) => {
            write!(f, "attribute:{}", Text(key))?;
            match matcher {
                Matcher::Present => Ok(()),
                Matcher::Equals(value) => write!(f, "={}", Text(value)),
                Matcher::StartsWith(start) => write!(f, "={}*", Text(start)),
                Matcher::AtLeast(min) => write!(f, ">={min}"),
            }
        }
        Rule::Ratio(part) => write!(f, "ratio={part}"),
        Rule::Not(inner) => {
            f.write_str("!")?;
            write(f, inner, Binding::One)
        }
        Rule::All(all) => list(f, all, '&', Binding::All, around),
        Rule::Any(any) => list(f, any, ',', Binding::Any, around),
    }
}

fn list(
    f: &mut fmt::Formatter<'_>,
    policies: &[Policy],
    separator: char,
    binding: Binding,
    around: Binding,
) -> fmt::Result {
    let inside = match binding {
        Binding::Any => Binding::All,
        Binding::All | Binding::One => Binding::One,
    };
    let brackets = around > binding;
    if brackets {
        f.write_str("(")?;
    }
    for (index, policy) in policies.iter().enumerate() {
        if index > 0 {
            write!(f, "{separator}")?;
        }
        write(f, policy, inside)?;
    }
    if brackets {
        f.write_str(")")?;
    }
    Ok(())
}

/// A word, or in quotes what is none.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = *self;
        let special = |c: char| c.is_whitespace() || SPECIAL.contains(&c);
        if !text.is_empty() && !text.contains(special) {
            return f.write_str(text);
        }
        f.write_str("\"")?;
        for c in text.chars() {
            if matches!(c, '"' | '\\') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        f.write_str("\"")
    }
}

/// A duration in the largest unit of which it is a whole number, up to seconds.
struct Length(Duration);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = self.0.as_nanos();
        let units = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
        let unit = units
            .iter()
            .find(|(size, _)| nanoseconds.is_multiple_of(*size));
        match unit {
            Some((size, name)) => write!(f, "{}{name}", nanoseconds / size),
            None => write!(f, "{nanoseconds}ns"),
        }
    }
}
