//! A policy out of text: the grammar is in the documentation of [`Policy`].

use std::str::FromStr;
use std::time::Duration;

use super::policy::{Matcher, Policy, Rule};
use super::text::SPECIAL;
use crate::environment::quoted;
use crate::error::Error;

/// How deep brackets and negations may stand inside one another.
const DEEPEST: usize = 64;

const POLICIES: &str =
    "always, error, tokens>=N, cost>=USD, latency>=5s, tool=NAME, attribute:KEY=VALUE or ratio=0.1";

type Parsed<T> = Result<T, Error>;

impl FromStr for Policy {
    type Err = Error;

    /// # Errors
    ///
    /// When the text is not a policy. The error names the place, as a count of characters from 1, and
    /// what could stand there.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parser = Parser {
            text,
            rest: text.trim_start(),
            depth: 0,
        };
        let policy = parser.any()?;
        if parser.rest.is_empty() {
            Ok(policy)
        } else {
            Err(parser.unexpected("a comma, & or the end"))
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    /// What is still to be read; never begins with space.
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Parsed<Policy> {
        self.list(',', Self::all, Rule::Any)
    }

    fn all(&mut self) -> Parsed<Policy> {
        self.list('&', Self::term, Rule::All)
    }

    fn list(
        &mut self,
        separator: char,
        element: fn(&mut Self) -> Parsed<Policy>,
        rule: fn(Vec<Policy>) -> Rule,
    ) -> Parsed<Policy> {
        let first = element(self)?;
        let mut policies = vec![first];
        while self.takes(separator) {
            policies.push(element(self)?);
        }
        Ok(match policies.pop() {
            Some(only) if policies.is_empty() => only,
            last => {
                policies.extend(last);
                Policy::new(rule(policies))
            }
        })
    }

    fn term(&mut self) -> Parsed<Policy> {
        if self.depth == DEEPEST {
            return Err(self.error(format!(
                "more than {DEEPEST} brackets and negations stand inside one another"
            )));
        }
        self.depth += 1;
        let policy = if self.takes('!') {
            self.term()?.not()
        } else if self.takes('(') {
            let inner = self.any()?;
            if !self.takes(')') {
                return Err(self.unexpected("a closing bracket"));
            }
            inner
        } else {
            self.one()?
        };
        self.depth -= 1;
        Ok(policy)
    }

    fn one(&mut self) -> Parsed<Policy> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic());
        let (keyword, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if !is_policy(keyword) {
            return Err(self.unexpected(POLICIES));
        }
        self.rest = rest.trim_start();
        match keyword {
            "always" => Ok(Policy::always()),
            "error" => Ok(Policy::error()),
            "tokens" => self.tokens(),
            "cost" => {
                self.expect(">=", "cost>=USD")?;
                let expected = "a number of US dollars, as 0.05";
                let cost = self.read(expected, |word| number(word).filter(|cost| *cost >= 0.0))?;
                Ok(Policy::cost(cost))
            }
            "latency" => {
                self.expect(">=", "latency>=5s")?;
                self.duration().map(Policy::latency)
            }
            "tool" => {
                self.expect("=", "tool=NAME")?;
                self.words("the name of a tool").map(Policy::tool)
            }
            "attribute" => self.attribute(),
            _ => {
                self.expect("=", "ratio=0.1")?;
                self.ratio()
            }
        }
    }

    fn tokens(&mut self) -> Parsed<Policy> {
        self.expect(">", "tokens>=N or tokens>N")?;
        let above = u64::from(!self.takes('='));
        let expected = "a whole number of tokens";
        let min = self.read(expected, |word| word.parse::<u64>().ok())?;
        Ok(Policy::tokens(min.saturating_add(above)))
    }

    fn attribute(&mut self) -> Parsed<Policy> {
        self.expect(":", "attribute:KEY=VALUE")?;
        let key = self.words("the key of an attribute")?;
        let matcher = if self.takes('>') {
            self.expect("=", "attribute:KEY>=NUMBER")?;
            Matcher::AtLeast(self.read("a number", number)?)
        } else if self.takes('=') {
            let value = self.words("a value; put it into double quotes")?;
            if self.takes('*') {
                Matcher::StartsWith(value)
            } else {
                Matcher::Equals(value)
            }
        } else {
            Matcher::Present
        };
        Ok(Policy::attribute(key, matcher))
    }

    fn ratio(&mut self) -> Parsed<Policy> {
        let within = |part: &f64| (0.0..=1.0).contains(part);
        let part = self.read("a number from 0 to 1", |word| {
            word.parse::<f64>().ok().filter(within)
        })?;
        Ok(Policy::ratio(part))
    }

    fn duration(&mut self) -> Parsed<Duration> {
        self.read("a duration with its unit, as 250ms, 5s or 1m", duration)
    }

    /// A word that makes sense.
    fn read<T>(&mut self, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Parsed<T> {
        let (word, rest) = self.word();
        let Some(value) = parse(word) else {
            return Err(self.unexpected(expected));
        };
        self.rest = rest;
        Ok(value)
    }

    /// A word, or what stands in quotes.
    fn words(&mut self, expected: &str) -> Parsed<String> {
        if self.rest.starts_with('"') {
            return self.quotation();
        }
        let (word, rest) = self.word();
        if word.is_empty() {
            return Err(self.unexpected(expected));
        }
        self.rest = rest;
        Ok(word.to_owned())
    }

    fn quotation(&mut self) -> Parsed<String> {
        let mut text = String::new();
        let mut escaped = false;
        for (index, c) in self.rest.char_indices().skip(1) {
            match (escaped, c) {
                (false, '\\') => escaped = true,
                (false, '"') => {
                    self.rest = self.rest[index + 1..].trim_start();
                    return Ok(text);
                }
                _ => {
                    escaped = false;
                    text.push(c);
                }
            }
        }
        Err(self.error("the closing double quote is missing"))
    }

    /// The word that comes next, which may be empty, and what follows it.
    fn word(&self) -> (&'a str, &'a str) {
        let end = self
            .rest
            .find(|c: char| c.is_whitespace() || SPECIAL.contains(&c));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        (word, rest.trim_start())
    }

    fn takes(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, sign: &str, form: &str) -> Parsed<()> {
        let Some(rest) = self.rest.strip_prefix(sign) else {
            return Err(self.unexpected(&format!("{sign} as in {form}")));
        };
        self.rest = rest.trim_start();
        Ok(())
    }

    fn unexpected(&self, expected: &str) -> Error {
        let found = match self.word() {
            _ if self.rest.is_empty() => "it ends".to_owned(),
            ("", _) => quoted(self.rest.get(..1).unwrap_or_default()),
            (word, _) => quoted(word),
        };
        self.error(format!("{found} where {expected} has to stand"))
    }

    /// With the place.
    fn error(&self, message: impl AsRef<str>) -> Error {
        let read = self.text.len() - self.rest.len();
        let place = self.text[..read].chars().count() + 1;
        Error::new(format!("at character {place}: {}", message.as_ref()))
    }
}

fn is_policy(keyword: &str) -> bool {
    matches!(
        keyword,
        "always" | "error" | "tokens" | "cost" | "latency" | "tool" | "attribute" | "ratio"
    )
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// `1.5s` and the like; whole numbers are exact, however large.
fn duration(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(end);
    let nanoseconds: u64 = match unit {
        "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    if let Ok(whole) = number.parse::<u128>() {
        let whole = whole.checked_mul(u128::from(nanoseconds))?;
        let seconds = u64::try_from(whole / 1_000_000_000).ok()?;
        let rest = u32::try_from(whole % 1_000_000_000).ok()?;
        return Some(Duration::new(seconds, rest));
    }
    let number: f64 = number.parse().ok()?;
    Duration::try_from_secs_f64(number * nanoseconds as f64 / 1e9).ok()
}

#[cfg(test)]
mod tests;
