use std::fmt;

/// What a unit measures: the exponents of length, mass, time, temperature, angle and data.
///
/// Angle and data are none in the SI, but converting degrees to a bare number helps nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dimension(pub(super) [i8; 6]);

const BASES: [&str; 6] = ["length", "mass", "time", "temperature", "angle", "data"];

impl Dimension {
    pub(super) const NONE: Self = Self([0, 0, 0, 0, 0, 0]);
    pub(super) const LENGTH: Self = Self([1, 0, 0, 0, 0, 0]);
    pub(super) const AREA: Self = Self([2, 0, 0, 0, 0, 0]);
    pub(super) const VOLUME: Self = Self([3, 0, 0, 0, 0, 0]);
    pub(super) const MASS: Self = Self([0, 1, 0, 0, 0, 0]);
    pub(super) const TIME: Self = Self([0, 0, 1, 0, 0, 0]);
    pub(super) const FREQUENCY: Self = Self([0, 0, -1, 0, 0, 0]);
    pub(super) const SPEED: Self = Self([1, 0, -1, 0, 0, 0]);
    pub(super) const ACCELERATION: Self = Self([1, 0, -2, 0, 0, 0]);
    pub(super) const FORCE: Self = Self([1, 1, -2, 0, 0, 0]);
    pub(super) const PRESSURE: Self = Self([-1, 1, -2, 0, 0, 0]);
    pub(super) const ENERGY: Self = Self([2, 1, -2, 0, 0, 0]);
    pub(super) const POWER: Self = Self([2, 1, -3, 0, 0, 0]);
    pub(super) const DENSITY: Self = Self([-3, 1, 0, 0, 0, 0]);
    pub(super) const TEMPERATURE: Self = Self([0, 0, 0, 1, 0, 0]);
    pub(super) const ANGLE: Self = Self([0, 0, 0, 0, 1, 0]);
    pub(super) const DATA: Self = Self([0, 0, 0, 0, 0, 1]);
    pub(super) const DATA_RATE: Self = Self([0, 0, -1, 0, 0, 1]);

    const NAMED: [(Self, &'static str); 18] = [
        (Self::NONE, "nothing"),
        (Self::LENGTH, "length"),
        (Self::AREA, "area"),
        (Self::VOLUME, "volume"),
        (Self::MASS, "mass"),
        (Self::TIME, "time"),
        (Self::FREQUENCY, "frequency"),
        (Self::SPEED, "speed"),
        (Self::ACCELERATION, "acceleration"),
        (Self::FORCE, "force"),
        (Self::PRESSURE, "pressure"),
        (Self::ENERGY, "energy"),
        (Self::POWER, "power"),
        (Self::DENSITY, "density"),
        (Self::TEMPERATURE, "temperature"),
        (Self::ANGLE, "angle"),
        (Self::DATA, "data"),
        (Self::DATA_RATE, "data rate"),
    ];

    /// The dimension times another one to a power. `None` where an exponent leaves -128 to 127.
    pub(super) fn times(self, other: Self, power: i8) -> Option<Self> {
        let mut product = self;
        for (exponent, further) in product.0.iter_mut().zip(other.0) {
            *exponent = exponent.checked_add(further.checked_mul(power)?)?;
        }
        Some(product)
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, name)) = Self::NAMED.iter().find(|(dimension, _)| dimension == self) {
            return f.write_str(name);
        }
        let factors = BASES
            .iter()
            .zip(self.0)
            .filter(|(_, exponent)| *exponent != 0);
        let factors: Vec<String> = factors
            .map(|(base, exponent)| {
                if exponent == 1 {
                    (*base).to_owned()
                } else {
                    format!("{base}^{exponent}")
                }
            })
            .collect();
        f.write_str(&factors.join("·"))
    }
}
