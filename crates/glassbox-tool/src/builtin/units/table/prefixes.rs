//! The prefixes of the SI and the binary ones.

/// Symbol, name, factor. SI Brochure, table 7.
pub(in crate::builtin::units) const SI_PREFIXES: &[(&str, &str, f64)] = &[
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
pub(in crate::builtin::units) const BINARY_PREFIXES: &[(&str, &str, f64)] = &[
    ("Ki", "kibi", 1024.0),
    ("Mi", "mebi", 1_048_576.0),
    ("Gi", "gibi", 1_073_741_824.0),
    ("Ti", "tebi", 1_099_511_627_776.0),
    ("Pi", "pebi", 1_125_899_906_842_624.0),
    ("Ei", "exbi", 1_152_921_504_606_846_976.0),
    ("Zi", "zebi", 1_180_591_620_717_411_303_424.0),
    ("Yi", "yobi", 1_208_925_819_614_629_174_706_176.0),
];
