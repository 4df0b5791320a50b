use std::fmt;

/// A fraction as long as it fits, and otherwise a 64-bit float, which is always finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// `over / under` in lowest terms, `under` above zero.
    Exact {
        over: i128,
        under: i128,
    },
    Real(f64),
}

type Result<T> = std::result::Result<T, String>;

/// Above this, neighbouring floats are more than 1 apart, so a float says nothing of a whole number.
const EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

/// As many decimals as are searched for a fraction's end.
const MOST_DECIMALS: u32 = 18;

impl Number {
    pub(super) const fn integer(value: i128) -> Self {
        Self::Exact {
            over: value,
            under: 1,
        }
    }

    /// A result of floating-point arithmetic.
    pub(super) fn real(value: f64) -> Result<Self> {
        if value.is_nan() {
            return Err("the result is not a real number".to_owned());
        }
        if value.is_infinite() {
            return Err("the result is too large".to_owned());
        }
        if value.fract() == 0.0 && value.abs() < EXACT_FLOAT {
            return Ok(Self::integer(value as i128));
        }
        Ok(Self::Real(value))
    }

    /// A fraction. `None` where it does not fit or `under` is zero.
    fn exact(over: i128, under: i128) -> Option<Self> {
        if under == 0 {
            return None;
        }
        let divisor = i128::try_from(greatest_common_divisor(
            over.unsigned_abs(),
            under.unsigned_abs(),
        ))
        .ok()?;
        let (over, under) = (over.checked_div(divisor)?, under.checked_div(divisor)?);
        if under < 0 {
            return Some(Self::Exact {
                over: over.checked_neg()?,
                under: under.checked_neg()?,
            });
        }
        Some(Self::Exact { over, under })
    }

