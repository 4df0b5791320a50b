//! Energy, power and temperature.

use crate::builtin::units::dimension::Dimension as D;

use super::{POUND_FORCE, STANDARD_GRAVITY, Unit, si, unit, zero_at};

pub(super) const ENERGY: &[Unit] = &[
    si(unit(D::ENERGY, 1.0, &["J"], &["joule"])),
    si(unit(
        D::ENERGY,
        3600.0,
        &["Wh"],
        &["watt hour", "watt-hour", "watthour"],
    )),
    si(unit(D::ENERGY, 4.184, &["cal"], &["calorie"])),
    unit(D::ENERGY, 4184.0, &["Cal"], &["food calorie"]),
    si(unit(
        D::ENERGY,
        1.602_176_634e-19,
        &["eV"],
        &["electronvolt", "electron volt"],
    )),
    unit(D::ENERGY, 1e-7, &[], &["erg"]),
    unit(
        D::ENERGY,
        1_055.055_852_62,
        &["BTU", "Btu"],
        &["btu", "british thermal unit"],
    ),
    unit(
        D::ENERGY,
        0.3048 * POUND_FORCE,
        &["ft lbf", "ft-lbf", "ft lb", "ft-lb"],
        &["foot-pound", "foot pound"],
    ),
];

pub(super) const POWER: &[Unit] = &[
    si(unit(D::POWER, 1.0, &["W"], &["watt"])),
    unit(
        D::POWER,
        550.0 * 0.3048 * POUND_FORCE,
        &["hp"],
        &["horsepower", "mechanical horsepower"],
    ),
    unit(
        D::POWER,
        75.0 * STANDARD_GRAVITY,
        &["PS", "CV"],
        &["metric horsepower"],
    ),
];

pub(super) const TEMPERATURE: &[Unit] = &[
    si(unit(D::TEMPERATURE, 1.0, &["K"], &["kelvin"])),
    zero_at(
        273.15,
        unit(
            D::TEMPERATURE,
            1.0,
            &["°C", "C", "℃", "degC"],
            &["celsius", "centigrade"],
        ),
    ),
    zero_at(
        459.67 * 5.0 / 9.0,
        unit(
            D::TEMPERATURE,
            5.0 / 9.0,
            &["°F", "F", "℉", "degF"],
            &["fahrenheit"],
        ),
    ),
    unit(D::TEMPERATURE, 5.0 / 9.0, &["°R", "R"], &["rankine"]),
];
