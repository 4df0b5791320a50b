//! The GenAI semantic conventions of release 1.41: the current ones under the names of that time.

use glassbox_semconv::attribute as name;
use glassbox_semconv::rename::{Fate, V1_41};
use opentelemetry::{KeyValue, Value};

use super::{Cutter, View, gen_ai};
use crate::content::Contents;
use crate::facts::Facts;
use crate::recording::Ending;
use crate::vocabulary::attributes::Attributes;

pub(crate) fn before(view: View<'_>, out: &mut Attributes) {
    let known = out.len();
    gen_ai::before(view, out);
    if let Facts::Agent(run) = view.facts {
        out.push(KeyValue::new(
            name::GEN_AI_PROVIDER_NAME,
            std::sync::Arc::clone(&run.provider),
        ));
    }
    translate(known, out);
}

pub(crate) fn after(view: View<'_>, ending: &Ending, out: &mut Attributes) {
    let known = out.len();
    gen_ai::after(view, ending, out);
    if let Facts::Agent(run) = view.facts
        && run.with_usage
    {
        gen_ai::cached(&run.usage, out);
    }
    translate(known, out);
}

pub(crate) fn content(
    facts: Facts<'_>,
    contents: &Contents,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    let known = out.len();
    gen_ai::content(facts, contents, cut, out);
    translate(known, out);
}

/// The attributes from `known` on under the names of that time; what had none goes.
pub(crate) fn translate(known: usize, out: &mut Attributes) {
    let current = out.split_off(known);
    for mut attribute in current {
        match V1_41.attribute(attribute.key.as_str()) {
            Fate::Same => {}
            Fate::Renamed(then) | Fate::RenamedWith(then, _) => attribute.key = then.into(),
            _ => continue,
        }
        // It was a double then.
        if attribute.key.as_str() == name::GEN_AI_REQUEST_TOP_K
            && let Value::I64(count) = attribute.value
        {
            attribute.value = Value::F64(count as f64);
        }
        out.push(attribute);
    }
}
