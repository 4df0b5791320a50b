use glassbox_core::OutputFormat;
use glassbox_semconv::openllmetry::{self as old, tutorial};
use opentelemetry::KeyValue;
use serde_json::Value;

use super::messages;
use crate::content::Contents;
use crate::facts::{Facts, Inference, StepKind};
use crate::vocabulary::attributes::Attributes;
use crate::vocabulary::{Cutter, gen_ai};

pub(super) fn content(
    facts: Facts<'_>,
    contents: &Contents,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    let input = contents.input.as_ref();
    let output = contents.output.as_ref();
    match facts {
        Facts::Agent(_) => {
            let asked = input.and_then(messages::last_of_user);
            cut.put(tutorial::AGENT_USER_MESSAGE, asked.as_deref(), out);
            let answer = output.and_then(messages::first);
            cut.put(tutorial::AGENT_FINAL_ANSWER, answer.as_deref(), out);
            entity(input, output, cut, out);
        }
        Facts::Tool(_) => {
            let (arguments, result) = (contents.arguments.as_ref(), contents.result.as_ref());
            cut.put(tutorial::TOOL_ARGUMENTS, arguments, out);
            cut.put(tutorial::TOOL_RESULT, result, out);
            entity(arguments, result, cut, out);
        }
        Facts::Embeddings(_) => {
            if let Some(texts) = &contents.query {
                messages::texts(texts, cut, out);
            }
            entity(contents.query.as_ref(), None, cut, out);
        }
        Facts::Inference(call) => {
            messages::prompts(contents, cut, out);
            messages::completions(contents, cut, out);
            messages::functions(contents, cut, out);
            entity(input, output, cut, out);
            asked_for(call, contents, cut, out);
        }
        Facts::Step(step) => match step.kind {
            StepKind::Workflow | StepKind::Plan => entity(input, output, cut, out),
            StepKind::CreateAgent => entity(contents.instructions.as_ref(), None, cut, out),
            StepKind::Memory(_) | StepKind::Retrieval => {
                entity(contents.query.as_ref(), contents.found.as_ref(), cut, out);
            }
        },
    }
}

/// What went in and what came out, whole as far as the limit goes.
fn entity(
    input: Option<&Value>,
    output: Option<&Value>,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    cut.put_json(old::TRACELOOP_ENTITY_INPUT, input, out);
    cut.put_json(old::TRACELOOP_ENTITY_OUTPUT, output, out);
}

/// What else a model call is told: the variables of its prompt's template, and the schema of its answer.
fn asked_for(call: &Inference, contents: &Contents, cut: &mut Cutter<'_>, out: &mut Attributes) {
    for (variable, value) in &contents.variables {
        let prefix = old::TRACELOOP_PROMPT_TEMPLATE_VARIABLES_PREFIX;
        let text = cut.text(prefix, value);
        out.push(KeyValue::new(format!("{prefix}{variable}"), text));
    }
    if let Some(OutputFormat::Schema { schema, .. }) = call.request.output.as_deref() {
        cut.put_json(
            old::GEN_AI_REQUEST_STRUCTURED_OUTPUT_SCHEMA,
            Some(schema),
            out,
        );
    }
    if contents.earlier > 0 {
        out.push(gen_ai::earlier(contents.earlier));
    }
}
