//! The conventions up to 1.36, OpenLLMetry, and the tutorial's own names.
//!
//! | span | its name | kind |
//! | --- | --- | --- |
//! | a run of an agent | `agent.run` | agent |
//! | a call of a tool | `tool.NAME`; `tool` where there is no such tool | tool |
//! | a model call | `openai.chat`, `anthropic.chat`, `bedrock.converse`, `gemini.generate_content`, `openai.response` | |
//! | embeddings | `openai.embeddings` | |
//! | a workflow | `NAME.workflow` | workflow |
//! | any other step | `retrieval.task`, `search_memory.task`, `plan.task`, `create_agent.task` | task |
//!
//! Where 1.27, 1.36 and the two spellings of OpenLLMetry differ, an attribute stands under every name that dashboards
//! ask for. `gen_ai.operation.name` and `gen_ai.response.finish_reasons` have the current words, because other
//! vocabularies share the names.
//!
//! | on | attributes |
//! | --- | --- |
//! | every span | `gen_ai.operation.name`, `gen_ai.agent.name`, `traceloop.workflow.name` (the workflow around it, or else the agent), `traceloop.entity.path` (the steps and tools around it), `gen_ai.conversation.id`, `traceloop.association.properties.session_id`, `.user_id`, `error.type`, `glassbox.outcome` |
//! | agents | `traceloop.span.kind`, `traceloop.entity.name`, `agent.model` (`provider/name`), `agent.steps`, `gen_ai.system`, `gen_ai.request.model`; no usage and no cost, because dashboards of that time add up every span |
//! | tools | `traceloop.span.kind`, `traceloop.entity.name`, `tool.name`, `gen_ai.tool.name`, `.call.id`, `.description` |
//! | steps | `traceloop.span.kind`, `traceloop.entity.name`; of retrievals `gen_ai.data_source.id`, `db.vector.query.top_k` |
//! | model calls and embeddings | `llm.request.type`, `gen_ai.system`, `gen_ai.provider.name`, `gen_ai.request.model`, `gen_ai.response.model`, `server.address`, `server.port`, `gen_ai.user`, `llm.user`, `gen_ai.usage.prompt_tokens` and `.input_tokens`, `.completion_tokens` and `.output_tokens`, `.total_tokens` and `llm.usage.total_tokens`, `gen_ai.usage.cost` |
//! | model calls | `gen_ai.is_streaming`, `llm.is_streaming`, the parameters (`gen_ai.request.*`, `llm.*`, `gen_ai.openai.*`), `traceloop.prompt.key`, `.version`, `gen_ai.response.id`, `gen_ai.response.finish_reasons`, `gen_ai.response.finish_reason`, `llm.response.finish_reason` (the provider's own word), cached and reasoning tokens |
//!
//! With content on:
//!
//! | on | attributes |
//! | --- | --- |
//! | every span that has them | `traceloop.entity.input`, `traceloop.entity.output`, as JSON text |
//! | agents | `agent.user_message`, `agent.final_answer` |
//! | tools | `tool.arguments`, `tool.result` |
//! | model calls | `gen_ai.prompt.N.*`, `gen_ai.completion.N.*`, `llm.request.functions.N.*`, at most 50 of them together; `traceloop.prompt.template_variables.*`, `gen_ai.request.structured_output_schema` |
//! | embeddings | `gen_ai.prompt.N.content` |
//!
//! A model call has the span events `before_completion` and `after_completion`. The headers of a request are never
//! recorded, and neither are `gen_ai.prompt` and `gen_ai.completion`, which would say everything a third time.

use std::borrow::Cow;

use glassbox_core::Api;
use glassbox_semconv::openllmetry::{association, span_kind, span_name, tutorial};
use glassbox_semconv::{attribute as name, glassbox, openllmetry as old, value};
use opentelemetry::KeyValue;

use super::attributes::{Attributes, count, text};
use super::{Cutter, Told, View, gen_ai, route};
use crate::content::Contents;
use crate::facts::{self, Facts, Identity, StepKind};
use crate::recording::Ending;

mod content;
mod entity;
mod messages;
mod model;

pub(crate) use model::{system, their_word};

/// The span's name.
pub(crate) fn name(facts: Facts<'_>) -> Cow<'static, str> {
    match facts {
        Facts::Agent(_) => tutorial::SPAN_AGENT_RUN.into(),
        Facts::Embeddings(call) => called(&call.who, span_name::EMBEDDINGS),
        Facts::Inference(call) => called(&call.who, call_word(&call.who)),
        Facts::Step(step) => match (step.kind, &step.name) {
            (StepKind::Workflow, Some(name)) => format!("{name}.{}", span_kind::WORKFLOW).into(),
            (StepKind::Workflow, None) => span_kind::WORKFLOW.into(),
            _ => format!("{}.{}", gen_ai::operation(facts), span_kind::TASK).into(),
        },
        // What a model made up is content.
        Facts::Tool(call) if !call.known => span_kind::TOOL.into(),
        Facts::Tool(call) => format!("{}{}", tutorial::SPAN_TOOL_PREFIX, call.name).into(),
    }
}

fn called(who: &Identity, what: &str) -> Cow<'static, str> {
    format!("{}.{what}", span_name::vendor(&who.provider)).into()
}

