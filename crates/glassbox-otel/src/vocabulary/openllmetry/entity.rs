use std::sync::Arc;

use glassbox_semconv::openllmetry::{self as old, span_kind, tutorial};
use glassbox_semconv::{attribute as name, glassbox};
use opentelemetry::KeyValue;

use super::model::provider;
use crate::facts::{AgentRun, Facts, StepKind, StepTaken, ToolCalled};
use crate::recording::Ending;
use crate::vocabulary::attributes::{Attributes, int, text};
use crate::vocabulary::gen_ai;

pub(super) fn agent_before(run: &AgentRun, out: &mut Attributes) {
    let model = &run.agent.model.info().model;
    let full = if model.is_empty() {
        run.provider.to_string()
    } else {
        format!("{}/{model}", run.provider)
    };
    kind(span_kind::AGENT, run.agent.name.as_ref(), out);
    out.push(KeyValue::new(tutorial::AGENT_MODEL, full));
    provider(&run.provider, out);
    if !model.is_empty() {
        out.push(KeyValue::new(name::GEN_AI_REQUEST_MODEL, model.clone()));
    }
    text(
        name::GEN_AI_AGENT_DESCRIPTION,
        run.agent.description.as_ref(),
        out,
    );
}

pub(super) fn agent_after(run: &AgentRun, ending: &Ending, out: &mut Attributes) {
    out.push(KeyValue::new(tutorial::AGENT_STEPS, i64::from(run.steps)));
    gen_ai::finish_reasons(&run.finish, ending, out);
    if let Some(outcome) = run.outcome {
        out.push(KeyValue::new(glassbox::OUTCOME, outcome.as_str()));
    }
}

pub(super) fn tool_before(call: &ToolCalled, out: &mut Attributes) {
    kind(span_kind::TOOL, Some(&call.name), out);
    out.push(KeyValue::new(tutorial::TOOL_NAME, Arc::clone(&call.name)));
    out.push(KeyValue::new(
        name::GEN_AI_TOOL_NAME,
        Arc::clone(&call.name),
    ));
    if !call.id.is_empty() {
        out.push(KeyValue::new(
            name::GEN_AI_TOOL_CALL_ID,
            Arc::clone(&call.id),
        ));
    }
    text(
        name::GEN_AI_TOOL_DESCRIPTION,
        call.description.as_ref(),
        out,
    );
}

pub(super) fn step_before(step: &StepTaken, out: &mut Attributes) {
    if step.kind == StepKind::Workflow {
        kind(span_kind::WORKFLOW, step.name.as_ref(), out);
    } else {
        out.push(KeyValue::new(old::TRACELOOP_SPAN_KIND, span_kind::TASK));
        let task = gen_ai::operation(Facts::Step(step));
        out.push(KeyValue::new(old::TRACELOOP_ENTITY_NAME, task));
    }
    match step.kind {
        StepKind::CreateAgent => {
            called(step, true, out);
            text(name::GEN_AI_AGENT_ID, step.id.as_ref(), out);
            text(
                name::GEN_AI_AGENT_DESCRIPTION,
                step.description.as_ref(),
                out,
            );
        }
        StepKind::Memory(_) => called(step, false, out),
        StepKind::Retrieval => {
            text(name::GEN_AI_DATA_SOURCE_ID, step.name.as_ref(), out);
            int(old::DB_VECTOR_QUERY_TOP_K, step.top_k, out);
            called(step, true, out);
        }
        StepKind::Plan | StepKind::Workflow => {}
    }
    out.extend(step.attributes.iter().cloned());
}

/// Who was called, and where.
fn called(step: &StepTaken, with_model: bool, out: &mut Attributes) {
    if let Some(name) = &step.provider {
        provider(name, out);
    }
    if with_model {
        text(name::GEN_AI_REQUEST_MODEL, step.model.as_ref(), out);
    }
    gen_ai::server(step.address.as_ref(), step.port, out);
}

fn kind(kind: &'static str, entity: Option<&Arc<str>>, out: &mut Attributes) {
    out.push(KeyValue::new(old::TRACELOOP_SPAN_KIND, kind));
    text(old::TRACELOOP_ENTITY_NAME, entity, out);
}
