//! The conventions up to 1.36, OpenLLMetry, and the tutorial's own names.

use std::borrow::Cow;

use super::{Attributes, Cutter, Told, View, gen_ai};
use crate::content::Contents;
use crate::facts::Facts;
use crate::recording::Ending;

/// The span's name.
pub(crate) fn name(facts: Facts<'_>) -> Cow<'static, str> {
    gen_ai::name(facts)
}

pub(crate) fn before(view: View<'_>, out: &mut Attributes) {
    gen_ai::before(view, out);
}

pub(crate) fn after(view: View<'_>, ending: &Ending, out: &mut Attributes) {
    gen_ai::after(view, ending, out);
}

pub(crate) fn content(
    facts: Facts<'_>,
    contents: &Contents,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    gen_ai::content(facts, contents, cut, out);
}

pub(crate) fn told_before(_facts: Facts<'_>) -> Told {
    Told::new()
}

pub(crate) fn told_after(_facts: Facts<'_>) -> Told {
    Told::new()
}
