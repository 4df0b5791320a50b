//! Rates as one line of text, which is how the embedded table holds them.

use std::fmt;
use std::str::FromStr;

use glassbox_core::{Error, ErrorKind, Result};

use crate::{Rates, ServiceTier, TokenRates};

/// A kind of token: its letter, and its place.
struct Kind {
    letter: char,
    read: fn(&TokenRates) -> Option<f64>,
    place: fn(&mut TokenRates) -> &mut Option<f64>,
}

macro_rules! kinds {
    ($($letter:literal $field:ident)*) => {
        &[$(Kind {
            letter: $letter,
            read: |rates| rates.$field,
            place: |rates| &mut rates.$field,
        }),*]
    };
}

const KINDS: &[Kind] = kinds! {
    'i' input
    'o' output
    'r' cache_read_input
    'w' cache_write_input
    'W' cache_write_1h_input
    't' reasoning_output
    'a' audio_input
    'R' cache_read_audio_input
    'A' audio_output
};

/// As [`FromStr`] takes them: `i1.25e-6 o1e-5 standard>200000 i2.5e-6 o1.5e-5`. A letter for the kind of token and US
/// dollars a token; a tier and a size begin a band.
impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut space = "";
        let mut write = |f: &mut fmt::Formatter<'_>, tokens: &TokenRates| {
            for kind in KINDS {
                if let Some(rate) = (kind.read)(tokens) {
                    write!(f, "{space}{}{rate:e}", kind.letter)?;
                    space = " ";
                }
            }
            Ok(())
        };
        write(f, &self.tokens)?;
        for band in &self.bands {
            write!(f, " {}>{}", band.service.as_str(), band.above)?;
            write(f, &band.tokens)?;
        }
        Ok(())
    }
}

impl FromStr for Rates {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut rates = Self::default();
        let mut at = (ServiceTier::Standard, 0);
        for word in text.split_ascii_whitespace() {
            if let Some((service, above)) = word.split_once('>') {
                let known = ServiceTier::ALL
                    .into_iter()
                    .find(|tier| tier.as_str() == service);
                at = known
                    .zip(above.parse().ok())
                    .ok_or_else(|| unreadable(word))?;
                rates.entry(at.0, at.1);
                continue;
            }
            let mut rest = word.chars();
            let letter = rest.next();
            let kind = KINDS.iter().find(|kind| Some(kind.letter) == letter);
            let rate = rest.as_str().parse().ok().filter(|rate| is_price(*rate));
            let (kind, rate) = kind.zip(rate).ok_or_else(|| unreadable(word))?;
            *(kind.place)(rates.entry(at.0, at.1)) = Some(rate);
        }
        Ok(rates)
    }
}

/// Whether it can be what a token costs.
pub(crate) fn is_price(rate: f64) -> bool {
    rate.is_finite() && rate >= 0.0
}

fn unreadable(word: &str) -> Error {
    let message = format!(
        "`{word}` is neither a rate, such as i1.5e-7, nor the beginning of a band, such as flex>0"
    );
    Error::new(ErrorKind::Configuration, message)
}
