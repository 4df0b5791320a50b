use super::dimension::Dimension;
use super::table::{BINARY_PREFIXES, Prefixes, SI_PREFIXES, Unit, units};
use crate::words::{closest, did_you_mean, shorten};

/// A unit, or a product of powers of units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measure {
    pub(super) dimension: Dimension,
    /// How many base units it is.
    pub(super) scale: f64,
    /// Where its zero is, in kelvin.
    pub(super) zero: f64,
}

/// Longer than the name of any unit.
const MOST_BYTES: usize = 64;

/// Reads a unit: `km`, `miles`, `kg/m3`, `miles per hour`, `square feet`, `kW h`.
pub(super) fn measure(text: &str) -> Result<Measure, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").replace("° ", "°");
    if text.is_empty() {
        return Err("the unit is empty".to_owned());
    }
    if text.len() > MOST_BYTES {
        return Err(format!(
            "`{}` is too long for a unit",
            shorten(&text, MOST_BYTES)
        ));
    }
    // Some names have words and strokes of their own.
    match single(&text)? {
        Some(measure) => Ok(measure),
        None => quotient(&text),
    }
}

fn quotient(text: &str) -> Result<Measure, String> {
    let text = text.replace(" per ", "/");
    let mut whole = Measure {
        dimension: Dimension::NONE,
        scale: 1.0,
        zero: 0.0,
    };
    for (place, part) in text.split('/').enumerate() {
        let sign = if place == 0 { 1 } else { -1 };
        for factor in part.split(['*', '·', '⋅', '×']) {
            for (measure, power) in powers(factor.trim())? {
                let dimension = whole.dimension.times(measure.dimension, power * sign);
                whole.dimension = dimension.ok_or_else(|| too_large(&text))?;
                whole.scale *= measure.scale.powi(i32::from(power * sign));
            }
        }
    }
    if whole.scale.is_normal() {
        Ok(whole)
    } else {
        Err(too_large(&text))
    }
}

fn too_large(text: &str) -> String {
    format!("`{text}` is too large or too small a unit")
}

/// A unit to a power, or several side by side.
fn powers(text: &str) -> Result<Vec<(Measure, i8)>, String> {
    let (base, power) = split_power(text);
    if let Some(measure) = single(base)? {
        return Ok(vec![(measure, power)]);
    }
    if let Some(measure) = single(text)? {
        return Ok(vec![(measure, 1)]);
    }
    let words: Vec<&str> = text.split(' ').collect();
    if words.len() == 1 {
        return Err(unknown(base));
    }
    let each = words.iter().map(|word| {
        let (base, power) = split_power(word);
        let measure = single(base)?.ok_or_else(|| unknown(text))?;
        Ok((measure, power))
    });
    each.collect()
}

fn unknown(text: &str) -> String {
    let known = units()
        .flat_map(|unit| unit.names.iter().chain(unit.symbols))
        .copied();
    format!(
        "the unit `{text}` is not known{}",
        did_you_mean(closest(text, known))
    )
}

/// Takes a power off a unit: `square feet`, `feet squared`, `m²`, `m^2`, `s^-1`, `m3`.
fn split_power(text: &str) -> (&str, i8) {
    const BEFORE: [(&str, i8); 9] = [
        ("square ", 2),
        ("sq. ", 2),
        ("sq ", 2),
        ("sq", 2),
        ("cubic ", 3),
        ("cu. ", 3),
        ("cu ", 3),
        ("per ", -1),
        ("/", -1),
    ];
    const AFTER: [(&str, i8); 4] = [(" squared", 2), (" cubed", 3), ("²", 2), ("³", 3)];
    if let Some((base, power)) = BEFORE
        .iter()
        .find_map(|(word, power)| Some((text.strip_prefix(word)?, *power)))
    {
        return (base, power);
    }
    if let Some((base, power)) = AFTER
        .iter()
        .find_map(|(word, power)| Some((text.strip_suffix(word)?, *power)))
    {
        return (base, power);
    }
    let base = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let (sign, base) = match base.strip_suffix(['-', '−']) {
        Some(base) if base.len() < text.len() => (-1, base),
        _ => (1, base),
    };
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    match digits.parse::<i8>() {
        Ok(power @ 1..=9) => (base.strip_suffix('^').unwrap_or(base), sign * power),
        _ => (text, 1),
    }
}

