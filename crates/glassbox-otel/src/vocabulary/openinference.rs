//! OpenInference, which Phoenix and Arize read.

use std::borrow::Cow;

use opentelemetry::trace::SpanKind;

use super::{Attributes, Cutter, View, gen_ai};
use crate::content::Contents;
use crate::facts::Facts;
use crate::recording::Ending;

/// The span's name.
pub(crate) fn name(facts: Facts<'_>) -> Cow<'static, str> {
    gen_ai::name(facts)
}

/// The span's kind.
pub(crate) fn kind(facts: Facts<'_>) -> SpanKind {
    gen_ai::kind(facts)
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
