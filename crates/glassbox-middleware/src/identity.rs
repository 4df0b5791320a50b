//! Who answers.

use glassbox_core::{ModelInfo, Start};

/// What several models are together: the first, as far as all of them can do what it can.
pub(crate) fn shared(mut first: ModelInfo, other: &ModelInfo) -> ModelInfo {
    first.capabilities = first.capabilities.common(other.capabilities);
    first
}

/// Names the model that answers, where it is not the one that `asked` describes and nobody further in has said.
pub(crate) fn name(start: &mut Start, asked: &ModelInfo, answers: &ModelInfo) {
    if start.answered_by.is_none() && !is_same(asked, answers) {
        start.answered_by = Some(Box::new(answers.clone()));
    }
}

/// Whether a span would call both the same. What they can do is not on it.
fn is_same(a: &ModelInfo, b: &ModelInfo) -> bool {
    let place = |info: &ModelInfo| (info.server_address.clone(), info.server_port);
    a.provider == b.provider
        && a.model == b.model
        && a.api == b.api
        && a.operation == b.operation
        && place(a) == place(b)
}