    /// Reads a decimal number without sign: `12`, `.5`, `1.5e-3`. `None` where it is none, or too large for a float.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::parse_exact(text).or_else(|| {
            let value: f64 = text.parse().ok()?;
            Self::real(value).ok()
        })
    }

    fn parse_exact(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i128 = format!("{whole}{decimals}").parse().ok()?;
        let exponent: i32 = exponent.parse().ok()?;
        let scale = exponent.checked_sub(i32::try_from(decimals.len()).ok()?)?;
        let power = 10_i128.checked_pow(scale.unsigned_abs())?;
        if scale < 0 {
            Self::exact(digits, power)
        } else {
            Self::exact(digits.checked_mul(power)?, 1)
        }
    }

    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Exact { over, under } => over as f64 / under as f64,
            Self::Real(value) => value,
        }
    }

    /// The whole number that it is, where it is one.
    pub(super) fn as_integer(self) -> Option<i128> {
        match self {
            Self::Exact { over, under: 1 } => Some(over),
            _ => None,
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self.to_f64() == 0.0
    }

    /// Computes exactly where both are fractions and the result fits, and in floating point otherwise.
    fn combine(
        self,
        other: Self,
        exact: impl Fn(i128, i128, i128, i128) -> Option<Self>,
        real: impl Fn(f64, f64) -> f64,
    ) -> Result<Self> {
        if let (Self::Exact { over: a, under: b }, Self::Exact { over: c, under: d }) =
            (self, other)
            && let Some(result) = exact(a, b, c, d)
        {
            return Ok(result);
        }
        Self::real(real(self.to_f64(), other.to_f64()))
    }

    pub(super) fn add(self, other: Self) -> Result<Self> {
        let exact = |a: i128, b: i128, c: i128, d: i128| {
            let over = a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?;
            Self::exact(over, b.checked_mul(d)?)
        };
        self.combine(other, exact, |a, b| a + b)
    }

    pub(super) fn subtract(self, other: Self) -> Result<Self> {
        self.add(other.negate())
    }

    pub(super) fn multiply(self, other: Self) -> Result<Self> {
        let exact =
            |a: i128, b: i128, c: i128, d: i128| Self::exact(a.checked_mul(c)?, b.checked_mul(d)?);
        self.combine(other, exact, |a, b| a * b)
    }

    pub(super) fn divide(self, other: Self) -> Result<Self> {
        if other.is_zero() {
            return Err("division by zero".to_owned());
        }
        let exact =
            |a: i128, b: i128, c: i128, d: i128| Self::exact(a.checked_mul(d)?, b.checked_mul(c)?);
        self.combine(other, exact, |a, b| a / b)
    }

    /// The quotient, rounded down.
    pub(super) fn quotient(self, other: Self) -> Result<Self> {
        self.divide(other)?.floor()
    }

    /// What is left of a division whose quotient is rounded down: it has the divisor's sign.
    pub(super) fn remainder(self, other: Self) -> Result<Self> {
        if other.is_zero() {
            return Err("division by zero".to_owned());
        }
        let exact = |a: i128, b: i128, c: i128, d: i128| {
            let over = a.checked_mul(d)?.checked_rem_euclid(c.checked_mul(b)?)?;
            // Euclid's remainder is never negative; ours has the divisor's sign.
            let over = if c < 0 && over != 0 {
                over.checked_add(c.checked_mul(b)?)?
            } else {
                over
            };
            Self::exact(over, b.checked_mul(d)?)
        };
        let real = |a: f64, b: f64| {
            let remainder = a % b;
            if remainder != 0.0 && (remainder < 0.0) != (b < 0.0) {
                remainder + b
            } else {
                remainder
            }
        };
        self.combine(other, exact, real)
    }

    pub(super) fn power(self, exponent: Self) -> Result<Self> {
        if self.is_zero() && exponent.to_f64() < 0.0 {
            return Err("division by zero".to_owned());
        }
        let exact = |a: i128, b: i128, c: i128, d: i128| {
            let times = u32::try_from(c.unsigned_abs()).ok().filter(|_| d == 1)?;
            let (over, under) = (a.checked_pow(times)?, b.checked_pow(times)?);
            if c < 0 {
                Self::exact(under, over)
            } else {
                Self::exact(over, under)
            }
        };
        self.combine(exponent, exact, f64::powf)
    }

    pub(super) fn negate(self) -> Self {
        match self {
            Self::Exact { over, under } => match over.checked_neg() {
                Some(over) => Self::Exact { over, under },
                None => Self::Real(-self.to_f64()),
            },
            Self::Real(value) => Self::Real(-value),
        }
    }

    pub(super) fn floor(self) -> Result<Self> {
        match self {
            Self::Exact { over, under } => Ok(Self::integer(over.div_euclid(under))),
            Self::Real(value) => Self::real(value.floor()),
        }
    }

    pub(super) fn is_below(self, other: Self) -> bool {
        if let (Self::Exact { over: a, under: b }, Self::Exact { over: c, under: d }) =
            (self, other)
            && let (Some(left), Some(right)) = (a.checked_mul(d), c.checked_mul(b))
        {
            return left < right;
        }
        self.to_f64() < other.to_f64()
    }

    /// All its digits, where it is a fraction that ends within reach.
    fn decimal(self) -> Option<String> {
        let Self::Exact { over, under } = self else {
            return None;
        };
        let scale = (0..=MOST_DECIMALS).find(|scale| 10_i128.pow(*scale) % under == 0)?;
        let digits = over
            .unsigned_abs()
            .checked_mul((10_i128.pow(scale) / under).unsigned_abs())?;
        let sign = if over < 0 { "-" } else { "" };
        let one = 10_u128.pow(scale);
        let (whole, decimals) = (digits / one, digits % one);
        let width = scale as usize;
        Some(if width == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{decimals:0width$}")
        })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimal() {
            Some(decimal) => f.write_str(&decimal),
            None => f.write_str(&rounded(self.to_f64())),
        }
    }
}

/// A float with 15 significant digits, as many as it holds of any decimal number.
fn rounded(value: f64) -> String {
    let scientific = format!("{value:.14e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-7..15).contains(&exponent) {
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        return format!("{mantissa}e{exponent}");
    }
    let decimals = usize::try_from(14 - exponent).unwrap_or(0);
    let plain = format!("{value:.decimals$}");
    if decimals == 0 {
        plain
    } else {
        plain.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}