fn call_word(who: &Identity) -> &'static str {
    use value::gen_ai_operation_name::{GENERATE_CONTENT, TEXT_COMPLETION};
    match (who.operation, who.api) {
        (GENERATE_CONTENT, _) => span_name::GENERATE_CONTENT,
        (TEXT_COMPLETION, _) => span_name::COMPLETION,
        (_, Some(Api::Responses)) => span_name::RESPONSE,
        _ if &*who.provider == value::gen_ai_provider_name::AWS_BEDROCK => span_name::CONVERSE,
        _ => span_name::CHAT,
    }
}

/// What is known when the operation begins, what identifies it first.
pub(crate) fn before(view: View<'_>, out: &mut Attributes) {
    let View { facts, whom } = view;
    out.push(KeyValue::new(
        name::GEN_AI_OPERATION_NAME,
        gen_ai::operation(facts),
    ));
    match facts {
        Facts::Agent(run) => entity::agent_before(run, out),
        Facts::Embeddings(call) => model::embeddings_before(call, whom, out),
        Facts::Inference(call) => model::before(call, whom, out),
        Facts::Step(step) => entity::step_before(step, out),
        Facts::Tool(call) => entity::tool_before(call, out),
    }
    let agent = match facts {
        Facts::Step(step) if matches!(step.kind, StepKind::CreateAgent | StepKind::Plan) => {
            step.name.as_ref()
        }
        _ => whom.agent.as_ref(),
    };
    text(name::GEN_AI_AGENT_NAME, agent, out);
    text(old::TRACELOOP_WORKFLOW_NAME, whom.workflow.as_ref(), out);
    text(old::TRACELOOP_ENTITY_PATH, whom.path.as_ref(), out);
    for key in [name::GEN_AI_CONVERSATION_ID, association::SESSION_ID] {
        text(key, whom.conversation.as_ref(), out);
    }
    text(association::USER_ID, whom.user.as_ref(), out);
}

/// What is known when it has ended.
pub(crate) fn after(view: View<'_>, ending: &Ending, out: &mut Attributes) {
    match view.facts {
        Facts::Agent(run) => entity::agent_after(run, ending, out),
        Facts::Embeddings(call) => model::embeddings_after(call, out),
        Facts::Inference(call) => model::after(call, ending, out),
        Facts::Step(_) | Facts::Tool(_) => {}
    }
    route::route(view.facts, out);
    // What a run consumed stands on its calls alone: dashboards of that time add up every span.
    let is_run = matches!(view.facts, Facts::Agent(_));
    if let Some(cost) = facts::cost(view.facts).filter(|_| !is_run) {
        out.push(KeyValue::new(tutorial::GEN_AI_USAGE_COST, cost.total));
        if cost.partial {
            out.push(KeyValue::new(glassbox::COST_PARTIAL, true));
        }
    }
    ending.put(out);
}

/// What was said.
pub(crate) fn content(
    facts: Facts<'_>,
    contents: &Contents,
    cut: &mut Cutter<'_>,
    out: &mut Attributes,
) {
    content::content(facts, contents, cut, out);
}

/// The events on the span when it begins: how many messages go into a model call.
pub(crate) fn told_before(facts: Facts<'_>) -> Told {
    let Facts::Inference(call) = facts else {
        return Told::new();
    };
    let messages = u64::try_from(call.request.messages.len()).unwrap_or(u64::MAX);
    let mut attributes = Attributes::new();
    count(tutorial::MESSAGE_COUNT, Some(messages), &mut attributes);
    vec![(tutorial::EVENT_BEFORE_COMPLETION, attributes)]
}

/// The events on the span when it ends: why the model stopped and what it consumed, where it came to that.
pub(crate) fn told_after(facts: Facts<'_>) -> Told {
    let Facts::Inference(call) = facts else {
        return Told::new();
    };
    let mut attributes = Attributes::new();
    if let Some(reason) = call.finish.iter().flatten().next() {
        let word = their_word(reason).to_owned();
        attributes.push(KeyValue::new(tutorial::FINISH_REASON, word));
    }
    let total = call.usage.total_tokens().filter(|_| call.is_billed());
    count(tutorial::TOTAL_TOKENS, total, &mut attributes);
    if attributes.is_empty() {
        return Told::new();
    }
    vec![(tutorial::EVENT_AFTER_COMPLETION, attributes)]
}
