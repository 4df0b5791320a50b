//! Length, area, volume and angle.

use crate::builtin::units::dimension::Dimension as D;

use super::{Unit, si, unit};

/// One US gallon is 231 cubic inches.
const US_GALLON: f64 = 231.0 * 0.0254 * 0.0254 * 0.0254;
const UK_GALLON: f64 = 0.004_546_09;
const DEGREE: f64 = std::f64::consts::PI / 180.0;
const ASTRONOMICAL_UNIT: f64 = 149_597_870_700.0;

pub(super) const LENGTH: &[Unit] = &[
    si(unit(D::LENGTH, 1.0, &["m"], &["metre", "meter"])),
    unit(D::LENGTH, 1e-6, &["µ"], &["micron"]),
    unit(D::LENGTH, 1e-10, &["Å"], &["angstrom", "ångström"]),
    unit(D::LENGTH, 0.000_025_4, &["mil"], &["mil", "thou"]),
    unit(D::LENGTH, 0.0254, &["in", "\"", "″"], &["inch"]),
    unit(D::LENGTH, 0.3048, &["ft", "'", "′"], &["foot", "feet"]),
    unit(D::LENGTH, 0.9144, &["yd"], &["yard"]),
    unit(D::LENGTH, 1.8288, &[], &["fathom"]),
    unit(D::LENGTH, 201.168, &[], &["furlong"]),
    unit(D::LENGTH, 1_609.344, &["mi"], &["mile"]),
    unit(D::LENGTH, 1_852.0, &["nmi", "NM"], &["nautical mile"]),
    unit(
        D::LENGTH,
        ASTRONOMICAL_UNIT,
        &["au", "AU"],
        &["astronomical unit"],
    ),
    unit(
        D::LENGTH,
        9_460_730_472_580_800.0,
        &["ly"],
        &["light year", "lightyear", "light-year"],
    ),
    si(unit(
        D::LENGTH,
        ASTRONOMICAL_UNIT * 3600.0 / DEGREE,
        &["pc"],
        &["parsec"],
    )),
];

pub(super) const AREA: &[Unit] = &[
    unit(D::AREA, 1e4, &["ha"], &["hectare"]),
    unit(D::AREA, 4_046.856_422_4, &["ac"], &["acre"]),
];

pub(super) const VOLUME: &[Unit] = &[
    si(unit(D::VOLUME, 1e-3, &["L", "l", "ℓ"], &["litre", "liter"])),
    unit(D::VOLUME, 1e-6, &["cc"], &[]),
    unit(
        D::VOLUME,
        US_GALLON,
        &["gal"],
        &["gallon", "us gallon", "us gal"],
    ),
    unit(
        D::VOLUME,
        US_GALLON / 4.0,
        &["qt"],
        &["quart", "us quart", "us qt"],
    ),
    unit(
        D::VOLUME,
        US_GALLON / 8.0,
        &["pt"],
        &["pint", "us pint", "us pt"],
    ),
    unit(D::VOLUME, US_GALLON / 16.0, &[], &["cup", "us cup"]),
    unit(
        D::VOLUME,
        US_GALLON / 128.0,
        &["fl oz", "floz", "fl. oz."],
        &["fluid ounce", "us fluid ounce", "us fl oz"],
    ),
    unit(D::VOLUME, US_GALLON / 256.0, &["tbsp"], &["tablespoon"]),
    unit(D::VOLUME, US_GALLON / 768.0, &["tsp"], &["teaspoon"]),
    unit(
        D::VOLUME,
        UK_GALLON,
        &[],
        &["uk gallon", "uk gal", "imperial gallon", "imp gal"],
    ),
    unit(
        D::VOLUME,
        UK_GALLON / 4.0,
        &[],
        &["uk quart", "uk qt", "imperial quart"],
    ),
    unit(
        D::VOLUME,
        UK_GALLON / 8.0,
        &[],
        &["uk pint", "uk pt", "imperial pint"],
    ),
    unit(
        D::VOLUME,
        UK_GALLON / 160.0,
        &[],
        &[
            "uk fluid ounce",
            "uk fl oz",
            "imperial fluid ounce",
            "imp fl oz",
        ],
    ),
    unit(
        D::VOLUME,
        42.0 * US_GALLON,
        &["bbl"],
        &["barrel", "oil barrel"],
    ),
];

pub(super) const ANGLE: &[Unit] = &[
    si(unit(D::ANGLE, 1.0, &["rad"], &["radian"])),
    unit(D::ANGLE, DEGREE, &["°", "deg"], &["degree"]),
    unit(
        D::ANGLE,
        DEGREE / 60.0,
        &["arcmin"],
        &["arcminute", "minute of arc"],
    ),
    si(unit(
        D::ANGLE,
        DEGREE / 3600.0,
        &["arcsec"],
        &["arcsecond", "second of arc"],
    )),
    unit(D::ANGLE, DEGREE * 0.9, &["gon", "grad"], &["gradian"]),
    unit(D::ANGLE, DEGREE * 360.0, &["rev"], &["turn", "revolution"]),
];
