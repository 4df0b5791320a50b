use super::convert;
use super::table::{BINARY_PREFIXES, SI_PREFIXES, units};

fn check(rows: &[(f64, &str, &str, &str)]) {
    for (value, from, to, expected) in rows {
        assert_eq!(
            convert(*value, from, to).as_deref(),
            Ok(*expected),
            "{value} {from} to {to}"
        );
    }
}

#[test]
fn everyday_conversions() {
    check(&[
        (294.0, "km", "miles", "182.6831 miles"),
        (1.0, "km", "miles", "0.6214 miles"),
        (1.0, "miles", "km", "1.6093 km"),
        (1.0, "kg", "lbs", "2.2046 lbs"),
        (1.0, "lbs", "kg", "0.4536 kg"),
        (5.0, "feet", "inches", "60.0000 inches"),
        (6.0, "ft", "cm", "182.8800 cm"),
        (1.0, "nautical mile", "m", "1852.0000 m"),
        (1.0, "ly", "km", "9460730472580.80 km"),
        (1.0, "pc", "ly", "3.2616 ly"),
        (1.0, "gallon", "litres", "3.7854 litres"),
        (1.0, "imperial gallon", "L", "4.5461 L"),
        (1.0, "cup", "mL", "236.5882 mL"),
        (1.0, "us cup", "fl oz", "8.0000 fl oz"),
        (3.0, "tsp", "tbsp", "1.0000 tbsp"),
        (1.0, "bbl", "gal", "42.0000 gal"),
        (1.0, "stone", "pounds", "14.0000 pounds"),
        (1.0, "troy ounce", "g", "31.1035 g"),
        (2.0, "hours", "minutes", "120.0000 minutes"),
        (1.0, "year", "days", "365.2425 days"),
        (2.0, "centuries", "years", "200.0000 years"),
        (1.0, "fortnight", "weeks", "2.0000 weeks"),
        (1.0, "atm", "Pa", "101325.0000 Pa"),
        (1.0, "bar", "psi", "14.5038 psi"),
        (760.0, "torr", "atm", "1.0000 atm"),
        (1.0, "kWh", "J", "3600000.0000 J"),
        (1.0, "kcal", "kJ", "4.1840 kJ"),
        (1.0, "food calories", "cal", "1000.0000 cal"),
        (1.0, "BTU", "J", "1055.0559 J"),
        (1.0, "hp", "W", "745.6999 W"),
        (2.0, "metric horsepower", "W", "1470.9975 W"),
        (10.0, "kgf", "N", "98.0665 N"),
        (180.0, "degrees", "rad", "3.1416 rad"),
        (1.0, "turn", "°", "360.0000 °"),
        (60.0, "arcmin", "degree", "1.0000 degree"),
        (60.0, "rpm", "Hz", "1.0000 Hz"),
        (-2.0, "km", "m", "-2000.0000 m"),
        (0.0, "km", "m", "0.0000 m"),
        (-0.0, "km", "m", "0.0000 m"),
    ]);
}

#[test]
fn temperatures_have_different_zeros() {
    check(&[
        (100.0, "C", "F", "212.0000 F"),
        (32.0, "F", "C", "0.0000 C"),
        (-40.0, "celsius", "fahrenheit", "-40.0000 fahrenheit"),
        (0.0, "°C", "K", "273.1500 K"),
        (0.0, "K", "degrees Celsius", "-273.1500 degrees Celsius"),
        (98.6, "degrees Fahrenheit", "° C", "37.0000 ° C"),
        (0.0, "kelvin", "°F", "-459.6700 °F"),
        (491.67, "R", "°C", "0.0000 °C"),
        (20.0, "C", "celsius", "20.0000 celsius"),
        (300.0, "mK", "K", "0.3000 K"),
        // In a quotient it is a difference that counts.
        (1.8, "°F/min", "°C/min", "1.0000 °C/min"),
    ]);
    assert_eq!(
        convert(-300.0, "C", "F"),
        Err("that is below absolute zero (-273.15 °C)".to_owned()),
    );
}

