//! Which way a call took through what is around its model: the same names in every vocabulary.

use std::sync::Arc;

use glassbox_semconv::glassbox;
use opentelemetry::KeyValue;

use super::attributes::{Attributes, count, double, text};
use crate::facts::Facts;

/// What is known of it when the call has ended.
pub(super) fn route(facts: Facts<'_>, out: &mut Attributes) {
    let (route, usage) = match facts {
        Facts::Embeddings(call) => (&call.route, &call.usage),
        Facts::Inference(call) => (&call.route, &call.usage),
        Facts::Agent(_) | Facts::Step(_) | Facts::Tool(_) => return,
    };
    if let Some(answerer) = &route.answerer {
        out.push(KeyValue::new(
            glassbox::ANSWERED_BY_PROVIDER,
            Arc::clone(&answerer.provider),
        ));
        let model = Some(&answerer.model).filter(|model| !model.is_empty());
        text(glassbox::ANSWERED_BY_MODEL, model, out);
    }
    if let Some(hit) = route.cached {
        out.push(KeyValue::new(glassbox::CACHE_HIT, hit));
    }
    let repeats = matches!(facts, Facts::Inference(call) if call.repeats);
    if let Some(saved) = usage.saved.as_ref().filter(|_| !repeats) {
        count(glassbox::CACHE_SAVED_INPUT_TOKENS, saved.input_tokens, out);
        count(
            glassbox::CACHE_SAVED_OUTPUT_TOKENS,
            saved.output_tokens,
            out,
        );
        let cost = saved.cost.map(|cost| cost.total);
        double(glassbox::CACHE_SAVED_COST, cost, out);
    }
}
