//! Mass, and what it weighs: force and pressure.

use crate::builtin::units::dimension::Dimension as D;

use super::{POUND, POUND_FORCE, STANDARD_GRAVITY, Unit, si, unit};

pub(super) const MASS: &[Unit] = &[
    si(unit(D::MASS, 1e-3, &["g"], &["gram", "gramme"])),
    si(unit(D::MASS, 1e3, &["t"], &["tonne", "metric ton", "ton"])),
    unit(D::MASS, 2e-4, &["ct"], &["carat"]),
    unit(D::MASS, POUND / 7000.0, &["gr"], &["grain"]),
    unit(D::MASS, POUND / 16.0, &["oz"], &["ounce"]),
    unit(
        D::MASS,
        POUND * 480.0 / 7000.0,
        &["oz t", "ozt"],
        &["troy ounce"],
    ),
    unit(D::MASS, POUND, &["lb", "lbs", "lbm"], &["pound"]),
    unit(D::MASS, POUND * 14.0, &["st"], &["stone"]),
    unit(
        D::MASS,
        POUND * 2000.0,
        &[],
        &["short ton", "us ton", "ton"],
    ),
    unit(
        D::MASS,
        POUND * 2240.0,
        &[],
        &["long ton", "uk ton", "imperial ton", "ton"],
    ),
];

pub(super) const FORCE: &[Unit] = &[
    si(unit(D::FORCE, 1.0, &["N"], &["newton"])),
    unit(D::FORCE, 1e-5, &["dyn"], &["dyne"]),
    unit(
        D::FORCE,
        STANDARD_GRAVITY,
        &["kgf", "kp"],
        &["kilogram-force", "kilogram force", "kilopond"],
    ),
    unit(
        D::FORCE,
        POUND_FORCE,
        &["lbf"],
        &["pound-force", "pound force"],
    ),
];

pub(super) const PRESSURE: &[Unit] = &[
    si(unit(D::PRESSURE, 1.0, &["Pa"], &["pascal"])),
    si(unit(D::PRESSURE, 1e5, &["bar"], &["bar"])),
    unit(D::PRESSURE, 101_325.0, &["atm"], &["atmosphere"]),
    unit(D::PRESSURE, 101_325.0 / 760.0, &["Torr"], &["torr"]),
    unit(
        D::PRESSURE,
        133.322_387_415,
        &["mmHg"],
        &["millimetre of mercury", "millimeter of mercury"],
    ),
    unit(D::PRESSURE, 3_386.389, &["inHg"], &["inch of mercury"]),
    unit(
        D::PRESSURE,
        POUND_FORCE / (0.0254 * 0.0254),
        &["psi", "lbf/in2"],
        &["pound per square inch", "pounds per square inch"],
    ),
];