#[test]
fn composed_units() {
    check(&[
        (100.0, "km/h", "mph", "62.1371 mph"),
        (
            100.0,
            "kilometers per hour",
            "miles per hour",
            "62.1371 miles per hour",
        ),
        (10.0, "m/s", "km/h", "36.0000 km/h"),
        (1.0, "knot", "m/s", "0.5144 m/s"),
        (1.0, "m2", "sq ft", "10.7639 sq ft"),
        (1.0, "square mile", "km²", "2.5900 km²"),
        (1.0, "sqft", "in^2", "144.0000 in^2"),
        (1.0, "acre", "square feet", "43560.0000 square feet"),
        (1.0, "ha", "m^2", "10000.0000 m^2"),
        (1.0, "cubic metre", "L", "1000.0000 L"),
        (1.0, "ft³", "gallons", "7.4805 gallons"),
        (1.0, "cm3", "mL", "1.0000 mL"),
        (1.0, "metres cubed", "litres", "1000.0000 litres"),
        (1.0, "g/cm3", "kg/m^3", "1000.0000 kg/m^3"),
        (1.0, "m s^-2", "m/s/s", "1.0000 m/s/s"),
        (1.0, "kW h", "kWh", "1.0000 kWh"),
        (1.0, "N·m", "J", "1.0000 J"),
        (1.0, "ft-lb", "J", "1.3558 J"),
        (1.0, "pounds per square inch", "psi", "1.0000 psi"),
        (1.0, "lbf/in2", "psi", "1.0000 psi"),
    ]);
}

#[test]
fn prefixes_and_case() {
    check(&[
        (1.0, "MW", "mW", "1000000000.0000 mW"),
        (8.0, "Mb", "MB", "1.0000 MB"),
        (1.0, "KiB", "bytes", "1024.0000 bytes"),
        (1.0, "kB", "bytes", "1000.0000 bytes"),
        (1.0, "KB", "kB", "1.0000 kB"),
        (1.0, "gibibyte", "MiB", "1024.0000 MiB"),
        (1.0, "terabytes", "gigabytes", "1000.0000 gigabytes"),
        (100.0, "Mbps", "MB/s", "12.5000 MB/s"),
        (5.0, "KM", "M", "5000.0000 M"),
        (1.0, "KG", "LBS", "2.2046 LBS"),
        (1.0, "FT", "IN", "12.0000 IN"),
        (1.0, "kwh", "kWh", "1.0000 kWh"),
        (1.0, "Kilometres", "METERS", "1000.0000 METERS"),
        (1.0, "um", "µm", "1.0000 µm"),
        (1.0, "μm", "micrometres", "1.0000 micrometres"),
        (1.0, "ms", "s", "0.0010 s"),
        (1.0, "Cal", "cal", "1000.0000 cal"),
        (1.0, "min", "s", "60.0000 s"),
        (1.0, "hl", "l", "100.0000 l"),
    ]);
}

#[test]
fn small_and_large_results_keep_their_digits() {
    check(&[
        (1.0, "mm", "km", "0.000001 km"),
        (1.0, "inch", "mile", "0.00001578 mile"),
        (1.0, "m", "km", "0.0010 km"),
        (1.0, "lb", "t", "0.0004536 t"),
        (1.0, "m", "ly", "1.0570e-16 ly"),
        (1.0, "ly", "m", "9.4607e15 m"),
        (0.1, "m", "m", "0.1000 m"),
        (0.05, "m", "m", "0.0500 m"),
        (0.09999999, "m", "m", "0.1000 m"),
        (-0.00012345, "m", "m", "-0.0001234 m"),
    ]);
}

