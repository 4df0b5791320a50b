use std::sync::Arc;

use glassbox_semconv::attribute as name;
use opentelemetry::KeyValue;

use super::server;
use crate::facts::{StepKind, StepTaken};
use crate::vocabulary::attributes::{Attributes, count, int, text};

pub(super) fn before(step: &StepTaken, out: &mut Attributes) {
    let what = match step.kind {
        StepKind::CreateAgent | StepKind::Plan => Some(name::GEN_AI_AGENT_NAME),
        StepKind::Retrieval => Some(name::GEN_AI_DATA_SOURCE_ID),
        StepKind::Workflow => Some(name::GEN_AI_WORKFLOW_NAME),
        StepKind::Memory(_) => None,
    };
    if let Some(key) = what {
        text(key, step.name.as_ref(), out);
    }
    match step.kind {
        StepKind::CreateAgent => created(step, out),
        StepKind::Memory(_) => {
            text(name::GEN_AI_MEMORY_STORE_ID, step.store.as_ref(), out);
            text(name::GEN_AI_MEMORY_RECORD_ID, step.id.as_ref(), out);
            called(step, false, out);
        }
        StepKind::Retrieval => {
            int(name::GEN_AI_RETRIEVAL_TOP_K, step.top_k, out);
            called(step, true, out);
        }
        StepKind::Plan | StepKind::Workflow => {}
    }
    out.extend(step.attributes.iter().cloned());
}

fn created(step: &StepTaken, out: &mut Attributes) {
    called(step, true, out);
    text(name::GEN_AI_AGENT_ID, step.id.as_ref(), out);
    text(
        name::GEN_AI_AGENT_DESCRIPTION,
        step.description.as_ref(),
        out,
    );
    text(name::GEN_AI_AGENT_VERSION, step.version.as_ref(), out);
}

/// Who was called, and where.
fn called(step: &StepTaken, with_model: bool, out: &mut Attributes) {
    if let Some(provider) = &step.provider {
        out.push(KeyValue::new(
            name::GEN_AI_PROVIDER_NAME,
            Arc::clone(provider),
        ));
    }
    if with_model {
        text(name::GEN_AI_REQUEST_MODEL, step.model.as_ref(), out);
    }
    server(step.address.as_ref(), step.port, out);
}

pub(super) fn after(step: &StepTaken, out: &mut Attributes) {
    if matches!(step.kind, StepKind::Memory(_)) {
        count(name::GEN_AI_MEMORY_RECORD_COUNT, step.record_count, out);
    }
}
