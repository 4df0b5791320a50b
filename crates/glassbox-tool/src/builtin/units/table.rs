//! The units, as data.
//!
//! Sources: the SI Brochure, 9th edition (BIPM, 2019), for the SI, its prefixes and the units used with it; NIST
//! Special Publication 811 (2008), appendix B, and NIST Handbook 44, appendix C, for the customary units of the United
//! States; the Units of Measurement Regulations 1995 for those of the United Kingdom; IEC 80000-13 for the binary
//! prefixes. Factors are exact where a definition is: the inch, the pound, both gallons, the calorie (thermochemical),
//! the BTU (International Table). A month and a year are those of the Gregorian calendar, on average.

mod data;
mod energy;
mod mass;
mod prefixes;
mod space;
mod time;

use super::dimension::Dimension;

pub(super) use prefixes::{BINARY_PREFIXES, SI_PREFIXES};

#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) dimension: Dimension,
    /// How many base units (m, kg, s, K, rad, bit) it is.
    pub(super) scale: f64,
    /// Where its zero is, in kelvin.
    pub(super) zero: f64,
    pub(super) prefixes: Prefixes,
    /// Case counts: `mW` is not `MW`.
    pub(super) symbols: &'static [&'static str],
    /// In lower case and the singular. Case does not count, and a regular plural is understood.
    pub(super) names: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefixes {
    None,
    Si,
    /// The binary ones, and those of the SI from kilo up: nobody means a millibit.
    Multiples,
}

const fn unit(
    dimension: Dimension,
    scale: f64,
    symbols: &'static [&'static str],
    names: &'static [&'static str],
) -> Unit {
    Unit {
        dimension,
        scale,
        zero: 0.0,
        prefixes: Prefixes::None,
        symbols,
        names,
    }
}

const fn si(unit: Unit) -> Unit {
    Unit {
        prefixes: Prefixes::Si,
        ..unit
    }
}

const fn binary(unit: Unit) -> Unit {
    Unit {
        prefixes: Prefixes::Multiples,
        ..unit
    }
}

const fn zero_at(kelvin: f64, unit: Unit) -> Unit {
    Unit {
        zero: kelvin,
        ..unit
    }
}

// What several dimensions build upon.
const POUND: f64 = 0.453_592_37;
const STANDARD_GRAVITY: f64 = 9.806_65;
const POUND_FORCE: f64 = POUND * STANDARD_GRAVITY;

/// The units, a list for each dimension.
const UNITS: [&[Unit]; 16] = [
    space::LENGTH,
    space::AREA,
    space::VOLUME,
    mass::MASS,
    time::TIME,
    time::FREQUENCY,
    time::SPEED,
    time::ACCELERATION,
    mass::FORCE,
    mass::PRESSURE,
    energy::ENERGY,
    energy::POWER,
    energy::TEMPERATURE,
    space::ANGLE,
    data::DATA,
    data::DATA_RATE,
];

/// Every unit, in the order of the table.
pub(super) fn units() -> impl Iterator<Item = &'static Unit> {
    UNITS.into_iter().flatten()
}
