//! Tools that need nothing but themselves: [`calculate`] and [`convert_units`].
//!
//! They are exact where floating point is not, they refuse what has no answer, and they do not fall for long or
//! deeply nested input.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{FunctionTool, Tool, Toolbox, tool};

mod calculate;
mod units;

/// All of them.
#[must_use]
pub fn toolbox() -> Toolbox {
    let tools: [Arc<dyn Tool>; 2] = [Arc::new(calculate()), Arc::new(convert_units())];
    Toolbox::new()
        .with_tools(tools)
        .expect("the names differ and the schemas are derived")
}

#[derive(Deserialize, JsonSchema)]
struct Calculate {
    /// The expression, for example `(2 + 3) * 4^2 / sqrt(16)`. Operators: + - * / % // ^. Functions: abs, acos,
    /// asin, atan, cbrt, ceil, cos, exp, floor, ln, log or log10 (base 10), log2, max, min, pow, round, sign, sin,
    /// sqrt, tan, trunc. Constants: pi, e, tau. Angles are in radians. No thousands separators.
    expression: String,
}

/// The tool `calculate`: evaluates an arithmetic expression and gives the number as text, as in `42 * 7` and `294`.
///
/// Fractions are computed exactly, so `0.1 + 0.2` is `0.3` and `1/3*3` is `1`; what is not a fraction, or leaves 127
/// bits, is a 64-bit float, shown with 15 significant digits. `^` and `**` are powers and group to the right
/// (`2^3^2` is `512`), and bind tighter than a sign (`-2^2` is `-4`). `%` is the remainder and `//` the quotient of
/// a division that rounds down, as in Python (`-7 % 3` is `2`). `×`, `÷`, `−`, `²` and a final `=` are understood.
///
/// It fails, with the reason and the column, on anything that is not such an expression, on a division by zero, on
/// results that are no real numbers or too large for one, on more than 2,000 characters, and on more than 64 levels
/// of nesting.
#[must_use]
pub fn calculate() -> FunctionTool {
    let description = "Evaluates an arithmetic expression exactly.";
    tool(
        "calculate",
        description,
        |arguments: Calculate| async move {
            calculate::evaluate(&arguments.expression).map_err(crate::ToolError::new)
        },
    )
}

#[derive(Deserialize, JsonSchema)]
struct ConvertUnits {
    /// The number to convert.
    value: f64,
    /// The unit it is in, by symbol or English name: `km`, `miles`, `°F`, `lbs`, `kWh`, `m/s`, `sq ft`, `MiB`.
    from_unit: String,
    /// The unit wanted, of the same kind.
    to_unit: String,
}

/// The tool `convert_units`: converts a number between units and gives text, as in `182.6831 miles`.
///
/// It knows length, area, volume, mass, time, speed, temperature, force, pressure, energy, power, frequency, angle,
/// data and data rate, in SI units with all their prefixes, the customary units of the United States and the United
/// Kingdom, and quotients and powers of them (`kg/m3`, `miles per hour`). Factors are the exact definitions where
/// there is one. The result has four decimals, and more where it would otherwise have fewer than four significant
/// digits.
///
/// It fails on a unit that it does not know or that means several things, and on units of different kinds, and says
/// which.
#[must_use]
pub fn convert_units() -> FunctionTool {
    let description = "Converts a number from one unit of measurement to another: length, area, volume, mass, \
        time, speed, temperature, force, pressure, energy, power, frequency, angle, data.";
    tool(
        "convert_units",
        description,
        |arguments: ConvertUnits| async move {
            let ConvertUnits {
                value,
                from_unit,
                to_unit,
            } = arguments;
            units::convert(value, &from_unit, &to_unit).map_err(crate::ToolError::new)
        },
    )
}
