//! Time, and what goes by it: frequency, speed and acceleration.

use crate::builtin::units::dimension::Dimension as D;

use super::{STANDARD_GRAVITY, Unit, si, unit};

const DAY: f64 = 86_400.0;
/// The average year of the Gregorian calendar: 146,097 days in 400 years.
const YEAR: f64 = 365.2425 * DAY;

pub(super) const TIME: &[Unit] = &[
    si(unit(D::TIME, 1.0, &["s"], &["second", "sec"])),
    unit(D::TIME, 60.0, &["min"], &["minute", "min"]),
    unit(D::TIME, 3600.0, &["h"], &["hour", "hr"]),
    unit(D::TIME, DAY, &["d"], &["day"]),
    unit(D::TIME, 7.0 * DAY, &["wk"], &["week"]),
    unit(D::TIME, 14.0 * DAY, &[], &["fortnight"]),
    unit(D::TIME, YEAR / 12.0, &["mo"], &["month"]),
    unit(D::TIME, YEAR, &["a", "y"], &["year", "yr"]),
    unit(D::TIME, 10.0 * YEAR, &[], &["decade"]),
    unit(D::TIME, 100.0 * YEAR, &[], &["century", "centurie"]),
];

pub(super) const FREQUENCY: &[Unit] = &[
    si(unit(D::FREQUENCY, 1.0, &["Hz"], &["hertz"])),
    unit(
        D::FREQUENCY,
        1.0 / 60.0,
        &["rpm"],
        &["revolution per minute"],
    ),
    unit(D::FREQUENCY, 1.0 / 60.0, &["bpm"], &["beat per minute"]),
];

pub(super) const SPEED: &[Unit] = &[
    unit(D::SPEED, 1_609.344 / 3600.0, &["mph"], &[]),
    unit(D::SPEED, 1.0 / 3.6, &["kph", "kmh", "kmph"], &[]),
    unit(D::SPEED, 0.3048, &["fps"], &[]),
    unit(D::SPEED, 1_852.0 / 3600.0, &["kn", "kt", "kts"], &["knot"]),
    unit(D::SPEED, 299_792_458.0, &[], &["speed of light"]),
];

pub(super) const ACCELERATION: &[Unit] = &[unit(
    D::ACCELERATION,
    STANDARD_GRAVITY,
    &[],
    &["standard gravity"],
)];