#[test]
fn mistakes_are_named() {
    let rows = [
        (
            "km",
            "kg",
            "`km` is a unit of length and `kg` of mass: one cannot be converted to the other",
        ),
        (
            "m/s2",
            "kg m",
            "`m/s2` is a unit of acceleration and `kg m` of length·mass: one cannot be converted to the other",
        ),
        (
            "rad",
            "Hz",
            "`rad` is a unit of angle and `Hz` of frequency: one cannot be converted to the other",
        ),
        ("mils", "foo", "the unit `foo` is not known"),
        ("kilometrs", "m", "the unit `kilometrs` is not known"),
        (
            "galon",
            "l",
            "the unit `galon` is not known; did you mean `gallon`?",
        ),
        (
            "metre per sekond",
            "m/s",
            "the unit `sekond` is not known; did you mean `second`?",
        ),
        ("", "m", "the unit is empty"),
        ("  ", "m", "the unit is empty"),
        ("/", "m", "the unit `` is not known"),
        (
            "ton",
            "kg",
            "the unit `ton` may be `tonne` or `short ton` or `long ton`; write which",
        ),
        ("mw", "W", "the unit `mw` may be `MW` or `mW`; write which"),
        (
            "mb",
            "GB",
            "the unit `mb` may be `Mbit` or `MB`; write which",
        ),
        ("Ym9*Ym9", "m", "`Ym9*Ym9` is too large or too small a unit"),
        ("m^10", "m", "the unit `m^10` is not known"),
    ];
    for (from, to, expected) in rows {
        let problem = convert(1.0, from, to).unwrap_err();
        assert!(problem.starts_with(expected), "{from} to {to}: {problem}");
    }
    assert_eq!(
        convert(f64::INFINITY, "m", "km"),
        Err("the value is too large".to_owned())
    );
    assert_eq!(
        convert(1e308, "km", "m"),
        Err("the result is too large".to_owned())
    );
}

#[test]
fn hostile_units_are_refused() {
    for unit in [
        "m".repeat(1 << 20),
        "/".repeat(60),
        "m*".repeat(30),
        "é".repeat(31),
        "square ".repeat(9),
        "²³".to_owned(),
    ] {
        assert!(convert(1.0, &unit, "m").is_err(), "{unit}");
        assert!(convert(1.0, "m", &unit).unwrap_err().len() < 400);
    }
}

#[test]
fn no_symbol_or_name_is_given_twice() {
    let mut seen = std::collections::HashMap::new();
    for unit in units() {
        for symbol in unit.symbols {
            if let Some(other) = seen.insert(*symbol, unit.scale) {
                panic!("{symbol} is {other} and {}", unit.scale);
            }
        }
        assert!(
            unit.names.iter().all(|name| *name == name.to_lowercase()),
            "{unit:?}"
        );
        assert!(unit.scale.is_normal() && unit.scale > 0.0, "{unit:?}");
    }
    let mut names: Vec<&str> = units().flat_map(|unit| unit.names).copied().collect();
    names.sort_unstable();
    let twice: Vec<&str> = names
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    // Three units are called a ton, so nobody may guess which is meant.
    assert_eq!(twice, ["ton", "ton"]);
}

#[test]
fn every_unit_is_found_by_every_name() {
    for unit in units() {
        for word in unit
            .symbols
            .iter()
            .chain(unit.names)
            .filter(|word| **word != "ton")
        {
            let measure =
                super::measure(word).unwrap_or_else(|problem| panic!("{word}: {problem}"));
            assert_eq!(
                (measure.dimension, measure.scale),
                (unit.dimension, unit.scale),
                "{word}"
            );
        }
    }
    for (symbol, name, factor) in SI_PREFIXES {
        let metre = |word: String| super::measure(&word).unwrap().scale;
        assert_eq!(metre(format!("{symbol}m")), *factor);
        assert_eq!(metre(format!("{name}metres")), *factor);
    }
    for (symbol, name, factor) in BINARY_PREFIXES {
        assert_eq!(
            super::measure(&format!("{symbol}B")).unwrap().scale,
            factor * 8.0
        );
        assert_eq!(
            super::measure(&format!("{name}bytes")).unwrap().scale,
            factor * 8.0
        );
    }
}