/// Looks a unit up, with or without a prefix. A symbol in its own case comes first, then a name, then a symbol in
/// any case, and there a bare unit before one with a prefix.
///
/// # Errors
///
/// Where the word means several units.
fn single(word: &str) -> Result<Option<Measure>, String> {
    let bare = ["degrees ", "degree ", "deg "]
        .iter()
        .find_map(|start| word.strip_prefix(start));
    let word = bare.unwrap_or(word);
    let lower = word.to_lowercase();
    let is_symbol = |unit: &Unit| unit.symbols.contains(&word);
    let is_name = |unit: &Unit| unit.names.iter().any(|name| is_form_of(&lower, name));
    let is_like_symbol = |unit: &Unit| {
        unit.symbols
            .iter()
            .any(|symbol| symbol.to_lowercase() == lower)
    };
    let is_prefixed_symbol = |unit: &Unit, prefix: &str, _: &str| {
        unit.symbols
            .iter()
            .any(|symbol| is_joined(word, prefix, symbol))
    };
    let is_prefixed_name = |unit: &Unit, _: &str, prefix: &str| {
        let rest = lower.strip_prefix(prefix);
        rest.is_some_and(|rest| unit.names.iter().any(|name| is_form_of(rest, name)))
    };
    let is_like_prefixed_symbol = |unit: &Unit, prefix: &str, _: &str| {
        let prefix = prefix.to_lowercase();
        unit.symbols
            .iter()
            .any(|symbol| is_joined(&lower, &prefix, &symbol.to_lowercase()))
    };
    let steps: [&dyn Fn() -> Found; 6] = [
        &|| plain(is_symbol),
        &|| prefixed(is_prefixed_symbol),
        &|| plain(is_name),
        &|| prefixed(is_prefixed_name),
        &|| plain(is_like_symbol),
        &|| prefixed(is_like_prefixed_symbol),
    ];
    let Some(found) = steps
        .iter()
        .map(|step| step())
        .find(|found| !found.is_empty())
    else {
        return Ok(None);
    };
    match found.as_slice() {
        [(first, _), rest @ ..] if rest.iter().all(|(other, _)| other == first) => Ok(Some(*first)),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|(_, name)| format!("`{name}`"))
                .collect();
            Err(format!(
                "the unit `{word}` may be {}; write which",
                names.join(" or ")
            ))
        }
    }
}

/// A unit that was found, and how to write it beyond doubt.
type Found = Vec<(Measure, String)>;

fn plain(matches: impl Fn(&Unit) -> bool) -> Found {
    let found = units().filter(|unit| matches(unit));
    found.map(|unit| (of(unit, 1.0), name(unit))).collect()
}

/// Units with each prefix they take; `matches` gets the prefix's symbol and name.
fn prefixed(matches: impl Fn(&Unit, &str, &str) -> bool) -> Found {
    let mut found = Vec::new();
    for unit in units().filter(|unit| unit.prefixes != Prefixes::None) {
        let binary = if unit.prefixes == Prefixes::Multiples {
            BINARY_PREFIXES
        } else {
            &[]
        };
        for (symbol, prefix, factor) in SI_PREFIXES.iter().chain(binary) {
            let fits = unit.prefixes == Prefixes::Si || *factor >= 1e3;
            if fits && matches(unit, symbol, prefix) {
                found.push((of(unit, *factor), format!("{symbol}{}", unit.symbols[0])));
            }
        }
    }
    found
}

fn of(unit: &Unit, factor: f64) -> Measure {
    Measure {
        dimension: unit.dimension,
        scale: unit.scale * factor,
        zero: unit.zero,
    }
}

fn name(unit: &Unit) -> String {
    let name = unit.names.first().or(unit.symbols.first());
    (*name.unwrap_or(&"?")).to_owned()
}

fn is_joined(word: &str, prefix: &str, symbol: &str) -> bool {
    word.strip_prefix(prefix) == Some(symbol)
}

/// Whether `word` is the singular `name` or its plural. (`miles` are not several `mil`.)
fn is_form_of(word: &str, name: &str) -> bool {
    match word.strip_prefix(name) {
        Some("" | "s") => true,
        Some("es") => name.ends_with("ch"),
        _ => false,
    }
}
