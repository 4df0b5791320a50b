//! The variables that configure an export, as a value.
//!
//! Everything below the functions named `from_env` works on an [`Environment`], so that nothing
//! else reads the process's variables and a test needs none.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use percent_encoding::percent_decode_str;

/// What may be of interest, so that nothing else (a key, a password) is copied or shown.
const PREFIXES: [&str; 2] = ["GLASSBOX_SPOOL_", "OTEL_"];
const NAMES: [&str; 7] = [
    "COLUMNS",
    "GLASSBOX_TAIL_SAMPLING",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "NO_COLOR",
    "TERM",
];

/// A snapshot of the environment variables that matter here: `OTEL_*`, our own, and what a
/// terminal says about itself.
///
/// ```
/// use glassbox_export::Environment;
///
/// let environment = Environment::from_iter([("OTEL_SERVICE_NAME", "checkout"), ("HOME", "/root")]);
/// assert_eq!(environment.var("OTEL_SERVICE_NAME"), Some("checkout"));
/// assert_eq!(environment.var("HOME"), None);
/// ```
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// The variables of this process. A value that is not Unicode is kept with replacement
    /// characters, so that what reads it can complain.
    #[must_use]
    pub fn from_env() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((
                    name.into_string().ok()?,
                    value.to_string_lossy().into_owned(),
                ))
            })
            .collect()
    }

    /// The value of a variable. An empty value is the same as none, as the
    /// [specification](https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/)
    /// asks.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .filter(|(name, _)| {
                NAMES.contains(&name.as_str())
                    || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
            })
            .collect();
        Self { variables }
    }
}

/// Names only: a value may be an access token.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

/// Reads typed values and collects what was wrong with the others.
#[derive(Debug)]
pub(crate) struct Settings<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) warnings: Vec<String>,
}

impl<'a> Settings<'a> {
    pub(crate) fn new(environment: &'a Environment) -> Self {
        Self {
            environment,
            warnings: Vec::new(),
        }
    }

    pub(crate) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// The first of `names` that is set.
    pub(crate) fn text<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &'a str)> {
        names
            .iter()
            .find_map(|name| Some((*name, self.environment.var(name)?)))
    }

    /// The first of `names` that is set to something `parse` takes. A value that it does not take
    /// is reported and passed over, as the specification asks for enumerations and numbers.
    pub(crate) fn parsed<T>(
        &mut self,
        names: &[&str],
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        for name in names {
            let Some(value) = self.environment.var(name) else {
                continue;
            };
            match parse(value.trim()) {
                Some(parsed) => return Some(parsed),
                None => self.warn(format!(
                    "{name}={} is not {expected}; ignored",
                    quoted(value)
                )),
            }
        }
        None
    }

    /// A duration in whole milliseconds.
    pub(crate) fn milliseconds(&mut self, names: &[&str], default: Duration) -> Duration {
        let expected = format!(
            "a whole number of milliseconds (default {})",
            default.as_millis()
        );
        self.parsed(names, &expected, |value| value.parse::<u64>().ok())
            .map_or(default, Duration::from_millis)
    }

    /// A count of at least one.
    pub(crate) fn count(&mut self, name: &str, default: usize) -> usize {
        let expected = format!("a whole number above zero (default {default})");
        self.parsed(&[name], &expected, |value| {
            value.parse::<usize>().ok().filter(|count| *count > 0)
        })
        .unwrap_or(default)
    }

    /// True for `true` in any case; everything else is false, and reported unless it is `false`
    /// (the specification's rule for Boolean variables).
    pub(crate) fn flag(&mut self, names: &[&str]) -> bool {
        self.parsed(names, "true or false (default false)", |value| {
            if value.eq_ignore_ascii_case("true") {
                Some(true)
            } else if value.eq_ignore_ascii_case("false") {
                Some(false)
            } else {
                None
            }
        })
        .unwrap_or(false)
    }

    /// `name1=value1,name2=value2`, values percent-decoded. A bad entry is reported by its
    /// position only: it may hold a secret.
    pub(crate) fn pairs(&mut self, names: &[&str]) -> Vec<(String, String)> {
        let Some((variable, list)) = self.text(names) else {
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (index, entry) in list.split(',').enumerate() {
            if entry.trim().is_empty() {
                continue;
            }
            match pair(entry) {
                Some(pair) => pairs.push(pair),
                None => self.warn(format!(
                    "{variable}: entry {} is not name=value; ignored",
                    index + 1
                )),
            }
        }
        pairs
    }
}

fn pair(entry: &str) -> Option<(String, String)> {
    let (name, value) = entry.split_once('=')?;
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
    Some((name.to_owned(), value.into_owned()))
}

/// A value as it may be shown: escaped, and not a page of it.
pub(crate) fn quoted(value: &str) -> String {
    const LONGEST: usize = 60;
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}...", &value[..end]),
        None => format!("{value:?}"),
    }
}

#[cfg(test)]
mod tests;
