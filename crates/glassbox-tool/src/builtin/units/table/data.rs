//! Data and data rates. `K` for kilo is no SI prefix, but so is it written.

use crate::builtin::units::dimension::Dimension as D;

use super::{Unit, binary, unit};

pub(super) const DATA: &[Unit] = &[
    binary(unit(D::DATA, 1.0, &["bit", "b"], &["bit"])),
    binary(unit(D::DATA, 8.0, &["B"], &["byte"])),
    unit(D::DATA, 8e3, &["KB"], &[]),
    unit(D::DATA, 1e3, &["Kb"], &[]),
];

pub(super) const DATA_RATE: &[Unit] = &[
    binary(unit(D::DATA_RATE, 1.0, &["bps"], &["bit per second"])),
    unit(D::DATA_RATE, 1e3, &["Kbps"], &[]),
    binary(unit(D::DATA_RATE, 8.0, &["Bps"], &["byte per second"])),
];
