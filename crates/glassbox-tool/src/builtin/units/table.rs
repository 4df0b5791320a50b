//! The units, as data.
//!
//! Sources: the SI Brochure, 9th edition (BIPM, 2019), for the SI, its prefixes and the units used with it; NIST
//! Special Publication 811 (2008), appendix B, and NIST Handbook 44, appendix C, for the customary units of the United
//! States; the Units of Measurement Regulations 1995 for those of the United Kingdom; IEC 80000-13 for the binary
//! prefixes. Factors are exact where a definition is: the inch, the pound, both gallons, the calorie (thermochemical),
//! the BTU (International Table). A month and a year are those of the Gregorian calendar, on average.

use super::dimension::Dimension;

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

/// One US gallon is 231 cubic inches.
const US_GALLON: f64 = 231.0 * 0.0254 * 0.0254 * 0.0254;
const UK_GALLON: f64 = 0.004_546_09;
const POUND: f64 = 0.453_592_37;
const STANDARD_GRAVITY: f64 = 9.806_65;
const POUND_FORCE: f64 = POUND * STANDARD_GRAVITY;
const DAY: f64 = 86_400.0;
/// The average year of the Gregorian calendar: 146,097 days in 400 years.
const YEAR: f64 = 365.2425 * DAY;
const DEGREE: f64 = std::f64::consts::PI / 180.0;
const ASTRONOMICAL_UNIT: f64 = 149_597_870_700.0;

use Dimension as D;

pub(super) const UNITS: &[Unit] = &[
    // Length.
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
    // Area.
    unit(D::AREA, 1e4, &["ha"], &["hectare"]),
    unit(D::AREA, 4_046.856_422_4, &["ac"], &["acre"]),
    // Volume.
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
    // Mass.
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
    // Time.
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
    // Frequency.
    si(unit(D::FREQUENCY, 1.0, &["Hz"], &["hertz"])),
    unit(
        D::FREQUENCY,
        1.0 / 60.0,
        &["rpm"],
        &["revolution per minute"],
    ),
    unit(D::FREQUENCY, 1.0 / 60.0, &["bpm"], &["beat per minute"]),
    // Speed.
    unit(D::SPEED, 1_609.344 / 3600.0, &["mph"], &[]),
    unit(D::SPEED, 1.0 / 3.6, &["kph", "kmh", "kmph"], &[]),
    unit(D::SPEED, 0.3048, &["fps"], &[]),
    unit(D::SPEED, 1_852.0 / 3600.0, &["kn", "kt", "kts"], &["knot"]),
    unit(D::SPEED, 299_792_458.0, &[], &["speed of light"]),
    // Acceleration and force.
    unit(
        D::ACCELERATION,
        STANDARD_GRAVITY,
        &[],
        &["standard gravity"],
    ),
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
    // Pressure.
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
    // Energy.
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
    // Power.
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
    // Temperature.
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
    // Angle.
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
    // Data. `K` for kilo is no SI prefix, but so is it written.
    binary(unit(D::DATA, 1.0, &["bit", "b"], &["bit"])),
    binary(unit(D::DATA, 8.0, &["B"], &["byte"])),
    unit(D::DATA, 8e3, &["KB"], &[]),
    unit(D::DATA, 1e3, &["Kb"], &[]),
    binary(unit(D::DATA_RATE, 1.0, &["bps"], &["bit per second"])),
    unit(D::DATA_RATE, 1e3, &["Kbps"], &[]),
    binary(unit(D::DATA_RATE, 8.0, &["Bps"], &["byte per second"])),
];

/// Symbol, name, factor. SI Brochure, table 7.
pub(super) const SI_PREFIXES: &[(&str, &str, f64)] = &[
    ("da", "deca", 1e1),
    ("h", "hecto", 1e2),
    ("k", "kilo", 1e3),
    ("M", "mega", 1e6),
    ("G", "giga", 1e9),
    ("T", "tera", 1e12),
    ("P", "peta", 1e15),
    ("E", "exa", 1e18),
    ("Z", "zetta", 1e21),
    ("Y", "yotta", 1e24),
    ("R", "ronna", 1e27),
    ("Q", "quetta", 1e30),
    ("d", "deci", 1e-1),
    ("c", "centi", 1e-2),
    ("m", "milli", 1e-3),
    // The micro sign and the Greek letter look alike; `u` stands in for both.
    ("µ", "micro", 1e-6),
    ("μ", "micro", 1e-6),
    ("u", "micro", 1e-6),
    ("n", "nano", 1e-9),
    ("p", "pico", 1e-12),
    ("f", "femto", 1e-15),
    ("a", "atto", 1e-18),
    ("z", "zepto", 1e-21),
    ("y", "yocto", 1e-24),
    ("r", "ronto", 1e-27),
    ("q", "quecto", 1e-30),
];

/// Symbol, name, factor. IEC 80000-13.
pub(super) const BINARY_PREFIXES: &[(&str, &str, f64)] = &[
    ("Ki", "kibi", 1024.0),
    ("Mi", "mebi", 1_048_576.0),
    ("Gi", "gibi", 1_073_741_824.0),
    ("Ti", "tebi", 1_099_511_627_776.0),
    ("Pi", "pebi", 1_125_899_906_842_624.0),
    ("Ei", "exbi", 1_152_921_504_606_846_976.0),
    ("Zi", "zebi", 1_180_591_620_717_411_303_424.0),
    ("Yi", "yobi", 1_208_925_819_614_629_174_706_176.0),
];
