use std::ops::RangeInclusive;

use super::number::Number;

/// A function by its name.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// How many arguments it takes.
    pub(super) takes: RangeInclusive<usize>,
    /// Its value, for as many arguments as it takes.
    pub(super) apply: fn(&[Number]) -> Result<Number, String>,
}

pub(super) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

pub(super) fn constant(name: &str) -> Option<Number> {
    let found = CONSTANTS.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| Number::Real(*value))
}

/// Every name, functions first.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let constants = CONSTANTS.iter().map(|(name, _)| *name);
    FUNCTIONS
        .iter()
        .map(|function| function.name)
        .chain(constants)
}

const CONSTANTS: [(&str, f64); 5] = [
    ("e", std::f64::consts::E),
    ("pi", std::f64::consts::PI),
    ("tau", std::f64::consts::TAU),
    ("π", std::f64::consts::PI),
    ("τ", std::f64::consts::TAU),
];

const fn one(name: &'static str, apply: fn(&[Number]) -> Result<Number, String>) -> Function {
    Function {
        name,
        takes: 1..=1,
        apply,
    }
}

const fn many(
    name: &'static str,
    takes: RangeInclusive<usize>,
    apply: fn(&[Number]) -> Result<Number, String>,
) -> Function {
    Function { name, takes, apply }
}

const FUNCTIONS: [Function; 22] = [
    one("abs", |x| Ok(absolute(x[0]))),
    one("acos", |x| real(x, f64::acos)),
    one("asin", |x| real(x, f64::asin)),
    one("atan", |x| real(x, f64::atan)),
    one("cbrt", |x| real(x, f64::cbrt)),
    one("ceil", |x| Ok(x[0].negate().floor()?.negate())),
    one("cos", |x| angle(x, f64::cos)),
    one("exp", |x| real(x, f64::exp)),
    one("floor", |x| x[0].floor()),
    one("ln", |x| logarithm(x, f64::ln)),
    many("log", 1..=2, |x| match x {
        [x, base] => logarithm(&[*x], f64::ln)?.divide(logarithm(&[*base], f64::ln)?),
        _ => logarithm(x, f64::log10),
    }),
    one("log10", |x| logarithm(x, f64::log10)),
    one("log2", |x| logarithm(x, f64::log2)),
    many("max", 1..=100, |x| {
        Ok(x[1..]
            .iter()
            .fold(x[0], |a, b| if a.is_below(*b) { *b } else { a }))
    }),
    many("min", 1..=100, |x| {
        Ok(x[1..]
            .iter()
            .fold(x[0], |a, b| if b.is_below(a) { *b } else { a }))
    }),
    many("pow", 2..=2, |x| x[0].power(x[1])),
    many("round", 1..=2, |x| match x {
        [x, digits] => round_to(*x, *digits),
        _ => round(x[0]),
    }),
    one("sign", |x| Ok(sign(x[0]))),
    one("sin", |x| angle(x, f64::sin)),
    one("sqrt", |x| real(x, f64::sqrt)),
    one("tan", |x| angle(x, f64::tan)),
    one("trunc", |x| Ok(with_sign_of(x[0], absolute(x[0]).floor()?))),
];

fn real(x: &[Number], apply: fn(f64) -> f64) -> Result<Number, String> {
    Number::real(apply(x[0].to_f64()))
}

/// The multiples of π are not floats, so where a sine is zero it comes out as small as the float's error.
fn angle(x: &[Number], apply: fn(f64) -> f64) -> Result<Number, String> {
    let angle = x[0].to_f64();
    let value = apply(angle);
    let is_noise = angle.abs() > 1.0 && value.abs() <= f64::EPSILON * angle.abs();
    Number::real(if is_noise { 0.0 } else { value })
}

fn logarithm(x: &[Number], apply: fn(f64) -> f64) -> Result<Number, String> {
    if x[0].to_f64() <= 0.0 {
        return Err("only numbers above zero have a logarithm".to_owned());
    }
    real(x, apply)
}

fn sign(x: Number) -> Number {
    let value = x.to_f64();
    Number::integer(i128::from(value > 0.0) - i128::from(value < 0.0))
}

fn absolute(x: Number) -> Number {
    if x.to_f64() < 0.0 { x.negate() } else { x }
}

/// `value`, which is not negative, with the sign of `x`.
fn with_sign_of(x: Number, value: Number) -> Number {
    if x.to_f64() < 0.0 {
        value.negate()
    } else {
        value
    }
}

/// To the nearest whole number, halves away from zero.
fn round(x: Number) -> Result<Number, String> {
    let half = Number::integer(1).divide(Number::integer(2))?;
    Ok(with_sign_of(x, absolute(x).add(half)?.floor()?))
}

/// To so many decimals; to tens, hundreds and so on where `digits` is negative.
fn round_to(x: Number, digits: Number) -> Result<Number, String> {
    let in_range = |digits: &i128| (-30..=30).contains(digits);
    let digits = digits.as_integer().filter(in_range);
    let digits = digits.ok_or("round takes a whole number of decimals between -30 and 30")?;
    let scale = Number::integer(10).power(Number::integer(digits))?;
    round(x.multiply(scale)?)?.divide(scale)
}
