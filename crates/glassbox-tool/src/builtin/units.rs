//! Converts between units of measurement.

use crate::words::shorten;

mod dimension;
mod expression;
mod table;
#[cfg(test)]
mod tests;

use expression::{Measure, measure};

/// `value`, converted, with its unit as the caller wrote it.
pub(super) fn convert(value: f64, from: &str, to: &str) -> Result<String, String> {
    let (source, target) = (measure(from)?, measure(to)?);
    if source.dimension != target.dimension {
        return Err(format!(
            "`{}` is a unit of {} and `{}` of {}: one cannot be converted to the other",
            shorten(from.trim(), 64),
            source.dimension,
            shorten(to.trim(), 64),
            target.dimension,
        ));
    }
    let result = converted(value, &source, &target)?;
    let unit: Vec<&str> = to.split_whitespace().collect();
    Ok(format!("{} {}", decimal(result), unit.join(" ")))
}

fn converted(value: f64, source: &Measure, target: &Measure) -> Result<f64, String> {
    if !value.is_finite() {
        return Err("the value is too large".to_owned());
    }
    if source.zero == target.zero {
        let result = value * (source.scale / target.scale);
        return if result.is_finite() {
            Ok(result)
        } else {
            Err("the result is too large".to_owned())
        };
    }
    let kelvin = value * source.scale + source.zero;
    // A hair below zero is rounding; more is no temperature.
    if kelvin < -1e-9 {
        return Err("that is below absolute zero (-273.15 °C)".to_owned());
    }
    let result = (kelvin - target.zero) / target.scale;
    // The zero points are hundreds of kelvin apart, so digits beyond these are noise.
    Ok((result * 1e9).round() / 1e9)
}

/// Four decimals; more where they are fewer than four significant digits, and fewer where they are more than the 15
/// that a float holds.
fn decimal(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0.0000".to_owned();
    }
    if !(1e-9..1e15).contains(&size) {
        return format!("{value:.4e}");
    }
    let magnitude = size.log10().floor() as i32;
    let decimals = usize::try_from((3 - magnitude).max(4).min(14 - magnitude)).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    // Zeros beyond the fourth decimal say nothing.
    match text.find('.') {
        Some(point) if decimals > 4 => {
            let least = point + 5;
            let length = text.trim_end_matches('0').len().max(least);
            text[..length].to_owned()
        }
        _ => text,
    }
}
