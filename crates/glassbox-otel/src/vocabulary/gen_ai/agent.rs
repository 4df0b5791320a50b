use glassbox_agent::Outcome;
use glassbox_semconv::{attribute as name, glassbox};
use opentelemetry::KeyValue;

use super::model::{finish_reasons, request};
use crate::facts::AgentRun;
use crate::recording::Ending;
use crate::vocabulary::Told;
use crate::vocabulary::attributes::{Attributes, count, text};

pub(super) fn before(run: &AgentRun, out: &mut Attributes) {
    text(name::GEN_AI_AGENT_NAME, run.agent.name.as_ref(), out);
    let model = &run.agent.model.info().model;
    if !model.is_empty() {
        out.push(KeyValue::new(name::GEN_AI_REQUEST_MODEL, model.clone()));
    }
    text(
        name::GEN_AI_AGENT_DESCRIPTION,
        run.agent.description.as_ref(),
        out,
    );
    request(&run.agent.request, out);
}

pub(super) fn after(run: &AgentRun, ending: &Ending, out: &mut Attributes) {
    finish_reasons(&run.finish, ending, out);
    if run.with_usage {
        count(name::GEN_AI_USAGE_INPUT_TOKENS, run.usage.input_tokens, out);
        count(
            name::GEN_AI_USAGE_OUTPUT_TOKENS,
            run.usage.output_tokens,
            out,
        );
    }
    out.push(KeyValue::new(glassbox::AGENT_STEPS, i64::from(run.steps)));
    out.push(KeyValue::new(
        glassbox::AGENT_TOOL_CALLS,
        i64::from(run.tool_calls),
    ));
    if let Some(outcome) = run.outcome {
        out.push(KeyValue::new(glassbox::OUTCOME, outcome.as_str()));
    }
}

/// A limit that was reached.
pub(super) fn told_after(run: &AgentRun) -> Told {
    let (Some(outcome), Some(limit)) = (run.outcome.map(Outcome::as_str), run.limit()) else {
        return Told::new();
    };
    let attributes = vec![
        KeyValue::new(glassbox::OUTCOME, outcome),
        KeyValue::new(glassbox::LIMIT, limit),
    ];
    vec![(glassbox::EVENT_LIMIT_REACHED, attributes)]
}
