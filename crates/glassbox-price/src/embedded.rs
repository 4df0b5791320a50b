//! The embedded list: lines of text, sorted, each `SECTION/MODEL RATES`. It is searched as it is, so that a program
//! that starts has nothing to do for it.

use std::cmp::Ordering;

use crate::Rates;

mod table;

pub(crate) use table::DATE;
use table::TABLE;

/// What a model charges.
pub(crate) fn find(section: &str, model: &str) -> Option<Rates> {
    find_in(TABLE, section, model)
}

/// The sections and the models of all lines that `wanted` says yes to, and their rates.
pub(crate) fn iter<'a>(
    wanted: impl Fn(&str, &str) -> bool,
) -> impl Iterator<Item = (&'a str, &'a str, Rates)> {
    TABLE.lines().filter_map(move |line| {
        let (name, rates) = line.split_once(' ')?;
        let (section, model) = name.split_once('/')?;
        // Reading the rates is the work.
        let rates = wanted(section, model).then(|| rates.parse().ok())??;
        Some((section, model, rates))
    })
}

fn find_in(table: &str, section: &str, model: &str) -> Option<Rates> {
    let mut rest = table;
    while !rest.is_empty() {
        let middle = rest.len() / 2;
        // A line's end is one byte, and so is what is before it: no character is cut.
        let begin = (rest.as_bytes()[..middle].iter())
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let end = (rest.as_bytes()[middle..].iter())
            .position(|byte| *byte == b'\n')
            .map_or(rest.len(), |end| middle + end);
        let (name, rates) = rest[begin..end].split_once(' ')?;
        let wanted = section.bytes().chain([b'/']).chain(model.bytes());
        match name.bytes().cmp(wanted) {
            Ordering::Equal => return rates.parse().ok(),
            Ordering::Less => rest = rest.get(end + 1..).unwrap_or_default(),
            Ordering::Greater => rest = &rest[..begin],
        }
    }
    None
}

#[cfg(test)]
mod tests;
