//! OpenInference 0.1.42, which Phoenix and Arize read.
//!
//! | operation | `openinference.span.kind` |
//! | --- | --- |
//! | a call of a completion model | `LLM` |
//! | a call of an embedding model | `EMBEDDING`; the span is named `CreateEmbeddings`, which is prescribed |
//! | a call of a tool | `TOOL` |
//! | a run of an agent, a plan, the creation of an agent | `AGENT` |
//! | a retrieval, a search in a memory | `RETRIEVER` |
//! | a workflow, other work on a memory | `CHAIN` |
//!
//! What each carries, where it is known:
//!
//! | kind | at the start | at the end |
//! | --- | --- | --- |
//! | all | `session.id`, `user.id` | `error.type`, `glassbox.outcome`, `metadata` (what has no name of its own) |
//! | `LLM` | `llm.request.model_name`, `llm.provider`, `llm.system`, `llm.invocation_parameters`, `prompt.id`, `llm.prompt_template.version` | `llm.model_name` (the one that answered, or else the one asked for), `llm.response.model_name`, `llm.finish_reason` (of the first answer), `llm.token_count.*`, `llm.cost.*` |
//! | `EMBEDDING` | `embedding.model_name`, `embedding.invocation_parameters` | `llm.response.model_name`, `llm.token_count.{prompt,total}`, `llm.cost.*` |
//! | `TOOL` | `tool.name`, `tool.description`, `tool.id`, `tool_call.id` | |
//! | `AGENT` | `agent.name` | |
//!
//! Readers sum tokens and cost over all spans, so an agent's span repeats neither. (Phoenix shows them for `LLM` alone,
//! and works out the cost by itself.) Where content is on:
//!
//! | kind | content |
//! | --- | --- |
//! | all | `input.value`, `output.value` and their `mime_type`: `text/plain` for one text (reasoning aside), else `application/json` |
//! | `LLM` | `llm.input_messages.N.*` (the instructions are message 0), `llm.output_messages.N.*`, `llm.tools.N.*`, `llm.prompt_template.variables` |
//! | `EMBEDDING` | `embedding.embeddings.N.embedding.text`, never vectors |
//! | `TOOL` | `tool.parameters`, where schemas of tools are on |
//! | `RETRIEVER` | `retrieval.documents.N.*` |
//!
//! Lists are flattened into one attribute for each leaf, and a span has room for 128 attributes. So each list has a
//! budget: of a conversation the first message and the newest stand there and a message of the role `omitted` between
//! them, while the whole stands in `input.value`, cut inside the JSON.

use std::borrow::Cow;
use std::sync::Arc;

use glassbox_semconv::glassbox;
use glassbox_semconv::openinference::{self as name, span_kind};
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanKind;

use super::attributes::{Attributes, text};
use super::{View, gen_ai, route};
use crate::facts::{self, Facts, StepKind};
use crate::recording::Ending;
use crate::step::MemoryOperation;

mod content;
mod list;
mod message;
mod metadata;
mod model;
mod part;
mod provider;
mod usage;

pub(crate) use content::content;

/// The span's name: the conventions', which read well, but where OpenInference prescribes one.
pub(crate) fn name(facts: Facts<'_>) -> Cow<'static, str> {
    match facts {
        Facts::Embeddings(_) => name::SPAN_CREATE_EMBEDDINGS.into(),
        _ => gen_ai::name(facts),
    }
}

/// The span's kind. OpenInference says nothing of it; whether a call leaves the process is true in any vocabulary.
pub(crate) fn kind(facts: Facts<'_>) -> SpanKind {
    gen_ai::kind(facts)
}

/// What the span stands for.
fn stands_for(facts: Facts<'_>) -> &'static str {
    match facts {
        Facts::Agent(_) => span_kind::AGENT,
        Facts::Embeddings(_) => span_kind::EMBEDDING,
        Facts::Inference(_) => span_kind::LLM,
        Facts::Step(step) => match step.kind {
            StepKind::CreateAgent | StepKind::Plan => span_kind::AGENT,
            StepKind::Memory(MemoryOperation::Search) | StepKind::Retrieval => span_kind::RETRIEVER,
            StepKind::Memory(_) | StepKind::Workflow => span_kind::CHAIN,
        },
        Facts::Tool(_) => span_kind::TOOL,
    }
}

/// What is known when the operation begins, what identifies it first.
pub(crate) fn before(view: View<'_>, out: &mut Attributes) {
    out.push(KeyValue::new(
        name::OPENINFERENCE_SPAN_KIND,
        stands_for(view.facts),
    ));
    match view.facts {
        Facts::Agent(run) => text(name::AGENT_NAME, run.agent.name.as_ref(), out),
        Facts::Embeddings(call) => model::embeddings_before(call, out),
        Facts::Inference(call) => model::before(call, out),
        Facts::Step(step) => {
            if matches!(step.kind, StepKind::CreateAgent | StepKind::Plan) {
                text(name::AGENT_NAME, step.name.as_ref(), out);
            }
            out.extend(step.attributes.iter().cloned());
        }
        Facts::Tool(call) => {
            out.push(KeyValue::new(name::TOOL_NAME, Arc::clone(&call.name)));
            let id = Some(&call.id).filter(|id| !id.is_empty());
            // Both names are read: one of the tool's own, one of the call that it answers.
            text(name::TOOL_CALL_ID, id, out);
            text(name::TOOL_ID, id, out);
            text(name::TOOL_DESCRIPTION, call.description.as_ref(), out);
        }
    }
    text(name::SESSION_ID, view.whom.conversation.as_ref(), out);
    text(name::USER_ID, view.whom.user.as_ref(), out);
}

/// What is known when it has ended.
pub(crate) fn after(view: View<'_>, ending: &Ending, out: &mut Attributes) {
    match view.facts {
        Facts::Embeddings(call) => model::embeddings_after(call, out),
        Facts::Inference(call) => model::after(call, out),
        Facts::Agent(_) | Facts::Step(_) | Facts::Tool(_) => {}
    }
    // A run's is the sum over its calls, and so are the figures that readers show for it.
    if !matches!(view.facts, Facts::Agent(_))
        && let Some(cost) = facts::cost(view.facts)
    {
        usage::cost(&cost, out);
    }
    route::route(view.facts, out);
    metadata::metadata(view.facts, out);
    if let Facts::Agent(run) = view.facts
        && let Some(outcome) = run.outcome
    {
        out.push(KeyValue::new(glassbox::OUTCOME, outcome.as_str()));
    }
    ending.put(out);
}
